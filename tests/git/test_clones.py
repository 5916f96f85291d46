"""Clones that hold less than all, and histories that are not what they seem."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.conftest import run_git
from tests.git.situation import (
    AFTER,
    BEFORE,
    FILES,
    USER,
    MakeRepo,
    check_goes_back,
    check_migrates,
    check_whole_way,
    commit_all,
    configure,
    is_clean,
    succeed,
    told,
)
from tests.git.test_sparse import DELETING, SPREAD

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class TestClones:
    def test_a_shallow_one(self, repo: Path, tmp_path: Path) -> None:
        commit_all(repo, {"app/other.py": "X = 2\n"})
        run_git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{repo}", "shallow")
        check_whole_way(tmp_path / "shallow")

    def test_one_that_is_cut_between_our_commits(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        # What the history does not hold any more cannot be taken back; that is told, and nothing touched.
        root = make_repo({**FILES, "app/zuser.py": BEFORE})
        succeed(root, "apply", "plan.yaml")
        run_git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{root}", "shallow")
        shallow = tmp_path / "shallow"
        succeed(shallow, "status", "plan.yaml")
        ran = told(shallow, "rollback", "plan.yaml", "--all")
        assert ran.status == 2, ran.text
        assert "git fetch --unshallow" in ran.text
        assert is_clean(shallow)
        assert (shallow / "app/zuser.py").read_text() == AFTER
        run_git(shallow, "fetch", "--quiet", "--unshallow")
        succeed(shallow, "rollback", "plan.yaml", "--all")
        assert (shallow / "app/zuser.py").read_text() == (shallow / USER).read_text() == BEFORE

    def test_a_partial_one_without_its_remote(self, repo: Path, tmp_path: Path) -> None:
        configure(repo, "uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true")
        run_git(tmp_path, "clone", "--quiet", "--filter=blob:none", f"file://{repo}", "partial")
        repo.rename(tmp_path / "gone")
        check_whole_way(tmp_path / "partial")

    def test_a_partial_and_sparse_one_without_its_remote(self, make_repo: MakeRepo, tmp_path: Path) -> None:
        # What is not here cannot be looked at: that is told, and nothing that it may need is deleted.
        root = make_repo({**SPREAD, "plan.yaml": DELETING, USER: AFTER})
        configure(root, "uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true")
        run_git(tmp_path, "clone", "--quiet", "--filter=blob:none", "--sparse", f"file://{root}", "partial")
        partial = tmp_path / "partial"
        run_git(partial, "sparse-checkout", "set", "app")
        root.rename(tmp_path / "gone")
        text = told(partial, "apply", "plan.yaml").text
        assert (partial / "app/old.py").exists()
        assert "away/far.py" in text

    def test_one_that_borrows_its_objects(self, repo: Path, tmp_path: Path) -> None:
        run_git(tmp_path, "clone", "--quiet", "--shared", str(repo), "borrowing")
        check_whole_way(tmp_path / "borrowing")

    def test_objects_in_packs(self, repo: Path) -> None:
        run_git(repo, "gc", "--quiet")
        check_whole_way(repo)

    def test_sha_256(self, tmp_path: Path) -> None:
        root = tmp_path / "repo"
        root.mkdir()
        run_git(root, "init", "--quiet", "--initial-branch", "main", "--object-format=sha256")
        commit_all(root, FILES)
        check_whole_way(root)


class TestHistories:
    def test_a_commit_that_is_replaced(self, repo: Path) -> None:
        commit_all(repo, {"app/other.py": "X = 2\n"})
        run_git(repo, "replace", "--graft", "HEAD")
        check_whole_way(repo)

    def test_replacing_is_switched_off(self, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        commit_all(repo, {"app/other.py": "X = 2\n"})
        run_git(repo, "replace", "--graft", "HEAD")
        monkeypatch.setenv("GIT_NO_REPLACE_OBJECTS", "1")
        check_whole_way(repo)

    def test_a_merge_of_the_branch_of_the_run(self, repo: Path) -> None:
        check_migrates(repo)
        run_git(repo, "switch", "--quiet", "main")
        run_git(repo, "merge", "--quiet", "--no-ff", "-m", "merge", "codemods/one")
        succeed(repo, "status", "plan.yaml")
        check_goes_back(repo)

    def test_tags_and_branches_that_are_called_alike(self, repo: Path) -> None:
        for name in ("main", USER, "codemods/one"):
            run_git(repo, "update-ref", f"refs/tags/{name}", "HEAD")
        run_git(repo, "update-ref", "refs/heads/plan.yaml", "HEAD")
        check_migrates(repo)

    def test_notes(self, repo: Path) -> None:
        run_git(repo, "notes", "add", "-m", "Codemods-Unit: x\nCodemods-Plan: one")
        configure(repo, "notes.displayRef=refs/notes/*", "core.notesRef=refs/notes/commits")
        check_whole_way(repo)

    def test_history_with_other_encodings(self, repo: Path) -> None:
        message = "K\xf6ln\n\nCodemods-Unit: \xfc\n".encode("latin-1")
        subprocess.run(["git", "commit", "--quiet", "--allow-empty", "-F", "-"], cwd=repo, input=message, check=True)
        check_whole_way(repo)
