"""The command on real repositories: in this process, or in one of its own where that is what is tested."""

from __future__ import annotations

import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.cli import app
from codemods.cli.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = [sys.executable, "-m", "codemods"]
# What a run loads, in the process that others are forked from.
_LOADED = [
    "codemods.cli.app",
    *(f"codemods.cli.{verb.home}" for verb in VERBS.values()),
    "codemods.engine.apply",
    "codemods.plan.load",
    "codemods.report.terminal",
    "codemods.report.to_json",
]


def codemods(root: Path, *arguments: str, expect: int) -> str:
    """The output of a command in `root`, which has to end with the status expected. An error of ours comes through.

    `apply` is agreed to: what asks, and when, is tested where the list is.
    """
    return _output(run(root, *agreed(arguments)), expect)


def agreed(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The arguments of a command, with --yes for an `apply`."""
    return (*arguments, "--yes") if arguments[:1] == ("apply",) else arguments


def codemods_apart(root: Path, *arguments: str, expect: int) -> str:
    """The same in a process of its own: for what ends it, and for what only a whole process shows."""
    completed = subprocess.run([*COMMAND, *agreed(arguments)], cwd=root, capture_output=True, text=True, check=False)
    return _output(completed, expect)


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command in `root` prints, apart by stream, and its exit status."""
    with _inside(root), redirect_stdout(_stream()) as out, redirect_stderr(_stream()) as err:
        status = app.run(list(arguments))
    return subprocess.CompletedProcess(arguments, status, _written(out), _written(err))


def run_forked(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own, for what kills it: forked from one that has loaded all there is to load,
    which takes longer than most runs."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    with tempfile.TemporaryDirectory() as folder:
        streams = (Path(folder) / "stdout", Path(folder) / "stderr")
        process = context.Process(target=_carry_out, args=(root, arguments, dict(os.environ), streams))
        process.start()
        process.join()
        assert process.exitcode is not None
        out, err = (stream.read_text(encoding="utf-8", errors="surrogateescape") for stream in streams)
        return subprocess.CompletedProcess(arguments, process.exitcode, out, err)


def _carry_out(root: Path, arguments: tuple[str, ...], environment: dict[str, str], streams: tuple[Path, ...]) -> None:
    os.chdir(root)
    os.environ.clear()
    os.environ.update(environment)
    for number, file in enumerate(streams, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    sys.argv[1:] = arguments
    app.main()


def _output(completed: subprocess.CompletedProcess[str], expect: int) -> str:
    assert completed.returncode == expect, completed.stdout + completed.stderr
    return completed.stdout + completed.stderr


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _stream() -> io.TextIOWrapper:
    # As the streams of a process are in the locale of the tests.
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="surrogateescape", newline="\n")


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
