"""The text of the last parameters of a function, with their stars, annotations and defaults."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.transforms.view import ModuleView

_BETWEEN = re.compile(rb"(?:\s|#[^\n]*\n|\\\r?\n)*,?(?:\s|#[^\n]*\n|\\\r?\n)*")


def parameters(view: ModuleView, owner: ast.arguments, run: Sequence[ast.AST]) -> tuple[int, int]:
    """From where to where the parameters `run`, the last ones of `owner`, are written."""
    inner = [node for node in ast.iter_child_nodes(owner) if isinstance(node, (ast.arg, ast.expr))]
    first = min(view.lines.span(node)[0] for node in run)  # type: ignore[arg-type]  # they are parameters
    before = [view.lines.span(node)[1] for node in inner if view.lines.span(node)[0] < first]
    end = max(view.lines.span(node)[1] for node in inner)
    if before:
        start = max(before)
    else:
        function = view.surroundings.parents[owner]
        is_lambda = isinstance(function, ast.Lambda)
        start = view.lines.span(function)[0] + len("lambda") if is_lambda else view.source.rfind(b"(", 0, first) + 1  # type: ignore[arg-type]
    match = _BETWEEN.match(view.source, start)
    return (match.end() if match else start), end
