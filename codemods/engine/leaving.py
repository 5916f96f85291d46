"""The phase that leaves shims and aliases at old paths, before consumers change: one unit for each module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.consolidation.shims.left_behind import LeftBehind, Refused
from codemods.engine.cycles import new_circles
from codemods.engine.shown import PhasePreview, findings_of
from codemods.engine.watching import stage
from codemods.index.text import UndecodableError, decode
from codemods.model import Blocked, Change, Changed, Unit
from codemods.plan.schema import RedirectModule
from codemods.transforms.module_group import ASSIGNED
from codemods.transforms.view import UnparsableError, view_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.engine.scan import Scan
    from codemods.model import Outcome
    from codemods.plan.schema import Plan
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import ModuleView


class Left(Struct, frozen=True):
    """What is to be left at one old module: its file ("" where it is gone), and what is made of it.

    `changes` are those that put it there: none where it is there already.
    """

    redirect: RedirectModule
    path: str = ""
    made: LeftBehind | Refused | None = None
    changes: tuple[Change, ...] = ()

    @property
    def replaces(self) -> bool:
        """Whether something else comes, or is, in the place of the module."""
        return isinstance(self.made, LeftBehind)


def left_behind(plan: Plan, found: Scan, moves: Moves, not_merged: Mapping[str, str]) -> tuple[Left, ...]:
    """What a plan leaves behind, as far as the old modules and their targets tell: nothing of those `not_merged`."""
    if plan.redirect:
        stage("Looking at what is left behind")
    asked = (r for r in plan.redirect if isinstance(r, RedirectModule) and r.leave != "nothing")
    return tuple(
        _waiting(redirect, found, not_merged[redirect.module])
        if redirect.module in not_merged
        else _left(redirect, found, moves)
        for redirect in asked
    )


def standing(plan: Plan, found: Scan) -> frozenset[str]:
    """The modules of `plan` in whose place an earlier run has put a shim or an alias."""
    left = (r.module for r in plan.redirect if isinstance(r, RedirectModule) and r.leave != "nothing")
    return frozenset(module for module in left if _stands(found, found.modules.get(module, "")))


def _stands(found: Scan, path: str) -> bool:
    from codemods.consolidation.shims.traces import trace  # what few plans need takes time to load

    try:
        return bool(path) and trace(_view(found, path)) is not None
    except (UndecodableError, UnparsableError, OSError):
        return False


def _waiting(redirect: RedirectModule, found: Scan, reason: str) -> Left:
    path = found.modules.get(redirect.module, "")
    return Left(redirect, path, Refused((f"{path}:1: {reason}",)))


def _left(redirect: RedirectModule, found: Scan, moves: Moves) -> Left:
    path = found.modules.get(redirect.module, "")
    if not path:
        return Left(redirect)
    try:
        view = _view(found, path)
        to = found.modules.get(redirect.to, "")
        new = _view(found, to) if to else None
    except (OSError, UndecodableError, UnparsableError) as error:
        return Left(redirect, path, Refused((f"{path}:1: it, or what takes its place, cannot be read: {error}",)))
    from codemods.consolidation.shims.alias import alias
    from codemods.consolidation.shims.shims import shim

    make = shim if redirect.leave == "shim" else alias
    made = found.ask(lambda index: make(view, redirect, moves, index, new))
    changes = () if isinstance(made, Refused) else tuple(_changes(found, view, made))
    return Left(redirect, path, made, changes)


def _view(found: Scan, path: str) -> ModuleView:
    return view_of(path, decode(found.read(path)).text.encode(), found.names)


def _changes(found: Scan, view: ModuleView, made: LeftBehind) -> Iterator[Change]:
    if made.text.encode() != view.source:
        yield Change(view.path, found.read(view.path), made.text.encode())
    stub = f"{view.path}i"
    if stub in found.tracked and (before := found.read(stub)) != made.stub.encode():
        yield Change(stub, before, made.stub.encode())


def shim_phase(
    plan: Plan, lefts: tuple[Left, ...], found: Scan, outcomes: Mapping[str, Outcome]
) -> tuple[PhasePreview, ...]:
    """The phase of what is left behind, none where that is nothing, judged by the `outcomes` of the consumers, too."""
    if not lefts:
        return ()
    phase = plan.phase_that_does("shim")
    shown: list[Blocked | Changed] = []
    units: list[Unit] = []
    remarks: list[str] = []
    for left in lefts:
        what = f"a{'n' if left.redirect.leave == 'alias' else ''} {left.redirect.leave}"
        if left.made is None:
            remarks.append(f"{left.redirect.module} is gone: nothing is left behind")
        elif isinstance(left.made, Refused):
            shown.append(Blocked(left.path, (), left.made.reasons))
        elif not left.changes:
            remarks.append(f"{left.redirect.module} is {what} already")
        elif reasons := (
            *_in_need(left.redirect, found, outcomes),
            *_assigned(left.redirect, outcomes),
            *_circles(found, left),
        ):
            shown.append(Blocked(left.path, (), reasons))
        else:
            shown += [Changed(change.path, change, ()) for change in left.changes]
            summary = f"leave {what} at {left.redirect.module}"
            told = (f"it forwards to {left.redirect.to}", *left.made.notes)
            units.append(Unit(summary, phase.name, left.changes, summary, told))
            remarks += left.made.notes
    return (PhasePreview(phase, tuple(shown), tuple(units), tuple(remarks)),)


def _in_need(redirect: RedirectModule, found: Scan, outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    """The files that are blocked and work with the old definitions only, as reasons against forwarding."""
    for path, outcome in sorted(outcomes.items()):
        if isinstance(outcome, Blocked) and outcome.needs_old and reaches(found, path, redirect.module):
            yield f"{outcome.reasons[0]}; it works with the old definitions of `{redirect.module}` only: mend it first"


def _assigned(redirect: RedirectModule, outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    """Where names of the old module are set from outside, as reasons against a shim: the new one would not see it."""
    if redirect.leave == "alias":
        return
    for path, outcome in sorted(outcomes.items()):
        for finding in findings_of(outcome):
            target = finding.reference.target
            if finding.reason == ASSIGNED and target.startswith(f"{redirect.module}."):
                yield f"{path}:{finding.reference.line}: `{target}` is set here: what forwards would not pass that on"


def reaches(found: Scan, path: str, module: str) -> bool:
    """Whether the file `path` spells `module` or a name in it."""
    summary = found.summaries.get(path)
    spelled = (*summary.imported, *summary.reaches, *summary.strings) if summary is not None else ()
    return any(dotted == module or dotted.startswith(f"{module}.") for dotted in spelled)


def _circles(found: Scan, left: Left) -> Iterator[str]:
    changed = {change.path: Changed(change.path, change, ()) for change in left.changes}
    for path, circle in new_circles(found, changed).items():
        yield f"{path}:1: modules would import each other in a circle: {circle}"
