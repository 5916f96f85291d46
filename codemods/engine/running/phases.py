"""One phase of a run: its entry, its groups, its triggers, its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.engine.judging import Candidate
from codemods.engine.progress import RunEnd
from codemods.engine.running.groups import Groups
from codemods.engine.running.phase_end import PhaseEnd
from codemods.engine.running.triggers import Tripped, tripped
from codemods.engine.streaming import parts
from codemods.journal import EventKind
from codemods.validation.base import Result, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.engine.kept import Kept
    from codemods.engine.running.books import Books
    from codemods.engine.running.earlier import Earlier
    from codemods.engine.running.tools import Tools
    from codemods.engine.shown import PhasePreview
    from codemods.model import Unit
    from codemods.plan.schema import Phase

Remaining = tuple["PhasePreview", "list[Unit]"]


@dataclass(slots=True)
class PhaseRun:
    """The `units` of one phase, carried out once; `earlier` runs may have done others of it.

    Afterwards it `is_open` where its end does not hold: the next run looks again.
    """

    shown: PhasePreview
    units: list[Unit]
    books: Books
    tools: Tools
    kept: Kept
    earlier: Earlier | None = None
    given: dict[str, Unit] = field(default_factory=dict)
    is_done: bool = False
    is_open: bool = False
    groups: Groups = field(init=False)

    def __post_init__(self) -> None:
        """The groups share the tools."""
        tools = self.tools
        self.given = {unit.id: unit for unit in self.units}
        self.books.committer.look_again()
        self.groups = Groups(self.shown, self.books, tools.stage, tools.judge, tools.scopes)

    @property
    def phase(self) -> Phase:
        """The phase, as the plan has it."""
        return self.shown.phase

    def carry_out(self, after_rejection: Callable[[], Remaining]) -> bool:
        """Do all of it; whether the run goes on after it.

        `after_rejection` gives what is left to do where the units depend on one another.
        """
        if not self._enter():
            return self.phase.on_failure == "skip"
        try:
            with self.books.following():
                held = self._work(after_rejection)
        finally:
            self.groups.drop_ahead()
        if isinstance(held, Tripped):
            # Where nothing is left to skip or stop, the phase has an end as any other.
            if held.action == "stop" and self.is_done:
                self._end()
            if not self._trip(held):
                return False
        elif not held and self.phase.on_failure != "skip":
            return self._stop()
        ended = self._end()
        if isinstance(ended, Tripped):
            return self._trip(ended)
        return ended or self.phase.on_failure == "skip" or self._stop()

    def _enter(self) -> bool:
        names = self.phase.entry
        if not names:
            return True
        paths = tuple(path for unit in self.units for path in unit.paths)
        scopes = {name: self.tools.scopes.whole(name, paths) for name in names}
        # In place: nobody has rehearsed them elsewhere.
        results = self.tools.in_place.start(Candidate({}, {}, names, scopes)).result()
        self.tools.stage.clear()
        for result in results:
            self.books.validation(self.phase.name, (), "all", result)
        if all(result.holds for result in results):
            return True
        failed = results[-1]
        stored = self.books.journal.store_evidence(self.books.id, f"entry {self.phase.name}", failed.evidence)
        output = self.books.journal.folder / stored
        name = self.phase.name
        self.books.note(f"Phase {name} was not begun: {failed.name}: {failed.summary} (output: {output})")
        return False

    def _work(self, after_rejection: Callable[[], Remaining]) -> bool | Tripped:
        waiting, held = self._groups(self._without_lost()), self.books.turned_down(self.phase.name) == 0
        number = 0
        while number < len(waiting):
            whole = self.groups.carry_out(waiting, number)
            number += 1
            self.is_done = number == len(waiting)
            if reached := self._tripped():
                return reached
            if whole:
                continue
            held = False
            if self.phase.on_failure != "skip":
                return False
            if number < len(waiting) and self.phase.does != "consumers":
                self.groups.phase, left = after_rejection()
                self.given.update((unit.id, unit) for unit in left)
                waiting, number = self._groups(left), 0
        return held

    def _without_lost(self) -> list[Unit]:
        """The units, up to the first or without those that would take something from a kept module, which are rejected.

        No program has to run to know that.
        """
        left = []
        for unit in self.units:
            after = {change.path: change.after for change in unit.changes}
            lost = self.kept.lost(lambda path, after=after: _read(after, path), unit.paths)  # type: ignore[misc]
            if not lost:
                left.append(unit)
                continue
            self.books.begin([unit])
            self.books.reject(unit, f"keep: {lost}", lost, (Result("keep", Verdict.FAILED, lost, lost),))
            if self.phase.on_failure != "skip":
                break
        return left

    def _groups(self, units: list[Unit]) -> list[list[Unit]]:
        committer = self.books.committer
        if self.phase.validate_by == "each":
            # Where nothing and nobody looks at each, several are as good as one. Merges and shims build on one another.
            if self.phase.validations or self.phase.does != "consumers" or committer.has_hooks:
                return [[unit] for unit in units]
            return list(parts(units, signed=committer.signs))
        size = self.phase.batch if self.phase.validate_by == "batch" else None
        return list(_chunks(units, size or max(len(units), 1)))

    def _tripped(self) -> Tripped | None:
        rates = {name: validation.tests_before for name, validation in self.tools.validations.items()}
        seen, self.groups.seen = self.groups.seen, []
        triggers = self.books.plan.triggers_of(self.phase)
        return tripped(triggers, seen, rates, self.books.turned_down(self.phase.name))

    def _trip(self, reached: Tripped) -> bool:
        name = self.phase.name
        self.books.record(EventKind.TRIGGERED, phase=name, reason=reached.reason, action=reached.action)
        done = {"stop": "The run stops", "skip": f"The rest of phase {name} is skipped"}
        what = done.get(reached.action, f"Phase {name} is rolled back, and the run stops")
        self.books.note(f"{what}: {reached.reason}.")
        self.books.tripped = reached.reason
        if reached.action == "rollback-phase":
            self._take_back()
        return reached.action == "skip"

    def _stop(self) -> bool:
        if self.phase.on_failure == "rollback-phase":
            self._take_back()
        return False

    def _take_back(self) -> None:
        units = self._standing()
        before = list(zip(self.earlier.units, self.earlier.runs, strict=True)) if self.earlier is not None else []
        stops = RunEnd.STOPPED.value
        standing = self.books.standing(self.phase.name)
        self.books.take_back(standing, "its phase was rolled back", "" if before else stops)
        for unit in units:
            self.tools.scopes.taken_back(unit)
        for number, (unit, run) in reversed(list(enumerate(before))):
            self.books.take_back_earlier(unit, run, "its phase was rolled back", "" if number else stops)
            self.tools.scopes.taken_back(unit)

    def _standing(self) -> list[Unit]:
        """What this run has committed in the phase, and not taken back."""
        units = {**self.given, **self.groups.made}
        return [units[result.unit] for result in self.books.standing(self.phase.name)]

    def _end(self) -> bool | Tripped:
        """Validate the whole of the phase, where that was not done for the very tree that HEAD is now."""
        units = self._standing()
        tools, head = self.tools, self.books.head
        runs = {unit.id: self.books.id for unit in units}
        if self.earlier is not None:
            # A file that has changed again since cannot be shown without its first change alone.
            again = {path for unit in units for path in unit.paths}
            pairs = zip(self.earlier.units, self.earlier.runs, strict=True)
            before = [(unit, run) for unit, run in pairs if not again.intersection(unit.paths)]
            units = [*(unit for unit, _ in before), *units]
            runs |= {unit.id: run for unit, run in before}
        if not units:
            return True
        end = PhaseEnd(self.phase.name, units, runs, self.books, tools)
        names = [name for name in self.phase.validations if self.groups.whole.get(name) != head]
        if names and not end.holds(tuple(names), self.phase.on_failure):
            self.is_open = end.is_open
            return False
        last = tuple(name for name in self.phase.exit if name not in self.phase.validations)
        if last:
            exit_ = PhaseEnd(self.phase.name, units, runs, self.books, replace(tools, judge=tools.in_place))
            if not exit_.holds(last, self.phase.on_failure):
                self.is_open = exit_.is_open
                return False
        limit = self.books.plan.triggers_of(self.phase).slower_than
        if limit is not None:
            seconds = {**self.groups.seconds, **end.seconds}
            if slower := end.slower(seconds, limit):
                action = self.books.plan.triggers_of(self.phase).then or "rollback-phase"
                return Tripped(slower, action)
        return True


def _chunks(units: list[Unit], size: int) -> Iterator[list[Unit]]:
    rest = iter(units)
    while chunk := list(islice(rest, size)):
        yield chunk


def _read(after: dict[str, bytes | None], path: str) -> bytes:
    content = after[path]
    if content is None:
        raise FileNotFoundError("it would be gone")
    return content
