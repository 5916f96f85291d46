"""Where a piece of code stands: in which kind of function, and in which blocks."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.patterns.language import Snippet
    from codemods.transforms.view import ModuleView

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_AWAITING = (ast.Await, ast.AsyncFor, ast.AsyncWith)


def place_of(view: ModuleView, node: ast.AST) -> tuple[str, ast.AST | None]:
    """What the code of `node` runs in: `def`, `async def`, `lambda`, `class` or `module`, and that node."""
    below = node
    for above in view.surroundings.ancestors(node):
        if isinstance(above, ast.Lambda):
            if below is above.body:
                return "lambda", above
        elif isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and below in above.body:
            return _KINDS[type(above)], above
        below = above
    return "module", None


_KINDS: dict[type[ast.AST], str] = {
    ast.FunctionDef: "def",
    ast.AsyncFunctionDef: "async def",
    ast.ClassDef: "class",
}


def awaits(snippet: Snippet) -> bool:
    """Whether the code of `snippet` itself, not a function in it, needs to be in an `async def`."""
    pending: list[ast.AST] = list(snippet.body)
    while pending:
        node = pending.pop()
        if isinstance(node, _AWAITING) or getattr(node, "is_async", False):
            return True
        if not isinstance(node, _FUNCTIONS):
            pending += ast.iter_child_nodes(node)
    return False


def blocks_around(view: ModuleView, node: ast.AST) -> list[list[ast.stmt]]:
    """The blocks that `node` stands in, innermost first."""
    found: list[list[ast.stmt]] = []
    below = node
    for above in (*view.surroundings.ancestors(node),):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(above, name, None)
            if isinstance(block, list) and below in block:
                found.append(block)
        below = above
    return found


def is_in_template(view: ModuleView, node: ast.AST) -> bool:
    """Whether `node` stands in a formatted string, whose parts have no exact place before Python 3.12."""
    return any(isinstance(above, ast.JoinedStr) for above in view.surroundings.ancestors(node))
