"""The durable record of what runs intended and did: JSON lines in the git directory, written ahead, append-only."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import socket
import sys
from dataclasses import asdict, dataclass, field
from datetime import timezone
from enum import Enum
from typing import TYPE_CHECKING

from codemods.errors import CodemodsError, RepositoryError
from codemods.files import flush_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

_EVIDENCE_LIMIT = 1_000_000  # bytes
_CUT = b"\n... cut ...\n"


class EventKind(str, Enum):
    """What happened."""

    RUN_STARTED = "run-started"
    BASELINE_TAKEN = "baseline-taken"
    PHASE_STARTED = "phase-started"
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
    ROLLBACK_STARTED = "rollback-started"
    ROLLBACK_COMMITTED = "rollback-committed"
    ROLLBACK_FINISHED = "rollback-finished"


@dataclass(frozen=True, slots=True)
class Event:
    """One record. `time` is ISO 8601 in UTC; `data` holds what the kind needs."""

    kind: EventKind
    run: str
    plan: str
    time: str
    data: Mapping[str, object] = field(default_factory=dict)


def new_run_id(now: datetime) -> str:
    """An id for a run that sorts by time and is easy to type, such as `20261121-044500-3f9a`."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


class Journal:
    """The journal in `folder`. `clock` gives the time of new records."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        """Nothing is created before the first record."""
        self.folder = folder
        self.clock = clock
        self.file = folder / "journal.jsonl"

    def record(self, kind: EventKind, run: str, plan: str, **data: object) -> Event:
        """Append one event, on the disk when this returns."""
        time = self.clock().astimezone(timezone.utc).isoformat(timespec="milliseconds")
        event = Event(kind, run, plan, time, data)
        is_new = not self.file.exists()
        self.folder.mkdir(parents=True, exist_ok=True)
        line = json.dumps(asdict(event), ensure_ascii=True) + "\n"
        if not is_new:
            _mend(self.file)
        with self.file.open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            flush_folder(self.folder)
        return event

    def events(self) -> tuple[Event, ...]:
        """All events, oldest first. A last record cut off by a crash is passed over.

        Other damage raises CodemodsError with its line: an event passed over there could be a commit forgotten.
        """
        if not self.file.exists():
            return ()
        *lines, last = self.file.read_bytes().split(b"\n")
        events = []
        for number, line in enumerate(lines, start=1):
            event = _event(line)
            if event is None:
                what = f"Line {number} of the journal is damaged."
                hint = "Move the file away; git still knows the commits."
                raise CodemodsError(what, where=f"{self.file}:{number}", hint=hint)
            events.append(event)
        unfinished = _event(last)
        return (*events, unfinished) if unfinished else tuple(events)

    def store_evidence(self, run: str, unit: str, text: str) -> str:
        """Keep the output that rejected a unit, its middle cut out over 1 MB; its path from the journal's folder."""
        name = hashlib.sha256(unit.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        content = text.encode("utf-8", "backslashreplace")
        if len(content) > _EVIDENCE_LIMIT:
            half = (_EVIDENCE_LIMIT - len(_CUT)) // 2
            content = content[:half] + _CUT + content[-half:]
        file = self.folder / "evidence" / run / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file.relative_to(self.folder).as_posix()

    def log_of(self, run: str) -> Path:
        """The file that the programs of a run write to while they run; its folder is there."""
        file = self.folder / "evidence" / run / "output.log"
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def read_evidence(self, relative: str) -> str:
        """The evidence stored under `relative`."""
        return (self.folder / relative).read_bytes().decode("utf-8", "replace")


def _mend(file: Path) -> None:
    """Cut off what a crash has left of a last record, so that the next one stays whole; end it if it is complete."""
    with file.open("rb+") as opened:
        if not opened.seek(0, os.SEEK_END):
            return
        opened.seek(-1, os.SEEK_END)
        if opened.read() == b"\n":
            return
        opened.seek(0)
        content = opened.read()
        start = content.rfind(b"\n") + 1
        if _event(content[start:]) is None:
            opened.truncate(start)
        else:
            opened.write(b"\n")


def _event(line: bytes) -> Event | None:
    try:
        values = json.loads(line)
        return Event(EventKind(values["kind"]), values["run"], values["plan"], values["time"], values["data"])
    except (ValueError, KeyError, TypeError):
        return None


class Lock:
    """One run at a time per repository: a context manager over a lock file that dies with its process."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        """The lock is `folder`/lock."""
        self.file = folder / "lock"
        self.clock = clock
        self.handle = -1

    def __enter__(self) -> Lock:
        """Take the lock. Raises RepositoryError, with its holder, where another process has it."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.handle = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o644)
        if not _try_lock(self.handle):
            holder = os.read(self.handle, 500).decode("utf-8", "replace") or "another process"
            os.close(self.handle)
            what = f"Another run is under way in this repository: {holder}."
            raise RepositoryError(what, hint="Wait until it has ended.")
        os.ftruncate(self.handle, 0)
        holder = f"process {os.getpid()} on {socket.gethostname()} since {self.clock().isoformat(timespec='seconds')}"
        os.write(self.handle, holder.encode())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the lock go. The file stays: removing it would let two processes lock two files of one name."""
        os.ftruncate(self.handle, 0)
        os.close(self.handle)


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
