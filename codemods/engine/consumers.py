"""What a plan does to those who refer to what it moves: the outcome of each file, by phases and units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.engine.callers import Callers
from codemods.engine.leaving import left_behind, reaches, standing
from codemods.engine.phases import assign, included
from codemods.engine.scan import open_scan
from codemods.engine.shown import PhasePreview, Preview, findings_of
from codemods.engine.texts import text_outcomes
from codemods.engine.together import outcomes_of
from codemods.engine.verify import verify_phases
from codemods.engine.work import Work
from codemods.index.names import ModuleNames, is_python
from codemods.model import Blocked, Changed, Outcome, Skipped, Unchanged, Unit, blocked, unit_id
from codemods.transforms.moves import moves_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.api import Transform
    from codemods.engine.facts import Facts
    from codemods.engine.leaving import Left
    from codemods.engine.phases import Assignment
    from codemods.engine.scan import Scan
    from codemods.engine.tree import Tree
    from codemods.engine.work import RunForeign
    from codemods.executors.opening import Crew
    from codemods.plan.load import LoadedPlan
    from codemods.plan.rewrites import Rewrite
    from codemods.plan.schema import Phase, Plan
    from codemods.transforms.moves import Moves


class Sight(Struct, frozen=True):
    """The files that a plan is held against: the index over them, its steps and moves, what it leaves behind, and the
    paths that it leaves out."""

    loaded: LoadedPlan
    tree: Tree
    found: Scan
    work: Work
    moves: Moves
    left: tuple[Left, ...]
    excluded: frozenset[str]

    @property
    def paths(self) -> tuple[str, ...]:
        """All files."""
        return self.tree.paths


class Examined(Struct, frozen=True):
    """What becomes of the files of a sight: the outcome of each, and of those that have references or cannot be left as
    they are (`concerned`); which files change together; the phase of each; and the files that cannot be read."""

    outcomes: Mapping[str, Outcome]
    concerned: Mapping[str, Outcome]
    together: list[set[str]]
    assignment: Assignment
    skipped: tuple[Skipped, ...]


def look(
    loaded: LoadedPlan,
    tree: Tree,
    rewrites: tuple[Rewrite, ...],
    not_merged: Mapping[str, str],
    run: RunForeign | None = None,
    transforms: Mapping[str, Transform] | None = None,
    crew: Crew | None = None,
    facts: Facts | None = None,
    *,
    others: bool = True,
) -> Sight:
    """The files of `tree` as a plan needs them, with the steps `rewrites` of it. Believes all that the plan says.

    `not_merged` are duplicates whose users, and which themselves, stay as they are, each with the reason. A `crew`
    does what needs many files, if there is one. `facts` are about the files as they are without any change. Without
    `others`, files that only take names which stay from the modules of the plan may be left out.
    """
    plan = loaded.plan
    moves = moves_of(plan)
    excluded = frozenset(tree.paths).difference(included(tree.paths, plan.exclude))
    found = open_scan(tree.paths, tree.read, ModuleNames(plan.source_roots), moves.words | _words_of(plan), crew)
    found.search_in = tree
    found.spelled = moves.spelled
    found.whole = frozenset(path for module, path in found.modules.items() if path and moves.concerns(module))
    found.facts = facts if crew is None and not tree.changed else None
    found.standing = standing(plan, found)
    left = left_behind(plan, found, moves, not_merged)
    work = Work((), run, _fixed(plan, found, left), words=moves.spelled)
    # Who takes another name from where a symbol goes is told of a shim, a merge or a deletion there.
    others = others or bool(left or moves.modules or plan.merge or plan.delete)
    _search(found, work, moves, plan, rewrites, excluded, transforms, others=others)
    # Every file that changes asks about them, also where nothing can be read that is not known yet.
    ends = sorted(filter(None, map(found.modules.get, moves.old_modules | moves.new_modules)))
    for path in (path for path in ends if path not in found.summaries):
        found.add(path)
    work.fixed = {**_waiting(found, not_merged), **work.fixed, **tree.fixed}
    return Sight(loaded, tree, found, work, moves, left, excluded)


def _words_of(plan: Plan) -> frozenset[str]:
    if not plan.rewrite:
        return frozenset()
    from codemods.engine.plan_steps import words_of  # what steps need takes time to load

    return words_of(plan)


def _search(
    found: Scan,
    work: Work,
    moves: Moves,
    plan: Plan,
    rewrites: tuple[Rewrite, ...],
    excluded: frozenset[str],
    transforms: Mapping[str, Transform] | None,
    *,
    others: bool,
) -> None:
    """Find the candidates, with the steps `rewrites` ready in `work`. Without these, `others` is as for `search`."""
    if not rewrites:
        found.search(moves.words, None, excluded, others=others)
        return
    from codemods.engine.plan_steps import look_for_aliases, steps_of

    work.steps = steps_of(rewrites, found, plan.libraries, transforms)
    found.search(moves.words, work.may_change, excluded)
    look_for_aliases(found, work, excluded)


def examine(sight: Sight) -> Examined:
    """What becomes of each file, whether or not the plan is right: what it names in vain blocks those who use it."""
    plan, found, work, moves, excluded = sight.loaded.plan, sight.found, sight.work, sight.moves, sight.excluded
    fixed = {*assign(plan, found.candidates).uncovered, *work.fixed}
    other = [path for path in sight.paths if path not in excluded and not is_python(path)]
    in_texts: list[Outcome | None] = []
    texts = _in_texts(sight, other)
    outcomes = outcomes_of(found, work, moves, lambda path: path not in fixed, map(in_texts.append, texts))
    outcomes.by_path.update(_with_callers(found, work, outcomes.by_path))
    in_texts.extend(texts)
    outcomes.by_path.update((outcome.path, outcome) for outcome in in_texts if outcome is not None)
    concerned = {path: outcome for path, outcome in outcomes.by_path.items() if _is_told(outcome)}
    skipped = {path: skipped for path, skipped in found.skipped.items() if path not in excluded}
    skipped |= {path: outcome for path, outcome in outcomes.by_path.items() if isinstance(outcome, Skipped)}
    in_order = tuple(skipped[path] for path in sorted(skipped))
    return Examined(outcomes.by_path, concerned, outcomes.together, assign(plan, concerned), in_order)


def _in_texts(sight: Sight, paths: list[str]) -> Iterator[Outcome | None]:
    fixed = sight.tree.fixed
    for outcome in text_outcomes(sight.found, paths, sight.moves, sight.loaded.plan.non_python):
        if isinstance(outcome, Changed) and outcome.path in fixed:
            yield blocked(outcome.path, outcome.findings, (f"{outcome.path}:1: {fixed[outcome.path]}",))
        else:
            yield outcome


def consumers_preview(sight: Sight, examined: Examined, before: tuple[PhasePreview, ...]) -> Preview:
    """The preview of the consumers' phases, after the phases `before`.

    Raises PlanError where phases overlap, or miss a file that has to change.
    """
    plan, concerned, assignment = sight.loaded.plan, examined.concerned, examined.assignment
    needed = [path for path in assignment.uncovered if isinstance(concerned[path], (Changed, Blocked))]
    verify_phases(sight.loaded, replace(assignment, uncovered=tuple(needed)))
    by_phase = [(phase, [concerned[p] for p in assignment.files[phase.name]]) for phase in plan.effective_phases]
    phases = tuple(_phases(by_phase, examined.together))
    outside = tuple(o for p in assignment.uncovered if isinstance(o := concerned[p], Unchanged))
    searched = len(sight.paths) - len(sight.excluded)
    evidence = {path: text for path, text in sight.work.evidence.items() if text}
    return Preview(sight.loaded, (*before, *phases), examined.skipped, outside, searched, evidence)


def _waiting(found: Scan, not_merged: Mapping[str, str]) -> dict[str, str]:
    """The files that use a duplicate which is not merged: what they use of it may be missing in the kept module."""
    return {
        path: reason
        for module, reason in not_merged.items()
        for path in found.candidates
        if reaches(found, path, module) and found.modules.get(module) != path
    }


def _fixed(plan: Plan, found: Scan, lefts: tuple[Left, ...]) -> dict[str, str]:
    """The files that do not change as consumers, each with the reason; none where something takes their place."""
    fixed = {left.path: "" for left in lefts if left.replaces}
    as_is = (found.modules.get(keep.module, "") for keep in plan.keep if keep.as_is)
    return fixed | {path: "the plan keeps it `as_is`" for path in as_is if path}


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
    return bool(findings_of(outcome)) or isinstance(outcome, (Changed, Blocked))


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
                units.append(Unit(unit_id(path), phase.name, tuple(changes[p] for p in (path, *others))))
        if phase.commit == "phase" and units:
            joined = tuple(change for unit in units for change in unit.changes)
            units = [Unit(f"phase {phase.name}", phase.name, joined)]
        yield PhasePreview(phase, tuple(shown), tuple(units))
