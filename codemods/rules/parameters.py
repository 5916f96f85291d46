"""The text of the last parameters of a function, with their stars, annotations and defaults."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.rules.comments import TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.transforms.view import ModuleView

_BETWEEN = re.compile(rb"(?:[\s)]|#[^\n]*\n|\\\r?\n)*,?(?:\s|#[^\n]*\n|\\\r?\n)*")
_BLANK = re.compile(rb"\s*")


def parameters(view: ModuleView, owner: ast.arguments, run: Sequence[ast.AST]) -> tuple[int, int]:
    """From where to where the parameters `run`, the last ones of `owner`, are written."""
    spans = [view.lines.span(node) for node in ast.iter_child_nodes(owner)]  # type: ignore[arg-type]  # they have places
    first = min(view.lines.span(node)[0] for node in run)  # type: ignore[arg-type]  # they are parameters
    before = [end for start, end in spans if start < first]
    end = max(end for _, end in spans)
    if before:
        start = max(before)
    else:
        function = view.surroundings.parents[owner]
        is_lambda = isinstance(function, ast.Lambda)
        start = view.lines.span(function)[0] + len("lambda") if is_lambda else view.source.rfind(b"(", 0, first) + 1  # type: ignore[arg-type]
    match = _BETWEEN.match(view.source, start) if before else _BLANK.match(view.source, start)
    start = match.end() if match else start
    code = TOKEN.sub(b"", view.source[start:end])
    for _ in range(code.count(b"(") - code.count(b")")):
        end = view.source.index(b")", end) + 1
    return start, end
