"""The search for culprits, carried out: its probes become candidates, the verdicts its answers."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.culprits import Answer, Culprit, Found, Probe, search
from codemods.engine.judging import Candidate
from codemods.engine.progress import SearchStarted
from codemods.validation.base import Result, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

    from codemods.engine.judging import Files, Judge
    from codemods.engine.running.books import Books
    from codemods.engine.running.scopes import Scopes
    from codemods.model import Unit

Results = tuple[Result, ...]


class Judged(Struct, frozen=True):
    """The results of one probe, the numbers under which they are in the journal, and which of them left nothing out."""

    results: Results
    numbers: list[int]
    full: frozenset[str] = frozenset()

    @property
    def answer(self) -> Answer:
        """What it says of the probe."""
        if all(result.holds for result in self.results):
            return Answer.HOLDS
        if self.results[-1].verdict in (Verdict.INDETERMINATE, Verdict.ABORTED):
            return Answer.INDETERMINATE
        return Answer.FAILS


class Tree(Protocol):
    """How the units of a search become files."""

    def shown(self, members: Iterable[int]) -> tuple[Files, Files]:
        """The files of a tree with these units alone, and of one without any, by what differs from HEAD."""


class Inquiry(Struct):
    """One search: which of `units` make validations `names` fail. `first` is the whole probe, where it is under way."""

    units: list[Unit]
    phase: str
    names: tuple[str, ...]
    tree: Tree
    judge: Judge
    scopes: Scopes
    books: Books
    first: Started | None = None
    failing: tuple[Result, ...] = ()
    by_members: dict[tuple[int, ...], Judged] = field(default_factory=dict)

    def answer(self, *, first_only: bool) -> Found:
        """The units that hold together, and the culprits. What is shown in the work tree afterwards is left open."""
        asking = search(len(self.units), width=self.judge.width, first_only=first_only)
        try:
            probes = next(asking)
            while True:
                probes = asking.send(self._answers(probes))
        except StopIteration as stop:
            found: Found = stop.value
            return found

    def judged(self, members: Iterable[int]) -> Judged:
        """What was found for these units together."""
        return self.by_members[tuple(members)]

    def convicting(self, culprit: Culprit) -> Judged:
        """What convicted a culprit."""
        return self.by_members[tuple(sorted((*culprit.beside, culprit.unit)))]

    def doubt(self, number: int) -> tuple[str, str, Results]:
        """Why nobody can tell about a unit: the reason, the evidence, and the results of the last probe with it."""
        about = [judged for members, judged in self.by_members.items() if number in members]
        failed = about[-1].results[-1]
        return f"undecided: {failed.name}: {failed.summary}", failed.evidence, about[-1].results

    def _answers(self, probes: tuple[Probe, ...]) -> list[Answer]:
        waiting = deque((probe, self._start(probe)) for probe in probes)
        answers = []
        while waiting:
            probe, started = waiting.popleft()
            judged = written_down(started, self.books, self.scopes, self.phase, self._ids(probe))
            # A whole probe that held says more than a part of it that did.
            self.by_members[probe.members] = judged
            if probe.is_whole and judged.answer is Answer.FAILS:
                self._tell(judged.results[-1].name)
                self.failing = judged.results[-1:]
            answers.append(judged.answer)
        return answers

    def _tell(self, name: str) -> None:
        if not self.failing and len(self.units) > 1:
            runs = (len(self.units) - 1).bit_length() + 1
            self.books.notify(SearchStarted(name, len(self.units), runs))

    def _ids(self, probe: Probe) -> list[str]:
        return [self.units[number].id for number in probe.members]

    def _start(self, probe: Probe) -> Started:
        if self.first is not None:
            first, self.first = self.first, None
            return first
        return self.start(probe, self.judge)

    def start(self, probe: Probe, judge: Judge) -> Started:
        """Let `judge` begin with a probe."""
        after, before = self.tree.shown(probe.members)
        paths = (path for number in probe.members for path in self.units[number].paths)
        changed = {path: after.get(path, b"") for path in paths}
        # A part is judged by what failed in the whole, and by nothing else.
        names = self.names if probe.is_whole else tuple(result.name for result in self.failing)
        only = {} if probe.is_whole else {result.name: result.guilty for result in self.failing}
        scopes = {name: self.scopes.of(name, changed, only.get(name, ())) for name in names}
        return judging(judge, Candidate(after, before, names, scopes))


class Started(Struct, frozen=True):
    """A candidate that is being judged, by `judge`."""

    candidate: Candidate
    future: Future[Results]
    judge: Judge


def judging(judge: Judge, candidate: Candidate) -> Started:
    """Let `judge` begin with a candidate."""
    return Started(candidate, judge.start(candidate), judge)


def written_down(started: Started, books: Books, scopes: Scopes, phase: str, units: list[str]) -> Judged:
    """The results of a candidate that holds `units`, once they are there and in the journal."""
    results, given = started.future.result(), started.candidate.scopes
    started.judge.learn(results)
    results = tuple(replace(result, learned=None) for result in results)
    numbers = [books.validation(phase, units, given[result.name].name, result) for result in results]
    full = frozenset(result.name for result in results if scopes.is_full(result.name, given[result.name]))
    return Judged(results, numbers, full)


class Pending(Struct, frozen=True):
    """Units that HEAD does not hold yet; `ahead` are others that are taken for committed."""

    units: list[Unit]
    ahead: list[Unit] = field(default_factory=list)

    def shown(self, members: Iterable[int]) -> tuple[Files, Files]:
        """As `Tree`."""
        before = {change.path: change.after for unit in self.ahead for change in unit.changes}
        added = {change.path: change.after for number in members for change in self.units[number].changes}
        return before | added, before


class Standing(Struct, frozen=True):
    """Units that HEAD holds."""

    units: list[Unit]

    def shown(self, members: Iterable[int]) -> tuple[Files, Files]:
        """As `Tree`."""
        kept = set(members)
        before: Files = {change.path: change.before for unit in self.units for change in unit.changes}
        taken = [unit for number, unit in enumerate(self.units) if number not in kept]
        return {change.path: change.before for unit in taken for change in unit.changes}, before
