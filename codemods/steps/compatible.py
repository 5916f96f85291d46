"""Whether calls that a redirect leads elsewhere fit there: by the definitions of the old symbol and of the new one."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.rules.naming import FileNames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.index.definitions import Definition
    from codemods.index.resolve import Index
    from codemods.index.scopes import Use
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import ModuleView


def misfits(view: ModuleView, result: ModuleView, moves: Moves, index: Index) -> Iterator[tuple[Use, str]]:
    """Each use in `view` that does not fit what it leads to in `result`, which redirects have made of it, and why.

    Raises Missing.
    """
    if len(view.scopes.order) != len(result.scopes.order):
        return
    before, after = FileNames(view, index), FileNames(result, index)
    imported = {alias.asname or alias.name.partition(".")[0] for alias in before.sites}
    for old, new in zip(view.scopes.order, result.scopes.order, strict=True):
        was = _was(before, old, moves, index) if old.name in imported and before.binding(old) else None
        for length in range(1, len(new.chain) + 1) if was is not None else ():
            target = _symbol(after, new, length, index)
            if target is None:
                continue
            if was is not None and was[0] != target[0] and (reason := _misfit(view, old, was, target, new, length)):
                yield old, reason
            break


def unfit_calls(view: ModuleView, symbols: frozenset[str], index: Index) -> dict[tuple[str, str], list[int]]:
    """The calls in `view` of functions and classes among `symbols` that do not fit these: lines by what is called and
    why. Raises Missing."""
    names = FileNames(view, index)
    found: dict[tuple[str, str], list[int]] = {}
    for use in view.scopes.order if symbols else ():
        for length in range(1, len(use.chain) + 1) if names.binding(use) else ():
            node = _node(use, length)
            call = view.surroundings.parents.get(node)
            if isinstance(call, ast.Call) and call.func is node and names.origin(node) in symbols:
                target = _symbol(names, use, length, index)
                if target is not None and (reason := target[2].misfit(call)):
                    told = f"`{target[2].signature(target[1])}` {reason}"
                    found.setdefault((target[0], told), []).append(use.node.lineno)
    return found


_Symbol = tuple[str, str, "Definition"]


def _symbol(names: FileNames, use: Use, length: int, index: Index) -> _Symbol | None:
    """The function or class that the first `length` names of `use` are: its full name, its name, what it says."""
    dotted = names.origin(_node(use, length))
    if dotted is None:
        return None
    module, _, name = dotted.rpartition(".")
    definition = index.definition(module, name) if module else None
    return (dotted, name, definition) if definition is not None else None


def _was(names: FileNames, use: Use, moves: Moves, index: Index) -> _Symbol | None:
    """What `use` was before, where a redirect moves that."""
    for length in range(1, len(use.chain) + 1):
        written = names.written(_node(use, length))
        module, _, name = (written or "").rpartition(".")
        target = moves.symbol(module, name) if module else None
        if target is not None:
            return None if target.is_unchecked else _symbol(names, use, length, index)
    return None


def _node(use: Use, length: int) -> ast.expr:
    return use.node if length == 1 else use.attributes[length - 2]


def _misfit(view: ModuleView, use: Use, was: _Symbol, target: _Symbol, new: Use, length: int) -> str:
    """Why a use does not fit its new target, although it fitted the old one."""
    node = use.attributes[len(use.chain) - 2] if len(use.chain) > 1 else use.node
    read = new.chain[length : length + 1]
    if read:
        old_members, members = was[2].members, target[2].members
        is_lost = members is not None and read[0] not in members and not read[0].startswith("__")
        if is_lost and (old_members is None or read[0] in old_members):
            return f"`{target[1]}` has no `{read[0]}`, which is read here of `{was[1]}`"
        return ""
    parent = view.surroundings.parents.get(node)
    if not isinstance(parent, ast.Call) or parent.func is not node:
        return ""
    both = f"`{was[2].signature(was[1])}` becomes `{target[2].signature(target[1])}`"
    if not was[2].misfit(parent) and (reason := target[2].misfit(parent)):
        return f"{both}, which {reason}"
    if was[2].how != target[2].how and "instance" not in (was[2].how, target[2].how):
        is_awaited = isinstance(view.surroundings.parents.get(parent), ast.Await)
        if not (is_awaited and target[2].how == "awaitable"):
            return f"{both}: it gives {_GIVES[was[2].how]}, and would give {_GIVES[target[2].how]}"
    return ""


_GIVES = {
    "value": "a value",
    "awaitable": "something to await",
    "iterator": "an iterator",
    "async iterator": "an async iterator",
}
