"""What the guides tell readers to type exists, and what they quote is what is said."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from codemods.cli.verbs import VERBS
from codemods.model import Change
from codemods.plan.load import load_plan
from codemods.plan.rewrites import Rule
from codemods.testing import check_blocked, preview_of
from tests.transforms.matrix import ENTRIES

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md")))
# In code: by itself, or in a block; up to where another command begins.
TYPED = re.compile(r"(?:^|[`$ ])codemods ([a-z]+)((?: [^`\n#|;&]*)?)", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
CODE = re.compile(r"```(?:sh|shell|console|yaml)\n.*?```|`[^`\n]+`", re.DOTALL)


def options(verb: str) -> set[str]:
    """The options of a verb."""
    alone = typer.Typer(add_completion=False)
    alone.command(verb)(VERBS[verb].function)
    command: Any = typer.main.get_command(alone)
    return {option for parameter in command.params for option in parameter.opts} | {"--help"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_one_that_exists(page: Path) -> None:
    code = "\n".join(found.strip("`") for found in CODE.findall(page.read_text(encoding="utf-8")))
    for verb, rest in TYPED.findall(code):
        assert verb in VERBS, f"codemods {verb}"
        assert set(OPTION.findall(rest)) <= options(verb), f"codemods {verb}{rest}"


@pytest.mark.parametrize("page", ["limits", "compare", "errors"])
def test_files_of_ours_that_a_page_names_are_there(page: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests|benchmarks|docs|codemods|\.ci)/[\w./-]+)`", text)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_our_column_of_the_comparison_is_what_the_forms_say() -> None:
    forms = [entry for entry in ENTRIES if entry.id.isdigit()]
    listed = sum("both" in entry.review for entry in forms)
    page = (ROOT / "docs" / "compare.md").read_text(encoding="utf-8")
    assert f"\n{len(forms)} small projects" in page
    assert f"\n| Codemods | {len(forms) - listed} | 0 | {listed}, listed with the reason |\n" in page


def test_the_code_and_the_test_that_patches_it_are_one_unit() -> None:
    page = (ROOT / "docs" / "mocks.md").read_text(encoding="utf-8")
    diffs = dict(re.findall(r"<!-- unit: (\S+) -->\n```diff\n(.*?)```", page, re.DOTALL))
    before, after = (
        {
            path: "".join(line[1:] for line in diff.splitlines(keepends=True) if line[0] != other)
            for path, diff in diffs.items()
        }
        for other in "+-"
    )
    files = {
        **{f"{package}/__init__.py": "" for package in ("shop", "shop/api", "shop/messaging", "tests")},
        "shop/messaging/sender_factory.py": "def create_sender(name): ...\n",
        "shop/messaging/senders.py": "def open_sender(name): ...\n",
    }
    redirect = "- {symbol: shop.messaging.sender_factory.create_sender, to: shop.messaging.senders.open_sender}"
    (unit,) = preview_of({**files, **before}, redirect=redirect).units
    assert {change.path: change.after.decode() for change in unit.changes if isinstance(change, Change)} == after


def test_the_page_on_coroutines_says_who_has_to_become_one() -> None:
    page = (ROOT / "docs" / "async.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"<!-- blocked -->\n```text\n(.*?)```", page, re.DOTALL)
    plan, *_ = re.findall(r"<!-- example: plan -->\n```yaml\n(.*?)```", page, re.DOTALL)
    rule = load_plan(plan, "p").plan.rewrite[0]
    assert isinstance(rule, Rule)
    files = {
        "shop/__init__.py": "",
        "shop/messaging/__init__.py": "",
        "shop/messaging/sender_factory.py": "def create_sender(name): ...\n",
        "shop/messaging/senders.py": "async def open_sender(name): ...\n",
        "shop/cli.py": "from shop.jobs import send\n\n\nasync def main():\n    send()\n",
    }
    source = "from shop.messaging.sender_factory import create_sender\n\n\ndef send():\n    create_sender('mail')\n"
    rewrite = f"- {{name: {rule.name}, match: {rule.match}, replace: {rule.replace}}}"
    reasons = check_blocked(source, rewrite=rewrite, path="shop/jobs.py", others=files)
    assert told.splitlines() == list(reasons)
