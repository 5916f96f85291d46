"""Validation by a program: exit status 0 holds, if its output has what it must, and not what it must not."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from codemods.errors import ValidationSetupError
from codemods.processes import OUTPUT_CUT
from codemods.validation.base import Result, Scope, Verdict
from codemods.validation.launch import command_identity, launch, require_program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.validation.base import Ground
    from codemods.validation.program import Completed

_SHOWN = 15  # lines of output
_CANNOT_TELL = 125  # as for `git bisect run`
_THIS_PROCESS = uuid.uuid4().hex


class Command:
    """Runs one command from the root of the repository after each unit.

    It is run once: its exit status is its author's word, and what makes it flaky is best known there. Exit status 125
    says that it cannot tell anything about this tree.
    """

    compares = False
    tests_before = (0, 0)

    def __init__(
        self,
        name: str,
        run: Sequence[str],
        timeout: float,
        environment: Mapping[str, str | None] | None = None,
        *,
        must: str | None = None,
        must_not: str | None = None,
    ) -> None:
        """`run` begins with the program; `timeout` is in seconds; `environment` is added to ours, None takes out.

        `must` and `must_not` are regular expressions, searched in the output; `^` and `$` are those of a line.
        """
        self.name = name
        self.environment = dict(environment or {})
        self.arguments = tuple(run)
        self.timeout = timeout
        self.must = must
        self.must_not = must_not
        self.seconds_before: float | None = None
        self.has_seen = False  # it held on the unchanged tree in this run, not only at some other time

    def require(self, ground: Ground) -> None:
        """Raise ValidationSetupError where the program is not there."""
        require_program(self.name, self.arguments[0], ground.root, self.environment)

    def identity(self, ground: Ground) -> str:
        """The command, its environment, the program that it is here, and what must be in its output."""
        return repr((command_identity(self.arguments, ground.root, self.environment), self.must, self.must_not))

    def remembered(self) -> object:
        """That it held, the time that it took, and which process has seen it."""
        if self.seconds_before is None:
            return None
        return {"seconds": self.seconds_before, "seen_by": _THIS_PROCESS if self.has_seen else ""}

    def recall(self, known: object) -> None:
        """Believe that it held."""
        if isinstance(known, dict):
            self.seconds_before = known["seconds"]
            self.has_seen |= known.get("seen_by") == _THIS_PROCESS

    def baseline(self, ground: Ground, scope: Scope) -> None:  # noqa: ARG002 - the command looks at the whole tree
        """Raise ValidationSetupError where it does not hold on the unchanged tree: it could not tell anything then."""
        if self.seconds_before is not None:
            return
        completed = self._run(ground)
        verdict, summary = self._judged(completed)
        if verdict is not Verdict.PASSED:
            what = f"The validation `{self.name}` fails before anything is changed: {summary}"
            hint = "Mend it, or take it out of the phase's `with:`. Nothing of the phase was changed."
            raise ValidationSetupError(what, hint=f"{completed.last_lines(_SHOWN)}\n{hint}".lstrip("\n"))
        self.seconds_before = completed.seconds
        self.has_seen = True

    def run(self, ground: Ground, scope: Scope) -> Result:  # noqa: ARG002 - the command looks at the whole tree
        """The verdict on the tree as it is. Raises ValidationSetupError where the command cannot be started."""
        completed = self._run(ground)
        verdict, summary = self._judged(completed)
        if verdict is not Verdict.PASSED and self.seconds_before is not None and not self.has_seen:
            self._see_again(ground)
        return Result(self.name, verdict, summary, completed.output, completed.seconds)

    def _see_again(self, ground: Ground) -> None:
        """What the command needs besides the tree may have gone since somebody has seen it hold.

        Raises ValidationSetupError where it has.
        """
        self.seconds_before = None
        ground.show(changed=False)
        try:
            self.baseline(ground, Scope())
        finally:
            ground.show(changed=True)

    def _run(self, ground: Ground) -> Completed:
        return launch(self.name, self.arguments, ground, self.timeout, self.environment)

    def _judged(self, completed: Completed) -> tuple[Verdict, str]:
        ending = completed.ending(self.timeout)
        summary = f"{ending}: {completed.last_line}" if completed.last_line else ending
        if completed.aborted:
            return Verdict.ABORTED, summary
        if completed.timed_out:
            return Verdict.TIMED_OUT, summary
        if completed.status == _CANNOT_TELL:
            return Verdict.INDETERMINATE, f"{summary} (it cannot tell)"
        if completed.status != 0:
            return Verdict.FAILED, summary
        is_cut = OUTPUT_CUT in completed.output
        if self.must and is_cut and not re.search(self.must, completed.output, re.MULTILINE):
            return Verdict.INDETERMINATE, f"{ending}, and its output is too long to be searched for `{self.must}`"
        if self.must and not re.search(self.must, completed.output, re.MULTILINE):
            return Verdict.FAILED, f"{ending}, but its output has nothing that matches `{self.must}`"
        if self.must_not and (found := re.search(self.must_not, completed.output, re.MULTILINE)):
            return Verdict.FAILED, f"{ending}, but its output has `{_line(found)}`, which matches `{self.must_not}`"
        if self.must_not and is_cut:
            return Verdict.INDETERMINATE, f"{ending}, and its output is too long to be searched for `{self.must_not}`"
        return Verdict.PASSED, summary


def _line(found: re.Match[str]) -> str:
    """What was found, as a line that can be shown."""
    return " ".join(found.group().split())[:100]
