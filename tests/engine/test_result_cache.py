"""An audit and a scan that take from the cache what they can tell what those without it tell, whatever has changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from codemods.cache import Cache
from tests.checks import BASE, plan_text
from tests.cli.commands import run
from tests.conftest import run_git, write_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Files

CLASS = """\
class Sender:
    def send(self, what):
        self.sent = what

    def close(self):
        self.sent = None
"""
PATCHED = "@patch('app.use.f')\n@patch('app.twice.Sender')\ndef test(f):\n    pass\n"
FILES = {
    **BASE,
    "app/__init__.py": "from .use import f\n",
    "app/use.py": "from a.b import f\n\n\ndef run():\n    return f()\n",
    "app/more.py": f"import a.b\nfrom app import twice\n\n\ndef g():\n    return a.b.f(2), twice.Sender\n\n\n{CLASS}",
    "app/twice.py": CLASS,
    "app/front.py": "from app.twice import *\n\nX = Sender\n",
    "test_app.py": f"from unittest.mock import patch\n\n\n{PATCHED}",
    "unrelated.py": "x = 1\n",
    "notes.md": "See `a.b.f`.\n",
    "broken.py": "from a.b import f\ndef\n",
    "plan.yaml": plan_text(rest="keep: [{module: app.twice, symbols: [Sender]}]\nforbid: {classes: [Gone]}\n"),
}
AUDIT, SCAN = ("audit", "plan.yaml", "--json"), ("scan", "--json")
BOTH = pytest.mark.parametrize("verb", [AUDIT, SCAN], ids=["audit", "scan"])


@pytest.fixture
def root(make_repo: Callable[[Files], Path]) -> Path:
    return make_repo(FILES)


def told(root: Path, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...], *, cache: bool) -> tuple[int, str]:
    with monkeypatch.context() as patch:
        patch.setenv("CODEMODS_CACHE", "on" if cache else "off")
        completed = run(root, *verb)
    return completed.returncode, completed.stdout + completed.stderr


def kept(root: Path) -> dict[Path, int]:
    """The values in the cache, each with when it was written."""
    folder = root / ".git" / "codemods" / "cache"
    return {place: place.stat().st_mtime_ns for place in folder.glob("*.cache")}


def check(root: Path, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]) -> tuple[int, str]:
    """With the cache as it is, with what that has kept, and without it: all tell the same, and the second keeps
    nothing anew."""
    expected = told(root, monkeypatch, verb, cache=False)
    assert told(root, monkeypatch, verb, cache=True) == expected
    before = kept(root)
    assert told(root, monkeypatch, verb, cache=True) == expected
    assert kept(root) == before
    return expected


EDITS = {
    "a user": ("app/use.py", "def run():\n    return 1\n"),
    "a file that did not matter": ("unrelated.py", f"import a.b as old\nold.f()\n\n\n{CLASS}"),
    "what a package hands on": ("app/__init__.py", "from .twice import Sender\nfrom a.b import f as g\n"),
    "the kept class": ("app/twice.py", CLASS.replace("close", "stop")),
    "a forbidden class": ("app/front.py", "class Gone:\n    pass\n"),
    "text": ("notes.md", "See `a.b.C`.\n"),
    "what could not be read": ("broken.py", f"from a.b import f\n\n\n{CLASS}"),
    "what could be read": ("app/more.py", f"def\n{CLASS}"),
}


@BOTH
@pytest.mark.parametrize("edit", EDITS)
def test_after_an_edit_and_its_end(
    edit: str, verb: tuple[str, ...], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = check(root, monkeypatch, verb)
    path, text = EDITS[edit]
    write_files(root, {path: text})
    after = check(root, monkeypatch, verb)
    assert (after == before) is (edit == "text")
    write_files(root, {path: FILES[path]})
    assert check(root, monkeypatch, verb) == before


@BOTH
def test_after_files_come_go_and_are_touched(
    verb: tuple[str, ...], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = check(root, monkeypatch, verb)
    write_files(root, {"new.py": f"from a.b import C\n\n\n{CLASS}"})
    run_git(root, "add", "--intent-to-add", "new.py")
    assert "new.py" in check(root, monkeypatch, verb)[1]
    run_git(root, "rm", "--quiet", "--cached", "new.py")
    assert check(root, monkeypatch, verb) == before
    for path in root.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert check(root, monkeypatch, verb) == before
    # What cannot be read is tried again each time.
    (root / "app/use.py").unlink()
    expected = told(root, monkeypatch, verb, cache=False)
    assert expected != before
    assert [told(root, monkeypatch, verb, cache=True) for _ in range(2)] == [expected, expected]


def test_a_plan_that_says_something_else_is_audited_anew(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = check(root, monkeypatch, AUDIT)
    (root / "plan.yaml").write_text(plan_text("  - {symbol: a.b.f, to: c.d.Z}\n", rest="exclude: [app/use.py]\n"))
    assert check(root, monkeypatch, AUDIT) != before
    (root / "plan.yaml").write_text(FILES["plan.yaml"])
    assert check(root, monkeypatch, AUDIT) == before


def test_each_way_to_ask_for_a_scan_has_its_own_answer(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [
        ("--limit", "1"),
        ("--only", "duplicate"),
        ("--include-tests",),
        ("--exclude", "app/more.py"),
        ("--source-root", "app"),
        ("Sender",),
        ("app",),
        ("NoSuchName",),
    ]
    answers = {check(root, monkeypatch, (*SCAN, *more)) for more in asked if more != ("NoSuchName",)}
    assert len(answers) > 4
    answers |= {told(root, monkeypatch, (*SCAN, *more), cache=True) for more in asked}
    answers |= {told(root, monkeypatch, (*SCAN, *more), cache=False) for more in asked}
    assert len({answer for answer in answers if answer[0] == 2}) == 1
    assert "def send" not in check(root, monkeypatch, ("scan",))[1]


def test_what_a_scan_has_kept_serves_its_draft(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(root, monkeypatch, SCAN)
    status, draft = check(root, monkeypatch, ("scan", "--draft"))
    assert (status, "Sender" in draft) == (1, True)


@BOTH
def test_nothing_is_kept_where_it_is_switched_off(
    verb: tuple[str, ...], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(root, monkeypatch, verb, cache=False)
    assert not kept(root)


@BOTH
@pytest.mark.parametrize("is_damaged", [True, False], ids=["damaged", "of another kind"])
def test_values_that_cannot_be_used_count_as_missing(
    verb: tuple[str, ...], is_damaged: bool, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = check(root, monkeypatch, verb)
    places = kept(root)
    assert places
    for place in places:
        content = place.read_bytes()
        if is_damaged:
            place.write_bytes(content[: len(content) // 2])
            continue
        Cache(place.parent).keep("other", {"result": 1})
        other = next(new for new in kept(root) if new not in places)
        other.replace(place)
    assert check(root, monkeypatch, verb) == expected
