"""Validation by a program: exit status 0 holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.errors import ValidationSetupError
from codemods.validation.base import Result, Verdict
from codemods.validation.program import Completed, find_program, run_program

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SHOWN = 15  # lines of output


class Command:
    """Runs one command from the root of the repository after each unit."""

    def __init__(self, name: str, root: Path, run: Sequence[str], timeout: float) -> None:
        """`run` begins with the program; `timeout` is in seconds."""
        self.name = name
        self.root = root
        self.arguments = tuple(run)
        self.timeout = timeout
        self.has_baseline = False

    def require(self) -> None:
        """Raise ValidationSetupError where the program is not there."""
        program = self.arguments[0]
        if find_program(program, self.root) is None:
            is_there = (self.root / program).is_file()
            lacks = "executable" if is_there else "there"
            what = f"The program `{program}` of the validation `{self.name}` is not {lacks}."
            hint = f"Make it so: chmod +x {program}" if is_there else "Install it, or correct `run:` in the plan."
            raise ValidationSetupError(what, hint=hint)

    def baseline(self, paths: tuple[str, ...]) -> None:  # noqa: ARG002 - the command looks at the whole tree
        """Raise ValidationSetupError where it fails on the unchanged tree: it could not tell anything then."""
        if self.has_baseline:
            return
        completed = self._run()
        if completed.status != 0:
            what = f"The validation `{self.name}` fails before anything is changed: {self._summary(completed)}"
            hint = "Mend it, or take it out of the phase's `with:`. Nothing of the phase was changed."
            raise ValidationSetupError(what, hint=f"{completed.last_lines(_SHOWN)}\n{hint}".lstrip("\n"))
        self.has_baseline = True

    def run(self, paths: tuple[str, ...]) -> Result:  # noqa: ARG002 - the command looks at the whole tree
        """The verdict on the tree as it is. Raises ValidationSetupError where the command cannot be started."""
        completed = self._run()
        verdict = Verdict.TIMED_OUT if completed.timed_out else Verdict.FAILED
        if completed.status == 0:
            verdict = Verdict.PASSED
        return Result(self.name, verdict, self._summary(completed), completed.output, completed.seconds)

    def _run(self) -> Completed:
        self.require()
        program = find_program(self.arguments[0], self.root) or self.arguments[0]
        try:
            return run_program([program, *self.arguments[1:]], self.root, self.timeout)
        except OSError as error:
            what = f"The program `{self.arguments[0]}` of the validation `{self.name}` cannot be started: {error}"
            hint = "A script needs a first line such as `#!/bin/sh`, with an interpreter that is there."
            raise ValidationSetupError(what, hint=hint) from error

    def _summary(self, completed: Completed) -> str:
        ending = completed.ending(self.timeout)
        return f"{ending}: {completed.last_line}" if completed.last_line else ending
