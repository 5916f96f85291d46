"""What each validation of a phase has to look at, for the files that a candidate concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.plan.validations import ImportsValidation, PytestValidation, UnittestValidation
from codemods.validation.base import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.engine.selecting import Selector
    from codemods.model import Unit
    from codemods.plan.schema import Plan


class Scopes(Struct):
    """The scopes of the validations of `plan`. With `everything`, at the end of a phase, no test is left out."""

    plan: Plan
    selector: Selector
    everything: bool = False
    known: dict[frozenset[str], Scope] = field(default_factory=dict)

    def prepare(self) -> None:
        """Read what a run of the tests may write anew: recorded coverage."""
        for asked in self.plan.validation.values():
            if isinstance(asked, PytestValidation) and asked.select == "affected":
                self.selector.unreached(asked.coverage, {})

    def of(self, name: str, changed: Mapping[str, bytes | None], only: tuple[str, ...] = ()) -> Scope:
        """The scope of the validation `name` for files that `changed` to these bytes."""
        asked = self.plan.validation_named(name)
        if isinstance(asked, ImportsValidation) and asked.dependants:
            return replace(self._scope(changed), only=only)
        if self.selects(name):
            scope = self._scope(changed)
            unreached: frozenset[str] = frozenset()
            if isinstance(asked, PytestValidation) and scope.affected is not None:
                unreached = self.selector.unreached(asked.coverage, changed)
            return replace(scope, unreached=unreached, only=only)
        return Scope(tuple(changed), only=only)

    def whole(self, name: str, paths: Iterable[str]) -> Scope:
        """The scope of the validation `name` where all of it counts, for files that are changed already."""
        return replace(self, everything=True).of(name, dict.fromkeys(paths, b""))

    def selects(self, name: str) -> bool:
        """Whether the validation `name` runs some of its tests only."""
        asked = self.plan.validation_named(name)
        if not isinstance(asked, (PytestValidation, UnittestValidation)):
            return False
        return asked.select == "affected" and not self.everything

    def is_full(self, name: str, scope: Scope) -> bool:
        """Whether nothing was left out that `scope` could tell of the tree."""
        # What a unit cannot affect was imported before, and is as it was.
        is_import = isinstance(self.plan.validation_named(name), ImportsValidation)
        return not scope.only and (is_import or (scope.affected is None and not scope.unreached))

    def committed(self, units: Iterable[Unit]) -> None:
        """Take into account that the tree holds `units` now."""
        self.known.clear()
        self.selector.committed({change.path: change.after for unit in units for change in unit.changes})

    def taken_back(self, unit: Unit) -> None:
        """Take into account that the tree does not hold `unit` any more."""
        self.known.clear()
        self.selector.committed({change.path: change.before for change in unit.changes})

    def _scope(self, changed: Mapping[str, bytes | None]) -> Scope:
        key = frozenset(changed)
        if key not in self.known:
            self.known[key] = self.selector.scope(changed)
        return self.known[key]
