"""The durable record of what runs intended and did: JSON lines in the git directory, written ahead, append-only."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from contextlib import suppress
from datetime import timezone
from typing import TYPE_CHECKING

from codemods.errors import JournalError
from codemods.files import flush_folder, write_or_remove
from codemods.journal.records import Event, EventKind, event_of, is_newer, line_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from io import FileIO
    from pathlib import Path

_EVIDENCE_LIMIT = 1_000_000  # bytes
_CUT = b"\n... cut ...\n"


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
        self._is_whole = False  # whether the last record is known to be
        self._known: tuple[int, int, tuple[Event, ...]] = (-1, -1, ())  # the events, by the size and time of the file

    def record(self, kind: EventKind, run: str, plan: str, **data: object) -> Event:
        """Append one event, on the disk when this returns. Raises JournalError where the disk refuses."""
        return self.record_all(kind, run, plan, (data,))[0]

    def record_all(
        self, kind: EventKind, run: str, plan: str, all_data: Iterable[Mapping[str, object]]
    ) -> tuple[Event, ...]:
        """Append events of one kind, on the disk when this returns: a crash leaves the first of them, or none.

        Raises JournalError where the disk refuses; then there is none.
        """
        time = self.clock().astimezone(timezone.utc).isoformat(timespec="milliseconds")
        events = tuple(Event(kind, run, plan, time, data) for data in all_data)
        try:
            if events:
                self._append(b"".join(map(line_of, events)))
        except OSError as error:
            self._is_whole = False
            what = f"The journal cannot be written: {error.strerror or error}."
            hint = "Nothing goes on without it. Mend that, then run the command again: it finds out what was under way."
            raise JournalError(what, where=str(self.file), hint=hint) from error
        return events

    def _append(self, lines: bytes) -> None:
        is_new = not self.file.exists()
        if is_new:
            self.folder.mkdir(parents=True, exist_ok=True)
        elif not self._is_whole:
            _mend(self.file)
        with self.file.open("ab", buffering=0) as file:
            before = file.tell()
            try:
                _write(file, lines)
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(before)
                raise
        self._is_whole = True
        if is_new:
            flush_folder(self.folder)
            flush_folder(self.folder.parent)

    def events(self) -> tuple[Event, ...]:
        """All events, oldest first. A last record that a crash has torn is passed over.

        Other damage raises JournalError with its line: an event passed over there could be a commit forgotten.
        """
        if not self.file.exists():
            return ()
        state = self.file.stat()
        if self._known[:2] != (state.st_size, state.st_mtime_ns):
            self._known = (state.st_size, state.st_mtime_ns, self._read())
        return self._known[2]

    def _read(self) -> tuple[Event, ...]:
        lines = self.file.read_bytes().split(b"\n")
        is_ended = not lines[-1]
        if is_ended:
            lines.pop()
        events = []
        for number, line in enumerate(lines, start=1):
            event = event_of(line)
            if event is not None:
                events.append(event)
            elif is_newer(line):
                raise _newer(self.file, number)
            elif number < len(lines):
                what = f"Line {number} of the journal is damaged."
                hint = "Move the file away; git still knows the commits."
                raise JournalError(what, where=f"{self.file}:{number}", hint=hint)
        return tuple(events)

    def store_evidence(self, run: str, unit: str, text: str) -> str:
        """Keep the output that rejected a unit, its middle cut out over 1 MB; its path from the journal's folder."""
        name = hashlib.sha256(unit.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        content = text.encode("utf-8", "backslashreplace")
        if len(content) > _EVIDENCE_LIMIT:
            half = (_EVIDENCE_LIMIT - len(_CUT)) // 2
            content = content[:half] + _CUT + content[-half:]
        path = f"evidence/{run}/{name}.txt"
        write_or_remove(self.folder, path, content)
        return path

    def log_of(self, run: str) -> Path:
        """The file that the programs of a run write to while they run; its folder is there."""
        file = self.folder / "evidence" / run / "output.log"
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def read_evidence(self, relative: str) -> str:
        """The evidence stored under `relative`. Raises OSError, also where that leads elsewhere."""
        file = (self.folder / relative).resolve()
        if not file.is_relative_to((self.folder / "evidence").resolve()):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), relative)
        return file.read_bytes().decode("utf-8", "replace")


def _newer(file: Path, number: int) -> JournalError:
    what = f"Line {number} of the journal was written by a newer release of codemods."
    return JournalError(what, where=f"{file}:{number}", hint="Use that release here.")


def _write(file: FileIO, content: bytes) -> None:
    while content:
        content = content[file.write(content) :]


def _mend(file: Path) -> None:
    """Cut off what a crash has left of a last record, so that the next one stays whole; end it if it is complete."""
    with file.open("rb+") as opened:
        content = opened.read()
        start = content.rfind(b"\n", 0, len(content) - 1) + 1
        last = content[start:]
        if is_newer(last):
            raise _newer(file, content.count(b"\n", 0, start) + 1)
        if last and event_of(last) is None:
            opened.truncate(start)
        elif last and not last.endswith(b"\n"):
            opened.write(b"\n")
