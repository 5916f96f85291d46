"""Turns a module that has moved into the new one, under its old name: one module object, so that a patch of either
reaches both.

    old is new
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.consolidation.shims.circles import circles
from codemods.consolidation.shims.forwards import Forwards, chain
from codemods.consolidation.shims.left_behind import Forward, LeftBehind, Refused
from codemods.consolidation.shims.old_names import old_module
from codemods.consolidation.shims.shim_text import Texts
from codemods.consolidation.shims.shims import differences, exported, in_the_way, told
from codemods.consolidation.shims.source_text import header_of, with_newlines_of
from codemods.consolidation.shims.top_level import main_line
from codemods.consolidation.shims.traces import is_same, trace
from codemods.consolidation.shims.users import Users
from codemods.transforms.moves import Target, is_there

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.consolidation.shims.old_names import OldModule, OldName
    from codemods.index.resolve import Index
    from codemods.plan.schema import RedirectModule
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import ModuleView


def alias(
    view: ModuleView, redirect: RedirectModule, moves: Moves, index: Index, new: ModuleView | None = None
) -> LeftBehind | Refused:
    """What makes the old module `view` the one that `redirect` moves it to, or why nothing can.

    The arguments are those of `shim`, and so is what becomes of an alias or a shim that stands there already. Raises
    Missing and Unspelled.
    """
    standing = trace(view)
    old = standing or old_module(view, index)
    result = _names(view, old, redirect, moves, index)
    reasons = [*old.problems, *result.reasons, *_submodules(view, index), *_stars(view, old, redirect, index)]
    if not index.may_be_module(redirect.to):
        reasons.append((1, f"`{redirect.to}` is not there"))
    if standing is None:
        reasons += [*in_the_way(view, redirect, new), *differences(view, moves, index)]
    reasons = reasons or [(1, why) for why in circles({redirect.to: None}, view, index)]
    if reasons:
        return Refused(told(view, reasons))
    texts = Texts(redirect.to, result.found, exported(old, result), index)
    text = texts.alias(header=header_of(view), is_program=main_line(view.tree) > 0)
    stub = with_newlines_of(view, texts.stub())
    if standing is not None and is_same(view, text):
        return LeftBehind(view.source.decode(), stub)
    return LeftBehind(with_newlines_of(view, text), stub)


def _names(view: ModuleView, old: OldModule, redirect: RedirectModule, moves: Moves, index: Index) -> Forwards:
    result = Forwards()
    users = Users(view, index)
    for name in old.names:
        target = moves.symbol(view.module or "", name.name) or Target(redirect.to, name.name)
        if name.is_typing and name.origin is not None:
            if index.may_be_module(name.origin[0]):
                result.found.append(Forward(name.name, *name.origin, is_own=False, is_typing=True))
        elif (target.module, target.name) != (redirect.to, name.name):
            what = f"`{name.name}` becomes `{target.dotted}`, and one module object cannot have both: leave a `shim`"
            result.reasons.append((name.line, what))
        elif not is_there(target, index):
            is_listed = old.has_list and name.name in old.exported
            is_own = name.origin is None and not (name.is_incidental or name.name.startswith("_") or old.has_list)
            if is_listed or is_own or users.of(name) is not None:
                result.reasons.append((name.line, users.lack(name, target)))
        elif why := _other(name, target, view, users, index):
            result.reasons.append((name.line, why))
        else:
            # What the new module imports as well, it need not export to type checkers.
            module, attribute = name.origin or (redirect.to, name.name)
            result.found.append(Forward(name.name, module, attribute, name.origin is None))
    return result


def _other(name: OldName, target: Target, view: ModuleView, users: Users, index: Index) -> str:
    """Why what the new module has under that name is not what users of the old one want."""
    there = chain(index, target.module, target.name)
    if any(module == view.module for module, _ in there):
        return f"`{target.dotted}` comes from this module itself: define it there first (`merge:`)"
    if name.origin is None or chain(index, *name.origin)[-1] == there[-1]:
        return ""
    user = users.of(name)
    return f"`{target.dotted}` is another one than {user} takes from here: change that file first" if user else ""


def _submodules(view: ModuleView, index: Index) -> Iterator[tuple[int, str]]:
    """Submodules are looked for in what stands for their package: in the new one, then."""
    inside = sorted(module for module in index.paths if module.startswith(f"{view.module}."))
    if inside:
        what = f"it is a package, and `{inside[0]}` would not be found any more: leave a `shim` of the package"
        yield 1, f"{what}, and an alias of each submodule"


def _stars(view: ModuleView, old: OldModule, redirect: RedirectModule, index: Index) -> Iterator[tuple[int, str]]:
    """Star imports of the old module bring what the new one exports."""
    brought = index.star_names(redirect.to)
    lacking = [name for name in old.exported if brought is not None and name not in brought]
    users = (s.path for s in index.summaries.values() if f"{view.module}.*" in s.reaches and s.path != view.path)
    user = min(users, default=None)
    if lacking and user is not None:
        what = f"{user} star-imports this module, and `{redirect.to}` does not export `{lacking[0]}`"
        yield 1, f"{what}: add it to its `__all__`, or import by name there"
