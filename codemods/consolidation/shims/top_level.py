"""The statements that run when a module is imported, and those that look as if they did."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def statements(block: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Each statement of `block` and of the blocks in it, not those of functions and classes."""
    for statement in block:
        yield statement
        if not isinstance(statement, _SCOPES):
            for holder in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                for name in ("body", "orelse", "finalbody"):
                    inner = getattr(holder, name, None)
                    if isinstance(inner, list):
                        yield from statements(inner)


def executed(block: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Those that run on import: not under `if TYPE_CHECKING:`, nor under `if __name__ == "__main__":`."""
    skipped = {id(inner) for body in (typing_block(s) or main_block(s) for s in statements(block)) for inner in body}
    hidden: set[int] = set()
    for statement in statements(block):
        if id(statement) in skipped or id(statement) in hidden:
            hidden.update(id(inner) for inner in statements([statement]))
        else:
            yield statement


def typing_block(statement: ast.stmt) -> list[ast.stmt]:
    """What stands under `if TYPE_CHECKING:`, or behind the `else:` of its opposite; nothing for other statements."""
    if not isinstance(statement, ast.If):
        return []
    if is_typing(statement.test):
        return statement.body
    is_opposite = isinstance(statement.test, ast.UnaryOp) and isinstance(statement.test.op, ast.Not)
    return statement.orelse if is_opposite and is_typing(statement.test.operand) else []  # type: ignore[attr-defined]


def is_typing(test: ast.expr) -> bool:
    """Whether it is `TYPE_CHECKING`."""
    return (test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")) == "TYPE_CHECKING"


def main_block(statement: ast.stmt) -> list[ast.stmt]:
    """What stands under `if __name__ == "__main__":`; nothing for other statements."""
    if not (isinstance(statement, ast.If) and isinstance(statement.test, ast.Compare)):
        return []
    sides = (statement.test.left, *statement.test.comparators)
    has_name = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    has_main = any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)
    return statement.body if has_name and has_main else []


def main_line(tree: ast.Module) -> int:
    """The line in which what the module does as a program begins; 0 where it is none."""
    return next((statement.lineno for statement in tree.body if main_block(statement)), 0)


def root(node: ast.expr) -> str:
    """The name that a chain of attributes, calls and subscripts starts with; empty where it starts otherwise."""
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def last_name(node: ast.expr) -> str:
    """The last name of `a.b.c` or of what a call calls."""
    while isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
