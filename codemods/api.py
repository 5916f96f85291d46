"""The interface for codemods of one's own: what a transform is, what it is given, what it answers with.

A transform looks at one module and says what to change, in terms of its nodes. It does no I/O and keeps no state: it is
called several times for a file, in any order of files. Imports that its new code needs are asked for with `import_`;
those that nothing needs any more go by themselves. docs/transforms.md has a complete example.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from msgspec import Struct

from codemods.model import Disposition
from codemods.rules.naming import FileNames
from codemods.rules.places import place_of
from codemods.rules.symbols import Outside, Symbol, canonical, symbol_of
from codemods.transforms.node_text import source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.index.resolve import Index
    from codemods.transforms.view import ModuleView

__all__ = ["Edit", "Module", "Note", "Transform"]

Node = TypeVar("Node", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Edit(Struct, frozen=True, eq=False):
    """A change of the code of `node`. Made by the methods of Module."""

    kind: Literal["replace", "before", "after", "remove"]
    node: ast.AST
    text: str = ""


class Note(Struct, frozen=True, eq=False):
    """Code that a transform has found and does not change: left on purpose, or for a person to look at."""

    node: ast.AST
    disposition: Disposition
    reason: str


class Transform(Protocol):
    """A codemod of one's own."""

    def find(self, module: Module) -> Iterable[Edit | Note]:
        """What to do in `module`. What it raises blocks the file; other files go on."""


class Module:
    """One parsed module: its code, what its names mean, and how to change it.

    `tree` belongs to the transform: nothing else sees it. Nodes in strings are not part of it.
    """

    def __init__(self, view: ModuleView, index: Index, marks: dict[str, Symbol | ast.expr], outside: Outside) -> None:
        """Made by Codemods. `marks` collects what the words in new code stand for."""
        self._view = view
        self._index = index
        self._names = FileNames(view, index)
        self._marks = marks
        self._outside = outside

    @property
    def path(self) -> str:
        """The path of the file from the root of the repository, with `/`."""
        return self._view.path

    @property
    def name(self) -> str | None:
        """The full dotted name of the module; None where no import can name it."""
        return self._view.module

    @property
    def text(self) -> str:
        """The source."""
        return self._view.source.decode()

    @property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return self._view.tree

    # Looking

    def nodes(self, kind: type[Node]) -> Iterator[Node]:
        """All nodes of a kind, in the order of the source."""
        found = [node for node in self._view.surroundings.parents if isinstance(node, kind)]
        yield from sorted(found, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))

    def calls(self, dotted: str) -> Iterator[ast.Call]:
        """The calls of the function or class with the full name `dotted`, where it is defined."""
        return (call for call in self.nodes(ast.Call) if self.resolve(call.func) == dotted)

    def resolve(self, node: ast.expr | ast.alias) -> str | None:
        """The full dotted name of what a name, an attribute chain or an imported name stands for; None for local ones.

        Aliases, relative imports and re-exports are followed to where it is defined; `builtins.open` is one, too.
        """
        if isinstance(node, ast.alias):
            start = self._names.imported(node) if node in self._names.sites else None
            return canonical(start, self._index) if start else None
        return self._names.origin(node)

    def is_bound(self, name: str, node: ast.AST) -> bool:
        """Whether the module binds `name` for the code at `node`; in the same scope, before it."""
        scope = self._names.scope_at(node)
        owner = self._view.scopes.resolve(name, scope)
        if owner is None or owner is not scope:
            return owner is not None
        place = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        return any((getattr(n, "lineno", 0), getattr(n, "col_offset", 0)) < place for n in owner.bound[name])

    def function(self, node: ast.AST) -> Function | None:
        """The function in which the code of `node` runs. Decorators and defaults run outside of theirs."""
        _, above = place_of(self._view, node)
        while above is not None and not isinstance(above, Function):
            _, above = place_of(self._view, above)
        return above

    def parents(self, node: ast.AST) -> tuple[ast.AST, ...]:
        """The nodes around `node`, innermost first."""
        return tuple(self._view.surroundings.ancestors(node))

    def segment(self, node: ast.expr | ast.stmt) -> str:
        """The source of `node` as it is: of a statement with its decorators, and without its indentation."""
        return source_of(self._view, node)

    # Text for new code

    def import_(self, dotted: str, *, module: bool = False) -> str:
        """A word for what has the full name `dotted`, to be put into new code.

        It becomes the name by which it can be used there, and is imported where it has to be. With `module` it is a
        module, imported as such (`import a.b`).
        """
        if not all(part.isidentifier() for part in dotted.split(".")):
            raise ValueError(f"`{dotted}` is no dotted name")
        whole = module or "." not in dotted
        return self._mark(symbol_of(dotted, (dotted,) if whole else (), self._index, self._outside))

    def code(self, node: ast.expr) -> str:
        """A word for the code of `node`, to be put into new code: with its comments, and with the edits that are made
        inside of it; in parentheses where it needs them there."""
        if not isinstance(node, ast.expr):
            raise TypeError(f"`code` takes an expression, not {type(node).__name__}; see `segment`")
        return self._mark(node)

    def _mark(self, piece: Symbol | ast.expr) -> str:
        word = f"__codemods_{len(self._marks)}__"
        self._marks[word] = piece
        return word

    # Answers

    def replace(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg, text: str) -> Edit:
        """Put `text` in the place of `node`: an expression, or statements for a statement.

        Parentheses, indentation and newlines are made to fit. A statement is replaced with its decorators.
        """
        return Edit("replace", node, text)

    def insert_before(self, statement: ast.stmt, text: str) -> Edit:
        """Put the statements in `text` on lines of their own before `statement`."""
        return Edit("before", statement, text)

    def insert_after(self, statement: ast.stmt, text: str) -> Edit:
        """Put the statements in `text` on lines of their own after `statement`."""
        return Edit("after", statement, text)

    def remove(self, statement: ast.stmt) -> Edit:
        """Take `statement` away, with the comment on its line; a block that would be empty gets `pass`."""
        return Edit("remove", statement)

    def review(self, node: ast.AST, reason: str) -> Note:
        """Leave `node` as it is and list it for a person to look at."""
        return Note(node, Disposition.REVIEW, reason)

    def leave(self, node: ast.AST, reason: str) -> Note:
        """Leave `node` as it is, and say why that is right."""
        return Note(node, Disposition.LEFT, reason)
