"""Processes that may end at any time, as a parser does in one that a file is too much for; others take their place."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from codemods.interrupts import interrupts_held
from codemods.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

Result = TypeVar("Result")


class LostError(RuntimeError):
    """A process has ended before it gave an answer; the message says so of the file that it was about."""


class RenewedProcesses(Executor):
    """So many processes of this machine, each started when there is work for it. Where one dies, what is under way in
    it fails with BrokenExecutor, as in the pool of the standard library; what is submitted later goes to a new one.

    `places` tell which process has seen what, by whatever name those who share work out have for it.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.places: dict[Hashable, int] = {}
        self.is_started = False
        self._pools = [_pool() for _ in range(width)]
        self._turns = cycle(range(width))
        self._lock = threading.Lock()

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Have `fn` called in one of the processes."""
        return self.submit_to(next(self._turns), fn, *args, **kwargs)

    def submit_to(self, number: int, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Have `fn` called in the process of that `number`, which counts from 0."""
        # The pool cannot be ended after an interrupt in the middle of its start.
        with self._lock, interrupts_held():
            self.is_started = True
            try:
                return self._pools[number].submit(fn, *args, **kwargs)
            except BrokenProcessPool:
                self._pools[number].shutdown(wait=False)
                self._pools[number] = _pool()
                return self._pools[number].submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes."""
        ends = partial(ProcessPoolExecutor.shutdown, wait=wait, cancel_futures=cancel_futures)
        if self.width == 1:
            ends(self._pools[0])
            return
        # All at the same time: each takes a moment.
        with Threads(self.width) as threads:
            list(threads.map(ends, self._pools))


class Alone:
    """One process for one piece of work at a time, started when there is some; a context manager that ends it."""

    def __init__(self) -> None:
        self._executor: RenewedProcesses | None = None

    def __enter__(self) -> Alone:
        """Nothing is started yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        if self._executor is not None:
            self._executor.shutdown()

    def run(self, function: Callable[..., Result], *args: Any) -> Result:
        """What `function` gives or raises. Raises LostError where the process dies of it."""
        if self._executor is None:
            self._executor = RenewedProcesses(1)
        try:
            return self._executor.submit(function, *args).result()
        except BrokenExecutor as error:
            raise LostError("it ends the process that looks at it") from error


@contextmanager
def _safe_path() -> Iterator[None]:
    """What is started in here does not import from the current folder, where modules of somebody else's may be.

    Python knows how from 3.11 on.
    """
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


@contextmanager
def _no_main() -> Iterator[None]:
    """What is started in here does not run the main module of this process once more: it may be anybody's script, and
    nothing that is handed to another process stands in it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class _Process(SpawnProcess):
    @staticmethod
    def _Popen(process: Any) -> Any:  # noqa: N802 - so it is called there
        with _safe_path(), _no_main():
            return SpawnProcess._Popen(process)


class _Context(SpawnContext):
    Process = _Process


def _begin() -> None:
    """Prepare a process that is started."""
    # What parses makes no circles of objects, and to look for them costs a third of the time; nor is it worth while in
    # what goes with the process, where whoever waits for its end waits for that.
    gc.disable()
    atexit.register(gc.freeze)


def _pool() -> ProcessPoolExecutor:
    # Not forked: this process may have threads, and a lock that one of them holds would stay locked in the child.
    with _safe_path():
        return ProcessPoolExecutor(1, _Context(), initializer=_begin)
