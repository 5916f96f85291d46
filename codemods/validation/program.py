"""Runs a program without a shell, for a limited time, and kills all that it started when that is over."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.processes import bounded, child_environment, end, ending, interrupts_held, shorten, wait

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LOOK_EVERY = 0.5  # seconds between looks at the size of the output
_LAST_LINE = 200  # characters


@dataclass(frozen=True, slots=True)
class Completed:
    """A program that has ended.

    `status` is its exit status, negative for the signal that ended it, None where it was killed at its time limit;
    `output` what it wrote to stdout and stderr, the middle cut out where it is long; `seconds` the time it took.
    """

    status: int | None
    output: str
    timed_out: bool
    seconds: float

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
        return ending(self.status, timeout)


def run_program(
    arguments: Sequence[str], cwd: Path, timeout: float, environment: Mapping[str, str | None] | None = None
) -> Completed:
    """Run `arguments` in `cwd` for at most `timeout` seconds; `environment` is added to our own,
    where None takes a variable out.

    Whatever it leaves running in its process group is ended too. Raises OSError where it cannot be started.
    """
    started = time.monotonic()
    # A file, not a pipe: a grandchild that keeps a pipe open would keep us waiting.
    with tempfile.TemporaryDirectory(prefix="codemods-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "output"
        # Opened to append, so that the program goes on at the new end after `shorten`.
        process = None
        try:
            # An interrupt while it starts would leave it running, since nobody would know it yet.
            with file.open("ab") as output, interrupts_held():
                process = subprocess.Popen(
                    list(arguments),
                    cwd=cwd,
                    env=child_environment(environment or {}),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=os.name == "posix",
                )
            status = _wait(process, file, started + timeout)
        finally:
            if process is not None:
                # Also when it has ended by itself: what it left running would disturb the next validation.
                end(process)
        text = bounded(file)
    return Completed(status, text, status is None, time.monotonic() - started)


def _wait(process: subprocess.Popen[bytes], output: Path, deadline: float) -> int | None:
    while (left := deadline - time.monotonic()) > 0:
        status = wait(process, min(left, _LOOK_EVERY))
        if status is not None:
            return status
        shorten(output)
    return process.poll()


def project_python() -> str:
    """The Python that the team's code runs with: of the active virtual environment, else on PATH, else our own."""
    active = os.environ.get("VIRTUAL_ENV")
    if active:
        for place in ("bin/python", "Scripts/python.exe"):
            if (Path(active) / place).is_file():
                return str((Path(active) / place).absolute())
    # sys.executable is empty where Python is embedded; the name at least makes a message that can be understood.
    return _on_path("python") or _on_path("python3") or sys.executable or "python"


def find_program(name: str, root: Path) -> str | None:
    """The program called `name`: on PATH, or a path from `root`; `python` is the project's. None if not there."""
    if name == "python":
        return project_python()
    is_path = "/" in name or os.sep in name
    if not is_path and (found := _on_path(name)):
        return found
    file = (root / name).absolute()
    return str(file) if file.is_file() and os.access(file, os.X_OK) else None


def _on_path(name: str) -> str | None:
    found = shutil.which(name)
    # An entry of PATH may be relative to our own folder, which the program does not run in. Links are not
    # followed: a virtual environment's Python is one.
    return str(Path(found).absolute()) if found else None
