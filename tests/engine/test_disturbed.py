"""What a validation does to tracked files is told, kept and taken back; what is the user's is left alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods.engine.disturbed import Disturbed, Watch, told
from codemods.errors import RepositoryError
from codemods.vcs import Repository
from tests.conftest import run_git, write_files

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = {"u.py": "old\n", "w.py": "w\n", "pkg/snapshot.txt": "right\n", "gone.py": "gone\n"}
UNIT = {"u.py": b"new\n", "fresh.py": b"fresh\n", "gone.py": None}


@pytest.fixture
def root(make_repo: Callable[..., Path]) -> Path:
    """A repository with a unit in its work tree."""
    root = make_repo(FILES)
    write_files(root, {path: content for path, content in UNIT.items() if content is not None})
    (root / "gone.py").unlink()
    return root


def watch(root: Path) -> Watch:
    watch = Watch(Repository.discover(root), root / ".git/codemods", "run")
    watch.before(UNIT)
    return watch


def kept(root: Path, copy: str) -> str:
    return (root / ".git/codemods" / copy).read_text()


def status(root: Path) -> set[str]:
    return {line.split(maxsplit=1)[1] for line in run_git(root, "status", "--porcelain").splitlines()}


def test_nothing_is_found_where_nothing_was_changed(root: Path) -> None:
    watched = watch(root)
    write_files(root, {"report.xml": "new\n", "pkg/__pycache__/x.pyc": "cache"})
    os.utime(root / "w.py", (1_000_000_000, 1_000_000_000))
    assert watched.after() == ()
    assert told((), root) == ""
    assert (root / "report.xml").exists()
    assert not (root / ".git/codemods").exists()


def test_a_file_of_the_unit_is_put_back_byte_by_byte(root: Path) -> None:
    watched = watch(root)
    write_files(root, {"u.py": "formatted\n", "fresh.py": "formatted, too\n"})
    found = watched.after()
    assert found == (
        Disturbed("fresh.py", "changed", is_back=True, copy="changed/run/fresh.py"),
        Disturbed("u.py", "changed", is_back=True, copy="changed/run/u.py"),
    )
    assert (root / "u.py").read_bytes() == b"new\n"
    assert (root / "fresh.py").read_bytes() == b"fresh\n"
    assert [kept(root, one.copy) for one in found] == ["formatted, too\n", "formatted\n"]


def test_a_file_of_the_unit_that_was_taken_away_is_put_back(root: Path) -> None:
    watched = watch(root)
    (root / "u.py").unlink()
    assert watched.after() == (Disturbed("u.py", "deleted", is_back=True),)
    assert (root / "u.py").read_bytes() == b"new\n"


def test_a_file_that_the_unit_deletes_is_taken_away_again(root: Path) -> None:
    watched = watch(root)
    write_files(root, {"gone.py": "made again\n"})
    assert [one.how for one in watched.after()] == ["changed"]
    assert not (root / "gone.py").exists()
    assert kept(root, "changed/run/gone.py") == "made again\n"


def test_a_link_in_the_place_of_a_file_is_not_written_through(root: Path) -> None:
    watched = watch(root)
    (root / "u.py").unlink()
    (root / "u.py").symlink_to("w.py")
    assert watched.after() == (Disturbed("u.py", "changed", is_back=True, copy="changed/run/u.py"),)
    assert not (root / "u.py").is_symlink()
    assert (root / "u.py").read_bytes() == b"new\n"
    assert (root / "w.py").read_text() == "w\n"


def test_mode_bits_are_put_back(root: Path) -> None:
    watched = watch(root)
    before = {path: (root / path).stat().st_mode for path in ("u.py", "w.py")}
    for path in before:
        (root / path).chmod(0o755)
    assert [one.path for one in watched.after()] == ["u.py", "w.py"]
    assert {path: (root / path).stat().st_mode for path in before} == before


def test_other_tracked_files_are_put_back_and_kept(root: Path) -> None:
    watched = watch(root)
    write_files(root, {"pkg/snapshot.txt": "whatever comes\n"})
    (root / "w.py").unlink()
    found = watched.after()
    assert found == (
        Disturbed("pkg/snapshot.txt", "changed", is_back=True, copy="changed/run/pkg/snapshot.txt"),
        Disturbed("w.py", "deleted", is_back=True),
    )
    assert (root / "pkg/snapshot.txt").read_text() == "right\n"
    assert (root / "w.py").read_text() == "w\n"
    assert kept(root, found[0].copy) == "whatever comes\n"
    assert status(root) == {"u.py", "fresh.py", "gone.py"}
    assert told(found, Path("/journal")) == (
        "The validation changed files that git tracks: pkg/snapshot.txt (changed, put back; a copy is "
        "/journal/changed/run/pkg/snapshot.txt), w.py (deleted, put back)."
    )


def test_what_was_different_before_is_the_users(root: Path) -> None:
    write_files(root, {"w.py": "the user is at it\n"})
    watched = watch(root)
    write_files(root, {"w.py": "the user is still at it\n"})
    assert watched.after() == ()
    assert (root / "w.py").read_text() == "the user is still at it\n"


def test_what_is_staged_is_unstaged_and_new_files_stay(root: Path) -> None:
    watched = watch(root)
    write_files(root, {"w.py": "staged\n", "new.txt": "new\n"})
    run_git(root, "add", "w.py", "new.txt")
    assert [(one.path, one.how) for one in watched.after()] == [("new.txt", "added"), ("w.py", "changed")]
    assert (root / "w.py").read_text() == "w\n"
    assert (root / "new.txt").read_text() == "new\n"
    assert run_git(root, "diff", "--cached", "--name-only") == ""


def test_each_state_of_a_file_is_kept_up_to_ten(root: Path) -> None:
    watched = watch(root)
    copies = []
    for text in ("one", "two", "one", *(str(number) for number in range(9))):
        watched.before(UNIT)
        write_files(root, {"w.py": text})
        copies += [one.copy for one in watched.after()]
    assert copies[:4] == [f"changed/run/w.py{end}" for end in ("", ".1", "", ".2")]
    assert kept(root, copies[0]) == "one"
    assert kept(root, copies[-1]) == "8"
    assert len(set(copies)) == 10


def test_a_folder_in_the_place_of_a_file_is_left(root: Path) -> None:
    watched = watch(root)
    for path in ("w.py", "u.py"):
        (root / path).unlink()
        write_files(root, {f"{path}/inside": "untracked\n"})
    assert watched.after() == (
        Disturbed("u.py", "changed", is_back=False),
        Disturbed("w.py", "changed", is_back=False),
    )
    assert (root / "w.py/inside").read_text() == "untracked\n"
    assert (root / "u.py/inside").read_text() == "untracked\n"


def test_what_cannot_be_kept_is_left(root: Path) -> None:
    watched = watch(root)
    write_files(root, {".git/codemods": "no folder\n", "w.py": "changed\n"})
    assert watched.after() == (Disturbed("w.py", "changed", is_back=False),)
    assert (root / "w.py").read_text() == "changed\n"


def test_a_commit_in_the_middle_is_an_error_and_touches_nothing(root: Path) -> None:
    watched = watch(root)
    write_files(root, {"w.py": "committed\n", "u.py": "changed\n"})
    run_git(root, "commit", "--quiet", "-m", "mine", "--only", "w.py")
    with pytest.raises(RepositoryError, match="HEAD has moved"):
        watched.after()
    assert (root / "u.py").read_text() == "changed\n"


def test_a_checkout_without_a_user_is_reset_whole(root: Path) -> None:
    write_files(root, {"w.py": "left over\n"})
    watched = Watch(Repository.discover(root), None, "run")
    watched.before(UNIT)
    write_files(root, {"u.py": "changed\n"})
    assert watched.after() == (
        Disturbed("u.py", "changed", is_back=True),
        Disturbed("w.py", "changed", is_back=True),
    )
    assert (root / "w.py").read_text() == "w\n"
    assert not (root / ".git/codemods").exists()


@pytest.mark.parametrize("attributes", ["*.txt text eol=crlf\n", "*.txt filter=upper\n", ""])
def test_line_ends_and_filters_do_not_count_as_changes(make_repo: Callable[..., Path], attributes: str) -> None:
    root = make_repo({".gitattributes": attributes, "u.py": "old\n"})
    run_git(root, "config", "filter.upper.clean", "tr a-z A-Z")
    run_git(root, "config", "filter.upper.smudge", "tr A-Z a-z")
    run_git(root, "config", "core.autocrlf", "true")
    write_files(root, {"a.txt": "one\r\ntwo\r\n", "b.txt": "one\r\n"})
    run_git(root, "add", "--all")
    run_git(root, "commit", "--quiet", "-m", "texts")
    watched = Watch(Repository.discover(root), root / ".git/codemods", "run")
    watched.before({})
    write_files(root, {"a.txt": "one\r\ntwo\r\n"})
    os.utime(root / "a.txt", (1_000_000_000, 1_000_000_000))
    assert watched.after() == ()
    write_files(root, {"a.txt": "one\r\nthree\r\n"})
    assert [one.path for one in watched.after()] == ["a.txt"]
    assert (root / "a.txt").read_bytes() == b"one\r\ntwo\r\n"


def test_odd_names(make_repo: Callable[..., Path]) -> None:
    names = ("sp ace.py", "\u00fc.py", "-dash.py", "[x]*.py", "new\nline.py", ":(top)x.py", "x.py")
    root = make_repo(dict.fromkeys(names, "x\n"))
    watched = Watch(Repository.discover(root), root / ".git/codemods", "run")
    watched.before({})
    write_files(root, dict.fromkeys(names[:-1], "y\n"))
    assert {one.path for one in watched.after()} == set(names[:-1])
    assert status(root) == set()
