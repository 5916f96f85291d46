"""The template of a commit message: text with `{{ variable }}`, and nothing else that would be run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.plan import limits

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
# In any case: git takes no notice of it in the names of trailers.
_TRAILER = re.compile(r"^\s*(?=codemods-)", re.IGNORECASE | re.MULTILINE)
# Behind such a line git looks for no trailers.
_SCISSORS = re.compile(r"^(?=.*-{20,} >8 -{20,})", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def render(template: str, values: Mapping[str, str]) -> str:
    """`template` with its variables filled in: text only, cut off at `limits.COMMIT` characters.

    No line of it is one of our trailers, or ends what git looks for trailers in: it is marked as a quote then. Where
    nothing is left, `summary` is the message. Raises KeyError for a variable that is not in `values`.
    """
    parts: list[str] = []
    room, end = limits.COMMIT, 0
    for match in _PLACEHOLDER.finditer(template):
        for part in (template[end : match.start()], values[match.group(1)]):
            parts.append(part[:room])
            room -= len(parts[-1])
        end = match.end()
    text = "".join((*parts, template[end:][:room]))
    text = _SCISSORS.sub("> ", _TRAILER.sub("> ", text))
    return text if text.strip() else values["summary"]


def is_trailer(text: str) -> bool:
    """Whether a line of `text` looks like one of the trailers by which we know our commits."""
    return _TRAILER.search(text) is not None


def variables(template: str) -> list[str]:
    """The names of the variables that `template` uses, in order."""
    return _PLACEHOLDER.findall(template)


def malformed(template: str) -> str | None:
    """The first thing that looks like a template's syntax and is not a variable; None where there is none."""
    rest = _PLACEHOLDER.sub("", template)
    found = re.search(r"\{\{.{0,20}|\{%.{0,20}|\{#.{0,20}", rest)
    return found.group() if found else None
