"""Candidates judged on other machines: pushed to a remote, given to workers, and taken off the remote again."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.candidates import commit_files
from codemods.engine.clones import Fit
from codemods.engine.remote_work import RemoteTask, judge_remotely
from codemods.errors import CodemodsError, RepositoryError
from codemods.interrupts import interrupts_held
from codemods.remotes import prune_candidates, push_candidates, remote_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from codemods.engine.judging import Candidate
    from codemods.executors.opening import Crew
    from codemods.journal import Journal
    from codemods.plan.schema import Plan
    from codemods.remotes import Remote
    from codemods.validation.base import Result, Scope, Validation
    from codemods.vcs import Repository


class RemoteJudge(Struct):
    """Judges candidates on the workers of `crew`. Here nothing is written but commits on no branch; at the remote,
    nothing but refs below `refs/codemods/candidates/`, and those only as long as they are needed.

    `unchanged` is the commit on which each clone shows that the validations hold there.
    """

    repository: Repository
    fit: Fit
    crew: Crew
    remote: Remote
    run: str
    unchanged: str = ""
    pushed: set[str] = field(default_factory=set)
    under_way: dict[Future[tuple[Result, ...]], tuple[str, ...]] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """How many candidates are judged at a time."""
        return self.crew.width

    def start(self, candidate: Candidate) -> Future[tuple[Result, ...]]:
        """Begin to judge. The future raises CodemodsError where no worker could tell: there is no verdict then.

        Raises RepositoryError where the remote refuses the candidate, OSError.
        """
        head = self.repository.head() or ""
        before = commit_files(self.repository, head, candidate.before, "Candidate without its change")
        after = commit_files(self.repository, head, candidate.after, "Candidate")
        unchanged = self.unchanged or before
        self._push(before, after, unchanged)
        task = RemoteTask(
            self.remote.fetch,
            self.run,
            unchanged,
            before,
            after,
            candidate.names,
            dict(candidate.scopes),
            self.fit,
        )
        future = self.crew.executor.submit(judge_remotely, task)
        self.under_way[future] = (before, after, unchanged)
        return future

    def learn(self, results: tuple[Result, ...]) -> None:
        """Take over what the validations have learned of tests elsewhere: what they need, which are flaky."""
        for result in results:
            self.fit.validations[result.name].recall(result.learned)

    def _push(self, *commits: str) -> None:
        """Push what is not there yet, and delete what nobody waits for any more."""
        self.under_way = {future: held for future, held in self.under_way.items() if not future.done()}
        needed = {sha for held in (*self.under_way.values(), commits) for sha in held}
        done = self.pushed - needed
        new = dict.fromkeys(sha for sha in commits if sha not in self.pushed)
        push_candidates(self.repository, self.remote.push, self.run, new, sorted(done))
        self.pushed = self.pushed - done | set(new)

    def close(self) -> None:
        """Cancel what is under way, and take everything off the remote. Where that fails, the next run does it."""
        for future in self.under_way:
            future.cancel()
        with interrupts_held(), suppress(RepositoryError):
            push_candidates(self.repository, self.remote.push, self.run, (), sorted(self.pushed))
        self.pushed, self.under_way = set(), {}


def open_remote_judge(
    plan: Plan,
    repository: Repository,
    validations: Mapping[str, Validation],
    run: str,
    crew: Crew,
    journal: Journal,
    changed: tuple[str, ...] = (),
    removed: tuple[str, ...] = (),
    rehearsal: Mapping[str, Scope] | None = None,
) -> RemoteJudge:
    """A judge of the candidates of `run` on other machines; what killed runs have left at the remote is deleted.

    `changed` are the files that the plan changes, `removed` those of them that it removes: workers prove that Python
    imports these from their clones. The validations in `rehearsal` have to hold there before anything is changed, with
    the scope given: what they need may lack.

    Raises CodemodsError where the plan names no remote, RepositoryError where it cannot be reached.
    """
    remote = remote_of(repository, require_remote(plan))
    prune_candidates(repository, remote.push, _others(run, journal), journal.clock())
    fit = Fit(plan, validations, changed, removed, dict(rehearsal or {}))
    return RemoteJudge(repository, fit, crew, remote, run, repository.head() or "")


def require_remote(plan: Plan) -> str:
    """The remote of `plan`. Raises CodemodsError where it names none."""
    if plan.remote is None:
        what = "The plan has no `remote:`, by which workers on other machines get what they validate."
        hint = "Name one that they can fetch from, such as `remote: origin`."
        raise CodemodsError(what, where="--executor", hint=hint)
    return plan.remote


def _others(run: str, journal: Journal) -> frozenset[str]:
    """The runs of this repository but for `run`: one is under way at a time, so they have ended."""
    return frozenset(event.run for event in journal.events()) - {run}
