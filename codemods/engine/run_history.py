"""One run of a plan as it went: when what became of each unit, phase by phase, and the compliance between them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.engine.history import all_operations, details
from codemods.engine.tracker import compliance_at
from codemods.errors import CodemodsError
from codemods.journal import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.engine.compliance import Share
    from codemods.engine.history import Details
    from codemods.journal import Event, Journal, Operation, UnitRecord
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository

_SETTLED = {EventKind.UNIT_COMMITTED, EventKind.UNIT_REJECTED, EventKind.UNIT_RESTORED}


class Span(Struct, frozen=True):
    """From when to when, in seconds since the run began."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end - self.start


class RunPhase(Struct, frozen=True):
    """A phase of a run: `end` is how it ended, empty where nobody wrote that down; `before` is the commit that it began
    at, `after` the one that it led to."""

    name: str
    span: Span
    end: str = ""
    before: str = ""
    after: str = ""


class RunHistory(Struct, frozen=True):
    """A run. `spans` tells for each unit, by phase and id, from when it was written until it was settled; several that
    were validated together were written together."""

    details: Details
    phases: tuple[RunPhase, ...]
    spans: Mapping[tuple[str, str], Span]

    @property
    def operation(self) -> Operation:
        """The run as the journal has it."""
        return self.details.operation

    def span(self, record: UnitRecord) -> Span | None:
        """That of one unit; None where nobody has written it down."""
        return self.spans.get((record.phase, record.unit))

    @property
    def seconds(self) -> float:
        """How long it took, as far as anybody has written down."""
        ends = (span.end for span in (*self.spans.values(), *(phase.span for phase in self.phases)))
        written = (_seconds(self.operation, self.operation.ended),) if self.operation.ended else ()
        return max((*ends, *written), default=0.0)


class Point(Struct, frozen=True):
    """The share of references that use the canonical path, before the first phase (`name` is empty) or after one."""

    name: str
    sha: str
    share: Share


def run_history(loaded: LoadedPlan, repository: Repository, journal: Journal, name: str = "") -> RunHistory | None:
    """The run called `name`, or the newest one of a plan that did something; None where there is none yet.

    Raises CodemodsError where `name` is no run of the plan.
    """
    plan = loaded.plan.name
    runs = [op for op in all_operations(journal) if op.kind == "apply" and op.plan == plan]
    # One that had nothing to do, such as the last of many, has nothing to tell.
    newest = next((run for run in runs if run.units), runs[0] if runs else None)
    wanted = name or (newest.id if newest is not None else "")
    if not wanted:
        return None
    found = details(repository, journal, wanted)
    if found.operation.id not in {run.id for run in runs}:
        hint = "`codemods log` lists what was done here."
        raise CodemodsError(f"{found.operation.id} is no run of the plan {plan}.", hint=hint)
    events = [event for event in journal.events() if event.run == found.operation.id]
    return RunHistory(found, tuple(_phases(found.operation, events)), _spans(found.operation, events))


def compliance_points(loaded: LoadedPlan, repository: Repository, history: RunHistory) -> tuple[Point, ...]:
    """The compliance before the run and after each of its phases; commits that are gone are passed over."""
    first = [("", history.phases[0].before)] if history.phases else []
    wanted = [*first, *((phase.name, phase.after) for phase in history.phases)]
    known: dict[str, Share] = {}
    for _, sha in wanted:
        if sha and sha not in known and repository.rev(sha) is not None:
            known[sha] = compliance_at(loaded, repository, sha).overall
    return tuple(Point(name, sha, known[sha]) for name, sha in wanted if sha in known)


def _seconds(operation: Operation, time: str) -> float:
    return (datetime.fromisoformat(time) - datetime.fromisoformat(operation.started)).total_seconds()


def _spans(operation: Operation, events: Iterable[Event]) -> dict[tuple[str, str], Span]:
    written: dict[tuple[str, str], float] = {}
    spans: dict[tuple[str, str], Span] = {}
    moving: list[tuple[str, str]] = []
    for event in events:
        now, unit = _seconds(operation, event.time), _unit(event.data)
        if event.kind is EventKind.UNIT_WRITING:
            written[unit] = now
        elif event.kind in _SETTLED:
            spans[unit] = Span(written.get(unit, now), now)
        elif event.kind is EventKind.MOVE_STARTED:
            units = event.data.get("units")
            moving = [_unit(entry) for entry in units if isinstance(entry, dict)] if isinstance(units, list) else []
        elif event.kind is EventKind.MOVE_FINISHED:
            spans.update((unit, Span(written.get(unit, now), now)) for unit in moving)
    return spans


def _unit(data: Mapping[str, object]) -> tuple[str, str]:
    return str(data.get("phase", "")), str(data.get("unit", ""))


def _phases(operation: Operation, events: Iterable[Event]) -> list[RunPhase]:
    phases: list[RunPhase] = []
    for event in events:
        now = _seconds(operation, event.time)
        if event.kind is EventKind.PHASE_STARTED:
            head = str(event.data.get("head", ""))
            if phases:
                # Also what a trigger or an exit has taken back is in there.
                phases[-1] = replace(phases[-1], after=head)
            phases.append(RunPhase(str(event.data.get("phase", "")), Span(now, now), before=head))
        elif phases and not phases[-1].end:
            end = str(event.data.get("end", "")) if event.kind is EventKind.PHASE_FINISHED else ""
            phases[-1] = replace(phases[-1], span=replace(phases[-1].span, end=now), end=end)
    if phases:
        phases[-1] = replace(phases[-1], after=operation.after)
    return phases
