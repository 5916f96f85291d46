"""A Dask scheduler and workers as processes of their own, as they are started by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import codemods

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PATIENCE = 60  # seconds; processes start slowly where others keep the machine busy


@dataclass
class Cluster:
    """A scheduler in `folder`, and its workers by name."""

    folder: Path
    scheduler: subprocess.Popen[bytes]
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def spec(self) -> str:
        """As `--executor` takes it, once the scheduler knows all workers: we do not wait for them for long."""
        self.wait_for_workers()
        address = json.loads((self.folder / "scheduler.json").read_text())["address"]
        return address.replace("tcp://", "dask://")

    def add_worker(self, name: str, variables: Mapping[str, str]) -> None:
        """Start a worker with one thread, and a folder of its own."""
        arguments = ("--scheduler-file", str(self.folder / "scheduler.json"), "--nthreads", "1", "--no-nanny")
        place = ("--local-directory", str(self.folder / name), "--name", name, "--no-dashboard", "--host", "127.0.0.1")
        self.workers[name] = _start(self.folder / f"{name}.log", "worker", *arguments, *place, **variables)

    def wait_for_workers(self) -> None:
        """Wait until the scheduler knows all workers."""
        for name, worker in self.workers.items():
            _wait(self.folder / f"{name}.log", "Registered to", worker)


@contextmanager
def cluster_in(folder: Path) -> Iterator[Cluster]:
    """A cluster without workers; all its processes are gone at the end."""
    folder.mkdir()
    file = folder / "scheduler.json"
    place = ("--port", "0", "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file))
    cluster = Cluster(folder, _start(folder / "scheduler.log", "scheduler", *place))
    try:
        _wait(file, "\n}", cluster.scheduler)
        yield cluster
    finally:
        for process in (*cluster.workers.values(), cluster.scheduler):
            process.kill()
            process.wait()


def _wait(file: Path, text: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not (file.exists() and text in file.read_text()):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _start(log: Path, what: str, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(codemods.__file__).parents[1]), **variables}
    with log.open("wb") as output:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments]
        return subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=log.parent)
