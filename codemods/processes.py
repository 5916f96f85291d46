"""Programs that we start: their environment, their bounded output, their end with all that they started."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import FrameType

_HEAD, _TAIL = 256 * 1024, 768 * 1024  # bytes of output that are kept
_CUT = b"\n... output cut ...\n"
_ON_DISK = 64 * 1024 * 1024  # bytes of output that may lie on disk while the program runs
_GRACE = 2.0  # seconds between asking a program to end and killing it
# The same for what a program left behind. Short: where nothing reaps orphans, as in many containers, all of it passes.
_GRACE_LEFT = 0.5
# A commit hook's view of the repository must not reach the team's tests.
_DROPPED = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX")
_ADDED = {
    # Python takes a .pyc for current by the second and the size: after a quick rewrite of equal length
    # it would run the old code, so none may be written.
    "PYTHONDONTWRITEBYTECODE": "1",
    # Else the output of a program that is killed would be lost in its buffers.
    "PYTHONUNBUFFERED": "1",
    "CODEMODS": "1",
}


def child_environment(extra: Mapping[str, str | None]) -> dict[str, str]:
    """What a program of the team's finds in its environment: ours and `extra`, without what would disturb it.

    A None in `extra` takes a variable out.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    merged = {**kept, **_ADDED, **extra}
    return {name: value for name, value in merged.items() if value is not None}


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold ^C back until the end of the block, where it then takes effect."""
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler) or threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    for number, frame in held[:1]:
        handler(number, frame)


def wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    """The exit status of the program; None where it still runs after `seconds`."""
    deadline = time.monotonic() + seconds
    _sleep_until_end(process, seconds)
    with suppress(subprocess.TimeoutExpired):
        return process.wait(max(0.0, deadline - time.monotonic()))
    return None


def _sleep_until_end(process: subprocess.Popen[bytes], seconds: float) -> None:
    # `Popen.wait` looks now and then, at last 50 ms apart: a short check would take up to twice as long.
    if sys.platform == "linux" and hasattr(os, "pidfd_open") and process.poll() is None:
        with suppress(OSError):
            descriptor = os.pidfd_open(process.pid)
            try:
                ended = select.poll()
                ended.register(descriptor, select.POLLIN)
                ended.poll(seconds * 1000)
            finally:
                os.close(descriptor)


def end(process: subprocess.Popen[bytes]) -> None:
    """End the program, and whatever else still runs in its process group."""
    grace = _GRACE if process.poll() is None else _GRACE_LEFT
    try:
        _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while _is_left(process) and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        if os.name == "posix":
            _signal(process, signal.SIGKILL)
        elif process.poll() is None:
            process.kill()
        process.wait()


def _is_left(process: subprocess.Popen[bytes]) -> bool:
    """Whether the program, or anything else in its process group, still runs."""
    if process.poll() is None:
        return True
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, 0)
            return True
    return False


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, number)
        elif process.poll() is None:
            process.terminate()


def ending(status: int | None, timeout: float) -> str:
    """How a program ended, in words: its exit status, negative for a signal; None at its limit, `timeout` seconds."""
    if status is None:
        return f"no end after {timeout:g} s"
    if status < 0:
        return f"killed by {_signal_name(-status)}"
    return f"exit status {status}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def shorten(output: Path) -> None:
    """Cut the middle out of the file while the program writes on: one that prints in a loop would fill the disk."""
    with output.open("r+b") as file:
        if file.seek(0, os.SEEK_END) <= _ON_DISK:
            return
        file.seek(-_TAIL, os.SEEK_END)
        tail = file.read()
        file.truncate(_HEAD)
        file.seek(0, os.SEEK_END)
        file.write(_CUT + tail)


def bounded(output: Path) -> str:
    """What the file holds, the middle cut out where it is long."""
    # Not read whole: a program may write gigabytes between two looks at its output.
    with output.open("rb") as file:
        content = file.read(_HEAD + _TAIL)
        if (size := file.seek(0, os.SEEK_END)) > len(content):
            file.seek(max(_HEAD, size - _TAIL))
            content = content[:_HEAD] + _CUT + file.read(_TAIL)
    return content.decode("utf-8", "replace")
