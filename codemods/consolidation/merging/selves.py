"""What a class has by its body and what its methods set on `self`; what a method asks of `self`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.consolidation.merging.adapt import first_parameter
from codemods.consolidation.merging.source import FUNCTIONS, decorators_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.consolidation.merging.source import Piece, Source

_SLOTTED = (ast.Tuple, ast.List, ast.Set)


class Attributes(Struct):
    """`body` are the names that a class body binds, `set_by` says which methods set an attribute on `self`.

    `slots` are those of `__slots__`, None where it has none. A `dynamic` class may have any attribute.
    """

    body: set[str] = field(default_factory=set)
    set_by: dict[str, set[str]] = field(default_factory=dict)
    slots: set[str] | None = None
    dynamic: bool = False

    def has(self, name: str) -> bool:
        """Whether instances have the attribute, once all methods have run."""
        return self.dynamic or name in self.body or name in self.set_by or name in (self.slots or ())


def attributes_of(source: Source, node: ast.ClassDef) -> Attributes:
    """The attributes of one class."""
    return attributes_in(source.members(node))


def attributes_in(pieces: Iterable[Piece]) -> Attributes:
    """The attributes that `pieces` of a class body give it."""
    found = Attributes()
    for piece in pieces:
        found.body.update(piece.names)
        found.dynamic = found.dynamic or not {"__getattr__", "__getattribute__"}.isdisjoint(piece.names)
        if "__slots__" in piece.names:
            found.slots = _slots(piece.statement)
        for function in _functions(piece.statement):
            for attribute in on_self(function):
                if not isinstance(attribute.ctx, ast.Load):
                    found.set_by.setdefault(attribute.attr, set()).add(function.name)
    return found


def asked_of_self(piece: Piece) -> list[str]:
    """The attributes that a statement of a class body reads from `self` or `cls`, in order."""
    functions = _functions(piece.statement)
    reads = (a for function in functions for a in on_self(function) if isinstance(a.ctx, ast.Load))
    return list(dict.fromkeys(a.attr for a in sorted(reads, key=lambda a: (a.lineno, a.col_offset))))


def on_self(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.Attribute]:
    """The attributes of its first parameter that a method names."""
    own = first_parameter(function)
    if own is None or "staticmethod" in decorators_of(function):
        return
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own:
            yield node


def _functions(statement: ast.stmt) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The methods in a statement of a class body."""
    pending, found = [statement], []
    while pending:
        inner = pending.pop()
        if isinstance(inner, FUNCTIONS):
            found.append(inner)
        elif isinstance(inner, (ast.If, ast.Try)):
            pending += [child for child in ast.walk(inner) if isinstance(child, FUNCTIONS)]
    return found


def _slots(statement: ast.stmt) -> set[str] | None:
    value = getattr(statement, "value", None)
    values = value.elts if isinstance(value, _SLOTTED) else [value]
    names = [node.value for node in values if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return set(names) if len(names) == len(values) else None
