"""The documentation is true: its plans load, its diffs are what plans make, its reference is current."""

from __future__ import annotations

import re
import runpy
import shlex
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from codemods.cli.verbs import VERBS
from codemods.consolidation.deleting.removal import removal
from codemods.engine.own_transforms import load_transforms
from codemods.index.names import ModuleNames
from codemods.plan.load import load_plan
from codemods.report.output_schema import kinds
from codemods.transforms.view import view_of
from tests.checks import check_transformed
from tests.cli.commands import codemods
from tests.conftest import copied, init_repo
from tests.report.runs import make_run
from tests.test_cookbook import carried_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.foreign.runner import ForeignRunner

    MadeOnce = Callable[[str, Callable[[Path], object]], Path]

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
SHOP = {
    "shop/__init__.py": "",
    "shop/old.py": "def f(): ...\n",
    "shop/new.py": "def f(): ...\n",
    "shop/use.py": "from shop.old import f\n",
    "other.py": "from shop.old import f\n",
    "plan.yaml": "schema: 1\nname: shop\nredirect:\n  - {symbol: shop.old.f, to: shop.new.f}\n",
}
COOKBOOK = ROOT / "migration_plans" / "cookbook"
EXAMPLE = re.compile(r"<!-- example: (\w+) ?(\w*) -->\n```\w+\n(.*?)```", re.DOTALL)
EXAMPLES = [
    pytest.param(*example, id=f"{page.name}-{number}")
    for page in PAGES
    for number, example in enumerate(EXAMPLE.findall(page.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize(("kind", "recipe", "text"), EXAMPLES)
def test_examples(kind: str, recipe: str, text: str, foreign: ForeignRunner) -> None:
    plan = COOKBOOK / f"{recipe}.yaml"
    if kind == "plan":
        load_plan(text, "example.yaml")
    elif kind == "rules":
        assert text in textwrap.dedent(plan.read_text(encoding="utf-8").partition("rewrite:\n")[2])
    elif kind == "recipe":
        before, after = _sides(text)
        files, _ = carried_out(plan, {"scripts/a.py": before}, foreign)
        assert files["scripts/a.py"] == after
    elif kind == "delete":
        before, after = _sides(text)
        made = removal(view_of("a.py", before.encode(), ModuleNames()), recipe, lambda names: frozenset())
        assert made is not None
        assert made.source.decode() == after
    else:
        check_transformed(*_sides(text))


def _sides(diff: str) -> tuple[str, str]:
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if not line.startswith("+"))
    after = "".join(line[1:] for line in lines if not line.startswith("-"))
    return before, after


def test_the_cookbook_shows_every_recipe() -> None:
    page = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
    for kind in ("rules", "recipe"):
        shown = {recipe for other, recipe, _ in EXAMPLE.findall(page) if other == kind}
        assert shown == {plan.stem for plan in COOKBOOK.glob("*.yaml")}


@pytest.mark.parametrize("plan", [*(ROOT / "migration_plans").rglob("*.yaml"), ROOT / "fixtures/demo/plan.yaml"])
def test_example_plans_load(plan: Path) -> None:
    load_plan(plan.read_text(encoding="utf-8"), plan.name)


def test_the_plan_reference_is_current() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "generate.py"))["page"]()
    assert (ROOT / "docs" / "plan.md").read_text(encoding="utf-8") == page, "run `python docs/generate.py`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_readme_names_every_verb() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(VERBS) == set(re.findall(r"^\| `(\w+)", readme, re.MULTILINE))


def test_the_page_about_the_terminal_lists_every_kind_of_document() -> None:
    page = (ROOT / "docs" / "terminal.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| (?:`\w|all)", page, re.MULTILINE)
    assert sorted(listed) == sorted(kinds())


def test_the_reports_of_the_page_are_written(
    made_once: MadeOnce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    (commands,) = re.findall(r"<!-- commands -->\n```sh\n(.*?)```", page, re.DOTALL)
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    root = copied(made_once("ran", make_run), tmp_path / "repo")
    for command in commands.splitlines():
        codemods(root, *shlex.split(command)[1:], expect=1)
    written = {"preview.html", "preview.sarif", "preview.patch", "run.html", "run.xml"}
    assert {file.name for file in root.iterdir() if file.stat().st_size > 300} >= written


def test_the_review_of_the_page_is_carried_out(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
    (commands,) = re.findall(r"<!-- commands -->\n```sh\n(.*?)```", page, re.DOTALL)
    root = init_repo(tmp_path / "repo", SHOP)
    for command, status in zip(commands.splitlines(), (1, 0), strict=True):
        codemods(root, *shlex.split(command)[1:], expect=status)
    assert (root / "shop/use.py").read_text(encoding="utf-8") == "from shop.new import f\n"
    assert (root / "other.py").read_text(encoding="utf-8") == "from shop.old import f\n"


def test_the_transform_of_the_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "transforms.md").read_text(encoding="utf-8")
    files = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", page, re.DOTALL))
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "team-1.0.dist-info").mkdir()
    header, entry = files["pyproject.toml"].splitlines()
    assert header == '[project.entry-points."codemods.transforms"]'
    points = f"[codemods.transforms]\n{entry.replace(chr(34), '')}\n"
    (tmp_path / "team-1.0.dist-info" / "entry_points.txt").write_text(points, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert list(load_transforms(load_plan(files["plan.yaml"], "plan.yaml"))) == ["timeouts"]
    tests = [
        test for name, test in runpy.run_path(str(tmp_path / "test_team_codemods.py")).items() if name[:5] == "test_"
    ]
    assert len(tests) == 4
    for test in tests:
        test()
