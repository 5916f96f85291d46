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
_ROUNDS = 100  # looks, each at what is new; others start and end processes as well


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
        """Those that run; none only where none does, however fast they start one another and end."""
        if not self._mark or sys.platform != "linux" or not hasattr(os, "pidfd_open"):
            return frozenset()
        plain: set[int] = set()
        unknown: set[int] = set()
        for _ in range(_ROUNDS):
            listed = _processes() - plain
            plain |= {process for process in listed - self._descriptors.keys() if self._hold(process) is False}
            self._let_go_of_ended()
            # One that ended between being listed and being looked at has shown no mark, and what it started before
            # is not in that list. So a list only proves that none is left if it has nobody who was not in the last.
            before, unknown = unknown, listed - plain
            if self._descriptors or unknown <= before:
                break
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

    def _hold(self, process: int) -> bool | None:
        """Whether it has the mark, and is held now; None where that cannot be told: it ends, or becomes another."""
        has_mark = _has_mark(process, self._mark)
        if not has_mark or sys.platform != "linux":
            return has_mark
        with suppress(OSError):
            descriptor = os.pidfd_open(process)
            # What has ended meanwhile may have given its number to another process.
            if has_mark := _has_mark(process, self._mark):
                self._descriptors[process] = descriptor
            else:
                os.close(descriptor)
            return has_mark
        return None

    def _let_go_of_ended(self) -> None:
        for process, descriptor in list(self._descriptors.items()):
            if _has_ended(descriptor, 0.0):
                os.close(self._descriptors.pop(process))


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


def _processes() -> set[int]:
    with suppress(OSError), os.scandir("/proc") as entries:
        return {int(entry.name) for entry in entries if entry.name.isdecimal()}
    return set()


def _has_mark(process: int, mark: str) -> bool | None:
    """Whether its environment has it; None where it shows none, as one that is ending, or just loads a program."""
    content = _environment(process)
    if not content:
        return None
    name, token = f"{MARK}=".encode(), mark.encode()
    return token in content and any(
        token in value.removeprefix(name).split(b":") for value in content.split(b"\0") if value.startswith(name)
    )


def _environment(process: int) -> bytes:
    """Its variables; none where it has ended, or is not ours. This is asked of every process that there is."""
    with suppress(OSError):
        descriptor = os.open(f"/proc/{process}/environ", os.O_RDONLY)
        try:
            return b"".join(iter(lambda: os.read(descriptor, _AT_ONCE), b""))
        finally:
            os.close(descriptor)
    return b""
