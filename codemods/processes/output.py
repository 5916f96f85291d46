"""The file that programs write their output to: it can be read while they run, and does not fill the disk.

A log holds the output of many programs, one after the other; that of one begins at some byte, its `start`.
"""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

_HEAD, _TAIL = 256 * 1024, 768 * 1024  # bytes of a program's output that are kept
OUTPUT_CUT = "... output cut ..."  # stands where the middle of a long output is missing
_CUT = f"\n{OUTPUT_CUT}\n".encode()
_ON_DISK = 64 * 1024 * 1024  # bytes of a program's output that may lie on disk while it runs
_LOG = 16 * 1024 * 1024  # bytes of a log at which the older half of it goes
_TITLE = 2000  # characters of a command in a log
_CATCHING_UP = 8  # reads after a program that writes on


def begin(log: Path, arguments: Sequence[str], timeout: float) -> int:
    """Add a line for a program to `log`: its arguments and its limit in seconds; where its output will start.

    Makes the file and its folder. Of a log that has become long the older half goes. Raises OSError.
    """
    try:
        return _begin(log, arguments, timeout)
    except OSError as error:
        # The system may not say what it has refused.
        raise type(error)(error.errno, error.strerror, str(log)) from error


def _begin(log: Path, arguments: Sequence[str], timeout: float) -> int:
    log.parent.mkdir(parents=True, exist_ok=True)
    command = " ".join(shlex.join(arguments).splitlines())
    title = command if len(command) <= _TITLE else f"{command[:_TITLE]} ..."
    with log.open("a+b") as file:
        size = file.seek(0, os.SEEK_END)
        if size > _LOG:
            size = _forget_older_half(file, size)
        file.seek(max(0, size - 1))
        newline = b"" if file.read(1) in (b"", b"\n") else b"\n"
        file.write(newline + f"$ {title}  # at most {timeout:g} s\n".encode("utf-8", "surrogateescape"))
        return file.tell()


def _forget_older_half(file: BinaryIO, size: int) -> int:
    """Leave the newer half of `file`, which is open for appending, from a beginning of a line; its new size."""
    file.seek(size - _LOG // 2)
    newer = file.read(_LOG // 2).partition(b"\n")[2]
    file.truncate(0)
    file.write(_CUT.lstrip() + newer)
    file.flush()
    return file.tell()


def shorten(output: Path, start: int = 0) -> None:
    """Cut the middle out of what follows `start` while the program writes on, where it would fill the disk.

    What it writes in that very moment may come before the end that is kept.
    """
    _cut(output, start, _ON_DISK)


def compact(output: Path, start: int = 0) -> None:
    """Leave of what follows `start` what `bounded` gives, once the program has ended."""
    _cut(output, start, _HEAD + _TAIL + len(_CUT))


def _cut(output: Path, start: int, limit: int) -> None:
    with output.open("r+b") as file:
        if file.seek(0, os.SEEK_END) - start <= limit:
            return
        file.seek(-_TAIL, os.SEEK_END)
        tail = file.read(_TAIL)
        for _ in range(_CATCHING_UP):
            if not (more := file.read(_TAIL)):
                break
            tail = (tail + more)[-_TAIL:]
        file.truncate(start + _HEAD)
    # Appended, as the program does: written at the place where the end was, it would cover what came in between.
    with output.open("ab", buffering=0) as file:
        file.write(_CUT + tail)


def bounded(output: Path, start: int = 0) -> str:
    """What the file holds from `start`, the middle cut out where it is long."""
    # Not read whole: a program may write gigabytes between two looks at its output.
    with output.open("rb") as file:
        file.seek(start)
        content = file.read(_HEAD + _TAIL)
        if (size := file.seek(0, os.SEEK_END) - start) > len(content):
            file.seek(start + max(_HEAD, size - _TAIL))
            content = content[:_HEAD] + _CUT + file.read(_TAIL)
    return content.decode("utf-8", "replace")
