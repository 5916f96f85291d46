"""How far a plan is, read from git and the journal: what is done, rejected, blocked and left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.engine.choosing.choice import Choice, key_of, preview_with
from codemods.engine.choosing.decisions import declined
from codemods.engine.recovery import change_digest, rejections, under_way
from codemods.engine.reverting.standing import live_acts
from codemods.engine.running.earlier import begun
from codemods.engine.watching import stage
from codemods.journal import is_held
from codemods.model import Blocked, Finding

if TYPE_CHECKING:
    from codemods.engine.shown import Preview
    from codemods.journal import Journal, Operation
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository


_NAMED = 3


class Done(Struct, frozen=True):
    """A unit that is committed and stands."""

    unit: str
    sha: str
    run: str


class Rejected(Struct, frozen=True):
    """A unit whose change a run rejected and that is the same still."""

    unit: str
    reason: str
    evidence: str
    run: str


class Declined(Struct, frozen=True):
    """A unit that somebody has said no to, at the ISO 8601 `time`: no run does it until they are asked again."""

    unit: str
    time: str


class PhaseStatus(Struct, frozen=True):
    """One phase. `left` are the units that the next run would do."""

    name: str
    done: tuple[Done, ...]
    rejected: tuple[Rejected, ...]
    blocked: tuple[Blocked, ...]
    left: tuple[str, ...]
    findings: tuple[Finding, ...]
    declined: tuple[Declined, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether all of it is done."""
        return not (self.left or self.rejected or self.blocked or self.declined)


class Status(Struct, frozen=True):
    """A plan's state on the branch that HEAD is on. `unended` are phases whose end is still to be validated, `killed`
    operations that did not come to their end, and that nobody is at any more."""

    plan: str
    branch: str
    phases: tuple[PhaseStatus, ...]
    unended: tuple[str, ...] = ()
    killed: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left, declined, rejected or blocked, and no phase still to be validated as a whole."""
        return not self.unended and all(phase.is_complete for phase in self.phases)


def status_of(loaded: LoadedPlan, repository: Repository, journal: Journal) -> Status:
    """The state of a plan in a repository. What depends on units that were turned down is told as they left it.

    Raises CodemodsError as a preview does.
    """
    events, plan = journal.events(), loaded.plan.name
    choice = Choice(frozenset(rejections(events, plan)), frozenset(declined(events, plan)))
    return status(preview_with(loaded, repository, choice), repository, journal)


def _with_half_done(phase: PhaseStatus, units: list[str]) -> PhaseStatus:
    known = {done.unit for done in phase.done} | {r.unit for r in phase.rejected} | set(phase.left)
    return replace(phase, left=(*phase.left, *(unit for unit in units if unit not in known)))


def _named(operation: Operation) -> str:
    """An operation, with what it has left half done."""
    units = list(operation.writing)
    more = f" and {len(units) - _NAMED} more" if units[_NAMED:] else ""
    left = f" (half done: {', '.join(units[:_NAMED])}{more})" if units else ""
    return f"{operation.kind} {operation.id}{left}"


def status(shown: Preview, repository: Repository, journal: Journal) -> Status:
    """The state of the plan that `shown` previews."""
    stage("Reading the history")
    plan = shown.loaded.plan.name
    rejected, refused = rejections(journal.events(), plan), declined(journal.events(), plan)
    live = live_acts(repository, plan)
    by_phase: dict[str, list[Done]] = {}
    for act in reversed(live):
        done_here = by_phase.setdefault(act.phase, [])
        done_here.append(Done(act.unit, act.commit.sha, act.run))
    phases = []
    for phase in shown.phases:
        name = phase.phase.name
        done = tuple(by_phase.pop(name, ()))
        events = [(unit, rejected.get(change_digest(unit))) for unit in phase.units]
        turned_down = tuple(
            Rejected(unit.id, str(event.data.get("reason")), str(event.data.get("evidence")), event.run)
            for unit, event in events
            if event is not None and key_of(unit) not in refused
        )
        no = tuple(Declined(unit.id, refused[key].time) for unit in phase.units if (key := key_of(unit)) in refused)
        left = tuple(unit.id for unit, event in events if event is None and key_of(unit) not in refused)
        blocked = tuple(outcome for outcome in phase.outcomes if isinstance(outcome, Blocked))
        phases.append(PhaseStatus(name, done, turned_down, blocked, left, phase.findings, no))
    # Phases that the plan does not have any more.
    phases += [PhaseStatus(name, tuple(done), (), (), (), ()) for name, done in by_phase.items()]
    open_ = (name for name, earlier in begun(repository, journal, plan).items() if earlier.units)
    killed = () if is_held(journal.folder) else under_way(repository, journal)
    names = tuple(_named(operation) for operation in killed)
    # What the tree shows of these is of no commit.
    half = [(str(e.data.get("phase")), unit) for operation in killed for unit, e in operation.writing.items()]
    phases = [_with_half_done(phase, [unit for name, unit in half if name == phase.name]) for phase in phases]
    return Status(plan, repository.branch() or "(detached HEAD)", tuple(phases), tuple(open_), names)
