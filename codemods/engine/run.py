"""One run: phase by phase, per group of units, write ▸ validate ▸ commit | restore."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.engine.preview_repository import preview_of
from codemods.engine.progress import BlockedFile, PhaseStarted, RunEnd, RunReport, UnitResult, UnitState
from codemods.engine.recovery import change_digest, place_of, rejections
from codemods.engine.running.phases import PhaseRun
from codemods.engine.shown import blocked_consumers, refused
from codemods.errors import JournalError, RepositoryError
from codemods.files import read_bytes
from codemods.journal import EventKind
from codemods.validation.base import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.engine.choosing.choice import Choice
    from codemods.engine.kept import Kept
    from codemods.engine.running.baselines import Baselines
    from codemods.engine.running.books import Books
    from codemods.engine.running.earlier import Earlier
    from codemods.engine.running.judges import Judges
    from codemods.engine.running.tools import Tools
    from codemods.engine.shown import PhasePreview, Preview
    from codemods.model import Unit
    from codemods.plan.schema import Phase


class Run(Struct):
    """One application of a plan, from the baseline of its validations to the report.

    `begun` are phases that earlier runs have not brought to their end, `asked` those that were asked for by name: their
    gates are open, and the run ends after the last of them. `resumed`: it goes on with a run that was killed,
    `rolling_back` are the phases that were about to be taken back then. `not_done` counts what else is left than units
    that wait.
    """

    shown: Preview
    books: Books
    tools: Tools
    baselines: Baselines
    judges: Judges
    branch: str
    choice: Choice
    kept: Kept
    begun: Mapping[str, Earlier]
    asked: frozenset[str] = frozenset()
    blocked: list[BlockedFile] = field(default_factory=list)
    resumed: bool = False
    rolling_back: tuple[str, ...] = ()
    gate: str = ""
    unended: list[str] = field(default_factory=list)
    not_done: int = 0

    def carry_out(self) -> RunReport:
        """Do all that is pending. Raises CodemodsError where that has become impossible."""
        started = time.monotonic()
        pending = self.pending(self.shown.phases)
        self.books.total = len(pending)
        end = RunEnd.FINISHED
        self.keep_evidence()
        if self.is_open(self.first_to_do()):
            self.tools.scopes.prepare()
            self.start()
            end = self.work()
        else:
            for phase in self.shown.phases:
                self.pass_over(phase)
            end = RunEnd.AT_GATE if pending else end
            if self.resumed:
                # All that it had to do was done when it was killed.
                self.books.record(EventKind.RUN_FINISHED, end=end.value, head=self.books.repository.head() or "")
        return self.report(end, time.monotonic() - started)

    def work(self) -> RunEnd:
        """Carry the phases out, and write down how that ended, whatever happens."""
        names = dict.fromkeys(name for phase in self.shown.phases for name in phase.phase.validations)
        try:
            self.look_at_unchanged_tree(self.shown.phases)
            self.begin()
            with self.judges.judge(self.books, self.tools, self.shown.units, names) as judge:
                self.tools = replace(self.tools, judge=judge)
                end = RunEnd.STOPPED if self.roll_back_on() else self.phases()
            self.not_done += self.again()
        except BaseException as error:
            # What prevents this, such as a full disk, leaves a run that looks killed: the next one goes on alike.
            with suppress(JournalError):
                self.books.record(EventKind.RUN_FAILED, reason=str(error), head=self.books.head)
            raise
        kind = EventKind.RUN_INTERRUPTED if end is RunEnd.INTERRUPTED else EventKind.RUN_FINISHED
        self.books.record(kind, end=end.value, head=self.books.head)
        return end

    def roll_back_on(self) -> bool:
        """Take the phases back that were about to be when the run was killed; whether there were any."""
        done = False
        for name in [name for name in self.rolling_back if name in self.begun]:
            before = list(zip(self.begun[name].units, self.begun[name].runs, strict=True))
            for number, (unit, run) in reversed(list(enumerate(before))):
                ends = "" if number else RunEnd.STOPPED.value
                self.books.take_back_earlier(unit, run, "its phase was rolled back", ends)
                done = True
        return done

    def report(self, end: RunEnd, seconds: float) -> RunReport:
        """What became of everything."""
        results = tuple(self.books.results)
        settled = {(result.phase, result.unit) for result in results}
        return RunReport(
            self.books.id,
            self.books.plan.name,
            self.branch,
            end,
            results,
            sum((unit.phase, unit.id) not in settled for unit in self.shown.units) + self.not_done,
            seconds,
            blocked=tuple(self.blocked),
            refused=tuple(refused(self.shown)),
            blocked_consumers=blocked_consumers(self.shown),
            notes=tuple(self.books.notes),
            gate=self.gate,
            tripped=self.books.tripped,
            unended=tuple(self.unended),
        )

    def again(self) -> int:
        """How many files the plan would change again, since a hook has made something else of them; each is told.

        After a review, it is all that hooks have made something else of."""
        reformatted = set(self.books.committer.reformatted)
        if not reformatted:
            return 0
        if self.choice.is_reviewed:
            for path in sorted(reformatted):
                self.books.note(f"A hook has made of {path} something else than was reviewed: `git log -p -1 {path}`.")
            return len(reformatted)
        shown = preview_of(self.shown.loaded, self.books.repository)
        paths = dict.fromkeys(path for unit in shown.units for path in unit.paths if path in reformatted)
        for path in paths:
            self.books.note(
                f"A hook has made of {path} what the plan would change again: the hook and the plan disagree. "
                "Change one of them, or `exclude:` the file."
            )
        return len(paths)

    def keep_evidence(self) -> None:
        """Keep what codemods have told about the files that they failed on."""
        journal = self.books.journal
        for path, evidence in sorted(self.shown.evidence.items()):
            stored = journal.store_evidence(self.books.id, f"blocked {path}", evidence)
            reason = evidence.partition("\n")[0]
            self.books.record(EventKind.FILE_BLOCKED, path=path, reason=reason, evidence=stored)
            self.blocked.append(BlockedFile(path, reason, str(journal.folder / stored)))

    def rejected(self) -> set[str]:
        """The changes that are turned down, by earlier runs or by now, by their digests."""
        return set(rejections(self.books.journal.events(), self.books.plan.name)) | self.choice.rejected

    def pending(self, phases: Iterable[PhasePreview]) -> list[Unit]:
        """The units of `phases` that neither an earlier run nor a person has turned down."""
        return [unit for phase in phases for unit in phase.units if not self.choice.is_passed_over(unit)]

    def is_unended(self, phase: Phase) -> bool:
        """Whether an earlier run has done units of `phase`, and not validated its end."""
        return phase.name in self.begun and bool(self.begun[phase.name].units)

    def first_to_do(self) -> PhasePreview | None:
        """The first phase with something to do."""
        phases = self.shown.phases
        return next((phase for phase in phases if self.is_unended(phase.phase) or self.pending([phase])), None)

    def is_open(self, phase: PhasePreview | None) -> bool:
        """Whether there is such a phase, and no gate keeps the run out of it."""
        return phase is not None and not (self.pending([phase]) and self.is_closed(phase.phase))

    def is_closed(self, phase: Phase) -> bool:
        """Whether the gate of `phase` keeps the run out; it is told then."""
        if phase.gate != "manual" or phase.name in self.asked:
            return False
        self.gate = phase.name
        self.books.record(EventKind.GATE_REACHED, phase=phase.name)
        return True

    def look_at_unchanged_tree(self, phases: Iterable[PhasePreview]) -> None:
        """Run the validations of `phases` before the first change; one that could tell nothing ends the run."""
        for shown in phases:
            phase, units = shown.phase, self.pending([shown])
            scope = Scope(tuple(path for unit in units for path in unit.paths))
            for name in phase.all_validations if units or self.is_unended(phase) else ():
                validation = self.tools.validations[name]
                # What only a phase's entry or exit asks for need not hold before the first phase.
                if name in phase.validations or validation.compares:
                    begun_at = self.begun[phase.name].head if phase.name in self.begun else ""
                    self.baselines.take(validation, self.tools.stage, scope, phase.name, self.books, begun_at)

    def start(self) -> None:
        """Write down that the run begins, or goes on under its name where it was killed."""
        books = self.books
        books.head = books.repository.head() or ""
        data = {"branch": self.branch or books.repository.branch() or "", "digest": self.shown.loaded.digest}
        if self.resumed:
            books.record(EventKind.RUN_RESUMED, head=books.head, **data)
        else:
            place, who = place_of(books.repository), books.repository.who()
            books.record(EventKind.RUN_STARTED, head=books.head, place=place, who=who, **data)

    def begin(self) -> None:
        """Switch to the branch of the run and set its checkpoint."""
        repository = self.books.repository
        if self.branch and self.branch != repository.branch():
            repository.create_branch(self.branch)
        self.checkpoint("start")

    def checkpoint(self, name: str) -> None:
        """Keep the commit that HEAD is now by a ref of the run, unless it was kept before the run was killed."""
        ref = f"refs/codemods/{self.books.plan.name}/{self.books.id}/{name}"
        if not (self.resumed and self.books.repository.rev(ref)):
            self.books.repository.update_ref(ref, self.books.head)

    def phases(self) -> RunEnd:
        """Carry out the phases in their order."""
        number = 0
        try:
            while number < len(self.shown.phases):
                if self.has_to_look_again(number):
                    self.look_again(number)
                phase = self.shown.phases[number]
                number += 1
                self.pass_over(phase)
                units = self.pending([phase])
                if units and self.is_closed(phase.phase):
                    return RunEnd.AT_GATE
                if (units or self.is_unended(phase.phase)) and not self.phase(number - 1, units):
                    return RunEnd.STOPPED
                if self.asked and not self.asked.intersection(p.phase.name for p in self.shown.phases[number:]):
                    break
        except (KeyboardInterrupt, BrokenPipeError):
            # A reader of our output that goes away is no reason to go on unseen.
            return RunEnd.INTERRUPTED
        return RunEnd.FINISHED

    def has_to_look_again(self, number: int) -> bool:
        """Whether what was done so far may have changed what there is to do from the phase `number` on."""
        previous, this = self.shown.phases[number - 1].phase if number else None, self.shown.phases[number]
        is_deleting = this.phase.does == "delete" and bool(this.units or not self.choice.is_part)
        return is_deleting or (previous is not None and self.is_merge_rejected(previous))

    def is_merge_rejected(self, phase: Phase) -> bool:
        """Whether `phase` merges, and something of it was rejected."""
        states = [result.state for result in self.books.results if result.phase == phase.name]
        return phase.does == "merge" and any(state is UnitState.REJECTED for state in states)

    def look_again(self, number: int) -> None:
        """Make the phases from `number` on again, by the tree that is there now: what has become of the units before
        decides what is left to do, and what may go. Raises CodemodsError where that has become impossible."""
        rejected = self.rejected()
        this = self.shown.phases[number].phase

        def passed_over(unit: Unit) -> bool:
            # What has become possible only now, such as by a shim, is for the next run: nothing may go that needs it.
            is_out = self.choice.is_out(unit) or change_digest(unit) in rejected
            return is_out or (this.does == "delete" and unit.phase != this.name)

        shown = self.choice.of(preview_of(self.shown.loaded, self.books.repository, passed_over=passed_over))
        phases = (*self.shown.phases[:number], *shown.phases[number:])
        self.tell_gone(self.shown.phases[number:], phases[number:])
        self.shown = replace(self.shown, phases=phases)
        self.books.total = len(self.pending(phases))
        self.look_at_unchanged_tree(phases[number:])

    def tell_gone(self, before: Iterable[PhasePreview], after: Iterable[PhasePreview]) -> None:
        """Tell which of the reviewed units of `before` are not as reviewed any more, after what was done first."""
        if self.choice.is_reviewed:
            left = {change_digest(unit) for phase in after for unit in phase.units}
            for unit in (unit for unit in self.pending(before) if change_digest(unit) not in left):
                self.books.note(f"{unit.id} was reviewed, and is not done: what was done first has changed it.")
                self.not_done += 1

    def pass_over(self, phase: PhasePreview) -> None:
        """Tell which units were turned down before, and why."""
        for unit in phase.units:
            if self.choice.is_declined(unit):
                reason = "somebody has said no to it; --interactive asks again"
                self.books.results.append(UnitResult(unit.id, unit.phase, UnitState.DECLINED, reason=reason))
            elif self.choice.is_passed_over(unit):
                reason = "an earlier run rejected the same change; --retry tries it again"
                self.books.results.append(UnitResult(unit.id, unit.phase, UnitState.PASSED_OVER, reason=reason))

    def phase(self, number: int, units: list[Unit]) -> bool:
        """Carry out one phase; whether the run goes on after it."""
        books, name = self.books, self.shown.phases[number].phase.name
        books.notify(PhaseStarted(name, len(units)))
        self.checkpoint(f"phase/{name}")
        books.record(EventKind.PHASE_STARTED, phase=name, head=books.head, units=len(units))
        run = PhaseRun(self.shown.phases[number], units, books, self.tools, self.kept, self.begun.get(name))
        goes_on = run.carry_out(lambda: self.after_rejection(number))
        if run.is_open:
            self.unended.append(name)
        end = "open" if run.is_open else "finished" if goes_on else "stopped"
        books.record(EventKind.PHASE_FINISHED, phase=name, end=end)
        if goes_on and (lost := self.kept.lost(lambda path: read_bytes(books.repository.root, path))):
            what = f"After phase {name}: {lost}."
            hint = f"Its commits stand; take them back with `codemods rollback PLAN --phase {name}`."
            raise RepositoryError(what, hint=hint)
        return goes_on

    def after_rejection(self, number: int) -> tuple[PhasePreview, list[Unit]]:
        """What is left to do in a phase whose units depend on one another, after one of them was rejected."""
        # Those that follow were made for a tree in which it is done.
        self.look_again(number)
        phase, rejected = self.shown.phases[number], self.rejected()
        return phase, [unit for unit in self.pending([phase]) if change_digest(unit) not in rejected]
