"""Runs one command of ours in a fork of this process, with the same clock and ids each time, and maybe a fault."""

from __future__ import annotations

import contextlib
import ctypes
import datetime
import hashlib
import itertools
import json
import os
import secrets
import select
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from codemods.cli import app
from tests.crashes.points import COUNT, NONE, Fault, Point, Points
from tests.crashes.wrapping import install

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LIMIT = 60.0  # seconds for a command, and for what it leaves running
_FIRST = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
_CRASHED = 70
_ID = 4  # bytes of chance that the id of a run has at most
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of Linux


@dataclass(frozen=True)
class Ran:
    """A command that has ended: its exit status, negative for a signal; None where it had no end within the limit.

    `output` is all that it printed, `struck` the point at which it had its fault, `points` those that it met without.
    """

    status: int | None
    output: str
    struck: str | None
    points: tuple[Point, ...]


def adopt_orphans() -> None:
    """Become the parent of what a killed child leaves running, so that we can wait for it; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def run_in_fork(
    root: Path, arguments: tuple[str, ...], attempt: int, fault: Fault, folder: Path, state: Callable[[], str]
) -> Ran:
    """What `codemods` does with `arguments` in `root`; `attempt` sets its clock and its ids.

    `folder` takes its temporary files. What it leaves running has ended when this returns.
    """
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as output, tempfile.TemporaryFile(dir=folder) as log:
        process = os.fork()
        if not process:
            _in_child(root, arguments, attempt, fault, temporary, state, output.fileno(), log.fileno())
        status = _status(process)
        _await_orphans()
        entries = [json.loads(line) for line in _content(log).splitlines()]
        struck = next((entry["struck"] for entry in entries if "struck" in entry), None)
        for entry in entries:
            _import(entry.get("imported", ()))
        points = tuple(Point(**entry) for entry in entries if "number" in entry)
        return Ran(status, _content(output).decode("utf-8", "replace"), struck, points)


def _content(file: Any) -> bytes:
    file.seek(0)
    content: bytes = file.read()
    return content


def _import(names: list[str]) -> None:
    # What one child had to import is there for all the others.
    for name in names:
        with contextlib.suppress(Exception):
            __import__(name)


def _status(process: int) -> int | None:
    descriptor = os.pidfd_open(process)
    try:
        is_ended = bool(select.select([descriptor], [], [], _LIMIT)[0])
        if not is_ended:
            os.kill(process, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        return status if is_ended else None
    finally:
        os.close(descriptor)


def _await_orphans() -> None:
    deadline = time.monotonic() + _LIMIT
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if not os.waitpid(-1, os.WNOHANG)[0]:
                time.sleep(0.002)


def _in_child(
    root: Path,
    arguments: tuple[str, ...],
    attempt: int,
    fault: Fault,
    temporary: Path,
    state: Callable[[], str],
    output: int,
    log: int,
) -> NoReturn:
    status = _CRASHED
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.stdout = os.fdopen(1, "w", closefd=False, encoding="utf-8", errors="surrogateescape")
        sys.stderr = os.fdopen(2, "w", closefd=False, encoding="utf-8", errors="surrogateescape")
        os.chdir(root)
        os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
        _freeze(attempt)
        known = set(sys.modules)
        points = Points(fault, root, temporary, log, state)
        install(points)
        status = app.run(list(arguments))
        points.meet("exit", fails=False)
        if fault.kind in (COUNT, NONE):
            points.write(log, json.dumps({"imported": sorted(set(sys.modules) - known)}).encode() + b"\n")
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _freeze(attempt: int) -> None:
    """A clock that stands still, an hour later in each attempt, and ids of runs that follow from the attempt."""
    now = _FIRST + datetime.timedelta(hours=attempt)
    real = datetime.datetime

    class Frozen(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return now.astimezone(tz) if tz else now.replace(tzinfo=None)

    datetime.datetime = Frozen  # type: ignore[misc]
    for name, module in list(sys.modules.items()):
        if name.startswith("codemods.") and vars(module).get("datetime") is real:
            module.datetime = Frozen  # type: ignore[attr-defined]
    numbers = itertools.count()
    random = secrets.token_hex

    def token(size: int | None = None) -> str:
        if size is None or size > _ID:
            # Such as the marks of processes, by which they are ended: those of other servers have to be others.
            return random(size)
        return hashlib.sha256(f"{attempt} {next(numbers)}".encode()).hexdigest()[: 2 * size]

    secrets.token_hex = token  # type: ignore[assignment]
