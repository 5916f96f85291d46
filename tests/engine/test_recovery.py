"""After a kill: what is the user's stays theirs; what was left running is waited for or ended; and that is told."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import run, run_forked
from tests.engine.running.migration import any_of, migration

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.engine.running.migration import Migration

    Git = Callable[..., str]
    MakeRepo = Callable[[dict[str, str]], Path]

PHASES = "  - {name: P0, files: rest, with: [check]}\n"


@pytest.fixture
def killed(make_repo: MakeRepo, tmp_path: Path) -> Migration:
    """A run that its own check has killed, the first time that a file is changed."""
    flag = tmp_path / "flag"
    rule = (
        "import os, signal\n"
        f"if changed and not os.path.exists({str(flag)!r}):\n"
        f"    open({str(flag)!r}, 'w').close()\n    os.kill(os.getppid(), signal.SIGKILL)\n"
    )
    many = migration(make_repo, tmp_path, 2, rule + any_of([]), PHASES)
    (many.root / "app" / ".codemods-notes.yaml").write_text("mine")
    (many.root / "app" / ".codemods-abcd1234.tmp").write_text("left")
    assert run_forked(many.root, "apply", "--yes", "plan.yaml").returncode == -signal.SIGKILL
    return many


def test_the_same_run_goes_on_and_says_so(killed: Migration, git: Git) -> None:
    assert "was killed" in run(killed.root, "status", "plan.yaml").stdout
    [name] = git(killed.root, "for-each-ref", "--format=%(refname)", "refs/codemods/**/start").splitlines()
    completed = run(killed.root, "apply", "--yes", "plan.yaml")
    assert completed.returncode == 0
    assert "app/u00.py was half done when the run was killed; it was taken back." in completed.stdout
    assert killed.changed() == {"u00", "u01"}
    # One run, by its checkpoint and its commits.
    assert git(killed.root, "for-each-ref", "--format=%(refname)", "refs/codemods/**/start") == name
    runs = git(killed.root, "log", "--format=%(trailers:key=Codemods-Run,valueonly)", "main..").split()
    assert set(runs) == {name.split("/")[-2]}


def test_what_only_looks_like_ours_stays(killed: Migration) -> None:
    run(killed.root, "apply", "--yes", "plan.yaml")
    assert (killed.root / "app" / ".codemods-notes.yaml").read_text() == "mine"
    assert not (killed.root / "app" / ".codemods-abcd1234.tmp").exists()


def test_an_edit_after_the_kill_is_left_alone_and_named(killed: Migration) -> None:
    file = killed.root / "app" / "u00.py"
    file.write_text(file.read_text() + "# mine\n")
    before = file.read_text()
    completed = run(killed.root, "apply", "--yes", "plan.yaml")
    assert completed.returncode == 2
    assert "app/u00.py was changed since" in completed.stdout
    assert file.read_text() == before


def test_a_killed_run_in_another_worktree_is_left_to_that(killed: Migration, git: Git, tmp_path: Path) -> None:
    git(killed.root, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"), "main")
    completed = run(tmp_path / "side", "apply", "--yes", "plan.yaml", "--here")
    assert completed.returncode == 0, completed.stderr
    assert git(killed.root, "status", "--porcelain", "-uno") == "M app/u00.py"
    assert run(killed.root, "apply", "--yes", "plan.yaml").returncode == 0
    assert git(killed.root, "status", "--porcelain", "-uno") == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows what belongs to whom")
def test_tests_that_a_killed_run_has_left_running_are_ended(make_repo: MakeRepo, tmp_path: Path) -> None:
    flag, process = tmp_path / "flag", tmp_path / "process"
    rule = (
        "import os, signal, time\n"
        f"if changed and not os.path.exists({str(flag)!r}):\n"
        f"    open({str(flag)!r}, 'w').close()\n    open({str(process)!r}, 'w').write(str(os.getpid()))\n"
        "    os.kill(os.getppid(), signal.SIGKILL)\n    time.sleep(600)\n"
    )
    many = migration(make_repo, tmp_path, 1, rule, PHASES)
    run_forked(many.root, "apply", "--yes", "plan.yaml")
    completed = run(many.root, "apply", "--yes", "plan.yaml")
    assert completed.returncode == 0
    assert "1 program(s) that it had started were still running: they were ended." in completed.stdout
    state = subprocess.run(["ps", "-o", "stat=", "-p", process.read_text()], capture_output=True, text=True)
    assert state.stdout.strip()[:1] in ("", "Z")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows what belongs to whom")
def test_the_lock_of_a_git_that_was_killed_is_removed(killed: Migration) -> None:
    (killed.root / ".git" / "index.lock").touch()
    completed = run(killed.root, "apply", "--yes", "plan.yaml")
    assert completed.returncode == 0, completed.stderr
    assert "index.lock was left by a git that was killed" in completed.stdout


def test_a_lock_of_gits_is_waited_for(killed: Migration) -> None:
    assert run(killed.root, "apply", "--yes", "plan.yaml").returncode == 0
    lock = killed.root / ".git" / "index.lock"
    lock.touch()
    with subprocess.Popen(["sh", "-c", f"sleep 0.7; rm {lock}"]):
        completed = run(killed.root, "undo")
    assert completed.returncode == 0, completed.stderr
    assert killed.changed() == set()
