"""Judges what a step of `rewrite:` has made of a file, by the result alone: what is wrong with it blocks the file."""

from __future__ import annotations

import builtins
import warnings
from typing import TYPE_CHECKING

from codemods.transforms.self_check import lost_export, unresolvable_import, unresolved

if TYPE_CHECKING:
    from codemods.index.resolve import Index
    from codemods.index.scopes import Use
    from codemods.transforms.edits import Origins
    from codemods.transforms.view import ModuleView

_BUILT_IN = frozenset({*dir(builtins), "__file__", "__name__", "__doc__", "__path__", "__class__"})
_NO_MOVES = frozenset[tuple[str, str]]()


def fault_of_step(view: ModuleView, result: ModuleView, origins: Origins, index: Index) -> str:
    """What is wrong with `result`, which a step has made of `view`; empty where nothing is.

    Raises Missing and Unspelled.
    """
    if fault := _uncompilable(view, result):
        return fault
    unbound = unresolved(result.scopes) - unresolved(view.scopes) - _BUILT_IN
    if unbound:
        return f"the result would use {', '.join(sorted(unbound))} without binding it"
    return (
        unresolvable_import(view, result, _NO_MOVES, index)
        or _changed_meaning(view, result, origins)
        or lost_export(view, result, _NO_MOVES, index.surely_reached_from)
    )


def _uncompilable(view: ModuleView, result: ModuleView) -> str:
    """What only the compiler sees: `await` outside of `async def`, a `return` in a module, `nonlocal x` without `x`."""
    error = _compile(result)
    if error is None or _compile(view) is not None:
        return ""
    return f"the result would not compile (line {error.lineno}: {error.msg})"


def _compile(view: ModuleView) -> SyntaxError | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(view.source.decode(), view.path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _changed_meaning(view: ModuleView, result: ModuleView, origins: Origins) -> str:
    """A use outside of the edits that would mean something else than it did."""
    before = {_offset(view, use): use for use in view.scopes.order if use.container is None}
    for use in result.scopes.order:
        if use.container is not None:
            continue
        offset = origins.exactly(_offset(result, use))
        old = before.get(offset) if offset is not None else None
        if old is not None and old.name == use.name and _owner(view, old) != _owner(result, use):
            return f"`{use.name}` would mean something else in line {use.node.lineno} of the result"
    return ""


def _offset(view: ModuleView, use: Use) -> int:
    return view.lines.offset(use.node.lineno, use.node.col_offset)


def _owner(view: ModuleView, use: Use) -> tuple[str, str]:
    scope = view.scopes.resolve(use.name, use.scope)
    return ("", "") if scope is None else (scope.kind, getattr(scope.node, "name", ""))
