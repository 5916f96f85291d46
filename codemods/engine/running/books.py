"""The books of a run: what it intends is written down before it is done, and what became of each unit after."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.engine.committing import Committer, meant
from codemods.engine.disturbed import Watch, told
from codemods.engine.messages import REVERTS, RUN, UNIT, message, trailers
from codemods.engine.progress import (
    BatchStarted,
    Note,
    UnitFinished,
    UnitResult,
    UnitStarted,
    UnitState,
    ValidationFinished,
)
from codemods.engine.recovery import change_digest, written
from codemods.engine.reverting.taking_back import revert_units, way_of
from codemods.engine.streaming import Message, commit_together
from codemods.engine.touched import Touched
from codemods.errors import RepositoryError
from codemods.journal import EventKind
from codemods.vcs import with_trailers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from codemods.engine.progress import Notify
    from codemods.engine.shown import PhasePreview
    from codemods.journal import Journal
    from codemods.model import Finding, Unit
    from codemods.plan.schema import Plan
    from codemods.validation.base import Result
    from codemods.vcs import Repository

_NAMED = 50  # tests in a record


@dataclass(slots=True)
class Books:
    """One run of `plan`: `head` is the commit that it has come to, `total` how many units it has to do.

    `validated` is the number of the last validation that was written down, `tripped` why a trigger has ended a phase.
    """

    plan: Plan
    repository: Repository
    journal: Journal
    notify: Notify
    id: str
    head: str = ""
    total: int = 0
    validated: int = 0
    tripped: str = ""
    results: list[UnitResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    watch: Watch = field(init=False)
    committer: Committer = field(init=False)
    touched: Touched | None = None
    found: tuple[PhasePreview | None, dict[str, list[Finding]]] = (None, {})

    def __post_init__(self) -> None:
        """Copies of what validations change go to the journal."""
        self.watch = Watch(self.repository, self.journal.folder, self.id)
        hooks = Watch(self.repository, self.journal.folder, self.id)
        self.committer = Committer(self.repository, hooks, self.journal.folder)

    def record(self, kind: EventKind, **data: object) -> None:
        """Write one event down."""
        self.journal.record(kind, self.id, self.plan.name, **data)

    def record_all(self, kind: EventKind, all_data: Iterable[Mapping[str, object]]) -> None:
        """Write events of one kind down, together."""
        self.journal.record_all(kind, self.id, self.plan.name, all_data)

    def note(self, text: str) -> None:
        """Something that whoever runs this has to know: told now, and in the report."""
        self.notes.append(text)
        self.notify(Note(text))

    @contextmanager
    def following(self) -> Iterator[None]:
        """While units are carried out: what was touched is told, so that not all files need be looked at each time."""
        self.touched = Touched(self.repository)
        try:
            yield
            if text := self.committer.look_at_last():
                self.note(text)
        finally:
            self.touched.end()
            self.touched = None
            self.committer.look_away()

    @contextmanager
    def watched(self, expected: Mapping[str, bytes | None]) -> Iterator[None]:
        """While validations run on a tree that differs from HEAD as `expected`: what they do is undone, and told."""
        is_known = (
            self.touched is not None and not self.touched.begin() and self.touched.only(expected, self.watch.left)
        )
        self.watch.before(expected, self.watch.left if is_known else None)
        yield
        if (text := told(self.watch.after(), self.journal.folder)) and text not in self.notes:
            self.note(text)
        self.committer.has_looked(self.watch.left, expected)

    def begin(self, units: Sequence[Unit], *, is_validated: bool = True) -> None:
        """Tell that units are worked on, one or several together."""
        for unit in units if len(units) == 1 else ():
            self.notify(UnitStarted(unit.id, unit.phase, self.settled + 1, self.total))
        if len(units) > 1:
            self.notify(BatchStarted(len(units), self.settled, self.total, is_validated))

    @property
    def settled(self) -> int:
        """How many units this run has brought to an end."""
        return sum(r.state not in (UnitState.PASSED_OVER, UnitState.DECLINED) for r in self.results)

    def write_ahead(self, units: Iterable[Unit]) -> None:
        """Say what the files of units will be, before they are."""
        head = self.head
        self.record_all(
            EventKind.UNIT_WRITING,
            ({"unit": unit.id, "phase": unit.phase, "files": written(unit), "head": head} for unit in units),
        )

    def validation(self, phase: str, units: Sequence[str], scope: str, result: Result) -> int:
        """Write a validation down; its number in the run."""
        self.validated += 1
        self.record(
            EventKind.VALIDATION_FINISHED,
            number=self.validated,
            name=result.name,
            phase=phase,
            units=list(units),
            scope=scope,
            verdict=result.verdict.value,
            summary=result.summary,
            seconds=round(result.seconds, 3),
            guilty=list(result.guilty[:_NAMED]),
            flaky=list(result.flaky[:_NAMED]),
        )
        self.notify(ValidationFinished(result, len(units), scope))
        return self.validated

    def commit(self, phase: PhasePreview, unit: Unit, results: tuple[Result, ...], numbers: list[int]) -> str:
        """Commit a unit that is written, validated by the validations `numbers`; the commit.

        Raises RefusedError where a hook turns it down, RepositoryError where git cannot commit.
        """
        text, words = self._message(phase, unit)
        done = self.committer.commit(unit, text, words)
        sha = done.sha
        for note in done.notes:
            self.note(note)
        self.committed({sha: unit}, numbers)
        self.head = done.head
        self.finish(_committed(unit, sha, results))
        return sha

    def commit_together(self, phase: PhasePreview, units: Sequence[Unit], numbers: list[int]) -> dict[str, Unit]:
        """Commit units that are written, validated by the validations `numbers`, in one go; by commit, in their order.

        Others than these are to be committed by themselves. Raises RepositoryError where git cannot commit.
        """
        if self.committer.has_hooks:
            return {}
        messages = [Message(unit, with_trailers(*self._message(phase, unit))) for unit in units]
        ref = way_of(self.plan.name, self.id)
        reason = f"codemods: {len(units)} units in run {self.id}"
        if len(units) == 1:
            reason = f"commit: {messages[0].subject}"
        try:
            shas = commit_together(self.repository, self.head, messages, ref, reason)
        except RepositoryError as error:
            raise meant(error) from error
        made = dict(zip(shas, units, strict=False))
        if made:
            self.committed(made, numbers)
        return made

    def _message(self, phase: PhasePreview, unit: Unit) -> tuple[str, dict[str, str]]:
        """What the commit of `unit` says, and its trailers."""
        findings = [finding for path in dict.fromkeys(unit.paths) for finding in self._findings(phase).get(path, ())]
        words = trailers(self.plan.name, unit.phase, self.id, unit.id)
        return message(self.plan, self.id, unit, findings), words

    def _findings(self, phase: PhasePreview) -> Mapping[str, list[Finding]]:
        """The findings of a phase by file, looked for once: a phase may have thousands of units."""
        if self.found[0] is not phase:
            self.found = (phase, {})
            for finding in phase.findings:
                self.found[1].setdefault(finding.reference.path, []).append(finding)
        return self.found[1]

    def committed(self, made: dict[str, Unit], numbers: Iterable[int] = ()) -> None:
        """Write down that HEAD has these commits now, each with its unit."""
        by = list(numbers)
        self.record_all(
            EventKind.UNIT_COMMITTED,
            ({"unit": unit.id, "phase": unit.phase, "sha": sha, "validated_by": by} for sha, unit in made.items()),
        )
        self.head = next(reversed(made), self.head)  # HEAD is at the last

    def finish_together(self, made: Mapping[str, Unit], results: tuple[Result, ...]) -> None:
        """Keep and tell that units are committed."""
        before = self.settled
        done = [_committed(unit, sha, results) for sha, unit in made.items()]
        # First all are kept: who is told may end the run.
        self.results += done
        for number, result in enumerate(done, start=before + 1):
            self.notify(UnitFinished(result, number, self.total))

    def committed_unseen(self) -> dict[str, str]:
        """The units that commits of this run hold which are not written down yet, each with its commit: ours, not those
        of a validation."""
        commits = self.repository.commits(self.head or None)
        ours = (commit for commit in commits if commit.trailers.get(RUN) == self.id)
        return {commit.trailers[UNIT]: commit.sha for commit in ours if REVERTS not in commit.trailers}

    def follow(self, shas: Iterable[str]) -> None:
        """Let git's index follow commits, each on the one before, of which nobody saw the end."""
        changes = self.repository.differences(shas).values()
        self.repository.stage([change for of_one in changes for change in of_one])

    def restored(self, units: Iterable[Unit], reason: str = "") -> None:
        """Write down that units are taken out again, undecided."""
        self.record_all(
            EventKind.UNIT_RESTORED,
            ({"unit": unit.id, "phase": unit.phase, "reason": reason} for unit in units),
        )

    def reject(self, unit: Unit, reason: str, evidence: str, results: tuple[Result, ...]) -> None:
        """Write down that a unit is turned down, with the evidence."""
        rejection = self._rejection(unit, reason, evidence)
        self.record(EventKind.UNIT_REJECTED, **rejection)
        self._turned_down(unit, UnitState.REJECTED, reason, rejection["evidence"], results)

    def leave_open(self, unit: Unit, reason: str, evidence: str, results: tuple[Result, ...]) -> None:
        """Write down that nobody could tell about a unit; the next run tries it again."""
        stored = self.journal.store_evidence(self.id, unit.id, evidence)
        self.restored([unit], reason)
        self._turned_down(unit, UnitState.UNDECIDED, reason, stored, results)

    def _turned_down(self, unit: Unit, state: UnitState, reason: str, stored: str, results: tuple[Result, ...]) -> None:
        file = str(self.journal.folder / stored)
        self.finish(UnitResult(unit.id, unit.phase, state, "", reason, file, results, _all(results)))

    def finish(self, result: UnitResult) -> None:
        """Keep and tell what became of a unit."""
        self.results.append(result)
        self.notify(UnitFinished(result, self.settled, self.total))

    def standing(self, phase: str) -> list[UnitResult]:
        """What this run has committed in `phase` and not taken back, in order."""
        return [r for r in self.results if r.phase == phase and r.state is UnitState.COMMITTED]

    def turned_down(self, phase: str) -> int:
        """How many units of `phase` this run has rejected, or taken back as culprits."""
        return sum(r.phase == phase and r.state is UnitState.REJECTED for r in self.results)

    def take_back(self, done: list[UnitResult], reason: str, ends: str = "") -> None:
        """Revert commits of this run, which `ends` with it."""
        if done:
            self._revert({(self.id, result.unit) for result in done}, ends=ends)
        for result in done:
            index = self.results.index(result)
            self.results[index] = replace(result, state=UnitState.TAKEN_BACK, reason=reason)

    def take_back_earlier(self, unit: Unit, run: str, reason: str, ends: str = "") -> None:
        """Revert the commit of a unit by an earlier run; this one `ends` with it."""
        self._revert({(run, unit.id)}, ends=ends)
        self.finish(UnitResult(unit.id, unit.phase, UnitState.TAKEN_BACK, reason=reason))

    def convict(self, unit: Unit, run: str, reason: str, evidence: str, results: tuple[Result, ...]) -> None:
        """Revert the commit of a unit, by this run or an earlier one, and reject it."""
        rejection = self._rejection(unit, reason, evidence)
        # Both or none: with the commit gone and no rejection, the next run would do it again.
        self._revert({(run, unit.id)}, rejection)
        self.results = [r for r in self.results if (r.unit, r.phase) != (unit.id, unit.phase)]
        self.record(EventKind.UNIT_REJECTED, **rejection)
        self._turned_down(unit, UnitState.REJECTED, reason, rejection["evidence"], results)

    def _rejection(self, unit: Unit, reason: str, evidence: str) -> dict[str, str]:
        stored = self.journal.store_evidence(self.id, unit.id, evidence)
        digest = change_digest(unit)
        return {"unit": unit.id, "phase": unit.phase, "digest": digest, "reason": reason, "evidence": stored}

    def _revert(self, pairs: set[tuple[str, str]], *then: dict[str, str], ends: str = "") -> None:
        revert_units(self.repository, self.journal, self.id, self.plan.name, pairs, then, ends)
        self.head = self.repository.head() or ""


def _committed(unit: Unit, sha: str, results: tuple[Result, ...]) -> UnitResult:
    return UnitResult(unit.id, unit.phase, UnitState.COMMITTED, sha, results=results, seconds=_all(results))


def _all(results: tuple[Result, ...]) -> float:
    return sum(result.seconds for result in results)
