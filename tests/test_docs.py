"""The documentation is true: its plans load, its diffs are what the redirect makes, its reference is current."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from codemods.cli.app import app
from codemods.plan.load import load_plan
from tests.checks import check_transformed

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
EXAMPLE = re.compile(r"<!-- example: (\w+) -->\n```\w+\n(.*?)```", re.DOTALL)
EXAMPLES = [
    pytest.param(kind, text, id=f"{page.name}-{number}")
    for page in PAGES
    for number, (kind, text) in enumerate(EXAMPLE.findall(page.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_examples(kind: str, text: str) -> None:
    if kind == "plan":
        load_plan(text, "example.yaml")
        return
    lines = text.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if not line.startswith("+"))
    after = "".join(line[1:] for line in lines if not line.startswith("-"))
    check_transformed(before, after)


@pytest.mark.parametrize("plan", [*(ROOT / "migration_plans").glob("*.yaml"), ROOT / "fixtures/demo/plan.yaml"])
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
    verbs = {command.name for command in app.registered_commands}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert verbs == set(re.findall(r"^\| `(\w+)", readme, re.MULTILINE))
