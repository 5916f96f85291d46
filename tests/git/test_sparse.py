"""Files that git tracks and that are not there, or that it is told not to look at."""

from __future__ import annotations

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
    check_goes_back,
    check_whole_way,
    commit_all,
    in_git,
    is_clean,
    succeed,
    told,
    tree,
    without,
)

if TYPE_CHECKING:
    from pathlib import Path


SPREAD = {**FILES, "away/__init__.py": "", "away/far.py": BEFORE, "away/idle.py": OTHER, "near/idle.py": OTHER}
DELETING = "schema: 1\nname: one\ndelete:\n  - module: app.old\n"


class TestSparse:
    """Files that git tracks and has not checked out are there all the same."""

    @pytest.fixture(params=["cone", "no-cone", "sparse-index"])
    def root(self, make_repo: MakeRepo, request: pytest.FixtureRequest) -> Path:
        root = make_repo(SPREAD)
        self.leave_away(root, request.param)
        return root

    def leave_away(self, root: Path, how: str) -> None:
        run_git(root, "sparse-checkout", "init", "--no-cone" if how == "no-cone" else "--cone")
        if how == "no-cone":
            run_git(root, "sparse-checkout", "set", "--no-cone", "/*", "!/away/")
        else:
            index = ["--sparse-index"] if how == "sparse-index" else []
            run_git(root, "sparse-checkout", "set", "--cone", *index, "app", "near")
        assert not (root / "away").exists()

    def test_a_reference_in_one_is_found_and_blocked(self, root: Path) -> None:
        text = succeed(root, "preview", "plan.yaml", expect=1)
        assert "away/far.py" in text
        assert "git sparse-checkout add away" in text
        assert "away/idle.py" not in text

    def test_the_others_are_migrated(self, root: Path) -> None:
        others = without(tree(root), USER)
        assert "1 file(s) are blocked" in succeed(root, "apply", "plan.yaml")
        assert (root / USER).read_text() == AFTER
        assert in_git(root, "away/far.py") == BEFORE.encode()
        assert without(tree(root), USER) == others
        assert is_clean(root)
        assert "away/far.py" in succeed(root, "status", "plan.yaml", expect=1)
        check_goes_back(root)

    def test_once_it_is_checked_out_it_is_migrated(self, root: Path) -> None:
        succeed(root, "apply", "plan.yaml")
        succeed(root, "status", "plan.yaml", expect=1)
        run_git(root, "sparse-checkout", "disable")
        succeed(root, "apply", "plan.yaml")
        assert (root / "away/far.py").read_text() == AFTER
        succeed(root, "status", "plan.yaml")

    def test_the_guard_sees_it(self, root: Path) -> None:
        assert "away/far.py" in succeed(root, "guard", "plan.yaml", expect=1)
        assert "away/far.py" in succeed(root, "guard", "plan.yaml", "away/far.py", expect=1)

    def test_nothing_that_it_needs_is_deleted(self, root: Path) -> None:
        commit_all(root, {"plan.yaml": DELETING, USER: AFTER})
        text = told(root, "apply", "plan.yaml").text
        assert (root / "app/old.py").exists()
        assert "away/far.py" in text

    def test_a_module_that_is_not_checked_out_can_be_the_target(self, root: Path) -> None:
        plan = "schema: 1\nname: one\nredirect:\n  - {symbol: app.old.f, to: away.idle.OTHER}\n"
        commit_all(root, {"plan.yaml": plan})
        assert "no such" not in succeed(root, "preview", "plan.yaml", expect=1)

    def test_the_scan_reads_it(self, make_repo: MakeRepo) -> None:
        twice = "class Twice:\n    def a(self):\n        return 1\n"
        root = make_repo({**SPREAD, "app/twice.py": twice, "away/twice.py": twice})
        whole = succeed(root, "scan", "Twice", expect=1)
        self.leave_away(root, "cone")
        assert succeed(root, "scan", "Twice", expect=1) == whole

    def test_a_rollback_of_what_is_not_checked_out_any_more(self, make_repo: MakeRepo) -> None:
        root = make_repo(SPREAD)
        succeed(root, "apply", "plan.yaml")
        self.leave_away(root, "cone")
        ran = told(root, "rollback", "plan.yaml", "--all")
        if ran.status:
            assert "away/far.py" in ran.text
            assert in_git(root, USER) == AFTER.encode()
        else:
            assert in_git(root, "away/far.py") == BEFORE.encode()
        assert is_clean(root)

    def test_a_folder_in_its_place_that_is_not_tracked_stays(self, root: Path) -> None:
        write_files(root, {"away/mine.py": BEFORE})
        succeed(root, "apply", "plan.yaml")
        assert (root / "away/mine.py").read_text() == BEFORE
        assert sorted(place.name for place in (root / "away").iterdir()) == ["mine.py"]

    def test_a_file_that_is_there_all_the_same(self, root: Path) -> None:
        # Somebody has written one in its place: git does not look at it, so it is not ours to change.
        write_files(root, {"away/far.py": "mine = 1\n"})
        succeed(root, "apply", "plan.yaml", expect=None)
        assert (root / "away/far.py").read_text() == "mine = 1\n"
        assert in_git(root, "away/far.py") == BEFORE.encode()


def test_a_file_that_is_taken_for_unchanged(make_repo: MakeRepo) -> None:
    # assume-unchanged: its edits are hidden from git. They are nobody's to commit.
    root = make_repo(FILES)
    run_git(root, "update-index", "--assume-unchanged", USER)
    write_files(root, {USER: f"{BEFORE}MINE = 1\n"})
    assert "1 file(s) are blocked" in succeed(root, "apply", "plan.yaml")
    assert (root / USER).read_text() == f"{BEFORE}MINE = 1\n"
    assert in_git(root, USER) == BEFORE.encode()
    assert "git update-index --no-assume-unchanged app/user.py" in succeed(root, "status", "plan.yaml", expect=1)


def test_a_file_that_is_taken_for_unchanged_and_is(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    run_git(root, "update-index", "--assume-unchanged", USER)
    assert "git update-index --no-assume-unchanged app/user.py" in succeed(root, "preview", "plan.yaml")
    succeed(root, "apply", "plan.yaml")
    assert (root / USER).read_text() == BEFORE
    run_git(root, "update-index", "--no-assume-unchanged", USER)
    check_whole_way(root)


def test_another_file_that_is_taken_for_unchanged(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    run_git(root, "update-index", "--assume-unchanged", "app/other.py")
    write_files(root, {"app/other.py": "MINE = 1\n"})
    check_whole_way(root)
    assert in_git(root, "app/other.py") == OTHER.encode()
    assert run_git(root, "ls-files", "-v", "app/other.py") == "h app/other.py"
