"""Where a piece of code stands: in which kind of function, and in which blocks."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.patterns.language import Snippet
    from codemods.transforms.view import ModuleView

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_AWAITING = (ast.Await, ast.AsyncFor, ast.AsyncWith)


def is_in_generator(view: ModuleView, node: ast.AST) -> bool:
    """Whether `node` stands in a generator expression, which an `await` would make an asynchronous one."""
    below = node
    for above in view.surroundings.ancestors(node):
        if isinstance(above, (ast.Lambda, ast.stmt)):
            return False
        # What the generator starts from is evaluated outside of it.
        if isinstance(above, ast.comprehension):
            owner = view.surroundings.parents[above]
            is_outside = isinstance(owner, ast.GeneratorExp) and owner.generators[0] is above and below is above.iter
            below = owner if is_outside else above
            continue
        if isinstance(above, ast.GeneratorExp) and below is not above:
            return True
        below = above
    return False


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


def start_of(view: ModuleView, node: ast.AST) -> int:
    """Where the statement `node` begins, with its decorators."""
    decorators = getattr(node, "decorator_list", None)
    if decorators:
        return view.source.rfind(b"@", 0, view.lines.span(decorators[0])[0])
    return view.lines.span(node)[0]  # type: ignore[arg-type]  # a statement


def is_elif(view: ModuleView, statement: ast.stmt) -> bool:
    """Whether `statement` is written as `elif`."""
    parent = view.surroundings.parents.get(statement)
    is_alone = isinstance(statement, ast.If) and isinstance(parent, ast.If) and parent.orelse == [statement]
    return is_alone and view.source.startswith(b"elif", view.lines.span(statement)[0])
