"""A Dask cluster as an executor: the connection, and work that is tried again on another worker."""

from __future__ import annotations

import asyncio
import platform
import threading
import time
import warnings
from concurrent.futures import Executor, Future, InvalidStateError
from contextlib import contextmanager, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from codemods.errors import CodemodsError, WorkerError
from codemods.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from distributed import Client
    from distributed import Future as Remote

Result = TypeVar("Result")

_PATIENCE = 5  # seconds for the scheduler to answer, and for a first worker to be there
_LOOK_EVERY = 1.0  # seconds, between looks whether there are workers
_ATTEMPTS = 3  # at one piece of work, each on another worker as long as there is one
_START = "Start it with `dask scheduler`, workers with `dask worker`, or name another one."


class DaskExecutor(Executor):
    """Sends work to the workers of a Dask cluster.

    What raises WorkerError, since the machine cannot do it, is tried again, on another one if there is any. A worker
    that dies is Dask's affair: it gives the work to another. What comes back is the result, what the work raised, or a
    CodemodsError where the cluster has failed.
    """

    def __init__(self, client: Client, patience: float = 60) -> None:
        """`client` stays the caller's to close; `patience` is in seconds, for a worker to come once all are gone."""
        self.client = client
        self.patience = patience
        self.waited_for: set[Future[Any]] = set()

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Have `fn`, which the workers can import, called on one of them. What is cancelled is not begun there; work
        that is under way can see it by `wanted_here`."""
        told: Future[Result] = Future()
        self.waited_for.add(told)
        told.add_done_callback(self._forget)
        self._begin(told, partial(fn, *args, **kwargs), ())
        return told

    def _forget(self, told: Future[Any]) -> None:
        self.waited_for.discard(told)
        if told.cancelled():
            # Who waits for it is woken up by that only.
            told.set_running_or_notify_cancel()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """In the block, fail what is waited for once there have been no workers for too long: Dask itself would wait
        for ever."""
        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _watch(self, over: threading.Event) -> None:
        began = time.monotonic()
        while not over.wait(_LOOK_EVERY):
            with suppress(Exception):  # a scheduler that is gone is told to each future by the client
                if self.client.nthreads():
                    began = time.monotonic()
            if time.monotonic() - began > self.patience:
                for told in tuple(self.waited_for):
                    with suppress(InvalidStateError):
                        told.set_exception(_lost("there are no workers any more"))

    def _begin(self, told: Future[Result], work: Callable[[], Result], failed: tuple[str, ...]) -> None:
        others = [worker for worker in self.client.nthreads() if worker not in failed] if failed else []
        there = self.client.submit(_carry_out, work, pure=False, workers=others or None)
        told.add_done_callback(partial(_cancel, there))
        there.add_done_callback(partial(self._ended, told, work, failed))

    def _ended(
        self, told: Future[Result], work: Callable[[], Result], failed: tuple[str, ...], there: Remote[Result]
    ) -> None:
        if told.done():
            return
        try:
            error = _error(there)
            if isinstance(error, WorkerError) and len(failed) + 1 < _ATTEMPTS:
                self._begin(told, work, (*failed, error.worker))
                return
            outcome = None if error else there.result()
        except Exception as lost:
            # Or nobody would ever hear of this work again.
            error = _lost(lost)
        # It may be cancelled just now.
        with suppress(InvalidStateError):
            if error is None:
                told.set_result(outcome)  # type: ignore[arg-type] # there is one
            else:
                told.set_exception(error)


def _cancel(there: Remote[Any], _: Future[Any]) -> None:
    if not there.done():
        with suppress(Exception):  # the cluster may be gone
            there.cancel()


def _error(there: Remote[Any]) -> BaseException | None:
    """What the caller hears of work that has ended; None: its result."""
    from distributed import KilledWorker

    if there.status == "finished":
        return None
    if there.status != "error":
        return _lost(there.status)
    error: BaseException | None = there.exception()
    if isinstance(error, KilledWorker):
        what = f"{error.allowed_failures + 1} workers died while they did the same piece of work."
        return CodemodsError(what, where="--executor", hint="Look at their logs: memory is what most lack.")
    return error


def _lost(why: object) -> CodemodsError:
    what = f"The cluster has lost a piece of work: {why}."
    return CodemodsError(what, where="--executor", hint="Look at the log of the scheduler, then run it again.")


def _carry_out(work: Callable[[], Result]) -> Result:
    """Runs on the worker."""
    from distributed import get_worker

    try:
        return work()
    except WorkerError as error:
        error.worker = get_worker().address
        raise


def wanted_here() -> Callable[[], bool]:
    """Tells, in any thread, whether the work that this one does is still wanted; it always is outside of a cluster."""
    try:
        from distributed import get_worker

        worker = get_worker()
    except (ImportError, ValueError):
        return lambda: True
    key = worker.get_current_task()

    def is_wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state != "cancelled"

    return is_wanted


def worker_folder() -> Path | None:
    """The folder of the Dask worker that runs this, gone when it ends; None where this is no worker's thread."""
    try:
        from distributed import get_worker

        return Path(get_worker().local_directory)
    except (ImportError, ValueError):
        return None


@contextmanager
def connected(address: str, where: str) -> Iterator[tuple[Client, int]]:
    """A client of the scheduler at `address`, and how many threads its workers have. `where` is for messages.

    Raises CodemodsError where it does not answer, has no workers, or one whose versions are not ours.
    """
    try:
        from distributed import Client
    except ImportError as error:
        hint = "Install it: pip install 'codemods[dask]'."
        raise CodemodsError("Dask is not installed here.", where=where, hint=hint) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # versions that differ are told below, with what to do
        try:
            client = Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, asyncio.TimeoutError, ValueError, RuntimeError) as error:
            raise CodemodsError("No Dask scheduler answers there.", where=where, hint=_START) from error
    try:
        _require_workers(client, where)
        _require_same(client, where)
        yield client, sum(client.nthreads().values())
    finally:
        client.close(timeout=_PATIENCE)


def _require_workers(client: Client, where: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except (OSError, asyncio.TimeoutError) as error:  # of Python 3.10, the second
        raise CodemodsError("The Dask scheduler has no workers.", where=where, hint=_START) from error


def _require_same(client: Client, where: str) -> None:
    """Refuse a cluster whose scheduler or workers could not read what we send them, or would read it otherwise."""
    ours = _versions()
    try:
        theirs = {"the scheduler": client.run_on_scheduler(_versions), **client.run(_versions)}
    except ImportError as error:
        what = f"A part of the cluster lacks what it has to import: {error}."
        raise CodemodsError(what, where=where, hint=_same(ours)) from error
    for part, found in theirs.items():
        if found != ours:
            what = f"{part.capitalize()} has other versions: {found}."
            raise CodemodsError(what, where=where, hint=_same(ours))


def _same(ours: str) -> str:
    return f"Install at the scheduler and on all workers what is here: {ours}."


def _versions() -> str:
    python = ".".join(platform.python_version_tuple()[:2])
    return f"Python {python}, codemods {VERSION}, distributed {version('distributed')}"
