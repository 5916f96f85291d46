"""Waits for programs, and ends them with all that they started."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from codemods.interrupts import interrupts_held
from codemods.processes.marks import holding

if TYPE_CHECKING:
    from codemods.processes.marks import Marked

_GRACE = 2.0  # seconds between asking a program to end and killing it
# The same for what a program left behind. Short: where nothing reaps orphans, as in many containers, all of it passes.
_GRACE_LEFT = 0.5
_KILLING = 5.0  # seconds for what starts new processes faster than we end them


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


def end(process: subprocess.Popen[bytes], mark: str = "") -> None:
    """End the program, whatever else still runs in its process group, and what has left the group with `mark`.

    All are asked first. What is left after that is killed, also where ^C cuts the waiting short.
    """
    grace = _GRACE if process.poll() is None else _GRACE_LEFT
    asked: frozenset[int] = frozenset()
    with holding(mark) as held:
        try:
            _signal(process, signal.SIGTERM)
            deadline = time.monotonic() + grace
            while (left := _left(process, held, mark)) is not None and time.monotonic() < deadline:
                _ask(process, held, left - asked)
                asked |= left
                time.sleep(0.02)
        finally:
            with interrupts_held():
                _kill(process, held)
            process.wait()


def _left(process: subprocess.Popen[bytes], held: Marked, mark: str) -> frozenset[int] | None:
    """What has the mark and runs; None where that is nothing, and nothing else of the program runs either."""
    found = held.running()
    if found or process.poll() is None:
        return found
    # Where marks are seen, a group without one holds only what waits for somebody to take its status, often for ever.
    return None if mark and sys.platform == "linux" else _members(process)


def _members(process: subprocess.Popen[bytes]) -> frozenset[int] | None:
    """An empty set where something of the process group is there."""
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, 0)
            return frozenset()
    return None


def _ask(process: subprocess.Popen[bytes], held: Marked, found: frozenset[int]) -> None:
    """Ask what has left the process group to end; the others were asked with the group."""
    for number in found:
        with suppress(OSError):
            if os.getpgid(number) != process.pid:
                held.send(number, signal.SIGTERM)


def _kill(process: subprocess.Popen[bytes], held: Marked) -> None:
    if os.name == "posix":
        _signal(process, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    deadline = time.monotonic() + _KILLING
    # Again until nothing is found: what was about to be killed may have started another.
    while (found := held.running()) and time.monotonic() < deadline:
        for number in found:
            held.send(number, signal.SIGKILL)
        for number in found:
            held.wait(number, 0.1)


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
