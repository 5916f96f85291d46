"""Checkouts as people have them: linked, on no branch, without a commit, of somebody else, in odd places."""

from __future__ import annotations

import fcntl
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_git, write_files
from tests.git.situation import (
    AFTER,
    BEFORE,
    FILES,
    OTHER,
    USER,
    MakeRepo,
    check_migrates,
    check_whole_way,
    commit_all,
    configure,
    is_clean,
    refuse,
    state,
    succeed,
    told,
    tree,
)

if TYPE_CHECKING:
    from pathlib import Path


class TestLinked:
    @pytest.fixture
    def linked(self, repo: Path, tmp_path: Path) -> Path:
        run_git(repo, "worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "work")
        return tmp_path / "linked"

    def test_the_whole_way_in_one(self, repo: Path, linked: Path) -> None:
        before = state(repo)
        check_whole_way(linked, "--here")
        assert tree(repo) == before[0]  # type: ignore[index]
        assert is_clean(repo)

    def test_the_branch_of_the_run_is_checked_out_in_another(self, repo: Path, linked: Path) -> None:
        run_git(linked, "switch", "--quiet", "-c", "codemods/one")
        text = refuse(repo, "apply", "plan.yaml", saying="codemods/one")
        assert str(linked) in text
        check_whole_way(linked)

    def test_one_state_for_all_of_them(self, repo: Path, linked: Path) -> None:
        succeed(linked, "apply", "plan.yaml", "--here")
        assert (repo / ".git/codemods/journal.jsonl").exists()
        assert not list((repo / ".git/worktrees").rglob("journal.jsonl"))
        succeed(repo, "status", "plan.yaml", expect=1)

    def test_only_one_of_them_at_a_time(self, repo: Path, linked: Path) -> None:
        (repo / ".git/codemods").mkdir()
        with (repo / ".git/codemods/lock").open("w+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            refuse(linked, "apply", "plan.yaml", saying="Another run is under way")

    def test_a_killed_run_in_one_is_not_settled_in_another(self, repo: Path, linked: Path) -> None:
        succeed(linked, "apply", "plan.yaml", "--here")
        journal = repo / ".git/codemods/journal.jsonl"
        lines = journal.read_text().splitlines()
        cut = [line for line in lines if '"unit-committed"' not in line and '-finished"' not in line]
        journal.write_text("\n".join(cut) + "\n")
        run_git(linked, "reset", "--quiet", "--soft", "main")
        run_git(linked, "restore", "--staged", ".")
        assert (linked / USER).read_text() == AFTER  # killed between the write and the commit
        write_files(repo, {"app/other.py": OTHER})
        succeed(repo, "apply", "plan.yaml", "--branch", "elsewhere")
        assert (repo / USER).read_text() == AFTER
        succeed(linked, "apply", "plan.yaml", "--here")
        assert (linked / USER).read_text() == AFTER
        assert is_clean(linked)


class TestHead:
    def test_detached_on_a_branch_of_its_own(self, repo: Path) -> None:
        run_git(repo, "switch", "--quiet", "--detach")
        check_migrates(repo)
        assert run_git(repo, "branch", "--show-current") == "codemods/one"

    def test_detached_and_here(self, repo: Path) -> None:
        run_git(repo, "switch", "--quiet", "--detach")
        check_whole_way(repo, "--here")
        assert run_git(repo, "branch", "--show-current") == ""
        assert run_git(repo, "rev-list", "--count", "main..HEAD") == "2"

    def test_detached_and_refused(self, repo: Path) -> None:
        run_git(repo, "switch", "--quiet", "--detach")
        run_git(repo, "branch", "codemods/one")
        write_files(repo, {"plan.yaml": str(FILES["plan.yaml"]).replace("app.new.f", "app.new.nothing")})
        run_git(repo, "commit", "--quiet", "-am", "wrong")
        run_git(repo, "branch", "--quiet", "--force", "codemods/one", "HEAD")
        assert "nothing" in succeed(repo, "apply", "plan.yaml", expect=2)
        assert run_git(repo, "branch", "--show-current") == ""
        assert is_clean(repo)

    @pytest.mark.parametrize("verb", ["apply", "rollback", "preview", "status", "guard"])
    def test_before_the_first_commit(self, tmp_path: Path, verb: str) -> None:
        run_git(tmp_path, "init", "--quiet", "--initial-branch", "main")
        write_files(tmp_path, FILES)
        run_git(tmp_path, "add", "--all")
        before = state(tmp_path)
        ran = told(tmp_path, verb, "plan.yaml", *(["--all"] if verb == "rollback" else []))
        assert ran.status in ((2,) if verb in ("apply", "rollback") else (0, 1)), ran.text
        assert "Traceback" not in ran.text
        if verb == "apply":
            assert "no commit" in ran.text
        assert tree(tmp_path) == before[0]  # type: ignore[index]

    @pytest.mark.parametrize("verb", ["apply", "preview", "status", "guard", "rollback"])
    def test_nothing_at_all(self, tmp_path: Path, verb: str) -> None:
        root = tmp_path / "repo"
        root.mkdir()
        run_git(root, "init", "--quiet", "--initial-branch", "main")
        write_files(tmp_path, {"plan.yaml": FILES["plan.yaml"]})
        ran = told(root, verb, "../plan.yaml", *(["--all"] if verb == "rollback" else []))
        assert ran.status in (0, 2), ran.text
        assert "4b825dc" not in ran.text
        assert list(tree(root)) == []

    def test_a_scan_of_nothing_at_all(self, tmp_path: Path) -> None:
        run_git(tmp_path, "init", "--quiet", "--initial-branch", "main")
        refuse(tmp_path, "scan", saying="git tracks no Python file here")


class TestPlaces:
    @pytest.mark.parametrize("verb", ["apply", "preview", "status", "guard"])
    def test_a_bare_repository(self, repo: Path, tmp_path: Path, verb: str) -> None:
        run_git(tmp_path, "clone", "--quiet", "--bare", str(repo), "bare")
        ran = told(tmp_path / "bare", verb, str(repo / "plan.yaml"))
        assert ran.status == 2
        assert "no work tree" in ran.text

    def test_inside_the_git_directory(self, repo: Path) -> None:
        ran = told(repo / ".git", "apply", "../plan.yaml")
        assert ran.status == 2
        assert "no work tree" in ran.text
        assert (repo / USER).read_text() == BEFORE

    @pytest.mark.parametrize("verb", ["apply", "preview", "status", "guard"])
    def test_a_repository_of_somebody_else(self, repo: Path, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
        before = state(repo)
        with monkeypatch.context() as somebody:
            somebody.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
            ran = told(repo, verb, "plan.yaml")
        assert ran.status == 2
        assert "safe.directory" in ran.text
        assert state(repo) == before

    def test_a_repository_of_somebody_else_that_is_said_to_be_safe(
        self, repo: Path, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / ".gitconfig").write_text(f"[safe]\n\tdirectory = {repo}\n[maintenance]\n\tauto = false\n")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        check_whole_way(repo)

    def test_through_a_link(self, repo: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(repo)
        check_whole_way(tmp_path / "link")

    def test_a_git_directory_elsewhere(self, repo: Path, tmp_path: Path) -> None:
        run_git(repo, "init", "--quiet", "--separate-git-dir", str(tmp_path / "elsewhere.git"))
        assert (repo / ".git").is_file()
        check_whole_way(repo)
        assert (tmp_path / "elsewhere.git/codemods/journal.jsonl").exists()

    def test_a_work_tree_that_is_set(self, repo: Path, tmp_path: Path) -> None:
        work = tmp_path / "work"
        work.mkdir()
        for place in list(repo.iterdir()):
            if place.name != ".git":
                place.rename(work / place.name)
        configure(repo, f"core.worktree={work}")
        succeed(repo / ".git", "apply", "plan.yaml", "--repo", str(work), expect=2)

    def test_from_a_folder_inside(self, repo: Path) -> None:
        succeed(repo / "app", "apply", "../plan.yaml")
        assert (repo / USER).read_text() == AFTER
        succeed(repo / "app", "rollback", "../plan.yaml", "--all")
        assert (repo / USER).read_text() == BEFORE

    def test_from_elsewhere(self, repo: Path, tmp_path: Path) -> None:
        succeed(tmp_path, "apply", str(repo / "plan.yaml"), "--repo", str(repo / "app"))
        assert (repo / USER).read_text() == AFTER

    def test_a_folder_that_git_ignores(self, make_repo: MakeRepo) -> None:
        root = make_repo({**FILES, ".gitignore": "*.py\n!app/new.py\nplan.yaml\n"})
        check_whole_way(root)

    def test_a_git_directory_that_cannot_be_written(self, repo: Path) -> None:
        if os.geteuid() == 0:
            pytest.skip("root may write everything")
        before = tree(repo)
        (repo / ".git").chmod(0o555)
        try:
            assert told(repo, "apply", "plan.yaml").status == 2
        finally:
            (repo / ".git").chmod(0o755)
        assert tree(repo) == before


@pytest.mark.parametrize("operation", ["merge", "rebase", "cherry-pick", "revert", "bisect", "am"])
def test_an_operation_that_waits_for_its_user(repo: Path, operation: str) -> None:
    run_git(repo, "switch", "--quiet", "-c", "side")
    commit_all(repo, {"app/other.py": "SIDE = 1\n"})
    run_git(repo, "format-patch", "--quiet", "-1", "--output", ".git/side.patch")
    run_git(repo, "switch", "--quiet", "main")
    commit_all(repo, {"app/other.py": "MAIN = 1\n"})
    commands = {
        "merge": ["merge", "side"],
        "rebase": ["rebase", "side"],
        "cherry-pick": ["cherry-pick", "side"],
        "revert": ["revert", "--no-edit", "side"],
        "bisect": ["bisect", "start"],
        "am": ["am", ".git/side.patch"],
    }
    subprocess.run(["git", *commands[operation]], cwd=repo, capture_output=True, check=False)
    refuse(repo, "apply", "plan.yaml", saying=f"A git {operation} is under way")
