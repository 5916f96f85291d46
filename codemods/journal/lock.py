"""One operation at a time in a repository."""

from __future__ import annotations

import os
import socket
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from codemods.errors import RepositoryError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType


_MOMENT = 0.2  # seconds


class Lock:
    """A context manager over a lock file, which dies with its process."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        """The lock is `folder`/lock."""
        self.file = folder / "lock"
        self.clock = clock
        self.handle = -1

    def __enter__(self) -> Lock:
        """Take the lock. Raises RepositoryError, with who holds it since when, where another process has it, and
        OSError."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.handle = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o644)
        end = time.monotonic() + _MOMENT
        while not (is_ours := _try_lock(self.handle)) and time.monotonic() < end:
            time.sleep(_MOMENT / 10)  # somebody may only be looking whether it is held
        if not is_ours:
            holder = os.read(self.handle, 500).decode("utf-8", "replace")
            os.close(self.handle)
            raise _held(holder)
        try:
            os.ftruncate(self.handle, 0)
            since = self.clock().isoformat(timespec="seconds")
            os.write(self.handle, f"process {os.getpid()} on {socket.gethostname()} since {since}".encode())
        except OSError:
            # Who holds it is for others to read; it is held without that.
            with suppress(OSError):
                os.ftruncate(self.handle, 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the lock go. The file stays: removing it would let two processes lock two files of one name."""
        with suppress(OSError):
            os.ftruncate(self.handle, 0)
        os.close(self.handle)


def is_held(folder: Path) -> bool:
    """Whether some process holds the lock in `folder` now."""
    try:
        handle = os.open(folder / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        return not _try_lock(handle)
    finally:
        os.close(handle)


def holder_of(folder: Path) -> str:
    """Who holds the lock in `folder` now, in words; empty where nobody does."""
    if not is_held(folder):
        return ""
    return (folder / "lock").read_text(encoding="utf-8", errors="replace") or "another process"


def _held(holder: str) -> RepositoryError:
    words = holder.split()
    is_here = words[:1] == ["process"] and words[3:4] == [socket.gethostname()]
    if is_here and words[1].isdecimal() and not _is_alive(int(words[1])):
        what = f"The run of {holder} was killed, but something that it started is still running and holds its lock."
        return RepositoryError(what, hint="Wait until that has ended, or end it.")
    what = f"Another run is under way in this repository: {holder or 'another process'}."
    return RepositoryError(what, hint="Wait until it has ended.")


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


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
