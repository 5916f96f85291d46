"""Turns a module that has moved into one that forwards each name to where it is now (PEP 562), with a warning.

old.f  →  new.f, and: DeprecationWarning: old.f is deprecated: use new.f
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.consolidation.shims.circles import circles
from codemods.consolidation.shims.effects import effects, registrations
from codemods.consolidation.shims.forwards import forwards
from codemods.consolidation.shims.left_behind import LeftBehind, Refused
from codemods.consolidation.shims.old_names import old_module
from codemods.consolidation.shims.shim_text import OWN_NAMES, Texts
from codemods.consolidation.shims.source_text import header_of, with_newlines_of
from codemods.consolidation.shims.top_level import main_line
from codemods.consolidation.shims.traces import is_same, trace
from codemods.consolidation.shims.unlike import unlike

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.consolidation.shims.forwards import Forwards
    from codemods.consolidation.shims.old_names import OldModule
    from codemods.index.resolve import Index
    from codemods.plan.schema import RedirectModule
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import ModuleView


_SPECIAL = {
    "__getattr__": "nobody can tell which names it answers for; write them out",
    "__dir__": "nobody can tell which names it lists; write them out",
    "__path__": "its submodules may be anywhere; leave nothing",
}


def shim(
    view: ModuleView, redirect: RedirectModule, moves: Moves, index: Index, new: ModuleView | None = None
) -> LeftBehind | Refused:
    """What takes the place of the old module `view`, which `redirect` moves, or why nothing can.

    `moves` are all redirects of the plan, that one included. `new` is the module that it moves to, where it is known:
    it is only asked whether it is a program. A shim that stands there already is kept as it is where it forwards the
    same names to the same places, and else written anew. Raises Missing and Unspelled.
    """
    standing = trace(view)
    old = standing or old_module(view, index)
    result = forwards(view, old, moves, index)
    reasons = [*old.problems, *result.reasons, *_clashes(result)]
    if standing is None:
        reasons += [*in_the_way(view, redirect, new), *differences(view, moves, index)]
    reasons = reasons or [(1, why) for why in circles(_names_by_target(result), view, index)]
    if reasons:
        return Refused(told(view, reasons))
    texts = Texts(redirect.to, result.found, exported(old, result), index, result.submodules)
    if not (result.found or result.submodules):
        return LeftBehind(view.source.decode(), texts.stub(), (f"{view.path}:1: it has no names: it stays as it is",))
    text = texts.shim(header=header_of(view), is_program=main_line(view.tree) > 0)
    if standing is not None and is_same(view, text):
        return LeftBehind(view.source.decode(), with_newlines_of(view, texts.stub()))
    notes = () if standing is not None else told(view, registrations(view))
    return LeftBehind(with_newlines_of(view, text), with_newlines_of(view, texts.stub()), notes)


def _names_by_target(result: Forwards) -> dict[str, frozenset[str] | None]:
    """What the old module only imported, it imported from there before: that is no new circle."""
    own = [forward for forward in result.found if forward.is_own]
    modules = dict.fromkeys(forward.module for forward in own)
    return {module: frozenset(forward.name for forward in own if forward.module == module) for module in modules}


def told(view: ModuleView, found: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    """What is `found` by line, in order, with the path of `view`."""
    return tuple(f"{view.path}:{line}: {what}" for line, what in sorted(set(found)))


def exported(old: OldModule, result: Forwards) -> tuple[str, ...]:
    """What a star import of the old module is to bring: what it brought, as far as it is forwarded."""
    known = {forward.name for forward in result.found} | {"TYPE_CHECKING", *result.submodules}
    return old.exported if old.has_list else tuple(name for name in old.exported if name in known)


def in_the_way(view: ModuleView, redirect: RedirectModule, new: ModuleView | None) -> Iterator[tuple[int, str]]:
    """What the module does besides having names, by line: nothing that is left there would do it."""
    if view.path.endswith(".pyi"):
        yield 1, "only its stub is here: there is no source that could forward"
    if view.path.rpartition("/")[2] == "conftest.py":
        yield 1, "pytest reads it by itself, and does not find what is forwarded: move it, and leave nothing"
    for name, why in _SPECIAL.items():
        for node in view.scopes.module.bound.get(name, [])[:1]:
            yield getattr(node, "lineno", 1), f"it has a `{name}` of its own: {why}"
    for line, what in effects(view):
        yield line, f"{what}: move it to `{redirect.to}`, or to where it is needed"
    line = main_line(view.tree)
    if line and (new is None or not main_line(new.tree)):
        yield line, f"it is a program as well: move this block to `{redirect.to}`, or to a script of its own"


def differences(view: ModuleView, moves: Moves, index: Index) -> Iterator[tuple[int, str]]:
    """Definitions that no caller could use in place of the old ones, by line. Raises Missing."""
    for one in unlike(view, moves, index):
        yield one.line, f"{one.why}: `{one.old}` becomes `{one.new}`: redirect it under `symbols:` to one that is alike"


def _clashes(result: Forwards) -> Iterator[tuple[int, str]]:
    for forward in result.found:
        if forward.name in OWN_NAMES:
            yield 1, f"a shim has a name `{forward.name}` of its own: rename that first"
