"""Turns LibCST nodes into `ast` nodes by a table of handlers, with the positions that `ast.parse` gives."""

from __future__ import annotations

import ast
import re
import unicodedata
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import libcst as cst
    from libcst.metadata import CodeRange

    Handler = Callable[["Reader", Any], ast.AST]

Span = tuple[int, int, int, int]  # line and column of the start, then of the end, as `ast` counts them
_NEWLINE = re.compile(r"\r\n|\r|\n")
_Node = TypeVar("_Node", bound=ast.AST)


class UnreadableError(ValueError):
    """The concrete tree has no counterpart among the `ast` nodes."""


def put(node: _Node, span: Span) -> _Node:
    """`node`, which from now on stands at `span`."""
    node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = span  # type: ignore[attr-defined]
    return node


class Reader:
    """Reads one module. `positions` come from LibCST's PositionProvider; `handlers` make one node each by class.

    What a handler returns stands where LibCST says its node does, unless the handler has put it elsewhere.
    `doubtful` collects the second names of handlers like `except A, b:`, which Python 2 reads otherwise.
    """

    def __init__(
        self,
        source: str,
        positions: Mapping[cst.CSTNode, CodeRange],
        handlers: Mapping[type[cst.CSTNode], Handler],
    ) -> None:
        self.source = source
        self.positions = positions
        self.handlers = handlers
        self.doubtful: list[str] = []
        self._starts = [0, *(match.end() for match in _NEWLINE.finditer(source))]
        self._ascii = source.isascii()

    # Nodes

    def read(self, node: cst.CSTNode) -> Any:
        """The counterpart of `node`. Raises UnreadableError."""
        handler = self.handlers.get(type(node))
        if handler is None:
            raise UnreadableError(type(node).__name__)
        made = handler(self, node)
        return made if hasattr(made, "lineno") else put(made, self.span(node))

    def maybe(self, node: cst.CSTNode | None) -> Any:
        """The counterpart of `node`, or None where there is none."""
        return self.read(node) if node is not None else None

    def all(self, nodes: Sequence[cst.CSTNode]) -> list[Any]:
        """The counterparts of `nodes`."""
        return [self.read(node) for node in nodes]

    def target(self, node: cst.CSTNode, context: type[ast.expr_context] = ast.Store) -> Any:
        """The counterpart of `node`, which is assigned to or deleted. Raises UnreadableError."""
        made = self.read(node)
        pending = [made]
        while pending:
            part = pending.pop()
            if not isinstance(part, (ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Starred)):
                raise UnreadableError(type(part).__name__)
            part.ctx = context()
            if isinstance(part, (ast.Tuple, ast.List)):
                pending += part.elts
            elif isinstance(part, ast.Starred):
                pending.append(part.value)
        return made

    # Positions

    def _column(self, line: int, column: int) -> int:
        if self._ascii:
            return column
        start = self._starts[line - 1]
        return len(self.source[start : start + column].encode())

    def span(self, node: cst.CSTNode) -> Span:
        """Where `node` stands, without the parentheses around it."""
        place = self.positions[node]
        start, end = place.start, place.end
        return start.line, self._column(start.line, start.column), end.line, self._column(end.line, end.column)

    def outer(self, node: Any) -> Span:
        """Where `node` stands with all parentheses around it."""
        if not getattr(node, "lpar", None):
            return self.span(node)
        return (*self.span(node.lpar[0])[:2], *self.span(node.rpar[-1])[2:])

    def enclosed(self, node: Any) -> Span:
        """Where `node` stands with the innermost parentheses around it, if any: those that make it what it is."""
        if not node.lpar:
            return self.span(node)
        return (*self.span(node.lpar[-1])[:2], *self.span(node.rpar[0])[2:])

    def text(self, first: cst.CSTNode, last: cst.CSTNode) -> str:
        """The source from the start of `first` to the end of `last`."""
        start, end = self.positions[first].start, self.positions[last].end
        return self.source[self._starts[start.line - 1] + start.column : self._starts[end.line - 1] + end.column]


def identifier(name: cst.Name) -> str:
    """The identifier as Python sees it: in the normal form NFKC."""
    return name.value if name.value.isascii() else unicodedata.normalize("NFKC", name.value)
