"""Runs a program without a shell, for a limited time, and kills all that it started when that is over."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods import processes
from codemods.interrupts import interrupts_held
from codemods.processes import begin, bounded, child_environment, compact, ending, shorten, wait

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from codemods.processes import Running

_LOOK_EVERY = 0.2  # seconds between looks at the size of the output, and at whether somebody wants it stopped
_LAST_LINE = 200  # characters


class Completed(Struct, frozen=True):
    """A program that has ended.

    `status` is its exit status, negative for the signal that ended it, None where we ended it: at its time limit, or
    `aborted` since somebody asked for that (`processes.stop_running`). `output` is what it wrote to stdout and stderr,
    the middle cut out where it is long; `seconds` the time it took.
    """

    status: int | None
    output: str
    timed_out: bool
    seconds: float
    aborted: bool = False

    @property
    def last_line(self) -> str:
        """The last line of its output that is not empty, its first 200 characters."""
        lines = (line.strip() for line in reversed(self.output.splitlines()))
        return next((line[:_LAST_LINE] for line in lines if line), "")

    def last_lines(self, count: int) -> str:
        """The last `count` lines of its output."""
        return "\n".join(self.output.splitlines()[-count:])

    def ending(self, timeout: float) -> str:
        """How it ended, in words; `timeout`, in seconds, is the limit that it had."""
        return "stopped before its end" if self.aborted else ending(self.status, timeout)


def run_program(
    arguments: Sequence[str],
    cwd: Path,
    timeout: float,
    environment: Mapping[str, str | None] | None = None,
    *,
    log: Path | None = None,
) -> Completed:
    """Run `arguments` in `cwd` for at most `timeout` seconds; `environment` is added to our own,
    where None takes a variable out.

    `log` gets a line for the command and then its output while it runs, for one program at a time. Whatever it leaves
    running is ended too: in its process group, and on Linux also what has left that. Any thread may call this. Raises
    OSError where the program cannot be started.
    """
    with _output(log, arguments, timeout) as (file, start):
        began = time.monotonic()
        running, status = None, None
        try:
            # Opened to append, so that the program goes on at the new end after `shorten`. An interrupt while it
            # starts would leave it running, since nobody would know it yet.
            with file.open("ab") as output, interrupts_held():
                running = processes.start(arguments, cwd, child_environment(environment or {}), output)
            if running is not None:
                status = _wait(running, file, start, began + timeout)
        finally:
            if running is not None:
                # Also when it has ended by itself: what it left running would disturb the next validation.
                running.end()
        is_aborted = status is None and (running is None or running.stopped)
        is_late = status is None and not is_aborted
        return Completed(status, bounded(file, start), is_late, time.monotonic() - began, is_aborted)


@contextmanager
def _output(log: Path | None, arguments: Sequence[str], timeout: float) -> Iterator[tuple[Path, int]]:
    """The file that a program shall write to, and where in it; `log` is left short again."""
    # A file, not a pipe: a grandchild that keeps a pipe open would keep us waiting.
    if log is None:
        with tempfile.TemporaryDirectory(prefix="codemods-", ignore_cleanup_errors=True) as folder:
            yield Path(folder) / "output", 0
        return
    start = begin(log, arguments, timeout)
    try:
        yield log, start
    finally:
        compact(log, start)


def _wait(running: Running, output: Path, start: int, deadline: float) -> int | None:
    while (left := deadline - time.monotonic()) > 0 and not running.stopped:
        status = wait(running.process, min(left, _LOOK_EVERY))
        if status is not None:
            return status
        shorten(output, start)
    return running.process.poll()


def project_python(environment: Mapping[str, str | None] | None = None, root: Path | None = None) -> str:
    """The Python that the team's code runs with: of the active virtual environment, else on PATH, else our own.

    `environment` is what the plan adds to ours: a `VIRTUAL_ENV` or `PATH` there decides before ours, with what is
    relative in it starting from `root`, where the program will run.
    """
    added = environment or {}
    # A PATH of the plan's names another Python than the virtual environment that we happen to run in.
    active = added.get("VIRTUAL_ENV") if added.keys() & {"VIRTUAL_ENV", "PATH"} else os.environ.get("VIRTUAL_ENV")
    if active:
        folder = (root or Path()) / active if "VIRTUAL_ENV" in added else Path(active)
        for place in ("bin/python", "Scripts/python.exe"):
            if (folder / place).is_file():
                return str((folder / place).absolute())
    path = _path(added, root)
    # sys.executable is empty where Python is embedded; the name at least makes a message that can be understood.
    return _on_path("python", path) or _on_path("python3", path) or sys.executable or "python"


def find_program(name: str, root: Path, environment: Mapping[str, str | None] | None = None) -> str | None:
    """The program called `name`: on PATH, or a path from `root`; `python` is the project's. None if not there.

    `environment` is what the plan adds to ours, as for `project_python`.
    """
    if name == "python":
        return project_python(environment, root)
    is_path = "/" in name or os.sep in name
    if not is_path and (found := _on_path(name, _path(environment or {}, root))):
        return found
    file = (root / name).absolute()
    return str(file) if file.is_file() and os.access(file, os.X_OK) else None


def _path(added: Mapping[str, str | None], root: Path | None) -> str | None:
    """The PATH of a program that runs in `root`; None: the system's own, where there is none."""
    if "PATH" not in added:
        return os.environ.get("PATH")
    own = added["PATH"]
    if own is None:
        return None
    return os.pathsep.join(str((root or Path()) / entry) for entry in own.split(os.pathsep))


def _on_path(name: str, path: str | None) -> str | None:
    found = shutil.which(name, path=os.defpath if path is None else path)
    # An entry of our PATH may be relative to our own folder, which the program does not run in. Links are not
    # followed: a virtual environment's Python is one.
    return str(Path(found).absolute()) if found else None
