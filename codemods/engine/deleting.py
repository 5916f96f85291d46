"""The phase that deletes what nothing refers to any more: one unit for each module or symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.engine.deletion.judge import deletions
from codemods.engine.shown import PhasePreview
from codemods.engine.watching import stage
from codemods.index.names import ModuleNames
from codemods.model import Blocked, Disposition, Removal, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from codemods.engine.deletion.judge import Deletion
    from codemods.engine.tree import Tree
    from codemods.model import Finding
    from codemods.plan.load import LoadedPlan
    from codemods.plan.schema import Phase


def delete_phase(
    loaded: LoadedPlan,
    tree: Tree,
    not_merged: Mapping[str, str],
    passed_over: Callable[[Unit], bool] = lambda _: False,
) -> tuple[PhasePreview, ...]:
    """What the deletions of a plan remove from `tree`, in their order, each seeing those before; none: nothing."""
    plan = loaded.plan
    if not plan.delete:
        return ()
    stage("Judging deletions")
    phase = plan.phase_that_does("delete")
    judged = judge_deletions(loaded, tree, not_merged, lambda deletion: passed_over(_unit(deletion, phase)))
    names = ModuleNames(plan.source_roots)
    modules = {names.name_of(path) or "": path for path in tree.paths}
    outcomes = (_refused(deletion, modules) for deletion in judged if deletion.state == "refused")
    units = (_unit(deletion, phase) for deletion in judged if deletion.state == "ready")
    remarks = (remark for deletion in judged for remark in _remarks(deletion))
    return (PhasePreview(phase, tuple(outcomes), tuple(units), tuple(remarks)),)


def judge_deletions(
    loaded: LoadedPlan,
    tree: Tree,
    not_merged: Mapping[str, str],
    stays: Callable[[Deletion], bool] = lambda _: False,
) -> tuple[Deletion, ...]:
    """Each deletion of a plan, judged by `tree` without those before it, but for what `stays`. Duplicates that are
    `not_merged` stay, each for the reason given there."""

    def waits(deletion: Deletion) -> bool:
        return deletion.target in not_merged or stays(deletion)

    judged = deletions(loaded, tree.paths, tree.read, waits) if loaded.plan.delete else ()
    return tuple(
        replace(deletion, state="refused", reason=reason)
        if deletion.state == "ready" and (reason := not_merged.get(deletion.target) or _fixed(deletion, tree))
        else deletion
        for deletion in judged
    )


def _fixed(deletion: Deletion, tree: Tree) -> str:
    """Why a file that a deletion takes away, or changes, cannot be changed; empty where all can."""
    return next((f"{path}: {tree.fixed[path]}" for path in deletion.paths if path in tree.fixed), "")


def _refused(deletion: Deletion, modules: dict[str, str]) -> Blocked:
    module = deletion.target if deletion.kind == "module" else deletion.target.rpartition(".")[0]
    path = modules.get(module, module)
    reasons = tuple(f"{_place(finding)}: {_why(finding)}" for finding in deletion.references)
    return Blocked(path, (), (f"{path}:1: `{deletion.target}` stays: {deletion.reason}", *reasons))


def _place(finding: Finding) -> str:
    reference = finding.reference
    return f"{reference.path}:{reference.line}"


def _why(finding: Finding) -> str:
    reference = finding.reference
    what = f"refers to `{reference.target}` ({reference.form.value})"
    if finding.disposition is Disposition.REVIEW:
        what = f"may refer to `{reference.target}` ({reference.form.value})"
    return f"{what}: {finding.reason}" if finding.reason else what


def _unit(deletion: Deletion, phase: Phase) -> Unit:
    removals = (Removal(file.path, file.before) for file in deletion.removed)
    summary = f"delete {deletion.target}"
    return Unit(summary, phase.name, (*removals, *deletion.changes), summary, deletion.notes)


def _remarks(deletion: Deletion) -> Iterator[str]:
    if deletion.state == "done":
        yield f"{deletion.target}: {deletion.reason}"
    for file in deletion.removed if deletion.state == "ready" else ():
        yield f"{file.path} goes"
    yield from deletion.notes
    for finding in deletion.mentions:
        yield f"{_place(finding)}: mentions {deletion.target}: {finding.reason or 'nothing depends on it'}"
