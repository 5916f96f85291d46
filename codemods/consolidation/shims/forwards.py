"""Where each name of an old module is to be found once its own definitions are gone, or why it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.consolidation.shims.left_behind import Forward
from codemods.consolidation.shims.users import Users
from codemods.transforms.moves import is_there

if TYPE_CHECKING:
    from codemods.consolidation.shims.old_names import OldModule, OldName, Origin
    from codemods.index.resolve import Index
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import ModuleView


class Forwards(Struct):
    """The names that are forwarded, the submodules that the old package has as attributes, and what stands in the
    way, by line."""

    found: list[Forward] = field(default_factory=list)
    submodules: list[str] = field(default_factory=list)
    reasons: list[tuple[int, str]] = field(default_factory=list)


def forwards(view: ModuleView, old: OldModule, moves: Moves, index: Index) -> Forwards:
    """Where each name of `old`, the module of `view`, goes. Raises Missing and Unspelled."""
    settler = _Settler(view, view.module or "", moves, index, Users(view, index), old.has_list)
    for name in old.names:
        settler.settle(name, is_listed=old.has_list and name.name in old.exported)
    return settler.result


def comes_through(index: Index, module: str, name: str, old: str) -> bool:
    """Whether `module.name` is taken from the module `old`, at first or second hand. Raises Missing."""
    return any(step[0] == old for step in chain(index, module, name))


def chain(index: Index, module: str, name: str | None) -> list[Origin]:
    """Where `module.name` comes from, step by step, itself first. A module that stands as a name of its package is told
    as a module. Raises Missing."""
    steps: list[Origin] = []
    step: Origin | None = (module, name)
    while step is not None and step not in steps:
        if step[1] is not None and index.is_module(f"{step[0]}.{step[1]}"):
            step = (f"{step[0]}.{step[1]}", None)
        steps.append(step)
        step = _step(index, step[0], step[1]) if step[1] is not None else None
    return steps


def _step(index: Index, module: str, name: str) -> Origin | None:
    summary = index.summary(module)
    if summary is None:
        return None
    if name in summary.exports:
        return summary.exports[name].origin
    stars = (star for star in summary.stars if name in (index.star_names(star) or ()))
    return next(((star, name) for star in stars), None)


class _Settler(Struct):
    view: ModuleView
    old: str
    moves: Moves
    index: Index
    users: Users
    has_list: bool
    result: Forwards = field(default_factory=Forwards)

    def settle(self, name: OldName, *, is_listed: bool) -> None:
        submodule = f"{self.old}.{name.name}"
        if self.index.is_module(submodule):
            self.submodule(name, submodule)
            return
        if not (is_listed or name.is_forwarded or self.is_offered(name) or self.users.of(name) is not None):
            return
        forward = self.imported(name) if name.origin is not None else self.moved(name)
        if forward is None:
            self.lacking(name, is_listed=is_listed)
        elif forward.attribute is not None and comes_through(self.index, forward.module, forward.attribute, self.old):
            what = f"`{forward.dotted}` comes from this module itself: define it in `{forward.module}` first (`merge:`)"
            self.refuse(name, what)
        else:
            self.result.found.append(forward)

    def lacking(self, name: OldName, *, is_listed: bool) -> None:
        """An import that fails already is nobody's loss, unless somebody relies on it."""
        target = self.moves.symbol(self.old, name.name)
        is_lost = name.origin is None or is_listed or (not name.is_typing and self.users.of(name) is not None)
        if target is not None and is_lost:
            self.refuse(name, self.users.lack(name, target))

    def submodule(self, name: OldName, submodule: str) -> None:
        """Importing a submodule makes it an attribute of the package, whatever the package forwards."""
        if name.origin in ((self.old, name.name), (submodule, None)):
            self.result.submodules.append(name.name)
        else:
            what = f"`{name.name}` is a submodule, too, which would take its place: redirect its users one by one"
            self.refuse(name, what)

    def is_offered(self, name: OldName) -> bool:
        """Whether others may expect `name`, or it costs nothing to offer: private names are found by ways that no
        search sees, such as pickles, as long as they are there."""
        is_private = name.name.startswith("_") or name.is_incidental
        if name.origin is not None:
            return not is_private
        if not (is_private or self.has_list):
            return True
        return not name.is_incidental and self.moved(name) is not None

    def moved(self, name: OldName) -> Forward | None:
        """Where a name of the module's own goes; None where it is not there."""
        target = self.moves.symbol(self.old, name.name)
        if target is None or target.name is None or not is_there(target, self.index):
            return None
        return Forward(name.name, target.module, target.name, is_typing=name.is_typing)

    def imported(self, name: OldName) -> Forward | None:
        """Where an imported name comes from, or where the plan says; None where it is not there."""
        module, attribute = name.origin or ("", None)
        is_named = (self.old, name.name) in self.moves.symbols
        if (is_named or module.startswith(f"{self.old}.")) and (forward := self.moved(name)) is not None:
            return forward
        if attribute is None or self.index.is_module(f"{module}.{attribute}"):
            return self.module(name, module, attribute)
        target = self.moves.symbol(module, attribute)
        if target is not None and target.name is not None and is_there(target, self.index):
            module, attribute = target.module, target.name
        elif self.index.is_module(module.partition(".")[0]) and not self.index.has(module, attribute):
            return self.moved(name)
        return Forward(name.name, module, attribute, is_own=False, is_typing=name.is_typing)

    def module(self, name: OldName, module: str, attribute: str | None) -> Forward | None:
        dotted = module if attribute is None else f"{module}.{attribute}"
        target = self.moves.module(dotted)
        if target is not None and self.index.may_be_module(target.module):
            dotted = target.module
        elif not self.index.may_be_module(dotted):
            return None
        return Forward(name.name, dotted, None, is_own=False, is_typing=name.is_typing)

    def refuse(self, name: OldName, why: str) -> None:
        self.result.reasons.append((name.line, why))
