"""What is written, made, renamed or removed in folders, as Linux tells it while it happens (inotify).

To look at 14,500 files takes git as long as to commit one of them. Where it is known that nobody has touched any, there
is nothing to look at.
"""

from __future__ import annotations

import os
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Event = tuple["Path", str, int]  # in which folder, to which name, and what, by the numbers of the system

MOVED_TO = 0x80
_MODIFY, _ATTRIB, _CLOSE_WRITE, _MOVED_FROM, _CREATE, _DELETE = 0x2, 0x4, 0x8, 0x40, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF, _UNMOUNT, _OVERFLOW, _IGNORED = 0x400, 0x800, 0x2000, 0x4000, 0x8000
_ONLY_FOLDERS, _NO_LINKS = 0x1000000, 0x2000000
_WATCHED = _MODIFY | _ATTRIB | _CLOSE_WRITE | _MOVED_FROM | MOVED_TO | _CREATE | _DELETE | _DELETE_SELF | _MOVE_SELF
_LOST = _DELETE_SELF | _MOVE_SELF | _UNMOUNT | _OVERFLOW | _IGNORED
_EVENT = struct.Struct("iIII")
_ROOM = 1 << 18


class LostError(Exception):
    """Something may have happened that was not told: too much of it at once, or a folder is not what it was."""


class FolderEvents:
    """What happens in `folders` themselves, not below, from now on. A folder that is not there is passed over."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Raises OSError where the system does not tell that, or not of so many."""
        if sys.platform != "linux":
            raise OSError("only Linux is asked what happens in folders")
        # Where nothing is watched, it need not be there.
        try:
            import ctypes
        except ImportError as error:
            raise OSError("this Python cannot call the system") from error
        system = ctypes.CDLL(None, use_errno=True)

        def number(found: int) -> int:
            if found < 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            return found

        self._file = number(system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        self._folders: dict[int, Path] = {}
        try:
            for folder in folders:
                with suppress(FileNotFoundError):
                    how = _WATCHED | _ONLY_FOLDERS | _NO_LINKS
                    self._folders[number(system.inotify_add_watch(self._file, os.fsencode(folder), how))] = folder
        except BaseException:
            self.close()
            raise

    def take(self) -> list[Event]:
        """What has happened since the last call.

        Raises LostError, OSError.
        """
        found: list[Event] = []
        with suppress(BlockingIOError):
            while told := os.read(self._file, _ROOM):
                found += self._events(told)
        return found

    def _events(self, told: bytes) -> list[Event]:
        found, place = [], 0
        while place < len(told):
            watch, what, _, length = _EVENT.unpack_from(told, place)
            place += _EVENT.size
            if what & _LOST:
                raise LostError
            found.append((self._folders[watch], os.fsdecode(told[place : place + length].rstrip(b"\0")), what))
            place += length
        return found

    def close(self) -> None:
        """Ask no more."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
