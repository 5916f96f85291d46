"""Finds what a program has started, wherever it went: it inherits a mark in its environment.

A process that has left its group, such as a daemon, is known by nothing else. Only Linux shows the environments of
processes; elsewhere nothing is found. Nor is a process that was started without the environment (`env -i`), that has
written over it, or that belongs to another user.
"""

from __future__ import annotations

import os
import secrets
import select
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MARK = "CODEMODS_PROCESS"  # the variable
_AT_ONCE = 64 * 1024  # bytes


def new_mark() -> str:
    """A mark that no other process has: neither we, nor what has started us."""
    return secrets.token_hex(16)


def with_mark(environment: Mapping[str, str], mark: str) -> dict[str, str]:
    """`environment` with `mark`, beside the marks that are there: we may run in a program that was marked itself."""
    outer = environment.get(MARK)
    return {**environment, MARK: f"{outer}:{mark}" if outer else mark}


class Marked:
    """The processes that have been seen with `mark`, each known until it has ended.

    Its environment is not enough for that: a process that is ending has lost it already, and may still hold a port or
    a file. Each is held by a descriptor, so that a signal never reaches one that has got its number since.
    """

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._descriptors: dict[int, int] = {}

    def running(self) -> frozenset[int]:
        """Those that run. One that is started meanwhile may be missing: look again until none is left."""
        for process in _having(self._mark):
            self._hold(process)
        for process, descriptor in list(self._descriptors.items()):
            if _has_ended(descriptor, 0.0):
                os.close(self._descriptors.pop(process))
        return frozenset(self._descriptors)

    def send(self, process: int, number: signal.Signals) -> None:
        """Send the signal `number` to `process`, if that is one of those that run."""
        if sys.platform == "linux" and process in self._descriptors:
            with suppress(OSError):
                signal.pidfd_send_signal(self._descriptors[process], number)

    def wait(self, process: int, seconds: float) -> None:
        """Wait for the end of `process`, if that is one of those that run, for at most so many `seconds`."""
        if process in self._descriptors:
            _has_ended(self._descriptors[process], seconds)

    def forget(self) -> None:
        """Let go of all."""
        while self._descriptors:
            os.close(self._descriptors.popitem()[1])

    def _hold(self, process: int) -> None:
        if process in self._descriptors or not hasattr(os, "pidfd_open"):
            return
        with suppress(OSError):
            descriptor = os.pidfd_open(process)
            # What has ended meanwhile may have given its number to another process.
            if _has_mark(str(process), self._mark):
                self._descriptors[process] = descriptor
            else:
                os.close(descriptor)


@contextmanager
def holding(mark: str) -> Iterator[Marked]:
    """The processes with `mark`, until the end of the block."""
    held = Marked(mark)
    try:
        yield held
    finally:
        held.forget()


def _has_ended(descriptor: int, seconds: float) -> bool:
    ended = select.poll()
    ended.register(descriptor, select.POLLIN)
    return bool(ended.poll(seconds * 1000))


def _having(mark: str) -> tuple[int, ...]:
    if not mark or sys.platform != "linux":
        return ()
    with suppress(OSError), os.scandir("/proc") as entries:
        return tuple(int(entry.name) for entry in entries if entry.name.isdecimal() and _has_mark(entry.name, mark))
    return ()


def _has_mark(process: str, mark: str) -> bool:
    content = _environment(process)
    name, token = f"{MARK}=".encode(), mark.encode()
    return token in content and any(
        token in value.removeprefix(name).split(b":") for value in content.split(b"\0") if value.startswith(name)
    )


def _environment(process: str) -> bytes:
    """Its variables; none where it has ended, or is not ours. This is asked of every process that there is."""
    with suppress(OSError):
        descriptor = os.open(f"/proc/{process}/environ", os.O_RDONLY)
        try:
            return b"".join(iter(lambda: os.read(descriptor, _AT_ONCE), b""))
        finally:
            os.close(descriptor)
    return b""
