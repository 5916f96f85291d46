"""Runs a program without a shell, for a limited time, and kills all that it started when that is over."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_HEAD, _TAIL = 256 * 1024, 768 * 1024  # bytes of output that are kept
_GRACE = 2.0  # seconds between asking a program to end and killing it
# A commit hook's view of the repository must not reach the team's tests.
_DROPPED = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX")


@dataclass(frozen=True, slots=True)
class Completed:
    """A program that has ended. `status` is its exit status, None where it was killed at its time limit."""

    status: int | None
    output: str
    seconds: float

    @property
    def timed_out(self) -> bool:
        """Whether it was killed at its time limit."""
        return self.status is None

    @property
    def last_line(self) -> str:
        """The last line of its output that is not empty."""
        return next((line.strip() for line in reversed(self.output.splitlines()) if line.strip()), "")


def run_program(
    arguments: Sequence[str], cwd: Path, timeout: float, environment: Mapping[str, str] | None = None
) -> Completed:
    """Run `arguments` in `cwd` for at most `timeout` seconds, its output and errors kept together.

    Raises OSError where the program cannot be started.
    """
    started = time.monotonic()
    # A file, not a pipe: a grandchild that keeps a pipe open would keep us waiting.
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            list(arguments),
            cwd=cwd,
            env=_environment(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
        )
        try:
            status: int | None = process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            # Also when it has ended by itself: what it left running would disturb the next validation.
            _end(process)
        text = _bounded(output)
    return Completed(status, text, time.monotonic() - started)


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    # Python takes a .pyc for current by the second and the size: after a quick rewrite of equal
    # length it would run the old code, so none may be written.
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "CODEMODS": "1", **extra}


def _end(process: subprocess.Popen[bytes]) -> None:
    _signal(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    if os.name == "posix":
        _signal(process, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, number)
        elif process.poll() is None:
            process.terminate()


def _bounded(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(0)
    if size <= _HEAD + _TAIL:
        content = output.read()
    else:
        head = output.read(_HEAD)
        output.seek(-_TAIL, os.SEEK_END)
        content = head + b"\n... output cut ...\n" + output.read()
    return content.decode("utf-8", "replace")


def project_python() -> str:
    """The Python that the team's code runs with: of the active virtual environment, else on PATH, else our own."""
    active = os.environ.get("VIRTUAL_ENV")
    if active:
        for place in ("bin/python", "Scripts/python.exe"):
            if (Path(active) / place).is_file():
                return str(Path(active) / place)
    return shutil.which("python") or shutil.which("python3") or sys.executable


def find_program(name: str, root: Path) -> str | None:
    """The program called `name`, on PATH or as a path from `root`; `python` is the project's. None if not there."""
    if name == "python":
        return project_python()
    if "/" in name or os.sep in name:
        file = root / name
        return str(file) if file.is_file() and os.access(file, os.X_OK) else None
    return shutil.which(name)
