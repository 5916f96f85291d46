"""What stands of a plan on a branch, read from the trailers of its commits: git alone knows it, without the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.engine.messages import OPERATION, PHASE, PLAN, REVERTS, RUN, UNIT

if TYPE_CHECKING:
    from codemods.vcs import Commit, Repository


@dataclass(frozen=True, slots=True)
class Act:
    """A commit that did a unit of a plan (`is_done`), or took it back. `operation` is the one that made it, empty
    where somebody did with `git revert`."""

    commit: Commit
    plan: str
    phase: str
    run: str
    unit: str
    is_done: bool
    operation: str

    @property
    def key(self) -> tuple[str, str]:
        """By run and unit, not by hash: a rebase changes hashes."""
        return self.run, self.unit


def acts(repository: Repository, plan: str | None = None) -> tuple[Act, ...]:
    """The acts of `plan`, or of all plans, that HEAD holds, oldest first.

    Where a commit of one of them was taken back with plain `git revert`, that counts, too: by its hash.
    """
    found: dict[str, Act] = {}
    for commit in reversed(repository.commits(None)):
        act = _act(commit)
        if act is None and commit.reverts in found:
            back = found[commit.reverts]
            act = Act(commit, back.plan, back.phase, back.run, back.unit, not back.is_done, "")
        if act is not None:
            found[commit.sha] = act
    return tuple(act for act in found.values() if plan is None or act.plan == plan)


def _act(commit: Commit) -> Act | None:
    words = commit.trailers
    if not all(words.get(name) for name in (PLAN, RUN, UNIT)):
        return None
    operation = words.get(OPERATION) or words[RUN]
    return Act(commit, words[PLAN], words.get(PHASE, ""), words[RUN], words[UNIT], REVERTS not in words, operation)


def live_acts(repository: Repository, plan: str) -> tuple[Act, ...]:
    """The acts of `plan` that did what stands still, newest first."""
    live: dict[tuple[str, str], Act] = {}
    for act in acts(repository, plan):
        live.pop(act.key, None)
        if act.is_done:
            live[act.key] = act
    return tuple(reversed(live.values()))


def live_commits(repository: Repository, plan: str) -> tuple[Commit, ...]:
    """The commits of `plan` that HEAD holds and that were not taken back since, newest first."""
    return tuple(act.commit for act in live_acts(repository, plan))
