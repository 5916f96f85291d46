"""What every kind of validation offers, and the verdict that it gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Verdict(str, Enum):
    """What a validation says of a tree. Only `passed` holds."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"  # it ran, and tells nothing about the tree
    TIMED_OUT = "timed-out"
    ABORTED = "aborted"  # somebody ended it before it could tell


@dataclass(frozen=True, slots=True)
class Result:
    """One validation of one unit. `summary` is a line, `evidence` the whole output, `seconds` the time it took."""

    name: str
    verdict: Verdict
    summary: str
    evidence: str = ""
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether the unit may be committed as far as this validation goes."""
        return self.verdict is Verdict.PASSED


class Validation(Protocol):
    """A validation, ready to run in one repository. Paths are relative to its root, with `/`."""

    name: str

    def require(self) -> None:
        """Raise ValidationSetupError where it cannot run at all, such as without its program. Runs nothing else."""

    def baseline(self, paths: tuple[str, ...]) -> None:
        """Look at the unchanged tree, before the first change to `paths`; what is known already is not run again.

        Raises ValidationSetupError where it could tell nothing about a change.
        """

    def run(self, paths: tuple[str, ...]) -> Result:
        """Judge the tree after a change to `paths`.

        Raises ValidationSetupError where its program cannot be started any more: no verdict on the change.
        """
