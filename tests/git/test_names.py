"""Names of files: whatever a file is called, its commit is found again by that name, and no other file is meant."""

from __future__ import annotations

import ast
import os
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_git
from tests.git.situation import (
    AFTER,
    BEFORE,
    FILES,
    USER,
    MakeRepo,
    check_goes_back,
    check_migrates,
    commit_all,
    configure,
    in_git,
    is_clean,
    refuse,
    run,
    succeed,
    told,
    trailer,
    tree,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = [
    "sp ace.py",
    " leading.py",
    "trailing .py",
    "two  spaces.py",
    "trailing.py /x.py",
    "dots...py",
    "folder./x.py",
    "quote'.py",
    'quote".py',
    "back`tick.py",
    "back\\slash.py",
    "back\\nslash.py",
    "-dash.py",
    "--all.py",
    "--/x.py",
    ":colon.py",
    ":(glob)**.py",
    ":(top)x.py",
    ":!not.py",
    "*.py",
    "?.py",
    "[x].py",
    "!x.py",
    "#x.py",
    "~.py",
    "$HOME.py",
    "$(id).py",
    "{{ file }}.py",
    "%s%d%n.py",
    "a=b.py",
    "a:b.py",
    "a,b.py",
    "a;b.py",
    "a&b.py",
    "a|b.py",
    "a<b>.py",
    "é.py",
    "e\u0301.py",
    "🐍.py",
    "👩‍👩‍👧.py",
    "\u202eevil.py",
    "\ufeffbom.py",
    "zero\u200bwidth.py",
    "no\u00a0break.py",
    "line\u2028separator.py",
    "tab\t.py",
    "new\nline.py",
    "\nleading.py",
    "new\n\nlines.py",
    "Codemods-Unit: x\nCodemods-Unit: y.py",
    "carriage\rreturn.py",
    "form\x0cfeed.py",
    "escape\x1b[31m.py",
    "bell\x07.py",
    "delete\x7f.py",
    "\x01.py",
    "\udcff.py",
    "latin\udce9.py",
    "half\udcc3.py",
    f"{'x' * 252}.py",
    f"{'é' * 126}.py",
    f"{'long/' * 40}x.py",
]


ESCAPED = re.compile(r"\\(\\|[nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")


@pytest.fixture
def files() -> dict[str, str | bytes]:
    """All files but the one to redirect."""
    return {path: content for path, content in FILES.items() if path != USER}


# The whole way alone; of all the others below.
ALONE = ["sp ace.py", "-dash.py", ":(glob)**.py", "new\nline.py", "\udcff.py", f"{'é' * 126}.py"]


@pytest.mark.parametrize("name", ALONE, ids=ascii)
def test_the_whole_way_of_an_odd_name(make_repo: MakeRepo, files: dict[str, str | bytes], name: str) -> None:
    root = make_repo({**files, name: BEFORE})
    check_migrates(root, path=name)
    assert "\n" not in trailer(root, "Codemods-Unit")
    assert run_git(root, "log", "-1", "--format=%(trailers:key=Codemods-Plan,valueonly)") == "one"
    check_goes_back(root, path=name)


def test_all_of_them_together(make_repo: MakeRepo, files: dict[str, str | bytes]) -> None:
    root = make_repo({**files, **dict.fromkeys(NAMES, BEFORE)})
    before = tree(root)
    succeed(root, "apply", "plan.yaml")
    assert [name for name in NAMES if (root / name).read_text() != AFTER] == []
    assert run_git(root, "rev-list", "--count", "main..") == str(len(NAMES))
    succeed(root, "status", "plan.yaml")
    assert set(committed(root)) == set(NAMES)
    taken = NAMES[::9]
    for name in taken:
        succeed(root, "rollback", "plan.yaml", "--file", name)
        assert (root / name).read_text() == BEFORE
    assert [name for name in NAMES if (root / name).read_text() != AFTER] == taken
    succeed(root, "rollback", "plan.yaml", "--all")
    assert tree(root) == before
    assert is_clean(root)


def committed(root: Path) -> Iterator[str]:
    """The names that the trailers of the commits tell, read back as they are spelled out there."""
    for unit in run_git(root, "log", "--format=%(trailers:key=Codemods-Unit,valueonly)", "main..").splitlines():
        if unit:
            yield ESCAPED.sub(lambda match: str(ast.literal_eval(f"'{match[0]}'")), unit)


def test_two_names_that_are_told_alike(make_repo: MakeRepo, files: dict[str, str | bytes]) -> None:
    # A newline is told as a backslash and an n, which another name may hold itself.
    one, other = "new\nline.py", "new\\nline.py"
    root = make_repo({**files, one: BEFORE, other: BEFORE})
    before = tree(root)
    succeed(root, "apply", "plan.yaml")
    assert (root / one).read_text() == (root / other).read_text() == AFTER
    units = run_git(root, "log", "--format=%(trailers:key=Codemods-Unit,valueonly,separator=%x2C)", "main..")
    assert len(set(units.splitlines())) == 2
    succeed(root, "rollback", "plan.yaml", "--file", other)
    assert ((root / one).read_text(), (root / other).read_text()) == (AFTER, BEFORE)
    succeed(root, "rollback", "plan.yaml", "--all")
    assert tree(root) == before


def test_the_name_as_it_is_told_is_taken_too(make_repo: MakeRepo, files: dict[str, str | bytes]) -> None:
    root = make_repo({**files, "new\nline.py": BEFORE})
    succeed(root, "apply", "plan.yaml")
    succeed(root, "rollback", "plan.yaml", "--file", "new\\nline.py")
    assert (root / "new\nline.py").read_text() == BEFORE


@pytest.mark.parametrize("given", ["./app/user.py", "app//user.py", "app/../app/user.py"])
def test_other_ways_to_name_a_file(repo: Path, given: str) -> None:
    check_migrates(repo)
    succeed(repo, "rollback", "plan.yaml", "--file", given)
    assert (repo / USER).read_text() == BEFORE


def test_a_name_from_the_folder_that_one_is_in(repo: Path) -> None:
    check_migrates(repo)
    succeed(repo / "app", "rollback", "../plan.yaml", "--file", "user.py")
    assert (repo / USER).read_text() == BEFORE


def test_the_full_name(repo: Path) -> None:
    check_migrates(repo)
    succeed(repo, "rollback", "plan.yaml", "--file", str(repo / USER))
    assert (repo / USER).read_text() == BEFORE


def test_a_file_that_no_commit_of_ours_has_changed(repo: Path) -> None:
    check_migrates(repo)
    refuse(repo, "rollback", "plan.yaml", "--file", "app/other.py", saying="nothing to take back for file app/other.py")
    refuse(repo, "rollback", "plan.yaml", "--file", "app/*.py", saying="nothing to take back for file app/*.py")


def test_names_that_differ_in_case_only(make_repo: MakeRepo, files: dict[str, str | bytes]) -> None:
    root = make_repo({**files, "app/user.py": BEFORE, "app/User.py": BEFORE, "APP/user.py": BEFORE})
    before = tree(root)
    succeed(root, "apply", "plan.yaml")
    assert run_git(root, "rev-list", "--count", "main..") == "3"
    succeed(root, "rollback", "plan.yaml", "--file", "app/User.py")
    assert (root / "app/User.py").read_text() == BEFORE
    assert (root / "app/user.py").read_text() == (root / "APP/user.py").read_text() == AFTER
    succeed(root, "rollback", "plan.yaml", "--all")
    assert tree(root) == before


def test_where_git_is_told_that_case_does_not_count(make_repo: MakeRepo, files: dict[str, str | bytes]) -> None:
    root = make_repo({**files, "app/User.py": BEFORE})
    configure(root, "core.ignoreCase=true")
    check_migrates(root, path="app/User.py")
    check_goes_back(root, path="app/User.py")


def test_two_tracked_names_of_one_file_where_case_does_not_count(make_repo: MakeRepo) -> None:
    # As a clone is on such a file system: git tracks both, and one file is there, with the bytes of one of them.
    root = make_repo({**FILES, "app/User.py": BEFORE + "# the other\n"})
    configure(root, "core.ignoreCase=true")
    (root / "app/User.py").unlink()
    os.link(root / USER, root / "app/User.py")
    ran = told(root, "apply", "plan.yaml")
    assert ran.status == 2
    assert "app/User.py" in ran.text


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_both_forms_of_one_name(make_repo: MakeRepo, files: dict[str, str | bytes], form: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, "é.py") for form in ("NFC", "NFD"))
    root = make_repo({**files, composed: BEFORE, decomposed: BEFORE})
    wanted = unicodedata.normalize(form, "é.py")
    succeed(root, "apply", "plan.yaml")
    succeed(root, "rollback", "plan.yaml", "--file", wanted)
    assert {name: (root / name).read_text() == BEFORE for name in (composed, decomposed)} == {
        composed: form == "NFC",
        decomposed: form == "NFD",
    }


def test_a_shim_whose_path_differs_in_case_only_from_another_file(make_repo: MakeRepo) -> None:
    # Both would be one file where case does not count.
    root = make_repo(
        {
            **FILES,
            "app/Old.py": "X = 1\n",
            "plan.yaml": "schema: 1\nname: one\nredirect:\n  - {module: app.old, to: app.new, leave: shim}\n",
        }
    )
    configure(root, "core.ignoreCase=true")
    before = tree(root)
    ran = told(root, "apply", "plan.yaml")
    assert tree(root)["app/Old.py"] == before["app/Old.py"]
    assert in_git(root, "app/Old.py") == b"X = 1\n"
    assert "app/Old.py" not in run_git(root, "diff", "--name-only", "main").splitlines()
    assert ran.status in (0, 1, 2)


def test_what_commands_that_read_say_of_them(make_repo: MakeRepo, files: dict[str, str | bytes]) -> None:
    names = [name for name in NAMES if not name.isprintable()]
    root = make_repo({**files, **dict.fromkeys(names, BEFORE)})
    for words in (["preview", "plan.yaml"], ["status", "plan.yaml"], ["guard", "plan.yaml"], ["scan"]):
        completed = run(root, *words)
        assert completed.returncode == 1, completed.stdout + completed.stderr
        assert {*completed.stdout, *completed.stderr} & {*"\x1b\x07\x0c\r\x01\x7f\u202e"} == set(), words


def test_a_folder_with_an_odd_name(tmp_path: Path, make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    for name in ("-x '\"", "*:(top)\udcffé"):
        place = root.parent / name
        root = root.rename(place)
        check_migrates(root)
        check_goes_back(root)
        run_git(root, "switch", "--quiet", "main")
        run_git(root, "branch", "--quiet", "-D", "codemods/one")
    commit_all(root, {"app/other.py": "changed\n"})
