"""Linked worktrees are made beside the repository and removed again; the user's own are left alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods.errors import RepositoryError
from codemods.vcs import Repository
from codemods.worktrees import Worktrees, check_out, remove_left, submodules
from tests.conftest import run_git, write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILES = {"a.py": "A = 1\n", "pkg/b.py": "B = 1\n", "link": "", ".gitignore": "*.log\n"}


@pytest.fixture
def worktrees(make_repo: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worktrees]:
    """The worktrees of a run in a new repository, removed after the test."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    run = Worktrees(Repository.discover(make_repo(FILES)))
    run.open()
    yield run
    run.remove()


def listed(root: Path) -> list[str]:
    lines = run_git(root, "worktree", "list", "--porcelain").splitlines()
    return [Path(line.partition(" ")[2]).name for line in lines if line.startswith("worktree ")]


def commit(root: Path, files: dict[str, str]) -> str:
    write_files(root, files)
    run_git(root, "add", "--all")
    run_git(root, "commit", "--quiet", "-m", "more")
    return run_git(root, "rev-parse", "HEAD")


def test_a_worktree_holds_the_commit_on_no_branch_and_has_the_name_of_the_original(worktrees: Worktrees) -> None:
    root = worktrees.repository.root
    head = run_git(root, "rev-parse", "HEAD")
    config = (root / ".git" / "config").read_bytes()
    made = worktrees.add(1, head)
    assert (made.head(), made.branch(), made.dirty_files()) == (head, None, ())
    assert (made.root.name, made.common_dir) == (root.name, worktrees.repository.common_dir)
    assert (root / ".git" / "config").read_bytes() == config
    assert not made.root.is_relative_to(root)


def test_checking_out_undoes_what_was_done_to_tracked_files_only(worktrees: Worktrees) -> None:
    root = worktrees.repository.root
    first = run_git(root, "rev-parse", "HEAD")
    second = commit(root, {"a.py": "A = 2\n", "new.py": "N = 1\n"})
    made = worktrees.add(1, first)
    (made.root / "a.py").write_text("A = 'by a test'\n")
    (made.root / "pkg" / "b.py").unlink()
    write_files(made.root, {"new.py": "in the way", "kept.log": "kept", "kept.txt": "kept"})
    check_out(made, second)
    assert [(made.root / path).read_text() for path in ("a.py", "pkg/b.py", "new.py")] == [
        *("A = 2\n", "B = 1\n", "N = 1\n")
    ]
    check_out(made, first)
    assert sorted(path.name for path in made.root.iterdir()) == [
        *(".git", ".gitignore", "a.py", "kept.log", "kept.txt", "link", "pkg")
    ]
    (made.root / "a.py").write_text("A = 9\n")
    check_out(made, first)
    assert (made.root / "a.py").read_text() == "A = 1\n"


def test_hooks_of_the_user_do_not_run(worktrees: Worktrees) -> None:
    root = worktrees.repository.root
    hook = root / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ran\nexit 1\n")
    hook.chmod(0o755)
    second = commit(root, {"a.py": "A = 2\n"})
    made = worktrees.add(1, f"{second}^")
    check_out(made, second)
    assert not (made.root / "ran").exists()


def test_removing_leaves_nothing_of_ours_and_all_of_the_users(worktrees: Worktrees) -> None:
    root = worktrees.repository.root
    run_git(root, "worktree", "add", "--quiet", "--detach", "../own")
    run_git(root, "worktree", "add", "--quiet", "--detach", "../away")
    (root.parent / "away").rename(root.parent / "elsewhere")
    made = worktrees.add(1, "HEAD")
    worktrees.add(2, "HEAD")
    locked = made.root / "locked"
    locked.mkdir()
    (locked / "file").touch()
    locked.chmod(0o500)
    folder = worktrees.folder
    assert folder is not None
    assert sorted(listed(root)) == ["away", "own", "repo", "repo", "repo"]
    worktrees.remove()
    worktrees.remove()
    assert sorted(listed(root)) == ["away", "own", "repo"]
    assert not folder.exists()
    assert not (root / ".git" / "codemods" / "worktrees").exists()


def test_what_a_killed_run_has_left_is_removed_by_the_next(worktrees: Worktrees) -> None:
    root = worktrees.repository.root
    killed = (
        "import os, sys, pathlib\nfrom codemods.vcs import Repository\nfrom codemods.worktrees import Worktrees\n"
        "run = Worktrees(Repository.discover(pathlib.Path(sys.argv[1])))\nrun.open()\nrun.add(1, 'HEAD')\n"
        "print(run.folder)\nsys.stdout.flush()\nos._exit(9)\n"
    )
    completed = subprocess.run([sys.executable, "-c", killed, str(root)], capture_output=True, text=True, check=False)
    left = Path(completed.stdout.strip())
    assert (left / "1" / "repo" / "a.py").exists()
    run_git(root, "worktree", "add", "--quiet", "--detach", "../away")
    (root.parent / "away").rename(root.parent / "elsewhere")
    remove_left(worktrees.repository)
    assert not left.exists()
    assert sorted(listed(root)) == ["away", "repo"]
    remove_left(worktrees.repository)


def test_a_record_that_is_not_ours_removes_nothing(worktrees: Worktrees, tmp_path: Path) -> None:
    write_files(tmp_path / "precious", {"file": "x"})
    records = worktrees.repository.common_dir / "codemods" / "worktrees"
    (records / "precious").write_text(str(tmp_path / "precious"))
    (records / "codemods-trees-1").write_text(str(tmp_path / "precious"))
    remove_left(worktrees.repository)
    assert (tmp_path / "precious" / "file").exists()


def test_a_folder_for_temporary_files_in_the_repository_is_refused(
    make_repo: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo(FILES)
    (root / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(root / "tmp"))
    with pytest.raises(RepositoryError, match="lies in the repository"):
        Worktrees(Repository.discover(root)).open()
    assert not list((root / "tmp").iterdir())


def test_submodules_are_those_that_are_checked_out(worktrees: Worktrees, tmp_path: Path) -> None:
    root = worktrees.repository.root
    assert submodules(worktrees.repository) == ()
    run_git(tmp_path, "clone", "--quiet", str(root), "other")
    run_git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "other"), "sub")
    run_git(root, "commit", "--quiet", "-m", "submodule")
    assert submodules(worktrees.repository) == ("sub",)
    assert submodules(worktrees.add(1, "HEAD")) == ()
