"""Validates the tree that a rollback leaves, as the phases that it takes back would have been."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.engine.judging import Candidate, InPlace, Stage
from codemods.engine.running.baselines import Baselines
from codemods.engine.running.books import Books
from codemods.engine.running.scopes import Scopes
from codemods.engine.selecting import Selector
from codemods.engine.validations import validations_of
from codemods.files import read_bytes
from codemods.validation.base import Scope, Still

if TYPE_CHECKING:
    from codemods.engine.progress import Notify
    from codemods.engine.reverting.standing import Act
    from codemods.journal import Journal
    from codemods.plan.schema import Plan
    from codemods.validation.base import Result, Validation
    from codemods.vcs import Repository


class Check(Struct):
    """The validations of the phases that `acts` belong to. What fails before as well does not count."""

    plan: Plan
    repository: Repository
    journal: Journal
    notify: Notify
    acts: tuple[Act, ...]
    validations: dict[str, Validation] = field(default_factory=dict)

    def before(self, operation: str) -> None:
        """Look at the tree as it is now. Raises ValidationSetupError where a validation cannot run, or could tell
        nothing."""
        known = validations_of(self.plan)
        for name in self._names():
            self.validations[name] = known[name]
            known[name].require(Still(self.repository.root))
        books, baselines = self._books(operation), Baselines(self.journal.folder / "baselines")
        stage = Stage(self.repository, self.journal.log_of(operation))
        for validation in self.validations.values():
            if validation.compares:
                baselines.take(validation, stage, Scope(()), "", books)

    def after(self, operation: str, paths: tuple[str, ...]) -> tuple[Result, ...]:
        """What the validations say of the tree as it is then, in which `paths` were changed: all of them, whole."""
        books = self._books(operation)
        stage = Stage(self.repository, self.journal.log_of(operation))
        selector = Selector.of(self.plan, self.repository, lambda path: read_bytes(self.repository.root, path))
        scopes = Scopes(self.plan, selector)
        judge = InPlace(stage, self.validations, books.watched)
        results: list[Result] = []
        for name in self.validations:
            candidate = Candidate({}, {}, (name,), {name: scopes.whole(name, paths)})
            results += judge.start(candidate).result()
            books.validation("", (), "all", results[-1])
        return tuple(results)

    def _names(self) -> tuple[str, ...]:
        phases = dict.fromkeys(act.phase for act in self.acts)
        steps = (self.plan.phase_that_does(step) for step in ("merge", "shim", "delete"))
        known = {phase.name: phase for phase in (*self.plan.effective_phases, *steps)}
        names = (name for phase in phases if phase in known for name in known[phase].validations)
        return tuple(dict.fromkeys(names))

    def _books(self, operation: str) -> Books:
        return Books(self.plan, self.repository, self.journal, self.notify, operation)
