"""One run: per unit, write ▸ validate ▸ commit | restore. History holds validated states only."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemods.engine.messages import message, trailers
from codemods.engine.preview_repository import preview_of
from codemods.engine.progress import (
    BaselineStarted,
    BlockedFile,
    Notify,
    PhaseStarted,
    RunEnd,
    RunReport,
    UnitFinished,
    UnitResult,
    UnitStarted,
    UnitState,
)
from codemods.engine.recovery import change_digest, rejections, written
from codemods.engine.rollback import revert_units
from codemods.engine.shown import blocked_consumers, refused
from codemods.engine.unit_files import is_committed, require_undisturbed, restore, write
from codemods.engine.validations import validate
from codemods.errors import RepositoryError
from codemods.files import read_bytes
from codemods.journal import EventKind, Journal
from codemods.validation.base import Result, Scope, Still, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.engine.kept import Kept
    from codemods.engine.shown import PhasePreview, Preview
    from codemods.model import Unit
    from codemods.plan.schema import Phase
    from codemods.validation.base import Validation
    from codemods.vcs import Repository


@dataclass(slots=True)
class Run:
    """One application of a plan, from the baseline of its validations to the report."""

    shown: Preview
    repository: Repository
    journal: Journal
    notify: Notify
    validations: dict[str, Validation]
    id: str
    branch: str
    passed_over: set[str]
    kept: Kept
    results: list[UnitResult] = field(default_factory=list)
    blocked: list[BlockedFile] = field(default_factory=list)
    number: int = 0
    total: int = 0
    head: str = ""

    @property
    def plan(self) -> str:
        return self.shown.loaded.plan.name

    def record(self, kind: EventKind, **data: object) -> None:
        self.journal.record(kind, self.id, self.plan, **data)

    def read(self, path: str) -> bytes:
        return read_bytes(self.repository.root, path)

    def carry_out(self) -> RunReport:
        started = time.monotonic()
        pending = self.pending(self.shown.phases)
        self.total = len(self.shown.units)
        end = RunEnd.FINISHED
        self.keep_evidence()
        if pending:
            self.look_at_unchanged_tree(self.shown.phases)
            self.begin()
            end = self.phases()
            self.record(EventKind.RUN_FINISHED, end=end.value)
        else:
            for phase in self.shown.phases:
                self.pass_over(phase)
        done = {(result.phase, result.unit) for result in self.results}
        left = sum((unit.phase, unit.id) not in done for unit in self.shown.units)
        seconds = time.monotonic() - started
        return RunReport(
            self.id,
            self.plan,
            self.branch,
            end,
            tuple(self.results),
            left,
            seconds,
            blocked=tuple(self.blocked),
            refused=tuple(refused(self.shown)),
            blocked_consumers=blocked_consumers(self.shown),
        )

    def keep_evidence(self) -> None:
        """Keep what codemods have told about the files that they failed on."""
        for path, evidence in sorted(self.shown.evidence.items()):
            stored = self.journal.store_evidence(self.id, f"blocked {path}", evidence)
            reason = evidence.partition("\n")[0]
            self.record(EventKind.FILE_BLOCKED, path=path, reason=reason, evidence=stored)
            self.blocked.append(BlockedFile(path, reason, str(self.journal.folder / stored)))

    def pending(self, phases: Iterable[PhasePreview]) -> list[Unit]:
        return [unit for phase in phases for unit in phase.units if change_digest(unit) not in self.passed_over]

    def still_pending(self, phase: PhasePreview) -> list[Unit]:
        rejected = set(rejections(self.journal.events(), self.plan)) | self.passed_over
        return [unit for unit in phase.units if change_digest(unit) not in rejected]

    def look_at_unchanged_tree(self, phases: Iterable[PhasePreview]) -> None:
        """Run the validations of `phases` before the first change; one that could tell nothing ends the run."""
        for phase in phases:
            units = self.pending([phase])
            if units and phase.phase.validations:
                self.notify(BaselineStarted(phase.phase.name))
                for name in phase.phase.validations:
                    paths = tuple(path for unit in units for path in unit.paths)
                    self.validations[name].baseline(Still(self.repository.root), Scope(paths))

    def begin(self) -> None:
        if self.branch and self.branch != self.repository.branch():
            self.repository.create_branch(self.branch)
        self.head = self.repository.head() or ""
        self.repository.update_ref(f"refs/codemods/{self.plan}/{self.id}/start", self.head)
        self.record(EventKind.RUN_STARTED, head=self.head, branch=self.branch, digest=self.shown.loaded.digest)

    def phases(self) -> RunEnd:
        number = 0
        try:
            while number < len(self.shown.phases):
                previous = self.shown.phases[number - 1].phase if number else None
                if self.shown.phases[number].phase.does == "delete" or (previous and self.is_merge_rejected(previous)):
                    self.look_again(number)
                phase = self.shown.phases[number]
                number += 1
                self.pass_over(phase)
                units = self.pending([phase])
                if units and not self.phase(number - 1, units):
                    return RunEnd.STOPPED
        except (KeyboardInterrupt, BrokenPipeError):
            # A reader of our output that goes away is no reason to go on unseen.
            self.record(EventKind.RUN_INTERRUPTED)
            return RunEnd.INTERRUPTED
        return RunEnd.FINISHED

    def is_merge_rejected(self, phase: Phase) -> bool:
        states = [result.state for result in self.results if result.phase == phase.name]
        return phase.does == "merge" and any(state is UnitState.REJECTED for state in states)

    def look_again(self, number: int) -> None:
        """Make the phases from `number` on again, by the tree that is there now: what has become of the units before
        decides what is left to do, and what may go. Raises CodemodsError where that has become impossible."""
        rejected = set(rejections(self.journal.events(), self.plan)) | self.passed_over
        this = self.shown.phases[number].phase

        def passed_over(unit: Unit) -> bool:
            # What has become possible only now, such as by a shim, is for the next run: nothing may go that needs it.
            return change_digest(unit) in rejected or (this.does == "delete" and unit.phase != this.name)

        shown = preview_of(self.shown.loaded, self.repository, passed_over=passed_over)
        phases = (*self.shown.phases[:number], *shown.phases[number:])
        self.shown = replace(self.shown, phases=phases)
        self.total = len(self.shown.units)
        self.look_at_unchanged_tree(phases[number:])

    def pass_over(self, phase: PhasePreview) -> None:
        for unit in phase.units:
            if change_digest(unit) in self.passed_over:
                reason = "an earlier run rejected the same change; --retry tries it again"
                self.results.append(UnitResult(unit.id, unit.phase, UnitState.PASSED_OVER, reason=reason))

    def phase(self, number: int, units: list[Unit]) -> bool:
        """Carry out one phase; whether the run goes on after it."""
        phase = self.shown.phases[number]
        name = phase.phase.name
        self.notify(PhaseStarted(name, len(units)))
        self.repository.update_ref(f"refs/codemods/{self.plan}/{self.id}/phase/{name}", self.head)
        self.record(EventKind.PHASE_STARTED, phase=name, head=self.head, units=len(units))
        waiting = _groups(phase.phase, units)
        while waiting:
            if self.group(phase, waiting.pop(0)):
                continue
            if phase.phase.on_failure == "skip":
                if waiting and phase.phase.does != "consumers":
                    # Those that follow were made for a tree in which it is done.
                    self.look_again(number)
                    phase = self.shown.phases[number]
                    waiting = _groups(phase.phase, self.still_pending(phase))
                continue
            if phase.phase.on_failure == "rollback-phase":
                self.take_back(name)
            self.record(EventKind.PHASE_FINISHED, phase=name, end="stopped")
            return False
        self.record(EventKind.PHASE_FINISHED, phase=name, end="finished")
        if lost := self.kept.lost(self.read):
            what = f"After phase {name}: {lost}."
            hint = f"Its commits stand; take them back with `codemods rollback PLAN --phase {name}`."
            raise RepositoryError(what, hint=hint)
        return True

    def group(self, phase: PhasePreview, units: list[Unit]) -> bool:
        """Write, validate and commit units that are validated together; whether they held."""
        started = time.monotonic()
        for unit in units:
            self.number += 1
            self.notify(UnitStarted(unit.id, unit.phase, self.number, self.total))
        require_undisturbed(self.repository, self.head, units)
        waiting = list(units)
        try:
            for unit in units:
                self.record(EventKind.UNIT_WRITING, unit=unit.id, phase=unit.phase, files=written(unit))
                write(self.repository, unit)
            paths = tuple(path for unit in units for path in unit.paths)
            names = phase.phase.validations
            results = self.look_at_kept(paths) or validate(
                names, self.validations, Still(self.repository.root), dict.fromkeys(names, Scope(paths))
            )
            if all(result.holds for result in results):
                return self.commit_all(phase, waiting, results, started)
            for unit in waiting:
                restore(self.repository, unit)
            failed = results[-1]
            for unit in units:
                self.reject(unit, f"{failed.name}: {failed.summary}", failed.evidence, results, started)
            waiting.clear()
        finally:
            # Reached with units waiting only when something unforeseen, such as ^C, ends the run.
            self.take_out(waiting)
        return False

    def look_at_kept(self, paths: tuple[str, ...]) -> tuple[Result, ...]:
        lost = self.kept.lost(self.read, paths)
        return (Result("keep", Verdict.FAILED, lost, lost),) if lost else ()

    def commit_all(self, phase: PhasePreview, waiting: list[Unit], results: tuple[Result, ...], started: float) -> bool:
        held = True
        while waiting:
            unit = waiting[0]
            findings = (f for f in phase.findings if f.reference.path in unit.paths)
            text = message(self.shown.loaded.plan, self.id, unit, findings)
            try:
                sha = self.repository.commit(unit.paths, text, trailers(self.plan, unit.phase, self.id, unit.id))
            except RepositoryError as error:
                held = False
                restore(self.repository, waiting.pop(0))
                self.reject(unit, f"git did not commit it: {error.what}", str(error), results, started)
            else:
                waiting.pop(0)
                self.head = sha
                self.record(EventKind.UNIT_COMMITTED, unit=unit.id, phase=unit.phase, sha=sha)
                seconds = time.monotonic() - started
                self.finish(UnitResult(unit.id, unit.phase, UnitState.COMMITTED, sha, results=results, seconds=seconds))
        return held

    def take_out(self, units: list[Unit]) -> None:
        for unit in units:
            if is_committed(self.repository, unit):
                # What ended the run came between git's commit and our record of it.
                self.head = self.repository.head() or ""
                self.record(EventKind.UNIT_COMMITTED, unit=unit.id, phase=unit.phase, sha=self.head)
                continue
            restore(self.repository, unit)
            self.record(EventKind.UNIT_RESTORED, unit=unit.id, phase=unit.phase)

    def reject(self, unit: Unit, reason: str, evidence: str, results: tuple[Result, ...], started: float) -> None:
        stored = self.journal.store_evidence(self.id, unit.id, evidence)
        digest = change_digest(unit)
        self.record(
            EventKind.UNIT_REJECTED, unit=unit.id, phase=unit.phase, digest=digest, reason=reason, evidence=stored
        )
        seconds = time.monotonic() - started
        self.finish(
            UnitResult(
                unit.id, unit.phase, UnitState.REJECTED, "", reason, str(self.journal.folder / stored), results, seconds
            ),
        )

    def finish(self, result: UnitResult) -> None:
        self.results.append(result)
        self.notify(UnitFinished(result, self.number, self.total))

    def take_back(self, phase: str) -> None:
        """Revert what this run has committed in `phase`."""
        done = [r for r in self.results if r.phase == phase and r.state is UnitState.COMMITTED]
        revert_units(self.repository, self.journal, self.plan, {(self.id, result.unit) for result in done})
        self.head = self.repository.head() or ""
        for result in done:
            index = self.results.index(result)
            reason = "its phase was rolled back"
            self.results[index] = replace(result, state=UnitState.TAKEN_BACK, reason=reason)


def _groups(phase: Phase, units: list[Unit]) -> list[list[Unit]]:
    return [units] if phase.validate_by == "phase" else [[unit] for unit in units]
