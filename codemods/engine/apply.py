"""Carry out a plan: refuse what can be refused before the first write, then run."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.engine.choosing.asking import decided
from codemods.engine.choosing.choice import Choice, preview_with
from codemods.engine.choosing.decisions import declined
from codemods.engine.choosing.drift import Reviewed
from codemods.engine.judging import InPlace, Stage
from codemods.engine.kept import kept_modules
from codemods.engine.leftovers import kept_folder, marking
from codemods.engine.progress import Note
from codemods.engine.recovery import change_digest, close_runs, passed_over, recover, resumable
from codemods.engine.remote_judge import require_remote
from codemods.engine.run import Run
from codemods.engine.running.baselines import Baselines
from codemods.engine.running.books import Books
from codemods.engine.running.earlier import begun, forgotten, origin
from codemods.engine.running.judges import Judges
from codemods.engine.running.scopes import Scopes
from codemods.engine.running.tools import Tools
from codemods.engine.selecting import Selector
from codemods.engine.sources import sources_of
from codemods.engine.validations import validations_of
from codemods.errors import CodemodsError, RepositoryError
from codemods.executors.opening import open_analysis, open_executor
from codemods.files import read_bytes, unwritable
from codemods.index.names import ModuleNames
from codemods.journal import EventKind, Journal, new_run_id
from codemods.plan.nearest import nearest
from codemods.validation.base import Still

if TYPE_CHECKING:
    from codemods.engine.choosing.asking import Ask
    from codemods.engine.choosing.choice import Key
    from codemods.engine.choosing.saved import Review
    from codemods.engine.kept import Kept
    from codemods.engine.progress import Notify, RunReport
    from codemods.engine.shown import Preview
    from codemods.executors.opening import Crew
    from codemods.journal import Operation
    from codemods.model import Unit
    from codemods.plan.load import LoadedPlan
    from codemods.plan.schema import Plan
    from codemods.vcs import Repository


class ApplyOptions(Struct, frozen=True):
    """`branch` is where to commit (None: `codemods/<plan>`; "": where HEAD is). `retry` tries rejected units again,
    without it those that are `retried` alone.

    `phases` are asked for by name: their gates are open, and the run ends after the last. `afresh` takes baselines
    again. `jobs` is how many candidates are validated side by side, `executor` where, if not on this machine.
    Of a `review`, with the name of its file, exactly the changes are made. `ask` asks somebody about each unit.
    Others than `units` are left out.
    """

    branch: str | None = None
    retry: bool = False
    phases: tuple[str, ...] = ()
    afresh: bool = False
    jobs: int = 1
    executor: str | None = None
    review: tuple[Review, str] | None = None
    ask: Ask | None = None
    units: frozenset[Key] | None = None
    retried: tuple[str, ...] = ()


def apply(
    loaded: LoadedPlan, repository: Repository, journal: Journal, notify: Notify, options: ApplyOptions
) -> RunReport:
    """Apply a plan on a branch of its own, phase by phase, and tell `notify` as it goes.

    Refuses (CodemodsError, with nothing touched) a dirty tree, a wrong plan, an unwritable file, a validation that
    cannot run. Running it again goes on where the last run ended. On ^C the unit under way is taken back.
    """
    plan, started = loaded.plan, time.monotonic()
    repository.require_no_operation()
    if repository.head() is None:
        what = "There is no commit in this repository yet."
        raise RepositoryError(
            what, where=str(repository.root), hint="Commit what is there first: a run starts from that."
        )
    recovered = recover(repository, journal)
    for sentence in recovered:
        notify(Note(sentence))
    repository.require_clean()
    origin = repository.branch() or repository.head() or ""
    # Settled before anything is computed: the branch decides which tree the plan is applied to.
    branch = _target_branch(plan.name, repository, options)
    with ExitStack() as stack:
        try:
            crew = None
            if options.executor is not None:
                crew = stack.enter_context(open_executor(options.executor, options.jobs))
                require_remote(plan)
            run = _prepare(loaded, repository, journal, notify, branch, options, crew)
            stack.enter_context(marking(repository, run.books.id))
        except (CodemodsError, KeyboardInterrupt):
            if (repository.branch() or repository.head()) != origin:
                repository.switch(origin)
            raise
        try:
            report = run.carry_out()
        finally:
            run.tools.stage.kept.close()
        return replace(report, recovered=recovered, seconds=time.monotonic() - started)


def _prepare(
    loaded: LoadedPlan,
    repository: Repository,
    journal: Journal,
    notify: Notify,
    branch: str,
    options: ApplyOptions,
    crew: Crew | None,
) -> Run:
    """Everything that can be refused is refused here, before the first write."""
    with open_analysis(options.executor, options.jobs) as analysis:
        shown, choice = _chosen(loaded, repository, journal, options, analysis)
    validations = validations_of(loaded.plan)
    for validation in validations.values():
        validation.require(Still(repository.root))
    paths = tuple(path for unit in shown.units for path in unit.paths)
    if blocked := unwritable(repository.root, paths):
        what = f"{len(blocked)} file(s) cannot be written: {', '.join(blocked[:5])}"
        raise CodemodsError(what, where=str(repository.root), hint="Make them writable, or `exclude:` them.")
    asked = _asked(shown, options.phases)
    for role in ("COMMITTER", "AUTHOR") if paths else ():
        repository.identity(role)
    killed = resumable(repository, journal, loaded.plan.name, loaded.digest)
    if killed is not None and not _goes_on(repository, killed, branch):
        killed = None
    if killed is None:
        close_runs(repository, journal)
    books = Books(loaded.plan, repository, journal, notify, killed.id if killed else new_run_id(journal.clock()))
    not_asked = 0
    if options.ask is not None:
        shown, choice, not_asked = _decided(loaded, books, choice, shown, asked, options.ask)
    books.validated = max((done.number for done in killed.validations), default=0) if killed else 0
    stage = Stage(repository, journal.log_of(books.id), kept_folder(journal.folder, books.id))
    scopes = Scopes(loaded.plan, Selector.of(loaded.plan, repository, lambda path: read_bytes(repository.root, path)))
    in_place = InPlace(stage, validations, books.watched)
    tools = Tools(validations, stage, in_place, scopes, in_place)
    baselines = Baselines(journal.folder / "baselines", options.afresh)
    kept = _kept(loaded.plan, repository)
    earlier = begun(repository, journal, loaded.plan.name)
    baselines.origin = origin(repository, journal, loaded.plan.name)
    for phase in forgotten(repository, journal, loaded.plan.name, earlier):
        books.note(
            f"Phase {phase} was never validated as a whole, and others have committed since: what its units break "
            f"counts as broken before. `codemods rollback PLAN --phase {phase}` takes them back, to be done again."
        )
    judges = Judges(options.jobs, crew)
    going = _rolling_back(loaded.plan, killed) if killed else ()
    return Run(
        *(shown, books, tools, baselines, judges, branch, choice, kept, earlier, asked),
        resumed=bool(killed),
        rolling_back=going,
        not_done=not_asked,
    )


def _chosen(
    loaded: LoadedPlan, repository: Repository, journal: Journal, options: ApplyOptions, crew: Crew | None
) -> tuple[Preview, Choice]:
    """What is to be done, and what not. Raises CodemodsError where that is not what was reviewed."""
    plan, events = loaded.plan.name, journal.events()
    rejected = frozenset(() if options.retry else passed_over(events, plan, options.retried))
    # Who is asked again may decide otherwise.
    no = frozenset(declined(events, plan)) if options.ask is None else frozenset()
    choice = Choice(rejected, no, units=options.units)
    if options.review is None:
        return choice.of(preview_with(loaded, repository, choice, crew)), choice
    reviewed = Reviewed(*options.review, loaded, repository)
    to_do = reviewed.changes_to_do()
    limited = replace(choice, changes=to_do)
    # Where nobody has chosen among its units, the plan's own preview is the one that was saved.
    shown = preview_with(loaded, repository, limited if reviewed.is_part else choice, crew)
    as_reviewed = reviewed.as_reviewed(shown, to_do)
    limited = replace(limited, changes=to_do | frozenset(as_reviewed), edited=as_reviewed)
    reviewed.require_same(shown, to_do, limited)
    return limited.of(shown), limited


def _decided(
    loaded: LoadedPlan, books: Books, choice: Choice, shown: Preview, phases: frozenset[str], ask: Ask
) -> tuple[Preview, Choice, int]:
    """What somebody has agreed to, of what is `shown`, and about how many units they were not asked."""
    before = {key: event.time[:10] for key, event in declined(books.journal.events(), loaded.plan.name).items()}

    def record(unit: Unit, decision: str) -> None:
        digest = change_digest(unit)
        books.record(EventKind.UNIT_DECIDED, unit=unit.id, phase=unit.phase, digest=digest, decision=decision)

    def again(other: Choice) -> Preview:
        return preview_with(loaded, books.repository, other)

    return decided(shown, choice, before, phases, ask, record, again)


def _rolling_back(plan: Plan, killed: Operation) -> tuple[str, ...]:
    """The phases that a killed run was about to take back: by a rejection, or by a trigger."""
    steps = (plan.phase_that_does(step) for step in ("merge", "shim", "delete"))
    phases = {phase.name: phase for phase in (*plan.effective_phases, *steps)}
    rejected = {phase for (phase, _), record in killed.units.items() if record.state == "rejected"}
    by_rejection = {name for name in rejected if name in phases and phases[name].on_failure == "rollback-phase"}
    return tuple(sorted(by_rejection | killed.rolling_back))


def _goes_on(repository: Repository, killed: Operation, branch: str) -> bool:
    """Whether HEAD is where a killed run has left off."""
    is_there = (branch or repository.branch() or "") == killed.branch
    return is_there and repository.rev(killed.before) is not None and repository.is_ancestor(killed.before, "HEAD")


def _asked(shown: Preview, names: tuple[str, ...]) -> frozenset[str]:
    known = [phase.phase.name for phase in shown.phases]
    for name in names:
        if name not in known:
            what = f"There is no phase `{name}`{nearest(name, known)}."
            raise CodemodsError(what, where=shown.loaded.where, hint=f"There are: {', '.join(known)}.")
    return frozenset(names)


def _kept(plan: Plan, repository: Repository) -> Kept:
    names = ModuleNames(plan.source_roots)
    sources = sources_of(repository)
    # What is not checked out cannot lose anything.
    modules = {names.name_of(path) or "": path for path in sources.paths if path not in sources.blobs}
    return kept_modules(plan, modules, lambda path: read_bytes(repository.root, path))


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
