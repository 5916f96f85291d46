"""How much two statements of snippets have in common: a new one keeps the text of the one that it is most like."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.patterns.language import is_gap

if TYPE_CHECKING:
    from collections.abc import Iterator


def likeness(one: ast.stmt, other: ast.stmt) -> float:
    """How much of what two statements say is the same, from 0 to 1."""
    if type(one) is not type(other) or is_gap(one):
        return 0.0
    mine, theirs = set(_sayings(one)), set(_sayings(other))
    return len(mine & theirs) / max(len(mine | theirs), 1)


def _sayings(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        yield type(inner).__name__
        for name in ("id", "attr", "arg", "value"):
            word = getattr(inner, name, None)
            if isinstance(word, (str, int)):
                yield str(word)
