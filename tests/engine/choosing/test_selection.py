"""What `preview --select` and `--deselect` mean, and that a unit is never split by them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.engine.choosing.owners import parse
from tests.conftest import Files, init_repo
from tests.engine.choosing.shop import ALL, FILES, PLAN, applied, commit, previewed, saved, verb

MadeOnce = Callable[[str, Callable[[Path], object]], Path]
MakeRepo = Callable[[Files], Path]
A, B, D, C, DELETE = ALL


@pytest.fixture
def shop(made_once: MadeOnce) -> Path:
    """The shop, to look at only."""
    return made_once("shop", lambda root: init_repo(root, FILES))


@pytest.mark.parametrize(
    ("words", "units"),
    [
        ("--select path:app/api/**", [A, B]),
        ("--select path:app/api --select path:d.py", [A, B, D]),
        ("--select path:nowhere", []),
        ("--select phase:P1", [D, C]),
        ("--select rule:two", [B, D]),
        ("--select form:attribute", [C]),
        ("--select form:from-import --deselect rule:two", [A]),
        ("--select owner:@web", [A, B, C]),
        ("--select owner:@OPS", [C]),
        ("--select owner:nobody", [D]),
        ("--select owner:@web --select path:app/jobs/", [C]),
        ("--deselect phase:P0 --deselect owner:@ops", [D]),
    ],
)
def test_units_are_selected_by_what_they_are_about(shop: Path, words: str, units: list[str]) -> None:
    # Nothing is deleted: some of the others, which refer to it, stay.
    assert previewed(shop, *words.split(), expect=1 if units else 0) == units


def test_what_depends_on_what_is_not_selected_is_told_so(shop: Path) -> None:
    told = verb(shop, "preview", "--deselect", "path:app/jobs/**", expect=1)
    assert "Selected 3 of 5 unit(s).\n" in told.stderr
    assert "app/jobs/c.py:1" in told.stdout.partition("Blocked, and left untouched")[2]
    assert previewed(shop, "--deselect", "rule:two", "--deselect", "phase:D") == [A, C]


def test_only_what_is_selected_is_counted(shop: Path) -> None:
    told = verb(shop, "preview", "--select", "path:app/api/a.py", expect=1).stdout
    assert "1 file(s) to change" in told
    assert "References: 2 found = 2 rewritten" in told


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("app/api", "`--select app/api` selects nothing."),
        ("paths:app", "`--select paths:app` selects nothing; did you mean `path`?"),
        ("path:", "`--select path:` selects nothing."),
        ("phase:p0", "There is no phase `p0`"),
        ("rule:too", "There is no rule `too`; did you mean `two`?"),
        ("form:strings", "There is no form `strings`; did you mean `string`?"),
        ("owner:@wob", "There is no owner `@wob`; did you mean `@web`?"),
    ],
)
def test_a_word_that_means_nothing_is_refused(shop: Path, word: str, why: str) -> None:
    assert why in verb(shop, "preview", "--select", word, expect=2).stderr


def test_owners_have_to_be_told_somewhere(make_repo: MakeRepo) -> None:
    root = make_repo({path: text for path, text in FILES.items() if path != "CODEOWNERS"})
    assert "Nobody says who owns which file." in verb(root, "preview", "--select", "owner:@web", expect=2).stderr


def test_files_that_change_together_are_selected_together(make_repo: MakeRepo) -> None:
    plan = "schema: 1\nname: shop\nredirect:\n  - {symbol: app.old.f, to: app.new.g}\n"
    files = {
        "plan.yaml": plan,
        "app/__init__.py": "",
        "app/old.py": "def f(): ...\n",
        "app/new.py": "def g(): ...\n",
        "app/use.py": "from app.old import f\n\n\ndef go():\n    return f()\n",
        "tests/test_use.py": "from unittest.mock import patch\n\nimport app.use\n\n\n"
        "@patch('app.use.f')\ndef test(f):\n    app.use.go()\n",
    }
    root = make_repo(files)
    units = saved(root, "--select", "path:tests/**")["units"]
    assert [file["path"] for unit in units for file in unit["files"]] == ["app/use.py", "tests/test_use.py"]


def test_what_was_selected_is_carried_out_and_nothing_else(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    review = saved(root, "--select", "owner:@web", "--deselect", "path:app/jobs/**")
    assert (review["select"], review["deselect"]) == (["owner:@web"], ["path:app/jobs/**"])
    assert applied(root, "--from", "review.json", expect=0) == {A: "committed", B: "committed"}
    assert previewed(root) == [D, C, DELETE]


def test_a_selection_that_means_more_now_stops_its_review(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    saved(root, "--select", "owner:@ops")
    commit(root, "CODEOWNERS", "*.py @ops\n")
    told = verb(root, "apply", "--from", "review.json", expect=2).stderr
    assert "now has what was not reviewed: app/api/a.py, app/api/b.py, app/d.py" in told
    assert "`codemods preview plan.yaml --select owner:@ops --save review.json`" in told


def test_a_review_of_everything_and_one_of_all_units_are_alike(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, "plan.yaml": PLAN.replace("delete:\n  - module: app.old\n", "")})
    everything = saved(root)["units"]
    assert saved(root, "--deselect", "form:star-import")["units"] == everything


CODEOWNERS = r"""
# a comment
*           @all
*.js        @js
/build/logs/  @logs
docs/*      docs@example.org
apps/       @apps
/top        @top
src/**/deep/  @deep
with\ space/  @space
nobody.txt
[Database][2] @db
*.sql
/sql/own.sql @own # others
^[Web]
*.js @web
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("a.py", ("@all",)),
        ("x/y.js", ("@js", "@web")),
        ("build/logs/a/b.txt", ("@logs",)),
        ("x/build/logs/a.txt", ("@all",)),
        ("docs/a.md", ("docs@example.org",)),
        ("docs/more/a.md", ("@all",)),
        ("x/apps/a/b.py", ("@apps",)),
        ("top/a.py", ("@top",)),
        ("x/top", ("@all",)),
        ("src/a/b/deep/c.py", ("@deep",)),
        ("src/deep/c.py", ("@deep",)),
        ("with space/a", ("@space",)),
        ("nobody.txt", ()),
        ("a.sql", ("@all", "@db")),
        ("sql/own.sql", ("@all", "@own")),
    ],
)
def test_owners_are_those_of_the_last_pattern_that_matches(path: str, owners: tuple[str, ...]) -> None:
    assert parse(CODEOWNERS).of(path) == owners
