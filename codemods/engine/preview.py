"""What a plan would do: every change, and every reference that it leaves. Writes nothing and runs nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.engine.phases import assign, included
from codemods.engine.scan import Scan, scan
from codemods.engine.verify import verify_names, verify_phases
from codemods.index.names import ModuleNames
from codemods.model import Blocked, Changed, Finding, Outcome, Skipped, Unchanged, Unit, printable
from codemods.transforms.moves import Moves, moves_of
from codemods.transforms.outcome import transform_source
from codemods.transforms.redirect import concerns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from codemods.index.resolve import Index
    from codemods.plan.load import LoadedPlan
    from codemods.plan.schema import Phase


@dataclass(frozen=True, slots=True)
class PhasePreview:
    """One phase: the outcome of each of its files that has references, and the units to commit, in order."""

    phase: Phase
    outcomes: tuple[Outcome, ...]
    units: tuple[Unit, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All references found in the phase, by file."""
        return tuple(finding for outcome in self.outcomes for finding in _findings(outcome))


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan would do to a tree.

    `skipped` files could not be read as Python; `outside` are files that no phase lists and that hold nothing to
    rewrite, but references to review or that are left.
    """

    loaded: LoadedPlan
    phases: tuple[PhasePreview, ...]
    skipped: tuple[Skipped, ...]
    outside: tuple[Unchanged, ...]
    files_searched: int

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units of all phases in the order in which they are carried out."""
        return tuple(unit for phase in self.phases for unit in phase.units)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All references found, phase by phase."""
        outside = (finding for outcome in self.outside for finding in outcome.findings)
        return (*(finding for phase in self.phases for finding in phase.findings), *outside)


def preview(loaded: LoadedPlan, paths: Iterable[str], read: Callable[[str], bytes]) -> Preview:
    """Preview a plan over the tracked files `paths`, whose bytes `read` gives.

    Raises PlanError where the plan names what is not there, or its phases overlap or miss a file that has to change.
    """
    plan = loaded.plan
    moves = moves_of(plan)
    found = scan(included(paths, plan.exclude), read, ModuleNames(plan.source_roots), moves.words)
    verify_names(loaded, found)
    outcomes = {path: _transform(found, path, moves) for path in found.candidates}
    concerned = {path: outcome for path, outcome in outcomes.items() if _findings(outcome)}
    assignment = assign(plan, concerned)
    needed = [path for path in assignment.uncovered if isinstance(concerned[path], (Changed, Blocked))]
    verify_phases(loaded, replace(assignment, uncovered=tuple(needed)))
    phases = tuple(
        _phase(phase, [concerned[p] for p in assignment.files[phase.name]]) for phase in plan.effective_phases
    )
    outside = tuple(o for p in assignment.uncovered if isinstance(o := concerned[p], Unchanged))
    skipped = (*found.skipped, *(o for o in outcomes.values() if isinstance(o, Skipped)))
    return Preview(loaded, phases, tuple(sorted(skipped, key=lambda s: s.path)), outside, len(found.paths))


def _transform(found: Scan, path: str, moves: Moves) -> Outcome:
    summary = found.summaries[path]
    if not found.ask(lambda index: concerns(summary, moves, index)):
        return Unchanged(path)
    content = found.content(path)
    if content is None:
        return Skipped(path, "it cannot be read any more")

    def outcome(index: Index) -> Outcome:
        return transform_source(path, content, moves, index)

    return found.ask(outcome)


def _findings(outcome: Outcome) -> tuple[Finding, ...]:
    return () if isinstance(outcome, Skipped) else outcome.findings


def _phase(phase: Phase, outcomes: list[Outcome]) -> PhasePreview:
    changes = [outcome.change for outcome in outcomes if isinstance(outcome, Changed)]
    units: tuple[Unit, ...]
    if phase.commit == "phase":
        units = (Unit(f"phase {phase.name}", phase.name, tuple(changes)),) if changes else ()
    else:
        units = tuple(Unit(printable(change.path), phase.name, (change,)) for change in changes)
    return PhasePreview(phase, tuple(outcomes), units)
