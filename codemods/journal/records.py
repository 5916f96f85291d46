"""A record of the journal: one line of JSON, with a checksum."""

from __future__ import annotations

import json
import re
import zlib
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHECK = "check"
_ID = re.compile("[0-9A-Za-z][0-9A-Za-z-]*")  # folders are called so


class EventKind(str, Enum):
    """What happened."""

    RUN_STARTED = "run-started"
    RUN_RESUMED = "run-resumed"
    BASELINE_TAKEN = "baseline-taken"
    PHASE_STARTED = "phase-started"
    BRANCH_SPLIT = "branch-split"
    UNIT_DECIDED = "unit-decided"
    UNIT_WRITING = "unit-writing"
    UNIT_COMMITTED = "unit-committed"
    UNIT_REJECTED = "unit-rejected"
    FILE_BLOCKED = "file-blocked"
    UNIT_RESTORED = "unit-restored"
    VALIDATION_FINISHED = "validation-finished"
    SELECTION_FAULT = "selection-fault"
    TRIGGERED = "triggered"
    GATE_REACHED = "gate-reached"
    PHASE_FINISHED = "phase-finished"
    RUN_FINISHED = "run-finished"
    RUN_INTERRUPTED = "run-interrupted"
    RUN_FAILED = "run-failed"
    ROLLBACK_STARTED = "rollback-started"
    ROLLBACK_COMMITTED = "rollback-committed"
    MOVE_STARTED = "move-started"
    MOVE_FINISHED = "move-finished"
    MOVE_ABANDONED = "move-abandoned"
    ROLLBACK_FINISHED = "rollback-finished"
    ROLLBACK_FAILED = "rollback-failed"
    RECOVERED = "recovered"


_KINDS = frozenset(kind.value for kind in EventKind)


class Event(Struct, frozen=True):
    """One record. `run` is the operation that it belongs to, `time` is ISO 8601 in UTC; `data` holds what the kind
    needs."""

    kind: EventKind
    run: str
    plan: str
    time: str
    data: Mapping[str, object] = field(default_factory=dict)


def line_of(event: Event) -> bytes:
    """The line that records `event`, with its end."""
    values = {"kind": event.kind, "run": event.run, "plan": event.plan, "time": event.time, "data": event.data}
    text = json.dumps(values, ensure_ascii=True)
    return f'{text[:-1]}, "{_CHECK}": "{_checksum(text)}"}}\n'.encode()


def event_of(line: bytes) -> Event | None:
    """The event that `line` records; None where it is torn or damaged. A line without a checksum is taken as it is."""
    values = _values(line)
    if values is None or values["kind"] not in _KINDS:
        return None
    return Event(EventKind(values["kind"]), values["run"], values["plan"], values["time"], values["data"])


def is_newer(line: bytes) -> bool:
    """Whether `line` is a whole record of a kind that only a newer release knows."""
    values = _values(line)
    return values is not None and values["kind"] not in _KINDS


def _values(line: bytes) -> dict[str, Any] | None:
    try:
        values = json.loads(line)
        if _CHECK in values:
            text, _, _ = line.decode().rpartition(f', "{_CHECK}": ')
            if _checksum(f"{text}}}") != values[_CHECK]:
                return None
        datetime.fromisoformat(values["time"])
        is_one = all(isinstance(values[name], str) for name in ("kind", "run", "plan"))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return values if is_one and isinstance(values["data"], dict) and _ID.fullmatch(values["run"]) else None


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"
