"""Documents for programs: JSON under a version, which changes when a key changes its meaning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec.json

from codemods.errors import PlanError
from codemods.model import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.errors import CodemodsError

VERSION = 1


def dump(kind: str, /, **values: object) -> str:
    """`values` as a document of that kind."""
    return to_text({"version": VERSION, "kind": kind, **values})


def to_text(values: Mapping[str, object]) -> str:
    """`values` as JSON in letters that can be seen: where there are others, all but ASCII is escaped."""
    text = json.dumps(values, ensure_ascii=False)
    if text != visible(text):
        return json.dumps(values, indent=2).replace("\x7f", "\\u007f")
    # `json` indents by Python code, which takes ten times as long.
    return msgspec.json.format(text, indent=2)


def error_json(error: CodemodsError) -> str:
    """An error, in place of the document that was asked for."""
    found = error.mistakes if isinstance(error, PlanError) else ()
    mistakes = [{"line": m.line, "column": m.column, "message": m.message} for m in found]
    return dump("error", what=error.what, where=error.where, hint=error.hint, mistakes=mistakes)
