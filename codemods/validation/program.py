"""Runs a program without a shell, for a limited time, and kills all that it started when that is over."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HEAD, _TAIL = 256 * 1024, 768 * 1024  # bytes of output that are kept
_CUT = b"\n... output cut ...\n"
_ON_DISK = 64 * 1024 * 1024  # bytes of output that may lie on disk while the program runs
_LOOK_EVERY = 0.5  # seconds between looks at the size of the output
_GRACE = 2.0  # seconds between asking a program to end and killing it
# The same for what a program left behind. Short: where nothing reaps orphans, as in many containers, all of it passes.
_GRACE_LEFT = 0.5
_LAST_LINE = 200  # characters
# A commit hook's view of the repository must not reach the team's tests.
_DROPPED = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX")
_ADDED = {
    # Python takes a .pyc for current by the second and the size: after a quick rewrite of equal length
    # it would run the old code, so none may be written.
    "PYTHONDONTWRITEBYTECODE": "1",
    # Else the output of a program that is killed would be lost in its buffers.
    "PYTHONUNBUFFERED": "1",
    "CODEMODS": "1",
}


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
        if self.status is None:
            return f"no end after {timeout:g} s"
        if self.status < 0:
            return f"killed by {_signal_name(-self.status)}"
        return f"exit status {self.status}"


def run_program(
    arguments: Sequence[str], cwd: Path, timeout: float, environment: Mapping[str, str] | None = None
) -> Completed:
    """Run `arguments` in `cwd` for at most `timeout` seconds; `environment` is added to our own.

    Whatever it leaves running in its process group is ended too. Raises OSError where it cannot be started.
    """
    started = time.monotonic()
    # A file, not a pipe: a grandchild that keeps a pipe open would keep us waiting.
    with tempfile.TemporaryDirectory(prefix="codemods-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "output"
        # Opened to append, so that the program goes on at the new end after `_shorten`.
        with file.open("ab") as output:
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
            status = _wait(process, file, started + timeout)
        finally:
            # Also when it has ended by itself: what it left running would disturb the next validation.
            _end(process)
        text = _bounded(file)
    return Completed(status, text, status is None, time.monotonic() - started)


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    return {**kept, **_ADDED, **extra}


def _wait(process: subprocess.Popen[bytes], output: Path, deadline: float) -> int | None:
    while (left := deadline - time.monotonic()) > 0:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(min(left, _LOOK_EVERY))
        _shorten(output)
    return process.poll()


def _end(process: subprocess.Popen[bytes]) -> None:
    grace = _GRACE if process.poll() is None else _GRACE_LEFT
    try:
        _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while _is_left(process) and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        if os.name == "posix":
            _signal(process, signal.SIGKILL)
        elif process.poll() is None:
            process.kill()
        process.wait()


def _is_left(process: subprocess.Popen[bytes]) -> bool:
    """Whether the program, or anything else in its process group, still runs."""
    if process.poll() is None:
        return True
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, 0)
            return True
    return False


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, number)
        elif process.poll() is None:
            process.terminate()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _shorten(output: Path) -> None:
    """Cut the middle out of the file while the program writes on: one that prints in a loop would fill the disk."""
    with output.open("r+b") as file:
        if file.seek(0, os.SEEK_END) <= _ON_DISK:
            return
        file.seek(-_TAIL, os.SEEK_END)
        tail = file.read()
        file.truncate(_HEAD)
        file.seek(0, os.SEEK_END)
        file.write(_CUT + tail)


def _bounded(output: Path) -> str:
    # Not read whole: a program may write gigabytes between two looks at its output.
    with output.open("rb") as file:
        content = file.read(_HEAD + _TAIL)
        if (size := file.seek(0, os.SEEK_END)) > len(content):
            file.seek(max(_HEAD, size - _TAIL))
            content = content[:_HEAD] + _CUT + file.read(_TAIL)
    return content.decode("utf-8", "replace")


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
