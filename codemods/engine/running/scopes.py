"""What each validation of a phase has to look at, for the files that a candidate concerns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.plan.validations import ImportsValidation, PytestValidation, UnittestValidation
from codemods.validation.base import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.engine.selecting import Selector
    from codemods.plan.schema import Plan


@dataclass(slots=True)
class Scopes:
    """The scopes of the validations of `plan`. `everything` is used at the end of a phase."""

    plan: Plan
    selector: Selector
    everything: bool = False

    def of(self, name: str, paths: tuple[str, ...], after: Mapping[str, bytes | None], only: tuple[str, ...]) -> Scope:
        """The scope of the validation `name` for a change of `paths` to `after`."""
        asked = self.plan.validation_named(name)
        if not self._selects(name):
            return Scope(paths, only=only)
        affected = self.selector.affected(paths, after)
        unreached: frozenset[str] = frozenset()
        if isinstance(asked, PytestValidation) and affected is not None:
            unreached = self.selector.unreached(asked.coverage, paths)
        return Scope(paths, affected, unreached, only)

    def whole(self, name: str, paths: tuple[str, ...]) -> Scope:
        """The scope of the validation `name` where all of it counts, for files that have changed to `paths`."""
        return replace(self, everything=True).of(name, paths, {}, ())

    def word(self, name: str) -> str:
        """What the journal calls the scope of the validation `name`."""
        return "affected" if self._selects(name) else "all"

    def _selects(self, name: str) -> bool:
        asked = self.plan.validation_named(name)
        if isinstance(asked, ImportsValidation):
            return asked.dependants
        if isinstance(asked, (PytestValidation, UnittestValidation)):
            return asked.select == "affected" and not self.everything
        return False
