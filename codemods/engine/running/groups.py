"""Groups of units that are validated together: one unit, a batch, or a whole phase."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemods.engine.judging import Candidate
from codemods.engine.running.probes import Inquiry, Judged, Pending, Started, written_down
from codemods.engine.unit_files import is_committed, require_undisturbed
from codemods.errors import RepositoryError
from codemods.files import file_bytes, write_or_remove

if TYPE_CHECKING:
    from codemods.culprits import Found
    from codemods.engine.judging import Judge, Stage
    from codemods.engine.running.books import Books
    from codemods.engine.running.scopes import Scopes
    from codemods.engine.shown import PhasePreview
    from codemods.model import Unit
    from codemods.validation.base import Result


@dataclass(slots=True)
class Groups:
    """The groups of one phase, committed in their order, and judged ahead of it as far as the judge can.

    `seen` are the results of whole probes; `whole` the commit for which each validation held in full, in `seconds`.
    """

    phase: PhasePreview
    books: Books
    stage: Stage
    judge: Judge
    scopes: Scopes
    ahead: dict[int, Started] = field(default_factory=dict)
    waiting: list[Unit] = field(default_factory=list)
    seen: list[Result] = field(default_factory=list)
    whole: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the phase."""
        return self.phase.phase.name

    def carry_out(self, groups: list[list[Unit]], number: int) -> bool:
        """Validate and commit the group `number`, reject its culprits; whether all of it was committed."""
        units = groups[number]
        self.books.begin(units)
        require_undisturbed(self.books.repository, self.books.head, units)
        for unit in units:
            self.books.write_ahead(unit)
        self.waiting = list(units)
        try:
            self._look_ahead(groups, number)
            is_whole = self._settle(units, self.ahead.pop(number))
        finally:
            # Reached with units waiting only when something unforeseen, such as ^C, ends the run.
            self._take_out(self.waiting)
        if not is_whole:
            self.drop_ahead()
        return is_whole

    def drop_ahead(self) -> None:
        """Forget what was judged for groups to come: they come after another tree now."""
        for started in self.ahead.values():
            started.future.cancel()
        self.ahead.clear()

    def _look_ahead(self, groups: list[list[Unit]], number: int) -> None:
        for later in range(number, min(number + self.judge.width, len(groups))):
            if later not in self.ahead:
                before = [unit for group in groups[number:later] for unit in group]
                self.ahead[later] = self._start(groups[later], before)

    def _start(self, units: list[Unit], before: list[Unit]) -> Started:
        after, without = Pending(units, before).shown(range(len(units)))
        changed = {path: after[path] for unit in units for path in unit.paths}
        names = self.phase.phase.validations
        scopes = {name: self.scopes.of(name, changed) for name in names}
        candidate = Candidate(after, without, names, scopes)
        return Started(candidate, self.judge.start(candidate))

    def _settle(self, units: list[Unit], first: Started) -> bool:
        if self.phase.phase.validate_by == "phase":
            return self._all_or_none(units, first)
        inquiry = Inquiry(
            units,
            self.name,
            self.phase.phase.validations,
            Pending(units),
            self.judge,
            self.scopes,
            self.books,
            first,
        )
        found = inquiry.answer(first_only=self.phase.phase.on_failure != "skip")
        held = True
        if found.kept:
            judged = inquiry.judged(found.kept)
            held = self._commit([units[number] for number in found.kept], judged)
        self.stage.clear()
        self._turn_down(units, inquiry, found)
        return held and len(found.kept) == len(units)

    def _all_or_none(self, units: list[Unit], started: Started) -> bool:
        judged = written_down(started, self.books, self.scopes, self.name, [unit.id for unit in units])
        if all(result.holds for result in judged.results):
            return self._commit(units, judged)
        self.seen += judged.results
        self.stage.clear()
        for unit in units:
            self._reject(unit, judged)
        return False

    def _turn_down(self, units: list[Unit], inquiry: Inquiry, found: Found) -> None:
        for culprit in found.culprits:
            judged = inquiry.convicting(culprit)
            self.seen += judged.results
            self._reject(units[culprit.unit], judged)
        for number in found.open:
            unit = units[number]
            self.waiting.remove(unit)
            self.books.leave_open(unit, *inquiry.doubt(number))
        # Those after the first culprit of a phase that stops there are for the next run.
        self._take_out(self.waiting)

    def _reject(self, unit: Unit, judged: Judged) -> None:
        failed = judged.results[-1]
        self.waiting.remove(unit)
        self.books.reject(unit, f"{failed.name}: {failed.summary}", failed.evidence, judged.results)

    def _commit(self, units: list[Unit], judged: Judged) -> bool:
        after, before = Pending(units).shown(range(len(units)))
        self.stage.put(Candidate(after, before, (), {}))
        self.seen += judged.results
        held = True
        for unit in units:
            if (path := self._put_right(unit)) is not None:
                held = False
                self.waiting.remove(unit)
                reason = f"a validation has put something else in the place of {path}"
                self.books.reject(unit, reason, f"{reason}\n", judged.results)
                continue
            try:
                self.books.commit(self.phase, unit, judged.results, judged.numbers)
            except RepositoryError as error:
                held = False
                self.waiting.remove(unit)
                self.stage.drop(unit.paths)
                self.books.reject(unit, f"git did not commit it: {error.what}", str(error), judged.results)
            else:
                self.waiting.remove(unit)
                self.stage.settle(unit.paths)
                self.scopes.committed(unit)
        if held:
            in_full = [result for result in judged.results if result.name in judged.full]
            self.whole |= {result.name: self.books.head for result in in_full}
            self.seconds |= {result.name: result.seconds for result in in_full}
        return held

    def _put_right(self, unit: Unit) -> str | None:
        """See to it that the files of `unit` are what was validated; the first that cannot be."""
        for change in unit.changes:
            if file_bytes(self.stage.root, change.path) != change.after:
                try:
                    write_or_remove(self.stage.root, change.path, change.after)
                except OSError:
                    return change.path
        return None

    def _take_out(self, units: list[Unit]) -> None:
        for unit in [unit for unit in units if is_committed(self.books.repository, unit)]:
            # What ended the run came between git's commit and our record of it.
            units.remove(unit)
            self.stage.settle(unit.paths)
            self.books.committed(unit, self.books.repository.head() or "")
        self.stage.clear()
        while units:
            self.books.restored(units.pop(0))
