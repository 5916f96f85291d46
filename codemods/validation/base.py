"""What every kind of validation offers, and the verdict that it gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Verdict(str, Enum):
    """What a validation says of a tree."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed-out"


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
    """A validation, ready to run in one repository."""

    name: str

    def require(self) -> None:
        """Raise ValidationSetupError where it cannot run at all, such as without its program. Runs nothing."""

    def baseline(self, paths: tuple[str, ...]) -> None:
        """Look at the unchanged tree, before the first change to `paths`. Raises ValidationSetupError."""

    def run(self, paths: tuple[str, ...]) -> Result:
        """Judge the tree after a change to `paths`."""
