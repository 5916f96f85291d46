"""What a plan would do: every change, and every reference that it leaves. Writes nothing and runs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemods.engine.callers import Callers
from codemods.engine.phases import assign, included
from codemods.engine.scan import open_scan
from codemods.engine.texts import text_outcomes
from codemods.engine.together import outcomes_of
from codemods.engine.verify import verify_names, verify_phases
from codemods.engine.work import Work, look_for_aliases, steps_of, words_of
from codemods.index.names import ModuleNames, is_python
from codemods.model import Blocked, Changed, Finding, Outcome, Skipped, Unchanged, Unit, printable
from codemods.transforms.moves import moves_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from codemods.api import Transform
    from codemods.engine.scan import Scan
    from codemods.engine.work import RunForeign
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
    rewrite, but references to review or that are left. `evidence` is what codemods have told about files that they
    failed on.
    """

    loaded: LoadedPlan
    phases: tuple[PhasePreview, ...]
    skipped: tuple[Skipped, ...]
    outside: tuple[Unchanged, ...]
    files_searched: int
    evidence: Mapping[str, str] = field(default_factory=dict)

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units of all phases in the order in which they are carried out."""
        return tuple(unit for phase in self.phases for unit in phase.units)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All references found, phase by phase."""
        outside = (finding for outcome in self.outside for finding in outcome.findings)
        return (*(finding for phase in self.phases for finding in phase.findings), *outside)


def preview(
    loaded: LoadedPlan,
    paths: Iterable[str],
    read: Callable[[str], bytes],
    run: RunForeign | None = None,
    transforms: Mapping[str, Transform] | None = None,
) -> Preview:
    """Preview a plan over the tracked files `paths`, whose bytes `read` gives. `run` runs codemods that are not ours,
    `transforms` are those of one's own, as `load_transforms` gives them.

    Raises PlanError where the plan names what is not there, or its phases overlap or miss a file that has to change.
    """
    plan = loaded.plan
    moves = moves_of(plan)
    everything = tuple(paths)
    excluded = set(everything).difference(included(everything, plan.exclude))
    found = open_scan(everything, read, ModuleNames(plan.source_roots), moves.words | words_of(plan))
    work = Work(steps_of(plan.rewrite, found, plan.libraries, transforms), run)
    found.search(moves.words, work.may_change, excluded)
    look_for_aliases(found, work, excluded)
    verify_names(loaded, found, work)
    uncovered = set(assign(plan, found.candidates).uncovered)
    outcomes = outcomes_of(found, work, moves, lambda path: path not in uncovered)
    outcomes.by_path.update(_with_callers(found, work, outcomes.by_path))
    other = [path for path in everything if path not in excluded and not is_python(path)]
    outcomes.by_path.update(text_outcomes(found, other, moves, plan.non_python))
    concerned = {path: outcome for path, outcome in outcomes.by_path.items() if _is_told(outcome)}
    assignment = assign(plan, concerned)
    needed = [path for path in assignment.uncovered if isinstance(concerned[path], (Changed, Blocked))]
    verify_phases(loaded, replace(assignment, uncovered=tuple(needed)))
    by_phase = [(phase, [concerned[p] for p in assignment.files[phase.name]]) for phase in plan.effective_phases]
    phases = tuple(_phases(by_phase, outcomes.together))
    outside = tuple(o for p in assignment.uncovered if isinstance(o := concerned[p], Unchanged))
    searched = len(everything) - len(excluded)
    evidence = {path: text for path, text in work.evidence.items() if text}
    skipped = {path: skipped for path, skipped in found.skipped.items() if path not in excluded}
    skipped |= {path: outcome for path, outcome in outcomes.by_path.items() if isinstance(outcome, Skipped)}
    return Preview(loaded, phases, tuple(skipped[path] for path in sorted(skipped)), outside, searched, evidence)


def _with_callers(found: Scan, work: Work, outcomes: Mapping[str, Outcome]) -> Iterator[tuple[str, Outcome]]:
    """The files that are blocked by functions which cannot await, told with those who call these."""
    callers = Callers(found)
    for path, functions in work.callers.items():
        outcome = outcomes.get(path)
        if isinstance(outcome, Blocked):
            chains = dict.fromkeys(
                f"{path}:{f.line}: called by: {chain}" for f in functions if (chain := callers.chain(f))
            )
            yield path, replace(outcome, reasons=(*outcome.reasons, *chains))


def _is_told(outcome: Outcome) -> bool:
    return bool(_findings(outcome)) or isinstance(outcome, (Changed, Blocked))


def _findings(outcome: Outcome) -> tuple[Finding, ...]:
    return () if isinstance(outcome, Skipped) else outcome.findings


def _phases(by_phase: list[tuple[Phase, list[Outcome]]], together: list[set[str]]) -> Iterator[PhasePreview]:
    """The phases with their units. Files that change together do so, and are shown, in the first phase that holds one
    of them."""
    by_path = {outcome.path: outcome for _, outcomes in by_phase for outcome in outcomes}
    changes = {path: outcome.change for path, outcome in by_path.items() if isinstance(outcome, Changed)}
    group_of = {path: group for group in together for path in group}
    done: set[str] = set()
    for phase, outcomes in by_phase:
        units = []
        shown = [outcome for outcome in outcomes if outcome.path not in done]
        for path in (o.path for o in outcomes if isinstance(o, Changed)):
            if path not in done:
                others = sorted(p for p in group_of.get(path, ()) if p != path and p in changes)
                done |= {path, *others}
                shown += [by_path[other] for other in others if by_path[other] not in shown]
                units.append(Unit(printable(path), phase.name, tuple(changes[p] for p in (path, *others))))
        if phase.commit == "phase" and units:
            joined = tuple(change for unit in units for change in unit.changes)
            units = [Unit(f"phase {phase.name}", phase.name, joined)]
        yield PhasePreview(phase, tuple(shown), tuple(units))
