"""Judges the result of a change by itself: what is wrong with it blocks the file, whatever was intended.

Every import that was written resolves; every name that was bound is bound, to the same thing or to what took its place;
what others take from the module is still there; applying the plan again changes nothing.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.transforms.redirect import redirect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.index.resolve import Index
    from codemods.index.scopes import Scopes, Use
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import ModuleView

REPORT = "please report this"


def fault_in(view: ModuleView, result: ModuleView, settled: Settled, moves: Moves, index: Index) -> str:
    """What is wrong with `result`, which redirects have made of `view`; empty where nothing is. Raises Missing."""
    if redirect(result, moves, index).edits:
        return f"applying the plan to the result would change it again; {REPORT}"
    unbound = unresolved(result.scopes) - unresolved(view.scopes)
    if unbound:
        return f"the result would use {', '.join(sorted(unbound))} without binding it; {REPORT}"
    return (
        unresolvable_import(view, result, _granted(moves), index)
        or _changed_meaning(view.scopes, result.scopes, settled)
        or lost_export(view, result, _granted(moves) | moves.released, index.reached_from)
    )


def _granted(moves: Moves) -> frozenset[tuple[str, str]]:
    """The names, with their old and new modules, that other changes of the same unit make and let go of."""
    granted = [(old, target) for old, target in moves.symbols.items() if target.is_granted]
    return frozenset((*(old for old, _ in granted), *((t.module, t.name or "") for _, t in granted)))


def unresolved(scopes: Scopes) -> set[str]:
    """The names that are used where nothing binds them."""
    return {name for name, uses in scopes.uses.items() for use in uses if scopes.resolve(name, use.scope) is None}


def _imported(view: ModuleView) -> Iterator[tuple[str, str | None]]:
    for site in view.scopes.imports:
        statement = site.statement
        for alias in statement.names:
            if isinstance(statement, ast.Import):
                yield alias.name, None
            elif (module := view.names.absolute(view.path, statement.level, statement.module)) is not None:
                yield module, alias.name


def unresolvable_import(view: ModuleView, result: ModuleView, granted: frozenset[tuple[str, str]], index: Index) -> str:
    """An import that the change wrote, and that would fail, but for names that are `granted`. Raises Missing."""
    for module, name in sorted(set(_imported(result)) - set(_imported(view)), key=str):
        if not _is_own(module, index):
            continue
        if name is None or name == "*":
            if not index.is_module(module):
                return f"the result would import `{module}`, which is not there; {REPORT}"
        elif (module, name) not in granted and not index.has(module, name):
            return f"the result would import `{name}` from `{module}`, which has no such name; {REPORT}"
    return ""


def _is_own(module: str, index: Index) -> bool:
    """Whether `module` is to be found in the repository, if anywhere."""
    return index.is_module(module.partition(".")[0])


def _changed_meaning(before: Scopes, after: Scopes, settled: Settled) -> str:
    """A use that would mean something else than it did: captured by another binding, or cut off from its own."""
    if len(before.order) != len(after.order):
        # Only a patch target that is written out takes a use away.
        return "" if settled.is_written_out else f"the result would use other names; {REPORT}"
    numbers = ({id(s): n for n, s in enumerate(scopes.all)} for scopes in (before, after))
    old_numbers, new_numbers = numbers
    for old, new in zip(before.order, after.order, strict=True):
        was, is_ = before.resolve(old.name, old.scope), after.resolve(new.name, new.scope)
        if old.name != new.name:
            if is_ is None or not any(isinstance(node, ast.alias) for node in is_.bound[new.name]):
                return _meant(new)
        elif old.name not in settled.names and (
            (was is None) != (is_ is None) or (was and is_ and old_numbers[id(was)] != new_numbers[id(is_)])
        ):
            return _meant(new)
    return ""


def _meant(use: Use) -> str:
    return f"`{use.name}` would mean something else in line {use.node.lineno} of the result; {REPORT}"


def lost_export(
    view: ModuleView,
    result: ModuleView,
    granted: frozenset[tuple[str, str]],
    reached_from: Callable[[str, str], str | None],
) -> str:
    """A name that the module had, that others reach or that it exports, and that it would not have any more, but for
    those that are `granted`. `reached_from` tells a file that reaches a name of a module."""
    lost = set(view.scopes.module.bound) - set(result.scopes.module.bound)
    if view.module is None or not lost:
        return ""
    for name in sorted(lost):
        if (view.module, name) not in granted and (path := reached_from(view.module, name)) is not None:
            return f"{path} reaches `{name}` through this module, and it would be gone; {REPORT}"
    return ""
