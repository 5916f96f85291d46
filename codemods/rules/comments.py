"""Comments in a piece of source, told apart from strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.transforms.edits import Span
    from codemods.transforms.view import ModuleView

TOKEN = re.compile(
    rb"(?s)(?P<string>[A-Za-z]{0,2}(?:'''(?:\\.|(?!''').)*'''|\"\"\"(?:\\.|(?!\"\"\").)*\"\"\"|"
    rb"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"))|(?P<comment>#[^\r\n]*)"
)
PRAGMA = re.compile(rb"#\s*(noqa|type:|pragma|pylint:|nosec|fmt:|isort:|mypy:|ruff:|yapf:|pyright:)")


def lost_comments(view: ModuleView, start: int, end: int, kept: Sequence[Span]) -> list[bytes]:
    """The comments from `start` to `end` outside of `kept`, but for those that speak to tools."""
    if b"#" not in view.source[start:end]:
        return []
    comments = (match for match in TOKEN.finditer(view.source, start, end) if match["comment"])
    outside = (match for match in comments if not any(s.start <= match.start() < s.end for s in kept))
    return [match.group() for match in outside if not PRAGMA.match(match.group())]
