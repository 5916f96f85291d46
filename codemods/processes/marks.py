"""Finds what a program has started, wherever it went: it inherits a mark in its environment.

A process that has left its group, such as a daemon, is known by nothing else. Only Linux shows the environments of
processes; elsewhere nothing is found. Nor is a process that was started without the environment (`env -i`), that has
written over it, or that belongs to another user.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = "CODEMODS_PROCESS"  # the variable
_AT_ONCE = 64 * 1024  # bytes


def new_mark() -> str:
    """A mark that no other process has: neither we, nor what has started us."""
    return secrets.token_hex(16)


def with_mark(environment: Mapping[str, str], mark: str) -> dict[str, str]:
    """`environment` with `mark`, beside the marks that are there: we may run in a program that was marked itself."""
    outer = environment.get(MARK)
    return {**environment, MARK: f"{outer}:{mark}" if outer else mark}


def marked(mark: str) -> tuple[int, ...]:
    """The processes that run with `mark`. One that is started meanwhile may be missing: look again until none is left.

    One that has ended has no environment, even where nobody has asked for its status yet.
    """
    if sys.platform != "linux":
        return ()
    with suppress(OSError), os.scandir("/proc") as entries:
        return tuple(int(entry.name) for entry in entries if entry.name.isdecimal() and _has_mark(entry.name, mark))
    return ()


def send(process: int, mark: str, number: signal.Signals) -> None:
    """Send the signal `number` to `process`, if that is still one with `mark`."""
    # What ends meanwhile may give its number to another process: held by a descriptor, it is the one that we look at.
    if sys.platform == "linux" and hasattr(os, "pidfd_open"):
        with suppress(OSError):
            descriptor = os.pidfd_open(process)
            try:
                if _has_mark(str(process), mark):
                    signal.pidfd_send_signal(descriptor, number)
            finally:
                os.close(descriptor)


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
