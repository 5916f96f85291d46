"""The end of a phase: everything is validated once more, whole, and what fails only there finds its culprits.

A unit is validated by the tests that it can affect. Where the whole set tells more, that is a fault of the selection:
it is said, and the units that it concerns are taken back.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.culprits import Probe
from codemods.engine.half_done import digest
from codemods.engine.judging import Candidate
from codemods.engine.running.probes import Inquiry, Standing
from codemods.journal import EventKind
from codemods.validation.base import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.culprits import Culprit
    from codemods.engine.running.books import Books
    from codemods.engine.running.tools import Tools
    from codemods.model import Unit
    from codemods.validation.base import Result, Validation

_NAMED = 5


class PhaseEnd(Struct):
    """The validation of the `units` of one phase that stand, in their order, each committed by one of `runs`.

    It `is_open` where it does not hold, and nobody is convicted of that.
    """

    phase: str
    units: list[Unit]
    runs: Mapping[str, str]
    books: Books
    tools: Tools
    seconds: dict[str, float] = field(default_factory=dict)
    is_announced: bool = False
    is_open: bool = False

    def holds(self, names: tuple[str, ...], on_failure: str) -> bool:
        """Whether the whole of the validations `names` holds; if not, the culprits among the units are taken back.

        All of them are where `on_failure` rolls the phase back, and that is the caller's to do.
        """
        scopes = replace(self.tools.scopes, everything=True)
        inquiry = Inquiry(self.units, self.phase, names, Standing(self.units), self.tools.judge, scopes, self.books)
        with self._shown():
            # In the work tree itself, as HEAD has it: a linked worktree may not show all that belongs to it.
            inquiry.first = inquiry.start(Probe(tuple(range(len(self.units))), is_whole=True), self.tools.in_place)
            failed = [result for result in inquiry.first.future.result() if not result.holds]
            if failed and on_failure != "rollback-phase" and self._fails_without(failed[-1]):
                self.is_open = True
                return False
            found = inquiry.answer(first_only=False)
        results = inquiry.judged(range(len(self.units))).results
        if not found.culprits and not found.open:
            self.seconds = {result.name: result.seconds for result in results}
            return True
        everyone = results[-1]
        self._tell(everyone)
        if on_failure != "rollback-phase":
            for culprit in reversed(found.culprits):
                self._take_back(culprit, inquiry)
            if found.open:
                self.is_open = True
                ids = ", ".join(self.units[number].id for number in found.open)
                self.books.note(f"Nobody can tell whether these break {everyone.name}; they stand: {ids}")
        return False

    def _take_back(self, culprit: Culprit, inquiry: Inquiry) -> None:
        unit, judged = self.units[culprit.unit], inquiry.convicting(culprit)
        failed = judged.results[-1]
        reason = f"{failed.name}, at the end of the phase: {failed.summary}"
        self.books.convict(unit, self.runs[unit.id], reason, failed.evidence, judged.results)
        self.tools.scopes.taken_back(unit)

    def _tell(self, failed: Result) -> None:
        if not self.tools.scopes.selects(failed.name) or not failed.guilty:
            return
        named = ", ".join(failed.guilty[:_NAMED])
        more = f" and {len(failed.guilty) - _NAMED} more" if len(failed.guilty) > _NAMED else ""
        self.books.record(EventKind.SELECTION_FAULT, phase=self.phase, name=failed.name, tests=list(failed.guilty))
        self.books.note(
            f"The selection of {failed.name} missed what phase {self.phase} breaks: {named}{more}. No unit was "
            f"validated by it. Set `select: all` for {failed.name} to run every test after each unit."
        )

    def slower(self, seconds: Mapping[str, float], limit: float) -> str:
        """Which validation takes more than `limit` times as long as without the units, in words; "" for none.

        `seconds` are those of the whole validations with the units. Before it counts, each is timed once more, with the
        units and without, in this work tree: of both measurements the better one counts.
        """
        with self._shown():
            return "; ".join(filter(None, (self._slower(n, s, limit) for n, s in seconds.items())))

    @contextmanager
    def _shown(self) -> Iterator[None]:
        """While the tree may be shown without some of the units."""
        stage = self.tools.stage
        stage.expect({change.path: change.after for unit in self.units for change in unit.changes})
        # Most often nothing has to be taken out, and there is nothing to announce.
        stage.announce = self._write_ahead
        try:
            yield
        finally:
            stage.clear()
            stage.announce = None
            self._written()

    def _fails_without(self, failed: Result) -> bool:
        """Whether a validation fails without any of the units, too: then it convicts none."""
        if self.tools.validations[failed.name].compares:
            return False  # it has been compared
        _, without = Standing(self.units).shown(())
        scopes = {failed.name: self.tools.scopes.whole(failed.name, ())}
        candidate = Candidate(without, without, (failed.name,), scopes)
        if all(result.holds for result in self.tools.judge.start(candidate).result()):
            return False
        self.books.note(
            f"{failed.name} does not hold at the end of phase {self.phase}, nor does it without what this phase has "
            f"committed, which stands: {failed.summary}"
        )
        return True

    def _slower(self, name: str, seconds: float, limit: float) -> str:
        validation = self.tools.validations[name]
        before = validation.seconds_before
        if not before or seconds <= limit * before:
            return ""
        everything = range(len(self.units))
        after, without = Standing(self.units).shown(everything)
        scope = Scope(tuple(path for unit in self.units for path in unit.paths))
        self.tools.stage.put(Candidate(after, without, (), {}))
        again = self._timed(validation, scope)
        self.tools.stage.show(changed=False)
        before_again = self._timed(validation, scope)
        now, was = min(seconds, again), min(before, before_again)
        return f"{name} takes {now:.1f} s, {now / was:.2f} times the {was:.1f} s of before" if now > limit * was else ""

    def _timed(self, validation: Validation, scope: Scope) -> float:
        with self.books.watched(dict(self.tools.stage.written)):
            return validation.run(self.tools.stage, scope).seconds

    def _write_ahead(self) -> None:
        # Parts of the phase are shown without some of their files: a crash must find the way back.
        self.is_announced = True
        for unit in self.units:
            files = [
                {"path": change.path, "before": digest(change.after), "after": digest(change.before)}
                for change in unit.changes
            ]
            self.books.record(EventKind.UNIT_WRITING, unit=_without(unit), phase=unit.phase, files=files)

    def _written(self) -> None:
        if not self.is_announced:
            return
        self.is_announced = False
        for unit in self.units:
            self.books.record(EventKind.UNIT_RESTORED, unit=_without(unit), phase=unit.phase)


def _without(unit: Unit) -> str:
    return f"without {unit.id}"
