"""Carry out a plan: per unit, write ▸ validate ▸ commit | restore. History holds validated states only."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemods.engine.foreign_codemods import ForeignCodemods
from codemods.engine.messages import message, trailers
from codemods.engine.own_transforms import load_transforms
from codemods.engine.preview import PhasePreview, Preview, preview
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
from codemods.engine.recovery import change_digest, recover, rejections, written
from codemods.engine.rollback import revert_units
from codemods.engine.trust import named_code, untrusted
from codemods.engine.validations import validate, validations_of
from codemods.errors import CodemodsError, RepositoryError
from codemods.files import read_bytes, unwritable, write_atomically
from codemods.journal import EventKind, Journal, new_run_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.model import Unit
    from codemods.plan.load import LoadedPlan
    from codemods.plan.schema import Phase
    from codemods.validation.base import Result, Validation
    from codemods.vcs import Repository


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """`branch` is where to commit (None: `codemods/<plan>`; "": where HEAD is). `retry` tries rejected units again."""

    branch: str | None = None
    retry: bool = False


def apply(
    loaded: LoadedPlan, repository: Repository, journal: Journal, notify: Notify, options: ApplyOptions
) -> RunReport:
    """Apply a plan on a branch of its own, phase by phase, and tell `notify` as it goes.

    Refuses (CodemodsError, with nothing touched) a dirty tree, a wrong plan, an unwritable file, a validation that
    cannot run. Running it again goes on where the last run ended. On ^C the unit under way is taken back.
    """
    plan = loaded.plan
    if (operation := repository.operation_in_progress()) is not None:
        what = f"A git {operation} is under way in this repository."
        raise RepositoryError(what, where=str(repository.root), hint=f"Finish or abort the {operation} first.")
    recovered = recover(repository, journal)
    repository.require_clean()
    origin = repository.branch()
    # Settled before anything is computed: the branch decides which tree the plan is applied to.
    branch = _target_branch(plan.name, repository, options)
    try:
        run = _prepare(loaded, repository, journal, notify, branch)
    except CodemodsError:
        if origin is not None and repository.branch() != origin:
            repository.switch(origin)
        raise
    return replace(run.carry_out(retry=options.retry), recovered=recovered)


def _prepare(loaded: LoadedPlan, repository: Repository, journal: Journal, notify: Notify, branch: str) -> _Run:
    """Everything that can be refused is refused here, before the first write."""
    shown = preview_of(loaded, repository)
    validations = validations_of(loaded.plan, repository.root)
    for validation in validations.values():
        validation.require()
    paths = tuple(path for unit in shown.units for path in unit.paths)
    if blocked := unwritable(repository.root, paths):
        what = f"{len(blocked)} file(s) cannot be written: {', '.join(blocked[:5])}"
        raise CodemodsError(what, where=str(repository.root), hint="Make them writable, or `exclude:` them.")
    return _Run(shown, repository, journal, notify, validations, new_run_id(journal.clock()), branch)


def preview_of(loaded: LoadedPlan, repository: Repository, read: Callable[[str], bytes] | None = None) -> Preview:
    """The preview of a plan over the tracked files of a repository: as they are in its work tree, or as `read` has
    them. Raises CodemodsError where the plan names code to run and is not trusted."""
    paths = [file.path for file in repository.tracked_files() if not file.is_symlink]
    read = read or (lambda path: read_bytes(repository.root, path))
    if not named_code(loaded.plan):
        return preview(loaded, paths, read)
    if not loaded.is_trusted:
        raise untrusted(loaded)
    with ForeignCodemods(repository.root, loaded) as codemods:
        codemods.load()
        return preview(loaded, paths, read, codemods.run, load_transforms(loaded))


def _target_branch(plan: str, repository: Repository, options: ApplyOptions) -> str:
    """The branch that the run commits to; switched to only if it exists already and goes on from here."""
    wanted = options.branch if options.branch is not None else f"codemods/{plan}"
    current = repository.branch()
    if wanted in ("", current):
        return current or ""
    tip = repository.rev(f"refs/heads/{wanted}")
    if tip is None:
        return wanted
    head = repository.head()
    if head is None or not repository.is_ancestor(head, tip):
        raise RepositoryError(
            f"The branch {wanted} exists and does not go on from HEAD.",
            hint=f"Run `git switch {wanted}` to go on there, or name another branch with --branch.",
        )
    repository.switch(wanted)
    return wanted


@dataclass(slots=True)
class _Run:
    shown: Preview
    repository: Repository
    journal: Journal
    notify: Notify
    validations: dict[str, Validation]
    id: str
    branch: str
    results: list[UnitResult] = field(default_factory=list)
    blocked: list[BlockedFile] = field(default_factory=list)
    number: int = 0
    head: str = ""

    @property
    def plan(self) -> str:
        return self.shown.loaded.plan.name

    def record(self, kind: EventKind, **data: object) -> None:
        self.journal.record(kind, self.id, self.plan, **data)

    def carry_out(self, *, retry: bool) -> RunReport:
        started = time.monotonic()
        passed_over = set() if retry else self.rejected_before()
        pending = sum(change_digest(unit) not in passed_over for unit in self.shown.units)
        end = RunEnd.FINISHED
        self.keep_evidence()
        if pending:
            self.look_at_unchanged_tree(passed_over)
            self.begin()
            end = self.phases(passed_over)
            self.record(EventKind.RUN_FINISHED, end=end.value)
        else:
            for phase in self.shown.phases:
                self.pass_over(phase, passed_over)
        left = len(self.shown.units) - len(self.results)
        seconds = time.monotonic() - started
        return RunReport(
            self.id, self.plan, self.branch, end, tuple(self.results), left, seconds, blocked=tuple(self.blocked)
        )

    def keep_evidence(self) -> None:
        """Keep what codemods have told about the files that they failed on."""
        for path, evidence in sorted(self.shown.evidence.items()):
            stored = self.journal.store_evidence(self.id, f"blocked {path}", evidence)
            reason = evidence.partition("\n")[0]
            self.record(EventKind.FILE_BLOCKED, path=path, reason=reason, evidence=stored)
            self.blocked.append(BlockedFile(path, reason, str(self.journal.folder / stored)))

    def rejected_before(self) -> set[str]:
        return set(rejections(self.journal.events(), self.plan))

    def look_at_unchanged_tree(self, passed_over: set[str]) -> None:
        """Run the validations of all phases before the first change; one that could tell nothing ends the run."""
        for phase in self.shown.phases:
            units = [unit for unit in phase.units if change_digest(unit) not in passed_over]
            if units and phase.phase.validations:
                self.notify(BaselineStarted(phase.phase.name))
                for name in phase.phase.validations:
                    self.validations[name].baseline(tuple(path for unit in units for path in unit.paths))

    def begin(self) -> None:
        if self.branch and self.branch != self.repository.branch():
            self.repository.create_branch(self.branch)
        self.head = self.repository.head() or ""
        self.repository.update_ref(f"refs/codemods/{self.plan}/{self.id}/start", self.head)
        self.record(EventKind.RUN_STARTED, head=self.head, branch=self.branch, digest=self.shown.loaded.digest)

    def phases(self, passed_over: set[str]) -> RunEnd:
        try:
            for phase in self.shown.phases:
                self.pass_over(phase, passed_over)
                units = [unit for unit in phase.units if change_digest(unit) not in passed_over]
                if units and not self.phase(phase, units):
                    return RunEnd.STOPPED
        except (KeyboardInterrupt, BrokenPipeError):
            # A reader of our output that goes away is no reason to go on unseen.
            self.record(EventKind.RUN_INTERRUPTED)
            return RunEnd.INTERRUPTED
        return RunEnd.FINISHED

    def pass_over(self, phase: PhasePreview, passed_over: set[str]) -> None:
        for unit in phase.units:
            if change_digest(unit) in passed_over:
                reason = "an earlier run rejected the same change; --retry tries it again"
                self.results.append(UnitResult(unit.id, unit.phase, UnitState.PASSED_OVER, reason=reason))

    def phase(self, phase: PhasePreview, units: list[Unit]) -> bool:
        """Carry out one phase; whether the run goes on after it."""
        name = phase.phase.name
        self.notify(PhaseStarted(name, len(units)))
        self.repository.update_ref(f"refs/codemods/{self.plan}/{self.id}/phase/{name}", self.head)
        self.record(EventKind.PHASE_STARTED, phase=name, head=self.head, units=len(units))
        for group in _groups(phase.phase, units):
            if self.group(phase, group) or phase.phase.on_failure == "skip":
                continue
            if phase.phase.on_failure == "rollback-phase":
                self.take_back(name)
            self.record(EventKind.PHASE_FINISHED, phase=name, end="stopped")
            return False
        self.record(EventKind.PHASE_FINISHED, phase=name, end="finished")
        return True

    def group(self, phase: PhasePreview, units: list[Unit]) -> bool:
        """Write, validate and commit units that are validated together; whether they held."""
        started = time.monotonic()
        for unit in units:
            self.number += 1
            self.notify(UnitStarted(unit.id, unit.phase, self.number, len(self.shown.units)))
        self.require_undisturbed(units)
        waiting = list(units)
        try:
            for unit in units:
                self.write(unit)
            paths = tuple(path for unit in units for path in unit.paths)
            results = validate(phase.phase, self.validations, paths)
            if all(result.holds for result in results):
                return self.commit_all(phase, waiting, results, started)
            self.restore(waiting)
            failed = results[-1]
            for unit in units:
                self.reject(unit, f"{failed.name}: {failed.summary}", failed.evidence, results, started)
            waiting.clear()
        finally:
            # Reached with units waiting only when something unforeseen, such as ^C, ends the run.
            self.take_out(waiting)
        return False

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
                self.restore([waiting.pop(0)])
                self.reject(unit, f"git did not commit it: {error.what}", str(error), results, started)
            else:
                waiting.pop(0)
                self.head = sha
                self.record(EventKind.UNIT_COMMITTED, unit=unit.id, phase=unit.phase, sha=sha)
                seconds = time.monotonic() - started
                self.finish(UnitResult(unit.id, unit.phase, UnitState.COMMITTED, sha, results=results, seconds=seconds))
        return held

    def write(self, unit: Unit) -> None:
        self.record(EventKind.UNIT_WRITING, unit=unit.id, phase=unit.phase, files=written(unit))
        for change in unit.changes:
            write_atomically(self.repository.root, change.path, change.after)

    def restore(self, units: list[Unit]) -> None:
        for unit in units:
            for change in unit.changes:
                # What the user, or a validation, has written since is theirs: it is not overwritten.
                if read_bytes(self.repository.root, change.path) == change.after:
                    write_atomically(self.repository.root, change.path, change.before)

    def take_out(self, units: list[Unit]) -> None:
        for unit in units:
            if self.is_committed(unit):
                # What ended the run came between git's commit and our record of it.
                self.head = self.repository.head() or ""
                self.record(EventKind.UNIT_COMMITTED, unit=unit.id, phase=unit.phase, sha=self.head)
                continue
            self.restore([unit])
            self.record(EventKind.UNIT_RESTORED, unit=unit.id, phase=unit.phase)

    def is_committed(self, unit: Unit) -> bool:
        return all(self.repository.checked_out("HEAD", change.path) == change.after for change in unit.changes)

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
        self.notify(UnitFinished(result, self.number, len(self.shown.units)))

    def require_undisturbed(self, units: list[Unit]) -> None:
        """Stop where somebody has committed, switched branch or edited a file of the unit since the preview."""
        if self.repository.head() != self.head:
            what = "HEAD has moved since the run began: somebody committed or switched branch."
            raise RepositoryError(what, hint="Nothing of it was touched. Run the command again to go on from there.")
        for unit in units:
            for change in unit.changes:
                if read_bytes(self.repository.root, change.path) != change.before:
                    what = f"{change.path} has changed since the run began."
                    raise RepositoryError(what, hint="It was not touched. Commit or undo that, then run again.")

    def take_back(self, phase: str) -> None:
        """Revert what this run has committed in `phase`."""
        done = [r for r in self.results if r.phase == phase and r.state is UnitState.COMMITTED]
        revert_units(self.repository, self.journal, self.plan, {(self.id, result.unit) for result in done})
        self.head = self.repository.head() or ""
        for result in done:
            index = self.results.index(result)
            reason = "its phase was rolled back"
            self.results[index] = replace(result, state=UnitState.TAKEN_BACK, reason=reason)


def _groups(phase: Phase, units: list[Unit]) -> Iterator[list[Unit]]:
    if phase.validate_by == "phase":
        yield units
    else:
        yield from ([unit] for unit in units)
