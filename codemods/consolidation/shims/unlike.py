"""Definitions that take each other's place, and that no caller of the one could use as the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.index.definitions import Definition
    from codemods.index.resolve import Index
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import ModuleView

_GIVES = {
    "value": "a value",
    "awaitable": "something to await",
    "iterator": "an iterator",
    "async iterator": "an async iterator",
}


class Unlike(Struct, frozen=True):
    """A name whose new definition breaks every caller of the old one, defined in `line`. `old` and `new` are both
    signatures."""

    name: str
    line: int
    old: str
    new: str
    why: str


def unlike(view: ModuleView, moves: Moves, index: Index) -> tuple[Unlike, ...]:
    """The functions and classes of `view` that become something else where `moves` lead them: a class a function, what
    is awaited a plain value, a class one that lacks a public member.

    Those whose redirect ignores signatures are left out. Raises Missing.
    """
    return tuple(sorted(_unlike(view, moves, index), key=lambda one: one.line))


def _unlike(view: ModuleView, moves: Moves, index: Index) -> Iterator[Unlike]:
    module = view.module or ""
    for name, nodes in view.scopes.module.bound.items():
        target = moves.symbol(module, name)
        old = index.definition(module, name)
        if target is None or target.name is None or target.is_unchecked or old is None:
            continue
        found = _defined(target.module, target.name, index)
        if found is not None and (why := _why(old, found[1])):
            line = getattr(nodes[0], "lineno", 1)
            yield Unlike(name, line, old.signature(name), found[1].signature(found[0]), why)


def _defined(module: str, name: str, index: Index) -> tuple[str, Definition] | None:
    """The definition that `module.name` is, through imports, with the name that it has there."""
    seen: set[tuple[str, str]] = set()
    while (module, name) not in seen:
        seen.add((module, name))
        definition = index.definition(module, name)
        if definition is not None:
            return name, definition
        summary = index.summary(module)
        export = summary.exports.get(name) if summary is not None else None
        if export is None or export.origin is None or export.origin[1] is None:
            return None
        module, name = export.origin[0], export.origin[1]
    return None


def _why(old: Definition, new: Definition) -> str:
    if old.how == new.how:
        known = old.members is not None and new.members is not None
        lost = sorted(m for m in (old.members or ()) if known and m not in (new.members or ()) and m[0] != "_")
        return f"it lacks {', '.join(f'`{member}`' for member in lost)}" if lost else ""
    if "instance" in (old.how, new.how):
        return "a class becomes a function" if old.how == "instance" else "a function becomes a class"
    if old.parameters is None or new.parameters is None:
        # A decorator may make anything of it.
        return ""
    return f"a call gives {_GIVES[old.how]}, and would give {_GIVES[new.how]}"
