"""What a plan is about to do, in a few lines, for whoever is asked whether it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.model import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.shown import Preview
    from codemods.plan.schema import Phase, Plan

_VALIDATED = {"each": "one by one", "batch": "many at once", "phase": "all together"}


def first_run(plan: Plan, shown: Preview | None, branch: str) -> Iterator[str]:
    """The plan, its phases, with their files where a preview has `shown` them, and the branch of the commits."""
    title = f": {printable(plan.title)}" if plan.title else ""
    yield f"Plan {plan.name}{title}"
    if shown is None:
        yield from (f"  {_phase(phase)}" for phase in plan.effective_phases)
    else:
        for phase in shown.phases:
            files = len({path for unit in phase.units for path in unit.paths})
            yield f"  {_phase(phase.phase, f'{files} file(s) in {len(phase.units)} commit(s), ')}"
    yield f"Commits go to the branch {printable(branch)}."


def _phase(phase: Phase, files: str = "") -> str:
    by = ", ".join(phase.validations)
    how = f"validated {_VALIDATED[phase.validate_by]} by {by}" if by else "validated by nothing"
    return printable(f"{phase.name}: {files}{how}")
