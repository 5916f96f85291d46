"""^C ends a run with all that its validations have started, and leaves nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.checks import BASE, plan_text
from tests.cli.commands import COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Files

PHASES = """\
phases: [{name: P0, files: [u.py], with: [check]}]
validation:
  check: {kind: command, run: [python, check.py], timeout: 60}
"""
# On the tree with the change it starts a process that leaves its group, then another that does not, and waits.
CHECK = """\
import os, subprocess, sys, time, u
if "g" in vars(u):
    beat = "import time\\nwhile True:\\n    open(%r, 'a').write('.')\\n    time.sleep(0.02)"
    for name, alone in (("server", True), ("worker", False)):
        subprocess.Popen([sys.executable, "-c", beat % name], start_new_session=alone)
    time.sleep(60)
"""


def sizes(root: Path) -> list[int]:
    return [(root / name).stat().st_size if (root / name).exists() else 0 for name in ("server", "worker")]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere what leaves its group is not found")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_what_a_validation_has_started(
    make_repo: Callable[[Files], Path], git: Callable[..., str], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    files = {**BASE, "u.py": "from a.b import f\nf()\n", "check.py": CHECK, "plan.yaml": plan_text(rest=PHASES)}
    root = make_repo({**files, ".gitignore": "server\nworker\n"})
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [*COMMAND, "apply", "--yes", "plan.yaml"], cwd=root, stdout=subprocess.PIPE, env=environment
    )
    deadline = time.monotonic() + 30
    while not all(sizes(root)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert all(sizes(root))
    process.send_signal(number)
    process.communicate(timeout=30)
    before = sizes(root)
    time.sleep(0.2)
    assert (process.returncode, sizes(root)) == (130, before)
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_that_git_is_not_told_of_leaves_no_lock(
    make_repo: Callable[[Files], Path], git: Callable[..., str], number: int
) -> None:
    root = make_repo({**BASE, "u.py": "from a.b import f\nf()\n", "plan.yaml": plan_text()})
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch .git/begun\nsleep 5\n", encoding="utf-8")
    hook.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [*COMMAND, "apply", "--yes", "plan.yaml"]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, env=environment, start_new_session=True)
    deadline = time.monotonic() + 30
    while not (root / ".git" / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    process.communicate(timeout=30)
    assert (process.returncode, list((root / ".git").glob("*.lock"))) == (130, [])
    hook.unlink()
    subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)
    assert git(root, "show", "HEAD:u.py") == "from c.d import g\ng()"
    assert git(root, "status", "--porcelain") == ""
