"""What the documentation gives for CI is run: the steps of its workflows, in a repository with a remote."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from tests.checks import BASE, plan_text
from tests.cli.commands import run
from tests.conftest import init_repo, run_git

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parent.parent / "docs" / "integrate.md"
# A step that runs the command, may write down what it prints, and may say that status 1 is none to fail at.
COMMAND = re.compile(r'codemods (?P<arguments>.*?)(?: >> "(?P<file>.+)")?(?P<one> \|\| test \$\? = 1)?')
WORKFLOW = re.compile(r"<!-- workflow: (\w+) -->\n```yaml\n(.*?)```", re.DOTALL)
FILES = {
    **BASE,
    "u.py": "from a.b import f\nf()\n",
    "guard.txt": "",
    "migration.yaml": plan_text().replace("test", "senders"),
}


def steps(name: str) -> dict[str, list[str]]:
    """The shell steps of a workflow of the page, job by job, without those that install."""
    workflow = YAML(typ="safe").load(dict(WORKFLOW.findall(PAGE.read_text(encoding="utf-8")))[name])
    jobs = workflow.get("jobs") or workflow

    def lines(job: dict[str, list[str | dict[str, str]]]) -> Iterator[str]:
        for step in job.get("steps") or job["script"]:
            yield step if isinstance(step, str) else step.get("run", "")

    return {job: [line for line in lines(jobs[job]) if not line.startswith("pip install")] for job in jobs}


def carried_out(root: Path, lines: list[str]) -> str:
    """What the steps print, each of which a runner stops at if it fails. The command runs in this process."""
    told = ""
    for line in lines:
        if found := COMMAND.fullmatch(line):
            done = run(root, *shlex.split(found["arguments"]))
            if found["file"]:
                Path(os.path.expandvars(found["file"])).write_text(done.stdout)
        else:
            shell = ["/bin/bash", "-e", "-c", line]
            done = subprocess.run(shell, cwd=root, capture_output=True, text=True, check=False)
        told += done.stdout + done.stderr
        assert done.returncode in ((0, 1) if found and found["one"] else (0,)), told
    return told


def make(tmp_path: Path) -> Path:
    root = init_repo(tmp_path / "repo", FILES)
    run_git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    run_git(root, "remote", "add", "origin", str(tmp_path / "origin.git"))
    return root


def test_the_steps_hold_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, origin, summary = make(tmp_path), tmp_path / "origin.git", tmp_path / "summary.md"
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("PUSH_URL", str(origin))
    carried_out(root, steps("github")["migrate"])
    assert "u.py" in summary.read_text()
    assert "redirect u.py" in run_git(origin, "log", "--format=%s", "codemods/senders")
    carried_out(root, steps("github")["guard"])
    assert (root / "guard.sarif").stat().st_size > 300
    run_git(root, "push", "--quiet", "--delete", "origin", "codemods/senders")
    carried_out(root, steps("gitlab")["migrate"])
    assert "redirect u.py" in run_git(origin, "log", "--format=%s", "codemods/senders")
    assert "<testsuite" in (root / "codemods.xml").read_text()


def test_the_guard_fails_the_job_where_an_old_use_is(tmp_path: Path) -> None:
    root = make(tmp_path)
    for name in ("github", "gitlab"):
        with pytest.raises(AssertionError, match=r"imports `a\.b\.f`"):
            carried_out(root, steps(name)["guard"])
