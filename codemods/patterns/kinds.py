"""Kinds of expressions, by the words that a plan has for them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def is_kind(node: ast.AST | str, kind: str) -> bool:
    """Whether `node`, an expression, a keyword argument or a plain name, is of that kind."""
    if isinstance(node, ast.keyword):
        node = node.value
    return kind == "name" if isinstance(node, str) else _KINDS[kind](node)


def _is_literal(node: ast.AST) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _is_constant(*types: type) -> Callable[[ast.AST], bool]:
    return lambda node: isinstance(node, ast.Constant) and type(node.value) in types


_KINDS: dict[str, Callable[[ast.AST], bool]] = {
    "name": lambda node: isinstance(node, ast.Name),
    "attribute": lambda node: isinstance(node, ast.Attribute),
    "call": lambda node: isinstance(node, ast.Call),
    "literal": _is_literal,
    "string": lambda node: isinstance(node, ast.JoinedStr) or _is_constant(str)(node),
    "number": _is_constant(int, float, complex),
    "none": _is_constant(type(None)),
    "await": lambda node: isinstance(node, ast.Await),
    "lambda": lambda node: isinstance(node, ast.Lambda),
    "list": lambda node: isinstance(node, (ast.List, ast.ListComp)),
    "dict": lambda node: isinstance(node, (ast.Dict, ast.DictComp)),
    "tuple": lambda node: isinstance(node, ast.Tuple),
}
