"""Where HEAD is: whatever git's files look like, what we say is what git says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.vcs import Repository
from tests.conftest import run_git, write_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Files

    MakeRepo = Callable[[Files], Path]


def check(repository: Repository, branch: str | None) -> None:
    """HEAD is at `branch`, and at the commit that git says, asked twice."""
    for _ in range(2):
        assert repository.branch() == branch
        assert repository.head() == run_git(repository.root, "rev-parse", "HEAD")


def commit(root: Path, text: str) -> None:
    write_files(root, {"a.py": text})
    run_git(root, "add", "--all")
    run_git(root, "commit", "--quiet", "-m", text)


@pytest.fixture
def repository(make_repo: MakeRepo) -> Repository:
    return Repository.discover(make_repo({"a.py": "\n"}))


def test_it_follows_what_others_do_meanwhile(repository: Repository) -> None:
    root = repository.root
    check(repository, "main")
    commit(root, "1")
    check(repository, "main")
    run_git(root, "switch", "--quiet", "--create", "team/one")
    check(repository, "team/one")
    commit(root, "2")
    check(repository, "team/one")
    run_git(root, "switch", "--quiet", "--detach", "main")
    check(repository, None)
    run_git(root, "reset", "--quiet", "--hard", "team/one")
    check(repository, None)
    run_git(root, "switch", "--quiet", "main")
    check(repository, "main")


def test_branches_that_git_has_packed(repository: Repository) -> None:
    root = repository.root
    check(repository, "main")
    run_git(root, "pack-refs", "--all")
    check(repository, "main")
    commit(root, "1")
    check(repository, "main")


def test_a_head_that_is_a_link(repository: Repository) -> None:
    (repository.git_dir / "HEAD").unlink()
    (repository.git_dir / "HEAD").symlink_to("refs/heads/main")
    check(repository, "main")
    commit(repository.root, "1")
    check(repository, "main")


def test_a_branch_that_stands_for_another(repository: Repository) -> None:
    run_git(repository.root, "symbolic-ref", "refs/heads/other", "refs/heads/main")
    run_git(repository.root, "symbolic-ref", "HEAD", "refs/heads/other")
    check(repository, run_git(repository.root, "branch", "--show-current"))


def test_a_tag_of_the_same_name(repository: Repository) -> None:
    run_git(repository.root, "tag", "main")
    commit(repository.root, "1")
    check(repository, "main")


def test_each_work_tree_has_its_own(repository: Repository, tmp_path: Path) -> None:
    run_git(repository.root, "worktree", "add", "--quiet", "-b", "beside", str(tmp_path / "beside"))
    beside = Repository.discover(tmp_path / "beside")
    check(beside, "beside")
    commit(beside.root, "1")
    check(beside, "beside")
    check(repository, "main")
    assert beside.head() != repository.head()


def test_before_the_first_commit_there_is_a_branch_and_no_commit(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    repository = Repository.discover(tmp_path)
    assert (repository.branch(), repository.head()) == ("main", None)
    commit(tmp_path, "1")
    check(repository, "main")


def test_a_folder_whose_name_holds_a_line_break(tmp_path: Path) -> None:
    root = tmp_path / "two\nlines"
    (root / "below").mkdir(parents=True)
    run_git(root, "init", "--quiet", "--initial-branch", "main")
    found = Repository.discover(root / "below")
    assert (found.root, found.git_dir, found.common_dir) == (root, root / ".git", root / ".git")
