"""Comments in a piece of source, told apart from strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from codemods.transforms.edits import Span
    from codemods.transforms.view import ModuleView

TOKEN = re.compile(
    rb"(?s)(?P<string>[A-Za-z]{0,2}(?:'''(?:\\.|(?!''').)*'''|\"\"\"(?:\\.|(?!\"\"\").)*\"\"\"|"
    rb"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"))|(?P<comment>#[^\r\n]*)"
)
PRAGMA = re.compile(rb"#\s*(noqa|type:|pragma|pylint:|nosec|fmt:|isort:|mypy:|ruff:|yapf:|pyright:)")


def with_comments(
    texts: list[tuple[Span | None, bytes]], comments: list[tuple[int, bytes, bool]], line_end: Callable[[int], int]
) -> list[bytes]:
    """The texts of statements with the comments between and behind them."""
    made: list[bytes] = []
    left = list(comments)
    for span, text in texts:
        if span is not None:
            made += [comment for offset, comment, _ in left if offset < span.start]
            left = [entry for entry in left if entry[0] >= span.start]
            behind = [c for c in left if not c[2] and span.end <= c[0] <= line_end(span.end)]
            left = [entry for entry in left if entry not in behind]
            made.append(b"  ".join((text, *(comment for _, comment, _ in behind))))
        else:
            made.append(text)
    if not any(span for span, _ in texts):
        return [*(comment for _, comment, _ in left), *made]
    return [*made[:-1], *(comment for _, comment, _ in left), made[-1]]


def lost_comments(view: ModuleView, start: int, end: int, kept: Sequence[Span]) -> list[bytes]:
    """The comments from `start` to `end` outside of `kept`, but for those that speak to tools."""
    if b"#" not in view.source[start:end]:
        return []
    comments = (match for match in TOKEN.finditer(view.source, start, end) if match["comment"])
    outside = (match for match in comments if not any(s.start <= match.start() < s.end for s in kept))
    return [match.group() for match in outside if not PRAGMA.match(match.group())]
