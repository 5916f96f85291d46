"""Processes that may end at any time, as a parser does in one that a file is too much for; others take their place."""

from __future__ import annotations

import gc
import os
import threading
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Result = TypeVar("Result")


class LostError(RuntimeError):
    """A process has ended before it gave an answer; the message says so of the file that it was about."""


class RenewedProcesses(Executor):
    """So many processes of this machine. Where one dies, what is under way fails with BrokenExecutor, as in the pool of
    the standard library; what is submitted later goes to new ones."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._pool = _pool(width)
        self._lock = threading.Lock()

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Have `fn` called in one of the processes."""
        with self._lock:
            try:
                return self._pool.submit(fn, *args, **kwargs)
            except BrokenProcessPool:
                self._pool.shutdown(wait=False)
                self._pool = _pool(self.width)
                return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


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


class _Process(SpawnProcess):
    @staticmethod
    def _Popen(process: Any) -> Any:  # noqa: N802 - so it is called there
        with _safe_path():
            return SpawnProcess._Popen(process)


class _Context(SpawnContext):
    Process = _Process


def _pool(width: int) -> ProcessPoolExecutor:
    # What parses makes no circles of objects, and to look for them costs a third of the time.
    # Not forked: this process may have threads, and a lock that one of them holds would stay locked in the child.
    with _safe_path():
        return ProcessPoolExecutor(width, _Context(), initializer=gc.disable)
