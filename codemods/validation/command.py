"""Validation by a program: exit status 0 holds."""

from __future__ import annotations

from pathlib import Path

from codemods.errors import ValidationSetupError
from codemods.validation.base import Result, Verdict
from codemods.validation.program import Completed, find_program, run_program


class Command:
    """Runs one command from the root of the repository after each unit."""

    def __init__(self, name: str, root: Path, arguments: tuple[str, ...], timeout: float) -> None:
        """`arguments` begin with the program; `timeout` is in seconds."""
        self.name = name
        self.root = root
        self.arguments = arguments
        self.timeout = timeout
        self.has_baseline = False

    def require(self) -> None:
        """Raise ValidationSetupError where the program is not there."""
        if find_program(self.arguments[0], self.root) is None:
            what = f"The program `{self.arguments[0]}` of the validation `{self.name}` is not there."
            raise ValidationSetupError(what, hint="Install it, or correct `run:` in the plan.")

    def baseline(self, paths: tuple[str, ...]) -> None:  # noqa: ARG002 - the command looks at the whole tree
        """Raise ValidationSetupError where it fails on the unchanged tree: it could not tell anything then."""
        if self.has_baseline:
            return
        completed = self._run()
        if completed.status != 0:
            what = f"The validation `{self.name}` fails before anything is changed: {_summary(completed, self.timeout)}"
            lines = "\n".join(completed.output.splitlines()[-15:])
            hint = f"{lines}\nMend it, or take it out of the plan's phases. No file was changed."
            raise ValidationSetupError(what, hint=hint)
        self.has_baseline = True

    def run(self, paths: tuple[str, ...]) -> Result:  # noqa: ARG002 - the command looks at the whole tree
        """The verdict on the tree as it is."""
        completed = self._run()
        verdict = Verdict.TIMED_OUT if completed.timed_out else Verdict.FAILED
        if completed.status == 0:
            verdict = Verdict.PASSED
        summary = _summary(completed, self.timeout)
        return Result(self.name, verdict, summary, completed.output, completed.seconds)

    def _run(self) -> Completed:
        program = find_program(self.arguments[0], self.root) or self.arguments[0]
        return run_program([program, *self.arguments[1:]], self.root, self.timeout)


def _summary(completed: Completed, timeout: float) -> str:
    if completed.timed_out:
        return f"no end after {timeout:g} s"
    return f"exit status {completed.status}" + (f": {completed.last_line}" if completed.last_line else "")
