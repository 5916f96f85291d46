"""The executor that the user asks for: threads or processes of this machine, or a Dask cluster."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

_SPEC = re.compile(r"dask(?P<tls>\+tls)?://(?P<place>(\[[^\]/]+\]|[^/\s:@]+):\d{1,5})/?")


class Crew(Struct, frozen=True):
    """An executor, and how much it does at a time."""

    executor: Executor
    width: int


@contextmanager
def open_executor(spec: str | None, jobs: int = 1, *, processes: bool = False) -> Iterator[Crew]:
    """The executor that `spec` names: `dask://HOST:PORT` or, with TLS, `dask+tls://HOST:PORT`. None: `jobs` threads of
    this process, or as many `processes` beside it.

    A cluster does as much at a time as it has threads; where `jobs` is more than 1, at most so much. Raises
    CodemodsError where there is no such executor, or a cluster that does not answer or cannot do our work.
    """
    if spec is None:
        executor = _local(jobs, processes=processes)
        try:
            yield Crew(executor, jobs)
        finally:
            # Processes take a moment to end, in which something else can be done.
            executor.shutdown(wait=not processes)
        return
    named = _SPEC.fullmatch(spec)
    if named is None:
        what = f"There is no executor `{spec}`."
        raise CodemodsError(what, where="--executor", hint="Name the scheduler of a Dask cluster: dask://HOST:PORT.")
    from codemods.executors.cluster import DaskExecutor, connected

    with connected(f"{'tls' if named['tls'] else 'tcp'}://{named['place']}", spec) as (client, threads):
        executor = DaskExecutor(client)
        with executor.watched():
            yield Crew(executor, min(threads, jobs) if jobs > 1 else threads)


@contextmanager
def open_analysis(spec: str | None, jobs: int = 1) -> Iterator[Crew | None]:
    """The crew that examines files: the cluster that `spec` names, else `jobs` processes; None where this one does it.

    Raises CodemodsError as `open_executor` does.
    """
    if spec is None and jobs == 1:
        yield None
        return
    with open_executor(spec, jobs, processes=True) as crew:
        yield crew


def _local(jobs: int, *, processes: bool) -> Executor:
    # Here, since they take time to load, and small jobs need neither.
    if processes:
        from codemods.executors.alone import RenewedProcesses

        return RenewedProcesses(jobs)
    from codemods.threads import Threads

    return Threads(jobs, "codemods")
