"""What the journal says, as state: the operations, by replaying the events. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.journal.records import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

UNDER_WAY = "under way"  # or killed: nobody has written down how it ended


class UnitRecord(Struct):
    """What an operation has made of one unit: `state` is committed, rejected, undecided or taken back.

    `validated_by` names the validations that held, `evidence` is a path from the journal's folder.
    """

    unit: str
    phase: str
    state: str
    sha: str = ""
    reason: str = ""
    evidence: str = ""
    validated_by: tuple[str, ...] = ()


class Validated(Struct):
    """One validation that was run: its number in the operation, what it held for and what it told."""

    number: int
    name: str
    phase: str
    units: tuple[str, ...]
    verdict: str
    summary: str
    seconds: float


class Move(Struct):
    """HEAD on its way from the commit `old` to the commit `new`, with the work tree and git's index.

    `units` are what it makes of units; `then` are rejections that are to be written down after it; `ends` is how the
    operation ends with it.
    """

    old: str
    new: str
    units: tuple[Mapping[str, object], ...] = ()
    then: tuple[Mapping[str, object], ...] = ()
    ends: str = ""


class Operation(Struct):
    """One command that changed, or may have changed, the repository.

    `kind` is apply, rollback or undo; `place` the git directory of the work tree, from the shared one; `before` and
    `after` are the commits that HEAD was at. `undoes` is the operation that this one took back. `method` is revert or
    reset, `selected` what was asked for. `writing` are the units whose files may be half written, `move` the move that
    may be half done, `due` the rejections that are not written down yet, `rolling_back` the phases that a trigger takes
    back, `ending` how it ends with what is done: where it is `under way`, they may be there.
    """

    id: str
    kind: str
    plan: str
    who: str = ""
    started: str = ""
    ended: str = ""
    result: str = UNDER_WAY
    branch: str = ""
    place: str = "."
    before: str = ""
    after: str = ""
    digest: str = ""
    method: str = ""
    selected: str = ""
    undoes: str = ""
    undone_by: str = ""
    units: dict[tuple[str, str], UnitRecord] = field(default_factory=dict)
    validations: list[Validated] = field(default_factory=list)
    writing: dict[str, Event] = field(default_factory=dict)
    move: Move | None = None
    due: list[Mapping[str, object]] = field(default_factory=list)
    rolling_back: set[str] = field(default_factory=set)
    ending: str = ""

    @property
    def is_under_way(self) -> bool:
        """Whether nobody has written down how it ended."""
        return self.result == UNDER_WAY

    def count(self, state: str) -> int:
        """How many units are in `state`."""
        return sum(record.state == state for record in self.units.values())


def replay(events: Iterable[Event]) -> dict[str, Operation]:
    """The operations that these events tell of, by id, oldest first."""
    operations: dict[str, Operation] = {}
    for event in events:
        operation = operations.get(event.run)
        if operation is None:
            kind = str(event.data.get("does") or "apply")
            operation = operations[event.run] = Operation(event.run, kind, event.plan, started=event.time)
        _APPLY.get(event.kind, _nothing)(operation, event)
        if event.kind is EventKind.ROLLBACK_FINISHED:
            _mark_undone(operations, operation)
    return operations


def _mark_undone(operations: Mapping[str, Operation], undo: Operation) -> None:
    """What `undo` takes back is undone; what that had taken back is there again; and so on."""
    is_in_force = True
    while undo.undoes in operations:
        taken_back = operations[undo.undoes]
        taken_back.undone_by = undo.id if is_in_force else ""
        undo, is_in_force = taken_back, not is_in_force


def _nothing(_operation: Operation, _event: Event) -> None:
    """Nothing that state would hold."""


def _started(operation: Operation, event: Event) -> None:
    data = event.data
    operation.kind = str(data.get("does") or ("apply" if event.kind is EventKind.RUN_STARTED else "rollback"))
    operation.started, operation.before = event.time, _text(data, "head")
    operation.result, operation.ended = UNDER_WAY, ""
    operation.who, operation.branch, operation.digest = _text(data, "who"), _text(data, "branch"), _text(data, "digest")
    operation.place = _text(data, "place") or "."
    operation.method, operation.undoes = _text(data, "method"), _text(data, "undoes")
    operation.selected = _text(data, "selected")


def _writing(operation: Operation, event: Event) -> None:
    operation.writing[_text(event.data, "unit")] = event


def _committed(operation: Operation, event: Event) -> None:
    operation.writing.pop(_text(event.data, "unit"), None)
    operation.after = _text(event.data, "sha")
    numbers = event.data.get("validated_by")
    wanted = set(numbers) if isinstance(numbers, list) else set()
    names = tuple(v.name for v in operation.validations if v.number in wanted)
    _settle(operation, UnitRecord(*_unit(event), "committed", sha=operation.after, validated_by=names))


def _rejected(operation: Operation, event: Event) -> None:
    operation.writing.pop(_text(event.data, "unit"), None)
    reason, evidence = _text(event.data, "reason"), _text(event.data, "evidence")
    operation.due = [entry for entry in operation.due if (entry.get("unit"), entry.get("phase")) != _unit(event)]
    _settle(operation, UnitRecord(*_unit(event), "rejected", reason=reason, evidence=evidence))


def _restored(operation: Operation, event: Event) -> None:
    operation.writing.pop(_text(event.data, "unit"), None)
    if reason := _text(event.data, "reason"):
        _settle(operation, UnitRecord(*_unit(event), "undecided", reason=reason))


def _settle(operation: Operation, record: UnitRecord) -> None:
    # By phase too: one file may be a unit of several.
    operation.units[record.phase, record.unit] = record


def _validated(operation: Operation, event: Event) -> None:
    data = event.data
    units, number, seconds = data.get("units"), data.get("number"), data.get("seconds")
    operation.validations.append(
        Validated(
            number if isinstance(number, int) else 0,
            _text(data, "name"),
            _text(data, "phase"),
            tuple(map(str, units)) if isinstance(units, list) else (),
            _text(data, "verdict"),
            _text(data, "summary"),
            float(seconds) if isinstance(seconds, (int, float)) else 0.0,
        )
    )


def _move_started(operation: Operation, event: Event) -> None:
    data = event.data
    units, then = _records(data, "units"), _records(data, "then")
    operation.move = Move(_text(data, "old"), _text(data, "new"), units, then, _text(data, "ends"))


def _moved(operation: Operation, _event: Event) -> None:
    if operation.move is None:
        return
    operation.after = operation.move.new
    for entry in operation.move.units:
        unit, phase, state, sha = (_text(entry, name) for name in ("unit", "phase", "state", "sha"))
        record = UnitRecord(unit, phase, state, sha)
        operation.units[record.phase, record.unit] = record
    operation.due = list(operation.move.then)
    operation.ending = operation.move.ends
    operation.move = None


def _abandoned(operation: Operation, _event: Event) -> None:
    operation.move = None


def _ended(operation: Operation, event: Event) -> None:
    results = {
        EventKind.RUN_INTERRUPTED: "interrupted",
        EventKind.RUN_FAILED: "failed",
        EventKind.ROLLBACK_FAILED: "failed",
    }
    operation.result = results.get(event.kind) or _text(event.data, "end") or "finished"
    operation.ended = event.time
    operation.after = _text(event.data, "head") or operation.after or operation.before


def _resumed(operation: Operation, _event: Event) -> None:
    operation.result, operation.ended = UNDER_WAY, ""


def _text(data: Mapping[str, object], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _triggered(operation: Operation, event: Event) -> None:
    if event.data.get("action") == "rollback-phase":
        operation.rolling_back.add(_text(event.data, "phase"))


def _records(data: Mapping[str, object], name: str) -> tuple[Mapping[str, object], ...]:
    value = data.get(name)
    return tuple(entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else ()


def _unit(event: Event) -> tuple[str, str]:
    return _text(event.data, "unit"), _text(event.data, "phase")


_APPLY: dict[EventKind, Callable[[Operation, Event], None]] = {
    EventKind.RUN_STARTED: _started,
    EventKind.RUN_RESUMED: _resumed,
    EventKind.ROLLBACK_STARTED: _started,
    EventKind.UNIT_WRITING: _writing,
    EventKind.UNIT_COMMITTED: _committed,
    EventKind.UNIT_REJECTED: _rejected,
    EventKind.UNIT_RESTORED: _restored,
    EventKind.VALIDATION_FINISHED: _validated,
    EventKind.TRIGGERED: _triggered,
    EventKind.MOVE_STARTED: _move_started,
    EventKind.MOVE_FINISHED: _moved,
    EventKind.MOVE_ABANDONED: _abandoned,
    EventKind.RUN_FINISHED: _ended,
    EventKind.RUN_INTERRUPTED: _ended,
    EventKind.RUN_FAILED: _ended,
    EventKind.ROLLBACK_FINISHED: _ended,
    EventKind.ROLLBACK_FAILED: _ended,
}
