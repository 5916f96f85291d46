"""The process that foreign codemods run in: takes requests as JSON lines and answers each with one.

Whatever the codemod does to the standard streams, to its working folder or to the process is no matter of the protocol:
that has descriptors of its own. stdin is empty, and stdout goes where stderr goes, to a file that the parent reads.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from codemods.errors import ForeignError
from codemods.foreign.step import Failed, ForeignStep, Ran
from codemods.foreign.telling import last_line, traceback_text
from codemods.foreign.with_bowler import Bowler, BowlerCodemod
from codemods.foreign.with_libcst import LibcstCodemod

if TYPE_CHECKING:
    from collections.abc import Iterable

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]


class _Streams:
    """The descriptors of the protocol, apart from the standard ones."""

    def __init__(self) -> None:
        self.requests = os.fdopen(os.dup(0), encoding="utf-8")
        self.answers = os.dup(1)
        self.output = os.dup(2)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(self.output, 1)
        self.standard = (sys.stdin, sys.stdout, sys.stderr)

    def restore(self) -> bool:
        """Set the standard streams again. False where what the next codemod prints would not go where it should."""
        sys.stdin, sys.stdout, sys.stderr = self.standard
        try:
            same = all(os.path.sameopenfile(number, self.output) for number in (1, 2))
        except OSError:
            return False
        return same and not any(stream.closed for stream in self.standard)

    def answer(self, message: dict[str, Any]) -> None:
        data = (json.dumps(message) + "\n").encode()
        while data:
            data = data[os.write(self.answers, data) :]


class _Memory:
    """The memory that a codemod may use. The limit is lifted to report that it was too little."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        if resource is not None:
            # A core file would lie in the repository.
            resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))

    def set(self, is_limited: bool) -> None:
        if resource is None:
            return
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        soft = self.limit if hard == resource.RLIM_INFINITY else min(self.limit, hard)
        try:
            resource.setrlimit(resource.RLIMIT_AS, (soft if is_limited else hard, hard))
        except (OSError, ValueError):
            return  # macOS has the name, but not the limit


class _Worker:
    def __init__(self, root: Path, source_roots: tuple[str, ...], memory: _Memory, path: list[str]) -> None:
        self.root = root
        self.source_roots = source_roots
        self.memory = memory
        self.path = path  # as it was before the repository's own folders
        self.bowler: Bowler | None = None
        self.loaded: dict[str, LibcstCodemod | BowlerCodemod] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to `request`.

        Where it is `spent`, this process is not to be used again; where `suspect`, an earlier file may be the cause.
        """
        os.chdir(self.root)
        try:
            self.memory.set(True)
            codemod = self._load(request)
            if request["do"] == "load":
                return {"said": "Loaded"}
            return _told(codemod.run(request["path"], request["text"]))
        except ForeignError as error:
            self.memory.set(False)
            return {"said": "Refused", "what": error.what, "hint": error.hint, "details": error.details}
        except BaseException as error:
            self.memory.set(False)
            failed = Failed(reason=f"It raised {last_line(error)}", traceback=traceback_text(error))
            return {**_told(failed), "spent": True, "suspect": isinstance(error, MemoryError)}

    def _load(self, request: dict[str, Any]) -> LibcstCodemod | BowlerCodemod:
        key = json.dumps(request["step"], sort_keys=True)
        if key not in self.loaded:
            kind, target, arguments = request["step"]
            step = ForeignStep(kind, target, tuple((name, value) for name, value in arguments))
            if kind == "libcst":
                self.loaded[key] = LibcstCodemod(step, self.root, self.source_roots)
            else:
                self.loaded[key] = BowlerCodemod(step, self.root, self._bowler())
        return self.loaded[key]

    def _bowler(self) -> Bowler:
        if self.bowler is None:
            # Bowler and what it needs are those that are installed: the repository may be one of them, half rewritten.
            now, sys.path[:] = list(sys.path), self.path
            try:
                self.bowler = Bowler()
            finally:
                sys.path[:] = now
        return self.bowler


def _told(ran: Ran) -> dict[str, Any]:
    return {"said": type(ran).__name__, **asdict(ran)}


def _forget_ourselves() -> None:
    """Let go of our own modules, by name: a team may have a package `codemods`, too, and its code is to find that."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "codemods"]:
        del sys.modules[name]


def _listen(lines: Iterable[str], requests: queue.Queue[str]) -> None:
    try:
        for line in lines:
            requests.put(line)
    finally:
        # Whoever started us is gone, perhaps killed; a codemod that loops would go on for ever.
        os._exit(0)


def main(arguments: list[str]) -> None:
    """Serve requests until stdin ends. `arguments`: the settings, as one JSON object."""
    settings = json.loads(arguments[0])
    streams = _Streams()
    root, process, path = Path(settings["root"]), os.getpid(), list(sys.path)
    places = [str(root), *(str(root / each) for each in settings["source_roots"])]
    _forget_ourselves()
    sys.argv[:] = ["codemods"]
    sys.path[:] = [*dict.fromkeys(places), *(place for place in path if place not in places)]
    worker = _Worker(root, tuple(settings["source_roots"]), _Memory(settings["memory"]), path)
    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(streams.requests, requests), daemon=True).start()
    streams.answer({"number": 0})
    while True:
        request = json.loads(requests.get())
        answer = worker.answer(request)
        if os.getpid() != process:
            os._exit(0)  # of a process that the codemod forked
        is_spent = not streams.restore() or answer.get("spent", False)
        streams.answer({**answer, "number": request["number"], "spent": is_spent})
