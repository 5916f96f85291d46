"""The command on real repositories: in this process, or in one of its own where that is what is tested."""

from __future__ import annotations

import io
import multiprocessing
import multiprocessing.connection
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.cli import app, start
from codemods.cli.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.context import ForkServerProcess

COMMAND = [sys.executable, "-m", "codemods"]
# What a run loads, in the process that others are forked from.
_LOADED = [
    "tests.cli.loaded",
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


def codemods_forked(root: Path, *arguments: str, expect: int) -> str:
    """The same, forked from a process that has loaded all there is to load, which takes longer than most runs."""
    return _output(run_forked(root, *agreed(arguments)), expect)


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command in `root` prints, apart by stream, and its exit status."""
    with _inside(root), redirect_stdout(_stream()) as out, redirect_stderr(_stream()) as err:
        status = app.run(list(arguments))
    return subprocess.CompletedProcess(arguments, status, _written(out), _written(err))


def run_forked(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command prints, apart by stream, and its exit status, forked alike: for what kills it."""
    with tempfile.TemporaryDirectory() as folder:
        streams = (Path(folder) / "stdout", Path(folder) / "stderr")
        process = forked(root, arguments, *streams)
        process.join()
        assert process.exitcode is not None
        out, err = (stream.read_text(encoding="utf-8", errors="surrogateescape") for stream in streams)
        return subprocess.CompletedProcess(arguments, process.exitcode, out, err)


def on_terminal(root: Path, *arguments: str, answer: str = "", **environment: str) -> tuple[int, str]:
    """The exit status of a command in `root`, forked alike, and what it writes to a terminal, on which `answer` is
    typed."""
    import pty

    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    terminal = Path(os.ttyname(theirs))
    process = forked(root, arguments, terminal, terminal, stdin=terminal if answer else None, **environment)
    told = b""
    while ours in multiprocessing.connection.wait([ours, process.sentinel]):
        told += os.read(ours, 65536)
    process.join()
    assert process.exitcode is not None
    os.close(theirs)
    os.close(ours)
    return process.exitcode, told.decode()


def forked(
    root: Path, arguments: Sequence[str], stdout: Path, stderr: Path, stdin: Path | None = None, **environment: str
) -> ForkServerProcess:
    """A command that is started like that, with our environment and more of it, and these files as its streams."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    streams = (stdin or Path(os.devnull), stdout, stderr)
    process = context.Process(target=_carry_out, args=(root, arguments, {**os.environ, **environment}, streams))
    process.start()
    return process


def _carry_out(root: Path, arguments: Sequence[str], environment: dict[str, str], streams: tuple[Path, ...]) -> None:
    os.chdir(root)
    os.environ.clear()
    os.environ.update(environment)
    for number, file in enumerate(streams):
        os.dup2(
            os.open(file, (os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY) | os.O_NOCTTY), number
        )
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.argv[1:] = arguments
    start.main()


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
