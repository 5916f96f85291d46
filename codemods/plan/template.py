"""The template of a commit message: text with `{{ variable }}`, and nothing else that would be run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLES: dict[str, str] = {
    "file": "the file of the commit (or how many there are)",
    "files": "all files of the commit, one per line",
    "phase": "the name of the phase",
    "plan": "the name of the plan",
    "title": "the title of the plan",
    "issue": "the issue of the plan",
    "run": "the id of the run",
    "old_module": "the module that references were taken from",
    "new_module": "the module that they go to",
    "old": "the symbols that were replaced, by their full names",
    "new": "the symbols that take their place",
    "references": "how many references were rewritten",
    "rules": "the rules and codemods that have changed the files",
    "summary": "`redirect <file> to <new_module>`, or `rewrite <file> by <rules>`, or both",
}
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def render(template: str, values: Mapping[str, str]) -> str:
    """`template` with its variables filled in. Raises KeyError for one that is not in `values`."""
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)], template)


def variables(template: str) -> list[str]:
    """The names of the variables that `template` uses, in order."""
    return _PLACEHOLDER.findall(template)


def malformed(template: str) -> str | None:
    """The first thing that looks like a template's syntax and is not a variable; None where there is none."""
    rest = _PLACEHOLDER.sub("", template)
    found = re.search(r"\{\{.{0,20}|\{%.{0,20}|\{#.{0,20}", rest)
    return found.group() if found else None
