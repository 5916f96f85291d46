"""The comparison with other tools, on a tree of a few files, with the tools that are always there: ours and sed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.compare.table import line_of
from benchmarks.repositories import make_repository
from tests.conftest import write_files

if TYPE_CHECKING:
    from collections.abc import Callable

# On a busy machine the one comparison that all of them look at may take long.
pytestmark = pytest.mark.timeout(400)

ROOT = Path(__file__).parents[2]
FILES = {
    "shop/__init__.py": "",
    "shop/old.py": "def price(item):\n    return item\n\n\ndef tax(item):\n    return item\n",
    "shop/new.py": "def price_of(item):\n    return item\n",
    "app/plain.py": "from shop.old import price\n\nprint(price(1))\n",
    # What is beyond sed: a list over lines, a module's attribute, and the same name from elsewhere.
    "app/listed.py": "from shop.old import (\n    price,\n    tax,\n)\n\nprint(price(1), tax(2))\n",
    "app/dotted.py": "from shop import old\n\nprint(old.price(1))\n",
    "app/other.py": "def price(item):\n    return item\n\n\nprint(price(3))\n",
    # What nobody redirects: the name is made as it runs.
    "app/assigned.py": "import shop.old\n\nshop.old.price = print\nprint(shop.old.price(2))\n",
}


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the results of one comparison."""
    folder = tmp_path_factory.mktemp("compare")
    tree = folder / "tree"
    write_files(tree, FILES)
    make_repository(tree, "base")
    job = ["--tree", str(tree), "--symbol", "shop.old.price", "--to", "shop.new.price_of"]
    write_files(folder / "shown", {"README.md": "# Ours\n\n<!-- compared -->\nold\n<!-- end compared -->\n\nMore.\n"})
    limits = ["--tools", "codemods,sed", "--times", "1", "--work", str(folder / "work")]
    limits += ["--write-readme", str(folder / "shown")]
    command = [sys.executable, "-m", "benchmarks.compare", *job, *limits]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "work" / "results"


@pytest.fixture
def verdict(compared: Path) -> Callable[[str], dict[str, Any]]:
    """What the checker says of a tool's result."""
    rows = json.loads((compared / "results.json").read_text())["rows"]
    return lambda tool: next(row for row in rows if row["tool"] == tool and row["run"] == "apply")


def test_our_result_misses_nothing_in_silence(verdict: Callable[[str], dict[str, Any]]) -> None:
    row = verdict("codemods")
    assert row["verdict"]["broken"] == []
    assert row["verdict"]["needless"] == []
    assert row["verdict"]["files"] == 3
    assert row["verdict"]["by_file"] == {"app/assigned.py": 2}
    assert row["missed_without_a_word"] == 0


def test_the_checker_sees_what_sed_breaks(verdict: Callable[[str], dict[str, Any]]) -> None:
    row = verdict("sed")
    assert row["verdict"]["broken"] == ["app/dotted.py", "app/listed.py"]
    assert row["verdict"]["needless"] == ["app/other.py"]


@pytest.mark.parametrize("tool", ["codemods", "sed"])
def test_a_dry_run_shows_the_same_edits(compared: Path, tool: str) -> None:
    said = (compared / f"{tool}-dry.txt").read_text()
    lines = {"-from shop.old import price", "+from shop.new import price_of", "-print(price(1))", "+print(price_of(1))"}
    assert lines <= {*said.splitlines()}
    assert "def tax" not in said


def test_costs_are_measured_for_every_run(compared: Path) -> None:
    rows = json.loads((compared / "results.json").read_text())["rows"]
    runs = {(row["tool"], row["run"]): len(row["costs"]) for row in rows}
    ours = {("codemods", "dry"): 1, ("codemods", "dry, again"): 1, ("codemods", "apply"): 1}
    assert runs == {**ours, ("sed", "dry"): 1, ("sed", "apply"): 1}
    assert all(cost["cpu"] > 0 and cost["peak"] > 1 for row in rows for cost in row["costs"])


def test_the_results_are_shown_as_a_table_and_a_picture(compared: Path) -> None:
    table = (compared / "table.md").read_text()
    assert "| sed | 5 | 0 | 0 | 0 | 2 | 2 | 1 |" in table
    assert "| codemods | 3 | 2 | 0 | 0 | 0 | 0 | 0 |" in table
    assert (compared / "plot.svg").read_text().count("<rect") == 1 + 5


def test_a_readme_gets_a_row_for_each_tool_and_a_picture(compared: Path) -> None:
    shown = compared.parents[1] / "shown"
    before, _, rest = (shown / "README.md").read_text().partition("<!-- compared -->\n")
    table, _, after = rest.partition("<!-- end compared -->")
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")][2:]
    assert [(row[0], row[5:]) for row in rows] == [
        ("| codemods", ["3", "2", "0", "0 |"]),
        ("| codemods, again", ["", "", "", " |"]),
        ("| sed", ["5", "0", "0", "2 |"]),
    ]
    assert (before, after) == ("# Ours\n\n", "\n\nMore.\n")
    assert (shown / "docs" / "images" / "compare.svg").read_text().count("<rect") == 1 + 3


def test_what_was_measured_earlier_is_read_again(compared: Path) -> None:
    rows = json.loads((compared / "results.json").read_text())["rows"]
    assert json.loads(json.dumps([line_of(row).to_json() for row in rows])) == rows
