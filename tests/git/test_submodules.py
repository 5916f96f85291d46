"""Repositories within the repository: not entered, and in nobody's way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_git
from tests.git.situation import (
    AFTER,
    BEFORE,
    FILES,
    OTHER,
    USER,
    MakeRepo,
    check_whole_way,
    commit_all,
    configure,
    in_git,
    state,
    succeed,
    told,
)

if TYPE_CHECKING:
    from pathlib import Path


class TestSubmodules:
    @pytest.fixture
    def root(self, make_repo: MakeRepo, tmp_path: Path) -> Path:
        library = tmp_path / "library"
        library.mkdir()
        run_git(library, "init", "--quiet", "--initial-branch", "main")
        commit_all(library, {"user.py": BEFORE})
        root = make_repo(FILES)
        allowed = ("-c", "protocol.file.allow=always")
        run_git(root, *allowed, "submodule", "--quiet", "add", str(library), "vendor/library")
        run_git(root, "commit", "--quiet", "-m", "library")
        return root

    def test_it_is_not_entered(self, root: Path) -> None:
        assert "vendor/library" not in succeed(root, "preview", "plan.yaml", expect=1)
        check_whole_way(root)
        assert (root / "vendor/library/user.py").read_text() == BEFORE
        assert run_git(root / "vendor/library", "status", "--porcelain") == ""

    @pytest.mark.parametrize("ignore", ["none", "all"])
    def test_one_that_is_dirty_stands_in_nobodys_way(self, root: Path, ignore: str) -> None:
        configure(root, f"diff.ignoreSubmodules={ignore}")
        (root / "vendor/library/user.py").write_text("mine\n")
        (root / "vendor/library/new.py").write_text("mine\n")
        succeed(root, "apply", "plan.yaml")
        assert in_git(root, USER) == AFTER.encode()
        assert run_git(root, "rev-parse", "HEAD:vendor") == run_git(root, "rev-parse", "main:vendor")
        succeed(root, "rollback", "plan.yaml", "--all")
        assert (root / "vendor/library/user.py").read_text() == "mine\n"

    def test_one_at_another_commit_is_not_committed(self, root: Path) -> None:
        commit_all(root / "vendor/library", {"user.py": "newer\n"})
        succeed(root, "apply", "plan.yaml")
        assert run_git(root, "rev-parse", "HEAD:vendor") == run_git(root, "rev-parse", "main:vendor")
        assert run_git(root, "diff", "--name-only", "main") == f"{USER}\nvendor/library"

    def test_one_that_is_not_checked_out(self, root: Path) -> None:
        run_git(root, "submodule", "--quiet", "deinit", "--force", "vendor/library")
        check_whole_way(root)

    def test_inside_of_one_is_a_repository_of_its_own(self, root: Path) -> None:
        inside = root / "vendor/library"
        commit_all(inside, {**FILES, "user.py": OTHER})
        before = run_git(root, "rev-parse", "HEAD")
        check_whole_way(inside)
        assert run_git(root, "rev-parse", "HEAD") == before
        assert (root / USER).read_text() == BEFORE

    def test_a_plan_that_names_what_is_in_one(self, root: Path) -> None:
        plan = "schema: 1\nname: one\nredirect:\n  - {symbol: vendor.library.user.f, to: app.new.f}\n"
        commit_all(root, {"plan.yaml": plan, USER: "from vendor.library.user import f\n"})
        before = state(root)
        ran = told(root, "apply", "plan.yaml")
        assert (root / "vendor/library/user.py").read_text() == BEFORE
        assert ran.status == 2, ran.text
        assert "vendor.library.user" in ran.text
        assert state(root) == before

    def test_a_phase_for_what_is_in_one(self, root: Path) -> None:
        plan = str(FILES["plan.yaml"]).replace("files: rest", "files: ['vendor/**', 'app/**']")
        commit_all(root, {"plan.yaml": plan})
        succeed(root, "apply", "plan.yaml")
        assert (root / "vendor/library/user.py").read_text() == BEFORE
        assert in_git(root, USER) == AFTER.encode()


class TestNested:
    """A repository within, that is no submodule."""

    def test_it_is_not_entered(self, repo: Path) -> None:
        inner = repo / "inner"
        inner.mkdir()
        run_git(inner, "init", "--quiet", "--initial-branch", "main")
        commit_all(inner, {"user.py": BEFORE})
        check_whole_way(repo)
        assert (inner / "user.py").read_text() == BEFORE

    def test_from_within_it_the_inner_one_is_meant(self, repo: Path) -> None:
        inner = repo / "inner"
        inner.mkdir()
        run_git(inner, "init", "--quiet", "--initial-branch", "main")
        commit_all(inner, FILES)
        check_whole_way(inner)
        assert (repo / USER).read_text() == BEFORE

    def test_a_link_to_another_repository(self, repo: Path, tmp_path: Path) -> None:
        other = tmp_path / "other"
        other.mkdir()
        run_git(other, "init", "--quiet", "--initial-branch", "main")
        commit_all(other, {"user.py": BEFORE})
        (repo / "linked").symlink_to(other)
        commit_all(repo, {})
        check_whole_way(repo)
        assert (other / "user.py").read_text() == BEFORE
