"""Groups of units that are validated together: one unit, a batch, or a whole phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.engine.committing import RefusedError
from codemods.engine.judging import Candidate
from codemods.engine.running.probes import Inquiry, Judged, Pending, Started, judging, written_down
from codemods.engine.streaming import parts
from codemods.engine.unit_files import require_undisturbed
from codemods.files import file_bytes
from codemods.model import Change, Removal

if TYPE_CHECKING:
    from codemods.culprits import Found
    from codemods.engine.judging import Judge, Stage
    from codemods.engine.running.books import Books
    from codemods.engine.running.scopes import Scopes
    from codemods.engine.shown import PhasePreview
    from codemods.model import Unit
    from codemods.validation.base import Result


# Whether all were committed as they were validated, and those that are to be judged again.
Settled = tuple[bool, "list[Unit]"]


class Groups(Struct):
    """The groups of one phase, committed in their order, and judged ahead of it as far as the judge can.

    `seen` are the results of whole probes; `whole` the commit for which each validation held in full, in `seconds`;
    `made` are units that a hook has made something else of.
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
    made: dict[str, Unit] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the phase."""
        return self.phase.phase.name

    def carry_out(self, groups: list[list[Unit]], number: int) -> bool:
        """Validate and commit the group `number`, reject its culprits; whether all of it was committed."""
        units = groups[number]
        self.books.begin(units, is_validated=bool(self.phase.phase.validations))
        require_undisturbed(self.books.repository, self.books.head, units)
        self.stage.expect({change.path: change.before for unit in units for change in unit.changes})
        self.books.write_ahead(units)
        self.waiting = list(units)
        try:
            self._look_ahead(groups, number)
            is_whole, again = self._settle(units, self.ahead.pop(number))
            while again:
                _, again = self._settle(again, self._start(again, []))
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
        if names:
            self.books.committer.look_again()
        scopes = {name: self.scopes.of(name, changed) for name in names}
        return judging(self.judge, Candidate(after, without, names, scopes))

    def _settle(self, units: list[Unit], first: Started) -> Settled:
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
        held: bool = True
        again: list[Unit] = []
        if found.kept:
            judged = inquiry.judged(found.kept)
            held, again = self._commit([units[number] for number in found.kept], judged)
        self.stage.clear()
        self._turn_down(units, inquiry, found, again)
        return held and len(found.kept) == len(units), again

    def _all_or_none(self, units: list[Unit], started: Started) -> Settled:
        judged = written_down(started, self.books, self.scopes, self.name, [unit.id for unit in units])
        if all(result.holds for result in judged.results):
            return self._commit(units, judged)
        self.seen += judged.results
        self.stage.clear()
        for unit in units:
            self._reject(unit, judged)
        return False, []

    def _turn_down(self, units: list[Unit], inquiry: Inquiry, found: Found, again: list[Unit]) -> None:
        for culprit in found.culprits:
            judged = inquiry.convicting(culprit)
            self.seen += judged.results
            self._reject(units[culprit.unit], judged)
        for number in found.open:
            unit = units[number]
            self.waiting.remove(unit)
            self.books.leave_open(unit, *inquiry.doubt(number))
        # Those after the first culprit of a phase that stops there are for the next run.
        self._take_out(_without(self.waiting, again))

    def _reject(self, unit: Unit, judged: Judged) -> None:
        failed = judged.results[-1]
        self.waiting.remove(unit)
        self.books.reject(unit, f"{failed.name}: {failed.summary}", failed.evidence, judged.results)

    def _commit(self, units: list[Unit], judged: Judged) -> Settled:
        """Commit units that held together. Without one that could not be committed, nobody has validated the others."""
        after, before = Pending(units).shown(range(len(units)))
        self.stage.put(Candidate(after, before, (), {}))
        self.seen += judged.results
        made = len(self.made)
        for part in parts(units, signed=self.books.committer.signs):
            done = self._commit_together(part, judged)
            for unit in part[done:]:
                if self.phase.phase.validate_by == "each":
                    # Without the others in the tree, as if they had never been one group.
                    self.stage.put(Candidate({change.path: change.after for change in unit.changes}, {}, (), {}))
                if not self._commit_one(unit, judged):
                    return False, self._rest(units)
        if len(self.made) == made:
            in_full = [result for result in judged.results if result.name in judged.full]
            self.whole |= {result.name: self.books.head for result in in_full}
            self.seconds |= {result.name: result.seconds for result in in_full}
        return True, []

    def _commit_together(self, units: list[Unit], judged: Judged) -> int:
        """Commit units in one go; how many, from the first on, could be."""
        made = self.books.commit_together(self.phase, units, judged.numbers)
        done = list(made.values())
        if done:
            self.waiting = _without(self.waiting, done)
            self.stage.settle([path for unit in done for path in unit.paths])
            self.scopes.committed(done)
            self.books.finish_together(made, judged.results)
            self.books.repository.tidy_up()
        return len(done)

    def _commit_one(self, unit: Unit, judged: Judged) -> bool:
        """Commit a unit by itself; whether it was committed."""
        if (path := self._edited(unit)) is not None:
            reason = f"{path} has changed since it was validated: it was left as it is now"
            self._pass_over(unit)
            self.books.leave_open(unit, reason, f"{reason}\n", judged.results)
            return False
        try:
            self.books.commit(self.phase, unit, judged.results, judged.numbers)
        except RefusedError as error:
            self._pass_over(unit)
            reason, evidence = f"git did not commit it: {error.what}", error.evidence or error.what
            self.books.reject(unit, reason, evidence, judged.results)
            return False
        self.waiting.remove(unit)
        # A hook may have made something else of it, which nobody has validated.
        if self._edited(unit) is not None:
            self.drop_ahead()  # judged on top of something else
            self.made[unit.id] = self._as_it_is(unit)
        self.stage.settle(unit.paths)
        self.scopes.committed([unit])
        return True

    def _edited(self, unit: Unit) -> str | None:
        """The first file of `unit` that is not what was validated."""
        changes = (change for change in unit.changes if file_bytes(self.stage.root, change.path) != change.after)
        return next((change.path for change in changes), None)

    def _as_it_is(self, unit: Unit) -> Unit:
        contents = ((change, file_bytes(self.stage.root, change.path)) for change in unit.changes)
        changes = (
            Removal(change.path, change.before) if content is None else Change(change.path, change.before, content)
            for change, content in contents
        )
        return replace(unit, changes=tuple(changes))

    def _pass_over(self, unit: Unit) -> None:
        self.waiting.remove(unit)
        self.stage.drop(unit.paths)

    def _rest(self, units: list[Unit]) -> list[Unit]:
        """What of `units` is to be judged again, without one of them."""
        self.stage.clear()
        if self.phase.phase.validate_by == "phase":
            ids = {unit.id for unit in units}
            done = [result for result in self.books.standing(self.name) if result.unit in ids]
            self.books.take_back(done, "its phase is all or nothing")
            return []
        return [unit for unit in units if unit in self.waiting] if self.phase.phase.on_failure == "skip" else []

    def _take_out(self, units: list[Unit]) -> None:
        units = list(units)
        self.waiting = _without(self.waiting, units)
        # What ended the run may have come between git's commit and our record of it.
        ours = self.books.committed_unseen() if units else {}
        made = {ours[unit.id]: unit for unit in units if unit.id in ours}
        for unit in made.values():
            self.stage.settle(unit.paths)
        # The files first: what comes after may fail, such as on a full disk.
        self.stage.clear()
        if made:
            self.books.follow(made)
            self.books.committed(made)
        self.books.restored([unit for unit in units if unit.id not in ours])


def _without(units: list[Unit], others: list[Unit]) -> list[Unit]:
    """`units` but for `others`: by their ids, since there may be thousands of both."""
    ids = {unit.id for unit in others}
    return [unit for unit in units if unit.id not in ids]
