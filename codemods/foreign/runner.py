"""Runs the codemods that a team already has, one file at a time, in a process that may break without harm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from codemods.errors import ForeignError
from codemods.foreign.process import Answer, WorkerProcess
from codemods.foreign.step import RESULTS, Failed, ForeignStep, Ran

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

MEMORY = 4 * 1024**3  # bytes of address space; the tree of a file of 10,000 lines takes about a tenth
_RESULTS: dict[str, Any] = {result.__name__: result for result in RESULTS}


class ForeignRunner:
    """Text in, text out. A codemod that ends, hangs or crashes its process fails for that file only.

    A context manager, for one thread at a time. The process is started by the first use.
    """

    def __init__(self, root: Path, source_roots: tuple[str, ...], timeout: float = 60, memory: int = MEMORY) -> None:
        """`timeout`, in seconds, is for each file, and for importing each codemod; `memory` is in bytes."""
        self.root = root.absolute()
        self.source_roots = source_roots
        self.timeout = timeout
        self.memory = memory
        self._worker: WorkerProcess | None = None
        # By the worker that runs now:
        self._loaded: set[str] = set()
        self._has_served = False

    def __enter__(self) -> ForeignRunner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, and all that the codemods have started in it."""
        worker, self._worker = self._worker, None
        self._loaded.clear()
        self._has_served = False
        if worker is not None:
            worker.end()

    def load(self, step: ForeignStep) -> None:
        """See whether `step` can be run: import it, try its arguments. Raises ForeignError, which tells why not."""
        asked = _asked(step)
        key = json.dumps(asked)
        if self._worker is not None and key in self._loaded:
            return
        answer = self._ask({"do": "load", "step": asked})
        message = answer.message
        if message is None:
            what = f"It cannot be loaded. {answer.ending}"
            raise ForeignError(what, where=step.target, hint="Import it by hand to see why.", details=answer.output)
        if message["said"] == "Failed":
            # The worker itself went wrong, by too little memory for instance.
            hint = "Try it by hand to see why."
            raise ForeignError(message["reason"], where=step.target, hint=hint, details=message["traceback"])
        if message["said"] == "Refused":
            raise _refusal(step, message, answer.output)
        if self._worker is not None:  # else it is spent, by what the import did to its streams
            self._loaded.add(key)

    def run(self, step: ForeignStep, path: str, text: str) -> Ran:
        """What `step` makes of `text`, the content of the file `path` (POSIX, from the repository's root).

        Raises ForeignError where the codemod cannot be loaded.
        """
        ran, is_suspect = self._run(step, path, text)
        # The process may have broken by what an earlier file left in it: memory, a thread, an alarm.
        return self._run(step, path, text)[0] if is_suspect else ran

    def _run(self, step: ForeignStep, path: str, text: str) -> tuple[Ran, bool]:
        """The result, and whether an earlier file may be to blame for it."""
        # Beforehand, so that the time limit is for the file alone.
        self.load(step)
        has_served, self._has_served = self._has_served, True
        answer = self._ask({"do": "run", "step": _asked(step), "path": path, "text": text})
        message = answer.message
        if message is None:
            return Failed(reason=answer.ending, output=answer.output), has_served and not answer.timed_out
        if message["said"] == "Refused":
            raise _refusal(step, message, answer.output)
        return _result(message, answer.output), has_served and message.get("suspect", False)

    def _ask(self, request: Mapping[str, Any]) -> Answer:
        """The answer to `request`. Whatever broke the process, the next request finds another."""
        if self._worker is None:
            self._worker = WorkerProcess(self.root, self.source_roots, self.memory)
        answer = None
        try:
            answer = self._worker.ask(request, self.timeout)
        finally:
            if answer is None or answer.message is None or answer.message["spent"]:
                self.close()
        return answer


def _asked(step: ForeignStep) -> list[Any]:
    """`step` as JSON holds it. Raises ForeignError where an argument is of another kind."""
    asked = [step.kind, step.target, [list(argument) for argument in step.args]]
    try:
        json.dumps(asked)
    except (TypeError, ValueError) as error:
        kinds = ", ".join(f"`{name}` ({type(value).__name__})" for name, value in step.args)
        hint = f"Its arguments are {kinds}. Write the one that is no number, no list and so on as text, in quotes."
        raise ForeignError(f"An argument cannot be handed over: {error}.", where=step.target, hint=hint) from error
    return asked


def _refusal(step: ForeignStep, message: Mapping[str, Any], output: str) -> ForeignError:
    details = "\n".join(part for part in (message["details"], output) if part)
    return ForeignError(message["what"], where=step.target, hint=message["hint"], details=details)


def _result(message: Mapping[str, Any], output: str) -> Ran:
    fields = {name: value for name, value in message.items() if name in ("text", "reason", "traceback")}
    ran: Ran = _RESULTS[message["said"]](**fields, warnings=tuple(message["warnings"]), output=output)
    return ran
