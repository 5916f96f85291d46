"""What a pattern of a function or class leaves open, so that a new one must not be written without it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.patterns.match import same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.patterns.match import Bound

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def keeps_decorators(pattern: Sequence[ast.stmt], wanted: Sequence[ast.stmt]) -> bool:
    """Whether a rule makes of one function or class another one with the same decorators."""
    if len(pattern) != 1 or len(wanted) != 1:
        return False
    one, other = (getattr(statement, "decorator_list", None) for statement in (pattern[0], wanted[0]))
    if one is None or other is None or len(one) != len(other):
        return False
    return all(same(a, b) for a, b in zip(one, other, strict=True))


def open_part(pattern: ast.AST, node: Bound) -> str:
    """What `node` has and `pattern`, which matched it, says nothing of; empty where it says all."""
    if isinstance(pattern, ast.arg) and isinstance(node, ast.arg):
        return "annotations" if node.annotation is not None and pattern.annotation is None else ""
    if isinstance(pattern, ast.ClassDef) and isinstance(node, ast.ClassDef):
        if (node.bases or node.keywords) and not (pattern.bases or pattern.keywords):
            return "bases"
    elif isinstance(pattern, _FUNCTIONS) and isinstance(node, _FUNCTIONS):
        if node.returns is not None and pattern.returns is None:
            return "annotations"
    else:
        return ""
    return "decorators" if len(node.decorator_list) > len(pattern.decorator_list) else ""
