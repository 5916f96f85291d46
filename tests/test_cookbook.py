"""The recipes of the cookbook: what each makes of a file, what it leaves alone, what it lists for a person.

`tests/cookbook/<recipe>/` holds a file before and after, and one that only looks alike.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods.engine.preview import preview
from codemods.foreign.step import ForeignStep as Asked
from codemods.foreign.step import Rewritten, Untouched
from codemods.model import Disposition
from codemods.plan.load import load_plan
from codemods.steps.foreign import ForeignStep, Output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.engine.shown import Preview
    from codemods.foreign.runner import ForeignRunner

ROOT = Path(__file__).parent.parent
RECIPES = sorted((ROOT / "migration_plans" / "cookbook").glob("*.yaml"))
CASES = Path(__file__).parent / "cookbook"


def carried_out(recipe: Path, files: Mapping[str, str], runner: ForeignRunner) -> tuple[dict[str, str], Preview]:
    """`files` after the plan `recipe`, with its preview. `runner` runs codemods from elsewhere."""
    contents = {path: text.encode() for path, text in files.items()}
    loaded = load_plan(recipe.read_text(encoding="utf-8"), recipe.name)

    def run(step: ForeignStep, path: str, text: str) -> Output:
        ran = runner.run(Asked(step.kind, step.target, step.args), path, text)
        assert isinstance(ran, (Rewritten, Untouched)), ran
        return Output(ran.text if isinstance(ran, Rewritten) else None)

    shown = preview(loaded, sorted(contents), contents.__getitem__, run)
    changed = {change.path: change.after.decode() for unit in shown.units for change in unit.changes}
    return {**files, **changed}, shown


def case(recipe: Path, name: str) -> str:
    """The file `name` of a recipe's case."""
    return (CASES / recipe.stem / f"{name}.py.txt").read_text(encoding="utf-8")


def unused_imports(source: str) -> set[str]:
    """The names that the imports of `source` bind, and nothing in it has in any form."""
    tree = ast.parse(source)
    names = {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "__future__"
        for alias in node.names
    }
    return names - {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


@pytest.fixture(params=RECIPES, ids=lambda recipe: recipe.stem)
def recipe(request: pytest.FixtureRequest) -> Path:
    """Each plan of the cookbook."""
    assert isinstance(request.param, Path)
    return request.param


def test_a_file_becomes_what_is_expected(recipe: Path, foreign: ForeignRunner) -> None:
    files, shown = carried_out(recipe, {"scripts/a.py": case(recipe, "before")}, foreign)
    assert files["scripts/a.py"] == case(recipe, "after")
    ast.parse(files["scripts/a.py"])
    assert not any(finding.disposition is Disposition.BLOCKED for finding in shown.findings)


def test_what_only_looks_alike_is_left(recipe: Path, foreign: ForeignRunner) -> None:
    files, shown = carried_out(recipe, {"a.py": case(recipe, "untouched")}, foreign)
    assert files == {"a.py": case(recipe, "untouched")}
    assert [finding for finding in shown.findings if finding.disposition is Disposition.BLOCKED] == []


def test_what_is_done_is_not_done_again(recipe: Path, foreign: ForeignRunner) -> None:
    after = {"scripts/a.py": case(recipe, "after")}
    files, _ = carried_out(recipe, after, foreign)
    assert files == after


def test_imports_come_and_go(recipe: Path) -> None:
    before, after = case(recipe, "before"), case(recipe, "after")
    assert unused_imports(after) <= unused_imports(before)


LISTED = {
    "a loop that is used again": (
        "asyncio_run",
        "from asyncio import get_event_loop\n\nl = get_event_loop()\nl.run_until_complete(f())\nuse(l)\n",
        "`l` is still used in line 5",
    ),
    "a keyword that may be in `**`": (
        "subprocess_text",
        "import subprocess\n\nsubprocess.check_output('ls', **options)\n",
        "`**` may hold `universal_newlines`",
    ),
    "a position that may be in `*`": (
        "keyword_only",
        "from sklearn.svm import SVC\n\nSVC(*options)\n",
        "`*` may hold the argument at position 0",
    ),
    "an assertion in an expression": (
        "unittest_asserts",
        "class T:\n    def test(self):\n        x = self.assertTrue(self.y)\n",
        "its value is used, and the replacement has none",
    ),
    "a loop variable that is used later": (
        "builtins",
        "def f(xs):\n    for x in xs:\n        yield x\n    print(x)\n",
        "`x` is still used in line 4",
    ),
}


@pytest.mark.parametrize("situation", LISTED)
def test_what_is_unsure_is_listed(situation: str, foreign: ForeignRunner) -> None:
    name, source, reason = LISTED[situation]
    recipe = next(recipe for recipe in RECIPES if recipe.stem == name)
    files, shown = carried_out(recipe, {"a.py": source}, foreign)
    assert files == {"a.py": source}
    assert [(finding.disposition, finding.reason) for finding in shown.findings] == [(Disposition.REVIEW, reason)]


def test_a_caller_that_is_not_async_gets_the_other_call(foreign: ForeignRunner) -> None:
    recipe = next(recipe for recipe in RECIPES if recipe.stem == "async_http")
    source = "import requests\n\n\nclass A:\n    reply = requests.get('u')\n"
    files, _ = carried_out(recipe, {"a.py": source}, foreign)
    assert files["a.py"] == "import httpx\n\n\nclass A:\n    reply = httpx.get('u')\n"


def test_each_case_belongs_to_a_recipe() -> None:
    assert {folder.name for folder in CASES.iterdir()} == {recipe.stem for recipe in RECIPES}


def test_each_recipe_says_where_it_comes_from(recipe: Path) -> None:
    comments = [line for line in recipe.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert any("Source:" in line for line in comments)
