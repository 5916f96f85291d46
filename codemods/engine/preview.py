"""What a plan would do: every change, and every reference that it leaves. Writes nothing and runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.consumers import consumers_preview, examine, look
from codemods.engine.leaving import shim_phase
from codemods.engine.tree import Tree
from codemods.engine.verify import verify_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from codemods.api import Transform
    from codemods.engine.facts import Facts
    from codemods.engine.shown import PhasePreview, Preview
    from codemods.engine.tree import Search
    from codemods.engine.work import RunForeign
    from codemods.executors.opening import Crew
    from codemods.model import Change, Removal, Unit
    from codemods.plan.load import LoadedPlan


def preview(
    loaded: LoadedPlan,
    paths: Iterable[str],
    read: Callable[[str], bytes],
    run: RunForeign | None = None,
    transforms: Mapping[str, Transform] | None = None,
    passed_over: Callable[[Unit], bool] = lambda _: False,
    crew: Crew | None = None,
    fixed: Mapping[str, str] | None = None,
    facts: Facts | None = None,
    search: Search | None = None,
) -> Preview:
    """Preview a plan over the tracked files `paths`, whose bytes `read` gives. `run` runs codemods that are not ours,
    `transforms` are those of one's own, as `load_transforms` gives them. Units that are `passed_over` are shown, but
    what comes after them is told as if they were never carried out. With a `crew`, many files are examined on it.
    `fixed` are files that cannot be changed, each with the reason; `facts` what is known of the files already; `search`
    finds the files that hold some words, where that is known sooner than their bytes.

    Raises PlanError where the plan names what is not there, or its phases overlap or miss a file that has to change.
    """
    plan, tree = loaded.plan, Tree(tuple(paths), read, fixed=fixed or {}, search=search)
    merging, not_merged = _merging(loaded, tree, passed_over)
    merged = tree.after(changes_of(merging, passed_over))
    sight = look(loaded, merged, plan.rewrite, not_merged, run, transforms, crew, facts, others=False)
    verify_names(loaded, sight.found, sight.work)
    examined = examine(sight)
    leaving = shim_phase(plan, sight.left, sight.found, examined.outcomes)
    shown = consumers_preview(sight, examined, (*merging, *leaving))
    if not plan.delete:
        return shown
    from codemods.engine.deleting import delete_phase  # what few plans need takes time to load

    left = merged.after(changes_of(shown.phases[len(merging) :], passed_over))
    return shown.followed_by(delete_phase(loaded, left, not_merged, passed_over))


def _merging(
    loaded: LoadedPlan, tree: Tree, passed_over: Callable[[Unit], bool]
) -> tuple[tuple[PhasePreview, ...], Mapping[str, str]]:
    """The phase of a plan's merges, and the duplicates that are not merged, each with the reason."""
    if not loaded.plan.merge:
        return (), {}
    from codemods.engine.merging import judge_merges, merge_phase, undone

    judged = judge_merges(loaded, tree, passed_over)
    merging = merge_phase(loaded, judged)
    return merging, undone(judged, (unit for phase in merging for unit in phase.units if passed_over(unit)))


def changes_of(
    phases: Iterable[PhasePreview], passed_over: Callable[[Unit], bool] = lambda _: False
) -> list[Change | Removal]:
    """The changes of the units of `phases`, but for those that are `passed_over`."""
    return [c for phase in phases for unit in phase.units if not passed_over(unit) for c in unit.changes]
