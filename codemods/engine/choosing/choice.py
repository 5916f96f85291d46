"""The units that a run carries out, where these are not all that the plan has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.engine.preview_repository import preview_of
from codemods.engine.recovery import change_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.engine.shown import PhasePreview, Preview
    from codemods.executors.opening import Crew
    from codemods.model import Unit
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository

Key = tuple[str, str]  # a unit by its phase and its id


def key_of(unit: Unit) -> Key:
    """What a unit is known by, whatever it changes."""
    return unit.phase, unit.id


class Choice(Struct, frozen=True):
    """What is carried out of a plan; by default, everything.

    Passed over, and told, is what was `rejected`, by the digests of the changes, and what was `declined`. Others than
    `changes`, again by digest, or than `units` are out, and not told. `edited` are units to carry out in place of the
    plan's, by the digests of these.
    """

    rejected: frozenset[str] = frozenset()
    declined: frozenset[Key] = frozenset()
    changes: frozenset[str] | None = None
    units: frozenset[Key] | None = None
    edited: Mapping[str, Unit] = field(default_factory=dict)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.rejected or self.declined or self.is_part)

    @property
    def is_reviewed(self) -> bool:
        """Whether exactly these bytes were reviewed."""
        return self.changes is not None

    @property
    def is_part(self) -> bool:
        """Whether some units only are meant."""
        return self.units is not None or self.changes is not None

    def is_passed_over(self, unit: Unit) -> bool:
        """Whether somebody, or a validation, has turned `unit` down."""
        return self.is_declined(unit) or (bool(self.rejected) and change_digest(unit) in self.rejected)

    def is_declined(self, unit: Unit) -> bool:
        """Whether somebody has said no to `unit`."""
        return key_of(unit) in self.declined

    def is_chosen(self, unit: Unit) -> bool:
        """Whether `unit` is one of those that are meant at all."""
        if self.units is not None and key_of(unit) not in self.units:
            return False
        return self.changes is None or change_digest(unit) in self.changes

    def is_out(self, unit: Unit) -> bool:
        """Whether `unit` is not carried out."""
        return not self.is_chosen(unit) or self.is_passed_over(unit)

    def of(self, shown: Preview) -> Preview:
        """`shown` with the units that are chosen, edited ones in their place.

        Merges, shims and deletions that are not chosen are none that could be refused.
        """
        if not (self.is_part or self.edited):
            return shown
        return replace(shown, phases=tuple(self._of(phase) for phase in shown.phases))

    def _of(self, phase: PhasePreview) -> PhasePreview:
        chosen = (unit for unit in phase.units if self.is_chosen(unit))
        units = (self.edited.get(change_digest(unit), unit) if self.edited else unit for unit in chosen)
        made = replace(phase, units=tuple(units))
        is_asked = made.units or phase.phase.does == "consumers" or not self.is_part
        return made if is_asked else replace(made, outcomes=(), remarks=())


def preview_with(loaded: LoadedPlan, repository: Repository, choice: Choice, crew: Crew | None = None) -> Preview:
    """The preview of a plan, all of it, where what depends on units that are out is told as these leave it.

    Raises CodemodsError as `preview_of` does.
    """
    plan = loaded.plan
    has_steps = bool(plan.merge or plan.delete)
    is_sure = choice.units is None or _has_deletion(loaded, choice)
    if choice.is_everything or not (has_steps and is_sure):
        # What is known of the tree from before is there at once.
        shown = preview_of(loaded, repository, crew=crew)
        if choice.is_everything or is_apart(shown, choice):
            return shown
    return preview_of(loaded, repository, passed_over=choice.is_out, crew=crew)


def is_apart(shown: Preview, choice: Choice) -> bool:
    """Whether no unit of `choice` depends on one that is out: nothing uses a merge to come, and nothing is deleted."""
    plan = shown.loaded.plan
    merging = (unit for phase in shown.phases if phase.phase.does == "merge" for unit in phase.units)
    return not any(map(choice.is_out, merging)) and not (plan.delete and _has_deletion(shown.loaded, choice))


def _has_deletion(loaded: LoadedPlan, choice: Choice) -> bool:
    """Whether units of `choice` may delete something."""
    deleting = loaded.plan.phase_that_does("delete").name if loaded.plan.delete else ""
    return bool(deleting) and (choice.units is None or any(phase == deleting for phase, _ in choice.units))
