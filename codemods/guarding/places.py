"""Which function or class a line of a module stands in."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.guarding.violations import TOP

if TYPE_CHECKING:
    from collections.abc import Iterator

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Places:
    """The definitions of a module by the lines that they stand on, decorators included."""

    def __init__(self, tree: ast.Module) -> None:
        """Of the module `tree`."""
        self.spans = list(_spans(tree, ""))

    @property
    def names(self) -> frozenset[str]:
        """All of them, as `Class.method`, and the module itself."""
        return frozenset((TOP, *(name for _, _, name in self.spans)))

    def at(self, line: int) -> str:
        """The innermost definition that holds `line`, or the module."""
        inside = [(first, -last, name) for first, last, name in self.spans if first <= line <= last]
        return max(inside)[2] if inside else TOP


def _spans(node: ast.AST, outer: str) -> Iterator[tuple[int, int, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Definition):
            name = f"{outer}{child.name}"
            first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
            yield first, child.end_lineno or child.lineno, name
            yield from _spans(child, f"{name}.")
        elif not isinstance(child, ast.expr):
            yield from _spans(child, outer)
