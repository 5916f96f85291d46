"""Annotations, and which of them Python looks up when code runs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.consolidation.merging.source import DEFINITIONS, FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator


def has_future_annotations(tree: ast.Module) -> bool:
    """Whether annotations are not evaluated when the module is loaded."""
    return any(
        isinstance(statement, ast.ImportFrom)
        and statement.module == "__future__"
        and any(alias.name == "annotations" for alias in statement.names)
        for statement in tree.body
    )


def unevaluated(statement: ast.AST, *, future: bool) -> set[ast.AST]:
    """The names in annotations in `statement` that are never looked up: with `future`, all of them; else those of the
    variables of a function."""
    if future:
        return names_in_annotations(statement)
    functions = [node for node in ast.walk(statement) if isinstance(node, FUNCTIONS)]
    inside = (inner for function in functions for inner in _own_nodes(function))
    return {name for node in inside if isinstance(node, ast.AnnAssign) for name in ast.walk(node.annotation)}


def _own_nodes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """The nodes in the body of a function, but for those of functions and classes in it."""
    pending: list[ast.AST] = [*function.body]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (*DEFINITIONS, ast.Lambda)):
            pending += ast.iter_child_nodes(node)


def names_in_annotations(statement: ast.AST) -> set[ast.AST]:
    """The names that stand in annotations in `statement`."""
    found: set[ast.AST] = set()
    for node in ast.walk(statement):
        inner = getattr(node, "annotation", None) or getattr(node, "returns", None)
        found.update(ast.walk(inner) if isinstance(inner, ast.AST) else ())
    return found
