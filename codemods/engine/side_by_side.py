"""Candidates judged side by side, in linked worktrees; the user's own work tree is not touched."""

from __future__ import annotations

import pickle
from contextlib import nullcontext
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.candidates import commit_files, hold, let_go
from codemods.engine.checkouts import Checkout, Pool
from codemods.engine.fitting import Fitting
from codemods.engine.judging import InPlace, Judge, Watched, watch_nothing
from codemods.engine.validations import validate
from codemods.errors import CodemodsError
from codemods.interrupts import interrupts_held
from codemods.threads import Threads
from codemods.worktrees import Worktrees, remove_left

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor, Future
    from contextlib import AbstractContextManager
    from pathlib import Path

    from codemods.engine.judging import Candidate, Stage
    from codemods.plan.schema import Plan
    from codemods.validation.base import Result, Scope, Validation

    Stopping = Callable[[Path], AbstractContextManager[None]]


def _stop_nothing(folder: Path) -> AbstractContextManager[None]:  # noqa: ARG001 - as others need it
    return nullcontext()


class SideBySide(Struct):
    """Judges up to `width` candidates at a time, each in a worktree that nobody else uses meanwhile.

    A candidate is what its files and HEAD were when it was started. `stopping` ends the programs that run below a
    folder and lets none be started there: without it `close` waits for them.
    """

    worktrees: Worktrees
    pool: Pool
    executor: Executor
    validations: Mapping[str, Validation]
    width: int
    stopping: Stopping = _stop_nothing
    started: dict[int, Future[tuple[Result, ...]]] = field(default_factory=dict)
    number: int = 0

    def start(self, candidate: Candidate) -> Future[tuple[Result, ...]]:
        """Begin to judge. Raises RepositoryError, OSError where the candidate cannot be committed."""
        self._let_go()
        repository = self.worktrees.repository
        head = repository.head() or ""
        after = commit_files(repository, head, candidate.after, "Candidate, with the change")
        before = commit_files(repository, head, candidate.before, "Candidate, without the change")
        self.number += 1
        hold(repository, self.number, (after, before))
        validations = copied({name: self.validations[name] for name in candidate.names})
        future = self.executor.submit(self._judge, candidate, validations, after, before)
        self.started[self.number] = future
        return future

    def _judge(
        self, candidate: Candidate, validations: Mapping[str, Validation], after: str, before: str
    ) -> tuple[Result, ...]:
        with self.pool.one() as checkout:
            checkout.put(after, before)
            results = validate(candidate.names, validations, checkout, candidate.scopes)
        return tuple(replace(result, learned=validations[result.name].remembered()) for result in results)

    def learn(self, results: tuple[Result, ...]) -> None:
        """Take over what the copies have learned of tests."""
        for result in results:
            self.validations[result.name].recall(result.learned)

    def _let_go(self) -> None:
        """Let go of the candidates that have been judged: here, since two threads would wait for each other's locks."""
        for number in [number for number, future in self.started.items() if future.done()]:
            let_go(self.worktrees.repository, number)
            del self.started[number]

    def close(self) -> None:
        """Start nothing more, end what is under way, remove the worktrees."""
        end(self.worktrees, self.executor, self.stopping)


def copied(validations: Mapping[str, Validation]) -> dict[str, Validation]:
    """Validations that another thread may use meanwhile."""
    copies: dict[str, Validation] = pickle.loads(pickle.dumps(dict(validations)))  # noqa: S301 - our own objects
    return copies


def end(worktrees: Worktrees, executor: Executor, stopping: Stopping) -> None:
    """End the threads, then let go of the candidates, and remove the worktrees that they have used."""
    try:
        executor.shutdown(wait=False, cancel_futures=True)
        with stopping(worktrees.folder) if worktrees.folder else nullcontext():
            executor.shutdown(wait=True)
    finally:
        # The worktrees last: as long as they are on record, the next run tidies up both.
        with interrupts_held():
            try:
                let_go(worktrees.repository)
            finally:
                worktrees.remove()


class Opened(Struct, frozen=True):
    """A judge; and why it judges in place, where more jobs were asked for."""

    judge: Judge
    reason: str = ""


def open_judge(
    plan: Plan,
    stage: Stage,
    validations: Mapping[str, Validation],
    jobs: int,
    *,
    changed: tuple[str, ...] = (),
    removed: tuple[str, ...] = (),
    rehearsal: Mapping[str, Scope] | None = None,
    stopping: Stopping = _stop_nothing,
    watched: Watched = watch_nothing,
) -> Opened:
    """The judge for `jobs` candidates at a time: side by side where that is proved to tell the truth, else in place.

    `changed` are the files that the plan changes, `removed` those of them that it removes. The validations know the
    unchanged tree already; those in `rehearsal` run on it once more in a worktree, with the scope given, and have to
    hold there: what they need may lack. `watched` is for judging in place. Nobody else's run may be under way in the
    repository.
    """
    repository = stage.repository
    remove_left(repository)
    let_go(repository)
    if jobs < 2:
        return Opened(InPlace(stage, validations, watched))
    worktrees, executor = Worktrees(repository), Threads(jobs, "codemods")
    try:
        checkouts = _made(worktrees, stage, jobs)
        doubt = Fitting(plan, repository, validations, changed, removed).fit(checkouts, executor)
        reason = f"{doubt.what}.\n{doubt.hint}" if doubt else ""
        pool = Pool(checkouts)
        reason = reason or _rehearse(validations, rehearsal or {}, pool, executor)
    except (CodemodsError, OSError) as error:
        reason = str(error)
    except BaseException:
        end(worktrees, executor, stopping)
        raise
    if reason:
        end(worktrees, executor, stopping)
        return Opened(InPlace(stage, validations, watched), f"Validating in place, one after another: {reason}")
    return Opened(SideBySide(worktrees, pool, executor, validations, jobs, stopping))


def _made(worktrees: Worktrees, stage: Stage, jobs: int) -> list[Checkout]:
    """The worktrees, with HEAD checked out. Raises RepositoryError, OSError."""
    worktrees.open()
    head = worktrees.repository.head() or ""

    def log_of(number: int) -> Path | None:
        return stage.log and stage.log.with_name(f"{stage.log.stem}-{number}{stage.log.suffix}")

    return [
        Checkout(worktrees.add(number, head), number, log_of(number), after=head, before=head, shown=head)
        for number in range(1, jobs + 1)
    ]


def _rehearse(
    validations: Mapping[str, Validation], scopes: Mapping[str, Scope], pool: Pool, executor: Executor
) -> str:
    """Why the validations tell something else of the unchanged tree in a worktree."""

    def rehearsed(name: str) -> str:
        with pool.one() as checkout:
            result = copied({name: validations[name]})[name].run(checkout.still, scopes[name])
        if result.holds:
            return ""
        what = f"the validation `{name}` does not hold on the unchanged tree in a linked worktree: {result.summary}."
        return f"{what}\nWhat it needs and git does not track is brought to each worktree by `prepare:` in the plan."

    return next((reason for reason in executor.map(rehearsed, scopes) if reason), "")
