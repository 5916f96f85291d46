"""One of both modules as a merge sees it: its statements, what they bind, and the names of the module that they use."""

from __future__ import annotations

import ast
from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.consolidation.merging.values import Definition
from codemods.index.analysis import analyse
from codemods.index.type_comments import type_comments
from codemods.survey.outline import Outline, outline, parts_of
from codemods.transforms.edits import Span
from codemods.transforms.node_text import above_comments, start_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.index.scopes import Scope, Scopes, Use
    from codemods.transforms.view import ModuleView

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)


class Piece(Struct, frozen=True, eq=False):
    """One statement of a module, or of a class body, with the names that it binds there."""

    statement: ast.stmt
    names: tuple[str, ...]
    number: int

    @property
    def is_definition(self) -> bool:
        """Whether it is a function or class."""
        return isinstance(self.statement, DEFINITIONS)

    @property
    def is_import(self) -> bool:
        """Whether it is an import statement."""
        return isinstance(self.statement, IMPORTS)


class Source:
    """The module in `view`, shown as `path`, which is another one where the view is of an adapted text."""

    def __init__(self, view: ModuleView, path: str = "") -> None:
        self.view = view
        self.path = path or view.path
        # Examples in docstrings need nothing of the module: they import what they use.
        self.scopes: Scopes = analyse(view.tree, type_comments(view.source))

    @cached_property
    def outline(self) -> Outline:
        """What the module defines."""
        return outline(self.view.tree, self.view.path, self.view.names)

    @cached_property
    def pieces(self) -> list[Piece]:
        """The statements of the module."""
        return self._pieces(self.view.tree.body, self.scopes.module)

    @cached_property
    def by_name(self) -> dict[str, list[Piece]]:
        """The statements that bind each name of the module."""
        return _by_name(self.pieces)

    def members(self, node: ast.ClassDef) -> list[Piece]:
        """The statements of a class body."""
        if node not in self._members:
            self._members[node] = self._pieces(node.body, self.class_scopes[node])
        return self._members[node]

    @cached_property
    def _members(self) -> dict[ast.ClassDef, list[Piece]]:
        return {}

    @cached_property
    def class_scopes(self) -> dict[ast.AST, Scope]:
        """The scope of each class."""
        return {scope.node: scope for scope in self.scopes.all if scope.node is not None and scope.kind == "class"}

    def class_of(self, name: str) -> ast.ClassDef | None:
        """The class `name`, where one statement of the module defines it and nothing else does."""
        pieces = self.by_name.get(name, [])
        node = pieces[0].statement if len(pieces) == 1 else None
        return node if isinstance(node, ast.ClassDef) else None

    def member_pieces(self, class_name: str, name: str) -> list[Piece]:
        """The statements that bind `name` in the body of a class."""
        node = self.class_of(class_name)
        return _by_name(self.members(node)).get(name, []) if node else []

    def pieces_of(self, name: str) -> list[Piece]:
        """The statements that define `name` or `Class.member`, with all that bind a name together with them."""
        holder, _, member = name.rpartition(".")
        if holder:
            node = self.class_of(holder)
            return _together(self.members(node), member) if node else []
        return _together([piece for piece in self.pieces if not piece.is_import], name)

    # Where things stand

    def span(self, piece: Piece) -> Span:
        """The bytes of a statement with its decorators, the comments right above and the one behind it.

        Where it shares its lines with others, it alone.
        """
        lines, source = self.view.lines, self.view.source
        start, end = start_of(self.view, piece.statement), lines.span(piece.statement)[1]
        line_start, line_end = lines.line_start(start), lines.line_end(end)
        behind = source[end:line_end].strip()
        if source[line_start:start].strip() or (behind and not behind.startswith(b"#")):
            return Span(start, end)
        return Span(above_comments(lines, line_start), line_end)

    def line(self, piece: Piece) -> int:
        """The line that a statement, its decorators included, begins in."""
        return self.view.lines.line_at(start_of(self.view, piece.statement))

    def where(self, piece: Piece) -> str:
        """`path:line` of a statement."""
        return f"{self.path}:{self.line(piece)}"

    def shown(self, pieces: Sequence[Piece]) -> Definition | None:
        """The source of what `pieces` define together."""
        if not pieces:
            return None
        spans = [self.span(piece) for piece in pieces]
        lines = self.view.lines
        text = b"\n".join(self.view.source[lines.line_start(span.start) : span.end] for span in spans)
        return Definition(self.path, lines.line_at(spans[0].start), lines.line_at(spans[-1].end), text.decode())

    # Names of the module

    def uses(self, node: ast.stmt) -> list[Use]:
        """The uses of names in `node`, in the order of the source."""
        start, end = start_of(self.view, node), self.view.lines.span(node)[1]
        # A type comment stands behind the last statement that it belongs to.
        end = self.view.lines.line_end(end)
        offsets, uses = self._uses
        return uses[bisect_left(offsets, start) : bisect_left(offsets, end)]

    @cached_property
    def _uses(self) -> tuple[list[int], list[Use]]:
        placed = sorted((self.offset(use), number) for number, use in enumerate(self.scopes.order))
        return [offset for offset, _ in placed], [self.scopes.order[number] for _, number in placed]

    def offset(self, use: Use) -> int:
        """Where a use stands; one in a string where that begins."""
        return self.view.lines.span(use.container or use.node)[0]

    def free(self, node: ast.stmt) -> list[Use]:
        """The uses in `node` that mean names of the module, or built-in ones."""
        found = []
        for use in self.uses(node):
            owner = self.scopes.resolve(use.name, use.scope)
            if owner is None or owner is self.scopes.module:
                found.append(use)
        return found

    def free_names(self, node: ast.stmt) -> list[str]:
        """The names of the module, or built-in ones, that `node` uses or binds by `global`."""
        declared = [name for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names]
        return list(dict.fromkeys([*(use.name for use in self.free(node)), *declared]))

    def names_of_class(self, class_name: str, piece: Piece) -> list[str]:
        """The names of the class body that `piece`, a statement of it, uses when the class is made, but for its own."""
        node = self.class_of(class_name)
        scope = self.class_scopes[node] if node is not None else None
        uses = (use for use in self.uses(piece.statement) if self.scopes.resolve(use.name, use.scope) is scope)
        return list(dict.fromkeys(use.name for use in uses if scope is not None and use.name not in piece.names))

    def _pieces(self, block: list[ast.stmt], scope: Scope) -> list[Piece]:
        bound: dict[int, list[str]] = {}
        starts = [start_of(self.view, statement) for statement in block]
        for name, nodes in scope.bound.items():
            for node in nodes:
                offset = self.view.lines.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
                number = bisect_left(starts, offset + 1) - 1
                if number >= 0 and self._binds(block[number], node, name):
                    bound.setdefault(number, []).append(name)
        found = (bound.get(number, ()) for number in range(len(block)))
        return [
            Piece(s, tuple(dict.fromkeys(n)), number) for number, (s, n) in enumerate(zip(block, found, strict=True))
        ]

    def _binds(self, statement: ast.stmt, node: ast.AST, name: str) -> bool:
        """Whether `statement` binds it when it runs, and not a function in it by `global`."""
        return not isinstance(statement, DEFINITIONS) or (node is statement and statement.name == name)


def is_executed(use: Use) -> bool:
    """Whether a use is looked up when the module is loaded: not in a function, nor in a string or comment."""
    if use.container is not None and isinstance(use.container, ast.Constant):
        return False
    scope: Scope | None = use.scope
    while scope is not None:
        if scope.kind == "function":
            return False
        scope = scope.parent
    return True


def is_type_checking(statement: ast.stmt) -> bool:
    """Whether it is `if TYPE_CHECKING:` without another branch."""
    if not isinstance(statement, ast.If) or statement.orelse:
        return False
    test = statement.test
    return (test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")) == "TYPE_CHECKING"


def is_main_guard(statement: ast.stmt) -> bool:
    """Whether it is `if __name__ == "__main__":`."""
    return isinstance(statement, ast.If) and "__name__" in {
        node.id for node in ast.walk(statement.test) if isinstance(node, ast.Name)
    }


def chain_of(node: ast.expr) -> tuple[str, ...]:
    """The names of `a.b.c`; none where it is no such chain."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return (node.id, *reversed(attributes)) if isinstance(node, ast.Name) else ()


def _by_name(pieces: list[Piece]) -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = {}
    for piece in pieces:
        for name in piece.names:
            found.setdefault(name, []).append(piece)
    return found


def _together(pieces: list[Piece], name: str) -> list[Piece]:
    names = {name}
    found: list[Piece] = []
    while True:
        more = [piece for piece in pieces if names.intersection(piece.names)]
        if len(more) == len(found):
            return more
        found = more
        names.update(name for piece in more for name in piece.names)


def decorators_of(statement: ast.stmt) -> Iterator[str]:
    """The last name of each decorator of a function or class."""
    for decorator in getattr(statement, "decorator_list", ()):
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        yield target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def essence(pieces: Sequence[Piece]) -> list[object]:
    """What counts of some definitions when they are compared."""
    found: list[object] = []
    for piece in pieces:
        parts = list(parts_of(piece.statement))
        found += [(p.kind, p.parameters, p.defaults, p.decorators, p.bases, p.code) for p in parts]
        found += [] if parts else [ast.dump(piece.statement)]
    return found
