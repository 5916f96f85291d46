"""The durable record of what was intended and done, and the lock that lets one operation at a time write it."""

from codemods.journal.journal import Journal, new_run_id
from codemods.journal.lock import Lock, holder_of, is_held
from codemods.journal.operations import Operation, UnitRecord, Validated, replay
from codemods.journal.records import Event, EventKind

__all__ = [
    "Event",
    "EventKind",
    "Journal",
    "Lock",
    "Operation",
    "UnitRecord",
    "Validated",
    "holder_of",
    "is_held",
    "new_run_id",
    "replay",
]
