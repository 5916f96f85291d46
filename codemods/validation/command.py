"""Validation by a program: exit status 0 holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.errors import ValidationSetupError
from codemods.validation.base import Result, Verdict
from codemods.validation.program import Completed, find_program, run_program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.validation.base import Ground, Scope

_SHOWN = 15  # lines of output


class Command:
    """Runs one command from the root of the repository after each unit."""

    compares = False
    tests_before = (0, 0)
    seconds_before = 0.0

    def __init__(
        self, name: str, run: Sequence[str], timeout: float, environment: Mapping[str, str | None] | None = None
    ) -> None:
        """`run` begins with the program; `timeout` is in seconds; `environment` is added to ours, None takes out."""
        self.name = name
        self.environment = dict(environment or {})
        self.arguments = tuple(run)
        self.timeout = timeout
        self.has_baseline = False

    def require(self, ground: Ground) -> None:
        """Raise ValidationSetupError where the program is not there."""
        program = self.arguments[0]
        if find_program(program, ground.root) is None:
            is_there = (ground.root / program).is_file()
            lacks = "executable" if is_there else "there"
            what = f"The program `{program}` of the validation `{self.name}` is not {lacks}."
            hint = f"Make it so: chmod +x {program}" if is_there else "Install it, or correct `run:` in the plan."
            raise ValidationSetupError(what, hint=hint)

    def identity(self, ground: Ground) -> str:
        """The command, its environment and the program that it is here."""
        return repr((self.arguments, sorted(self.environment.items()), find_program(self.arguments[0], ground.root)))

    def remembered(self) -> object:
        """That it held."""
        return self.has_baseline or None

    def recall(self, known: object) -> None:
        """Believe that it held."""
        self.has_baseline = known is True

    def baseline(self, ground: Ground, scope: Scope) -> None:  # noqa: ARG002 - the command looks at the whole tree
        """Raise ValidationSetupError where it fails on the unchanged tree: it could not tell anything then."""
        if self.has_baseline:
            return
        completed = self._run(ground)
        if completed.status != 0:
            what = f"The validation `{self.name}` fails before anything is changed: {self._summary(completed)}"
            hint = "Mend it, or take it out of the phase's `with:`. Nothing of the phase was changed."
            raise ValidationSetupError(what, hint=f"{completed.last_lines(_SHOWN)}\n{hint}".lstrip("\n"))
        self.has_baseline = True
        self.seconds_before = completed.seconds

    def run(self, ground: Ground, scope: Scope) -> Result:  # noqa: ARG002 - the command looks at the whole tree
        """The verdict on the tree as it is. Raises ValidationSetupError where the command cannot be started."""
        completed = self._run(ground)
        verdict = Verdict.TIMED_OUT if completed.timed_out else Verdict.FAILED
        if completed.status == 0:
            verdict = Verdict.PASSED
        return Result(self.name, verdict, self._summary(completed), completed.output, completed.seconds)

    def _run(self, ground: Ground) -> Completed:
        self.require(ground)
        program = find_program(self.arguments[0], ground.root) or self.arguments[0]
        try:
            return run_program([program, *self.arguments[1:]], ground.root, self.timeout, self.environment)
        except OSError as error:
            what = f"The program `{self.arguments[0]}` of the validation `{self.name}` cannot be started: {error}"
            hint = "A script needs a first line such as `#!/bin/sh`, with an interpreter that is there."
            raise ValidationSetupError(what, hint=hint) from error

    def _summary(self, completed: Completed) -> str:
        ending = completed.ending(self.timeout)
        return f"{ending}: {completed.last_line}" if completed.last_line else ending
