"""What a plan would do, as values: phases with their outcomes and units."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - help() evaluates what a preview holds
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.model import Blocked, Finding, Outcome, Skipped, Unchanged, Unit
from codemods.plan.load import LoadedPlan  # noqa: TC001 - help() evaluates what a preview holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.plan.schema import Phase


class PhasePreview(Struct, frozen=True):
    """One phase: the outcome of each of its files that has references, and the units to commit, in order.

    `remarks` are lines for people about what a merge, a shim or a deletion does, or why it is not done.
    """

    phase: Phase
    outcomes: tuple[Outcome, ...]
    units: tuple[Unit, ...]
    remarks: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All references found in the phase, by file."""
        return tuple(finding for outcome in self.outcomes for finding in findings_of(outcome))


class Preview(Struct, frozen=True):
    """What a plan would do to a tree.

    `skipped` files could not be read as Python; `outside` are files that no phase lists and that hold nothing to
    rewrite, but references to review or that are left. `evidence` is what codemods have told about files that they
    failed on.
    """

    loaded: LoadedPlan
    phases: tuple[PhasePreview, ...]
    skipped: tuple[Skipped, ...]
    outside: tuple[Unchanged, ...]
    files_searched: int
    evidence: Mapping[str, str] = field(default_factory=dict)

    def followed_by(self, phases: tuple[PhasePreview, ...]) -> Preview:
        """This preview with further phases at its end."""
        return replace(self, phases=(*self.phases, *phases))

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units of all phases in the order in which they are carried out."""
        return tuple(unit for phase in self.phases for unit in phase.units)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All references found, phase by phase."""
        outside = (finding for outcome in self.outside for finding in outcome.findings)
        return (*(finding for phase in self.phases for finding in phase.findings), *outside)


def findings_of(outcome: Outcome) -> tuple[Finding, ...]:
    """The references found in one file."""
    return () if isinstance(outcome, Skipped) else outcome.findings


def refused(shown: Preview) -> Iterator[str]:
    """Why merges, shims and deletions are not done, as `path:line: reason`."""
    steps = (phase for phase in shown.phases if phase.phase.does != "consumers")
    for outcome in (outcome for phase in steps for outcome in phase.outcomes):
        yield from outcome.reasons if isinstance(outcome, Blocked) else ()


def blocked_consumers(shown: Preview) -> int:
    """How many files refer to what the plan moves, and cannot be migrated."""
    phases = (phase for phase in shown.phases if phase.phase.does == "consumers")
    return sum(isinstance(outcome, Blocked) for phase in phases for outcome in phase.outcomes)
