"""The programs that run now, in whatever thread: so that all of them can be ended by one of the threads."""

from __future__ import annotations

import os
import subprocess
import threading
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from msgspec import Struct, field

from codemods.processes.life import end
from codemods.processes.marks import new_mark, with_mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_PATIENCE = 15.0  # seconds to wait for threads to end what they run
_changed = threading.Condition()
_running: list[Running] = []
_stops: list[Path | None] = []


class Running(Struct, eq=False):
    """A program that was started, and has to be ended by the thread that did it: soon, where it is `stopped`."""

    process: subprocess.Popen[bytes]
    mark: str
    folder: Path
    stopped: bool = False
    thread: int = field(default_factory=threading.get_ident)

    def end(self) -> None:
        """End it, with all that it started; nothing where it has ended by itself and left nothing."""
        try:
            end(self.process, self.mark)
        finally:
            with _changed:
                _running.remove(self)
                _changed.notify_all()


def start(arguments: Sequence[str], cwd: Path, environment: Mapping[str, str], output: IO[bytes]) -> Running | None:
    """Start a program in `cwd`, in a group of its own, with no input; both its streams go to `output`.

    None where programs there are `stopped`. The caller ends it, whatever happens. Raises OSError.
    """
    mark = new_mark()
    folder = cwd.resolve()
    # Under the lock: a program that were started just before `stop_running` looks would not be known to it.
    with _changed:
        if any(_is_under(folder, stop) for stop in _stops):
            return None
        process = subprocess.Popen(
            list(arguments),
            cwd=cwd,
            env=with_mark(environment, mark),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
        )
        running = Running(process, mark, folder)
        _running.append(running)
    return running


def stop_running(under: Path | None = None) -> None:
    """End the programs that other threads run in `under` or below, or anywhere; return when they have ended."""
    stop = under and under.resolve()
    with _changed:
        asked = [
            running
            for running in _running
            if running.thread != threading.get_ident() and _is_under(running.folder, stop)
        ]
        for running in asked:
            running.stopped = True
        _changed.wait_for(lambda: not any(running in _running for running in asked), _PATIENCE)


@contextmanager
def stopped(under: Path | None = None) -> Iterator[None]:
    """End the programs that other threads run in `under` or below, or anywhere, and let none be started there until
    the end of the block, by any thread: each comes back as aborted at once."""
    stop = under and under.resolve()
    with _changed:
        _stops.append(stop)
    try:
        stop_running(under)
        yield
    finally:
        with _changed:
            _stops.remove(stop)


def _is_under(folder: Path, stop: Path | None) -> bool:
    return stop is None or folder.is_relative_to(stop)
