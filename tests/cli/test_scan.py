"""`codemods scan` and `codemods init` on real repositories: what they print, write and exit with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.cli.app import run
from tests.conftest import Files

MakeRepo = Callable[[Files], Path]
SHORT = "class Store:\n    def load(self):\n        return 1\n"
FILES = {
    "app/__init__.py": "",
    "app/store.py": f"{SHORT}    def save(self):\n        return 2\n",
    "app/old_store.py": SHORT,
    "app/legacy.py": "from app.store import Store\n",
    "one.py": "from app.store import Store\n",
    "two.py": "from app.store import Store\n",
    "three.py": "from app.old_store import Store\n",
    "tests/test_a.py": "from app.legacy import Store\ndef test_it(): ...\n",
    "tests/test_b.py": "def test_it(): ...\n",
}


@pytest.fixture
def repo(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_repo(FILES)
    monkeypatch.chdir(root)
    return root


def test_scan_shows_each_kind_with_places_users_and_what_was_left_out(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["scan"]) == 1
    assert capsys.readouterr().out == (
        "Defined more than once (1 name(s))\n"
        "  1  Store\n"
        "     the only one that nothing speaks against; 4 file(s), 5 lines\n"
        "     keep  app/store.py:1: 5 lines, 4 file(s), 1 of them tests\n"
        "           app/old_store.py:1: 3 lines, 1 file(s)\n"
        "               its name says `old`; 67% like code\n"
        "               lacks `save`\n"
        "\n"
        "Modules that only forward to others (1 module(s))\n"
        "  1  app.legacy\n"
        "     all that it has comes from app.store\n"
        "     keep  app/store.py:1: 5 lines, 3 file(s)\n"
        "           app/legacy.py:1: 1 line, 1 file(s), 1 of them tests\n"
        "\n"
        "Import paths that lead to one object (1 object(s))\n"
        "  1  Store\n"
        "     where it is defined: 3 file(s)\n"
        "     keep  app/store.py:1  app.store.Store: 3 file(s)\n"
        "           app/legacy.py:1  app.legacy.Store: 1 file(s), 1 of them tests\n"
        "               only imported there\n"
        "\n"
        "Left out: 1 name(s) that tests or examples define more than once (--include-tests shows them).\n"
        "3 finding(s) in 9 Python file(s); dotted names start from: `.`.\n"
        "`codemods init NAME` drafts a plan for one of them.\n"
    )


def test_scan_ends_with_0_where_nothing_is_found(make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_repo({"a.py": "def f(): ...\n", "b.py": "from a import f\n"})
    assert run(["scan", "--repo", str(root)]) == 0
    assert capsys.readouterr().out == "0 finding(s) in 2 Python file(s); dotted names start from: `.`.\n"


def test_scan_takes_names_paths_kinds_and_a_limit(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "app/legacy.py", "--only", "duplicate"]) == 0
    assert run(["scan", "app/legacy.py"]) == 1
    assert run(["scan", "Nothing"]) == 2
    capsys.readouterr()
    assert run(["scan", "--only", "duplicate", "--include-tests", "--limit", "1"]) == 1
    assert "Defined more than once (2 name(s), the first 1)" in capsys.readouterr().out


def test_scan_as_json(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "--json", "--only", "duplicate"]) == 1
    shown = json.loads(capsys.readouterr().out)
    assert (shown["kind"], shown["files_searched"], shown["totals"]) == ("scan", 9, {"duplicate": 1})
    (finding,) = shown["findings"]
    assert (finding["rank"], finding["name"], finding["keep"], finding["users"]) == (1, "Store", "app.store.Store", 5)
    assert finding["places"][1] == {
        "name": "app.old_store.Store",
        "path": "app/old_store.py",
        "line": 1,
        "lines": 3,
        "users": 1,
        "users_outside_tests": 1,
        "alike": 0.667,
        "methods_alike": 0.0,
        "notes": ["its name says `old`"],
        "differences": ["lacks `save`"],
    }


def test_init_drafts_a_plan_that_can_be_previewed(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "Store", "--output", "plan.yaml"]) == 0
    assert "codemods preview plan.yaml" in capsys.readouterr().out
    assert run(["preview", "plan.yaml"]) == 1
    assert "+from app.store import Store" in capsys.readouterr().out
    assert run(["init", "Store", "--output", "plan.yaml"]) == 2
    assert "The file is there already" in capsys.readouterr().err


def test_a_draft_that_changes_nothing_says_so(make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "p/__init__.py": "from p.real import make as build\n",
        "p/real.py": "def make():\n    return 1\n",
        "p/third.py": "from p.real import make\nmake()\n",
    }
    users = {f"p/user{number}.py": "from p import build\nbuild()\n" for number in range(12)}
    root = make_repo({**files, **users})
    assert run(["init", "build", "--repo", str(root)]) == 0
    told = capsys.readouterr()
    assert "\nredirect:" not in told.out
    assert told.err.startswith("This draft says what to keep, and changes nothing yet")


def test_a_file_that_holds_the_name_and_cannot_be_parsed_is_told(
    make_repo: MakeRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    store = "class Store:\n    def get(self):\n        return 1\n"
    files = {"a.py": store, "b.py": store, "c.py": "from a import Store\nStore(\n", "d.py": "broken(\n"}
    root = make_repo(files)
    assert run(["scan", "Store", "--repo", str(root)]) == 1
    told = capsys.readouterr().out
    assert "Skipped: c.py: line 2: " in told
    assert "Skipped: d.py" not in told
    assert run(["scan", "Store", "a.py", "--repo", str(root)]) == 1
    assert "Skipped: a.py" not in capsys.readouterr().out


def test_scan_with_draft_prints_the_same_plan(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "Store"]) == 0
    drafted = capsys.readouterr().out
    assert run(["scan", "Store", "--draft"]) == 1
    assert capsys.readouterr().out == drafted


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scan", "no/such"], "There is no such file or folder"),
        (["scan", "--only", "duplicates"], "There is no kind of findings `duplicates`; did you mean `duplicate`?"),
        (["scan", "--source-root", "lib"], "There is no such file or folder in the repository"),
        (["init", "Nothing"], "Nothing here is called `Nothing`."),
        (["init", "--output", "no/such/plan.yaml"], "The plan cannot be written"),
    ],
)
def test_mistakes_are_told_with_status_2(
    repo: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["scan", "init"])
def test_what_is_not_there_is_told(make_repo: MakeRepo, capsys: pytest.CaptureFixture[str], verb: str) -> None:
    root = make_repo({"a.py": "class A: ...\n", "b.py": "class A: ...\n"})
    assert run([verb, "A", "Nobody", "--repo", str(root)]) == 2
    assert "Nothing here is called `Nobody`." in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["scan", "init"])
def test_files_that_git_does_not_track_are_told(
    make_repo: MakeRepo, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    root = make_repo({"README": ""})
    (root / "a.py").write_text("class A: ...\n")
    assert run([verb, "--repo", str(root)]) == 2
    assert "git tracks no Python file here." in capsys.readouterr().err


def test_the_example_of_the_page_is_true(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "scan.md").read_text(encoding="utf-8")
    files = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", page, re.DOTALL))
    outputs = re.findall(r"<!-- output: (.+?) -->\n```\w+\n(.*?)```", page, re.DOTALL)
    monkeypatch.chdir(make_repo(files))
    assert len(outputs) == 2
    for command, output in outputs:
        run(command.split())
        assert capsys.readouterr().out == output
