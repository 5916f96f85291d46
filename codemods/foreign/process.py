"""The worker process, seen from outside: started, asked, and ended with all that it started."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from msgspec import Struct

from codemods.errors import ForeignError
from codemods.processes import bounded, child_environment, end, ending, new_mark, shorten, with_mark

if TYPE_CHECKING:
    from collections.abc import Mapping

# Not `-m codemods.foreign.worker`: in the repository's root that would find the team's own package `codemods`.
_START = """
import sys
path = [place for place in sys.path if place]
sys.path[:] = [sys.argv.pop(1), *path]
from codemods.foreign.worker import main
sys.path[:] = path
main(sys.argv[1:])
"""
_LOOK_EVERY = 0.5  # seconds between looks at the size of the output
_START_WITHIN = 60.0  # seconds
_LAST_WORDS = 2.0  # seconds for the answer of a process that is gone, or for the end of one that cut its connection


class Answer(Struct, frozen=True):
    """What the worker answered. `message` is None where it did not, and `ending` then tells why, in words.

    `output` is what was printed meanwhile; `timed_out` whether it was the time limit that ended it.
    """

    message: Mapping[str, Any] | None
    output: str
    ending: str = ""
    timed_out: bool = False


class WorkerProcess:
    """A running worker."""

    def __init__(self, root: Path, source_roots: tuple[str, ...], memory: int) -> None:
        """Start it, with a limit of `memory` bytes. Raises ForeignError where Python cannot be started."""
        self._number = 0
        self._mark = new_mark()
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._folder = tempfile.TemporaryDirectory(prefix="codemods-", ignore_cleanup_errors=True)
        self._file = Path(self._folder.name) / "output"
        settings = json.dumps({"root": str(root.absolute()), "source_roots": source_roots, "memory": memory})
        package = str(Path(__file__).absolute().parents[2])
        try:
            # Opened to append, so that the worker goes on at the new end after the file was shortened.
            with self._file.open("ab") as output:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", _START, package, settings],
                    cwd=root,
                    env=with_mark(child_environment({}), self._mark),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=output,
                    start_new_session=os.name == "posix",
                )
        except OSError as error:
            self._folder.cleanup()
            raise ForeignError(f"Python cannot be started for codemods: {error}") from error
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()
        if (started := self._wait(0, _START_WITHIN)).message is None:
            self.end()
            raise ForeignError(f"Python cannot be started for codemods: {started.ending}", details=started.output)

    def ask(self, request: Mapping[str, Any], timeout: float) -> Answer:
        """The answer to `request` within `timeout` seconds. Where there is none, the worker has to be ended."""
        self._number += 1
        self._file.write_bytes(b"")
        line = json.dumps({**request, "number": self._number}) + "\n"
        # A thread, since a worker that is stopped would not take a long text out of the pipe.
        threading.Thread(target=self._send, args=(self._process.stdin, line.encode()), daemon=True).start()
        return self._wait(self._number, timeout)

    def end(self) -> None:
        """End it, and all that it started."""
        try:
            end(self._process, self._mark)
        finally:
            # stdout is closed by the thread that reads it, at its end: a daemon of the codemod's may keep it open.
            if self._process.stdin is not None:
                with suppress(OSError):
                    self._process.stdin.close()
            self._folder.cleanup()

    def _send(self, stream: IO[bytes], line: bytes) -> None:
        # Where it is gone, the end of its answers tells.
        with suppress(OSError, ValueError):
            stream.write(line)
            stream.flush()

    def _read(self, stream: IO[bytes]) -> None:
        with suppress(OSError, ValueError), stream:
            for line in stream:
                self._lines.put(line.decode("utf-8", "replace"))
        self._lines.put(None)

    def _wait(self, number: int, timeout: float) -> Answer:
        deadline = time.monotonic() + timeout
        is_gone = False
        while (left := deadline - time.monotonic()) > 0:
            with suppress(queue.Empty):
                line = self._lines.get(timeout=min(left, _LOOK_EVERY))
                if line is None:
                    return self._lost()
                if (message := _message(line, number)) is not None:
                    return Answer(message, bounded(self._file))
            shorten(self._file)
            # A process that the codemod forked may keep the pipe open, so that its end does not come.
            if not is_gone and self._process.poll() is not None:
                is_gone, deadline = True, min(deadline, time.monotonic() + _LAST_WORDS)
        if is_gone:
            return self._lost()
        return Answer(None, bounded(self._file), f"It took longer than {timeout:g} s.", timed_out=True)

    def _lost(self) -> Answer:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_WORDS)
        status = self._process.poll()
        told = "It cut the connection to us" if status is None else f"It ended Python: {ending(status, 0)}"
        return Answer(None, bounded(self._file), f"{told}.")


def _message(line: str, number: int) -> dict[str, Any] | None:
    """The message in `line` if it answers the request `number`; not one from a process that a codemod forked."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) and message.get("number") == number else None
