"""What a run tells while it goes on, and what it leaves: values for whoever shows them."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from msgspec import Struct

from codemods.validation.base import Result  # noqa: TC001 - help() evaluates what a result holds


class UnitState(str, Enum):
    """What became of a unit in a run."""

    COMMITTED = "committed"
    REJECTED = "rejected"
    PASSED_OVER = "passed-over"  # rejected by an earlier run, and the same since
    DECLINED = "declined"  # somebody has said no, now or before
    TAKEN_BACK = "taken-back"  # committed, then reverted
    UNDECIDED = "undecided"  # no validation could tell; the next run tries it again


class RunEnd(str, Enum):
    """How a run ended."""

    FINISHED = "finished"
    STOPPED = "stopped"  # a unit was rejected in a phase that stops then, or a trigger or an entry stopped it
    AT_GATE = "at-gate"  # the next phase has to be asked for by name
    INTERRUPTED = "interrupted"


class UnitResult(Struct, frozen=True):
    """What became of one unit. `sha` is its commit; `reason` and `evidence` say why it was rejected."""

    unit: str
    phase: str
    state: UnitState
    sha: str = ""
    reason: str = ""
    evidence: str = ""
    results: tuple[Result, ...] = ()
    seconds: float = 0.0


class BlockedFile(Struct, frozen=True):
    """A file that a codemod failed on: why, and the file with all that it told."""

    path: str
    reason: str
    evidence: str


class RunReport(Struct, frozen=True):
    """One run. `branch` is where its commits are; `recovered` are units of a run that had been killed.

    `blocked` are files that codemods failed on, `refused` why merges, shims and deletions of the plan were not done,
    `blocked_consumers` how many files the plan cannot migrate. `notes` are what else has to be known, `gate` the phase
    that waits to be asked for, `tripped` why a trigger has ended one, `unended` phases whose end
    does not hold.
    """

    run: str
    plan: str
    branch: str
    end: RunEnd
    results: tuple[UnitResult, ...]
    left: int
    seconds: float
    recovered: tuple[str, ...] = ()
    blocked: tuple[BlockedFile, ...] = ()
    refused: tuple[str, ...] = ()
    blocked_consumers: int = 0
    notes: tuple[str, ...] = ()
    gate: str = ""
    tripped: str = ""
    unended: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every unit is committed and stands, and no step was refused."""
        committed = len(self.in_state(UnitState.COMMITTED))
        return (
            self.end is RunEnd.FINISHED
            and committed == len(self.results)
            and not (self.left or self.refused or self.unended)
        )

    def in_state(self, state: UnitState) -> tuple[UnitResult, ...]:
        """The results in one state."""
        return tuple(result for result in self.results if result.state is state)


class Note(Struct, frozen=True):
    """Something that whoever runs this has to know, in a sentence or two."""

    text: str


class ValidationFinished(Struct, frozen=True):
    """A validation of so many units has ended; `scope` is `all`, `affected` or `only`."""

    result: Result
    units: int
    scope: str


class PhaseStarted(Struct, frozen=True):
    """A phase begins, with so many units to do."""

    phase: str
    units: int


class BaselineStarted(Struct, frozen=True):
    """A validation runs on the unchanged tree, before phase `phase`; `is_known`: it ran there before."""

    phase: str
    name: str
    is_known: bool = False


class BaselineFinished(Struct, frozen=True):
    """The unchanged tree is known to a validation: of `total` tests, `passed` pass. It took so many `seconds`."""

    name: str
    passed: int
    total: int
    seconds: float | None


class UnitStarted(Struct, frozen=True):
    """A unit is written and validated: the `number`th of `total` in the run."""

    unit: str
    phase: str
    number: int
    total: int


class BatchStarted(Struct, frozen=True):
    """So many units are written together, and validated if there is anything to validate them by; so many are settled,
    of `total` in the run."""

    units: int
    settled: int
    total: int
    is_validated: bool = True


class SearchStarted(Struct, frozen=True):
    """The validation `name` fails for so many units together: each culprit takes at most `runs` runs to find."""

    name: str
    units: int
    runs: int


class UnitFinished(Struct, frozen=True):
    """A unit is settled."""

    result: UnitResult
    number: int
    total: int


Progress = (
    PhaseStarted
    | BaselineStarted
    | BaselineFinished
    | UnitStarted
    | BatchStarted
    | SearchStarted
    | UnitFinished
    | ValidationFinished
    | Note
)
Notify = Callable[[Progress], None]
