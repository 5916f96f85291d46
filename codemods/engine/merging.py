"""The phase that merges duplicates into what is kept: one unit for each pair of modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.consolidation.merging.columns import side_by_side
from codemods.consolidation.merging.merge import merge
from codemods.consolidation.merging.values import Merged, Refused
from codemods.consolidation.shims.traces import trace
from codemods.engine.cycles import new_circles
from codemods.engine.scan import open_scan
from codemods.engine.shown import PhasePreview
from codemods.engine.watching import stage
from codemods.errors import Mistake, PlanError
from codemods.index.names import ModuleNames
from codemods.index.text import UndecodableError, decode, encode
from codemods.model import Blocked, Change, Changed, Outcome, Unit
from codemods.plan.consolidation import DeleteModule
from codemods.plan.nearest import nearest
from codemods.transforms.view import UnparsableError, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from codemods.engine.scan import Scan
    from codemods.engine.tree import Tree
    from codemods.index.text import SourceText
    from codemods.plan.consolidation import Merge
    from codemods.plan.load import LoadedPlan
    from codemods.transforms.view import ModuleView

_WIDTH = 140  # columns of a side-by-side view


class Judged(Struct, frozen=True):
    """One merge of a plan: the mistakes that keep it from being judged, or what is made of it; None where the
    duplicate is gone, or only something that was left in its place (`is_left`). `change` is what it does to the kept
    module, `blocked` says why it cannot be done."""

    number: int
    asked: Merge
    missing: tuple[Mistake, ...] = ()
    made: Merged | Refused | None = None
    change: Change | None = None
    blocked: Blocked | None = None
    is_left: bool = False


def judge_merges(
    loaded: LoadedPlan, tree: Tree, passed_over: Callable[[Unit], bool] = lambda _: False
) -> tuple[Judged, ...]:
    """What the merges of a plan change in `tree`, in their order, each seeing those before that are not
    `passed_over`."""
    judged = []
    for number, asked in enumerate(loaded.plan.merge):
        stage(f"Merging {asked.module}")
        found = open_scan(tree.paths, tree.read, ModuleNames(loaded.plan.source_roots), frozenset())
        judged.append(_judge(loaded, number, asked, found))
        unit = _unit(loaded, judged[-1])
        if unit is not None and not passed_over(unit):
            tree = tree.after(unit.changes)
    return tuple(judged)


def _judge(loaded: LoadedPlan, number: int, asked: Merge, found: Scan) -> Judged:
    if missing := tuple(_missing(loaded, number, asked, found)):
        return Judged(number, asked, missing)
    if asked.module not in found.modules:
        return Judged(number, asked)
    made = _merged(found, asked)
    if made is None:
        return Judged(number, asked, is_left=True)
    if isinstance(made, Refused):
        return Judged(number, asked, made=made, blocked=Blocked(made.path, (), made.reasons))
    outcome = None if made.is_nothing else _outcome(found, made)
    if isinstance(outcome, Blocked):
        return Judged(number, asked, made=made, blocked=outcome)
    return Judged(number, asked, made=made, change=outcome.change if outcome is not None else None)


def undone(judged: Iterable[Judged], units: Iterable[Unit] = ()) -> dict[str, str]:
    """The duplicates that are not merged: their merges cannot be done, or are among `units`, which are not carried out.

    Each with the reason that speaks against using the kept module instead.
    """
    passed_over = {unit.id for unit in units}
    return {
        one.asked.module: f"{summary_of(one.asked)}: that merge is not done, and what only the duplicate has is missing"
        for one in judged
        if one.blocked is not None or summary_of(one.asked) in passed_over
    }


def summary_of(asked: Merge) -> str:
    """The name of the unit that does the merge."""
    return f"merge {asked.module} into {asked.into}"


def merge_phase(loaded: LoadedPlan, judged: tuple[Judged, ...]) -> tuple[PhasePreview, ...]:
    """The phase of a plan's merges; none without any. Raises PlanError where a module is not there."""
    if not judged:
        return ()
    if mistakes := tuple(mistake for one in judged for mistake in one.missing):
        raise PlanError(loaded.where, mistakes)
    phase = loaded.plan.phase_that_does("merge")
    outcomes: list[Outcome] = []
    units: list[Unit] = []
    for one in judged:
        if one.blocked is not None:
            outcomes.append(one.blocked)
        elif one.change is not None and (unit := _unit(loaded, one)) is not None:
            outcomes.append(Changed(one.change.path, one.change, ()))
            units.append(unit)
    remarks = tuple(remark for one in judged for remark in _remarks(one))
    return (PhasePreview(phase, tuple(outcomes), tuple(units), remarks),)


def _unit(loaded: LoadedPlan, one: Judged) -> Unit | None:
    if one.change is None or not isinstance(one.made, Merged):
        return None
    summary = summary_of(one.asked)
    return Unit(summary, loaded.plan.phase_that_does("merge").name, (one.change,), summary, one.made.told)


def _remarks(one: Judged) -> Iterator[str]:
    if one.is_left:
        yield f"{one.asked.module} only forwards: it was merged before"
    elif one.made is None:
        yield f"{one.asked.module} is gone: there is nothing to merge"
    elif isinstance(one.made, Refused):
        yield from (side_by_side(undecided, _WIDTH) for undecided in one.made.undecided)
    elif one.made.is_nothing:
        yield f"{one.asked.module} has nothing that {one.asked.into} lacks"
    else:
        yield from (*one.made.told, *one.made.warnings)


def _missing(loaded: LoadedPlan, number: int, asked: Merge, found: Scan) -> Iterator[Mistake]:
    deleted = {delete.module for delete in loaded.plan.delete if isinstance(delete, DeleteModule)}
    for key, module in (("module", asked.module), ("into", asked.into)):
        is_done = key == "module" and module in deleted
        if not found.modules.get(module) and not is_done:
            hint = nearest(module, found.modules)
            yield loaded.mistake(("merge", number, key), f"there is no module `{module}` in the source roots{hint}")


def _merged(found: Scan, asked: Merge) -> Merged | Refused | None:
    views = []
    for module in (asked.into, asked.module):
        path = found.modules[module]
        try:
            views.append(_view(found, path))
        except (OSError, UndecodableError, UnparsableError) as error:
            return Refused(found.modules[asked.into], (f"{path}:1: it cannot be read: {error}",), ())
    kept, theirs = views
    if f"{kept.path}i" in found.tracked:
        reason = f"{kept.path}i:1: a stub stands beside the kept module, and would lack what comes: merge by hand"
        return Refused(kept.path, (reason,), ())
    if trace(theirs) is not None:
        return None
    return found.ask(lambda index: merge(kept, theirs, asked, index))


def _source(found: Scan, path: str) -> SourceText:
    return decode(found.read(path))


def _view(found: Scan, path: str) -> ModuleView:
    return view_of(path, _source(found, path).text.encode(), found.names)


def _outcome(found: Scan, made: Merged) -> Changed | Blocked:
    source = _source(found, made.path)
    try:
        after = encode(source, made.after.decode())
    except UnicodeError:
        reason = f"{made.path}:1: what is taken cannot be written in the file's encoding, {source.encoding}"
        return Blocked(made.path, (), (reason,))
    changed = Changed(made.path, Change(made.path, found.read(made.path), after), ())
    circle = new_circles(found, {made.path: changed}).get(made.path)
    if circle is None:
        return changed
    reason = f"{made.path}:1: modules would import each other in a circle: {circle}; leave it out with `take: ours`"
    return Blocked(made.path, (), (reason,))
