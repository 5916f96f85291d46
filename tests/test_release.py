"""What a release says of itself is consistent."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

from codemods.cli.verbs import VERBS
from codemods.version import VERSION

ROOT = Path(__file__).parent.parent
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
CHANGES = re.findall(r"^## (\S+) \((.+)\)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)


def setting(key: str) -> str:
    """A value of the project's settings that is text on a line of its own."""
    (value,) = re.findall(rf'^{key} = "(.+)"$', PROJECT, re.MULTILINE)
    return str(value)


def test_the_newest_entry_of_the_changelog_is_the_version() -> None:
    assert CHANGES[0][0] == VERSION == version("codemods")


def test_every_version_has_a_day_but_the_one_that_is_worked_on() -> None:
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", when) for _, when in CHANGES[1:])
    assert re.fullmatch(r"unreleased|\d{4}-\d\d-\d\d", CHANGES[0][1])
    assert len({version for version, _ in CHANGES}) == len(CHANGES)


def test_the_oldest_python_is_the_same_everywhere() -> None:
    oldest = setting("requires-python").removeprefix(">=")
    assert re.findall(r"Python :: (3\.\d+)", PROJECT)[0] == oldest
    assert setting("target-version") == f"py{oldest.replace('.', '')}"
    assert f"Python {oldest} or newer" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_extras_that_the_documentation_names_are_there() -> None:
    pages = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md"]
    named = {found for page in pages for found in re.findall(r"codemods\[(\w+)\]", page.read_text(encoding="utf-8"))}
    assert named == {"bowler", "dask"}
    assert all(re.search(rf"^{extra} = \[", PROJECT, re.MULTILINE) for extra in named)


def test_pytest_is_told_of_the_fixture() -> None:
    assert '[project.entry-points.pytest11]\ncodemods = "codemods.pytest_plugin"\n' in PROJECT


def test_the_hook_is_a_verb() -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert all(verb in VERBS for verb in re.findall(r"entry: codemods (\w+)", hooks))
    assert "codemods guard" in hooks
