"""What stands of a plan on a branch, read from the trailers of its commits: git alone knows it, without the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.engine.messages import OPERATION, PHASE, PLAN, REVERTS, RUN, UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.vcs import Commit, Repository


class Act(Struct, frozen=True):
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

    Where commits of one of them were taken back with plain `git revert`, that counts, too: one, a merge of them, or
    what was reverted before a rebase gave it another hash, which is known by its subject then.
    """
    found: dict[str, tuple[Act, ...]] = {}
    for commit in reversed(repository.commits(None)):
        own = tuple(act for words in commit.units if (act := _act(commit, words)) is not None)
        if not own and commit.reverts:
            own = tuple(
                replace(act, commit=commit, is_done=not act.is_done, operation="")
                for act in _reverted(repository, commit, found)
            )
        if own:
            found[commit.sha] = own
    return tuple(act for own in found.values() for act in own if plan is None or act.plan == plan)


def _reverted(repository: Repository, commit: Commit, found: dict[str, tuple[Act, ...]]) -> tuple[Act, ...]:
    """The acts that a plain revert takes back."""
    shas = [sha for sha in found if sha.startswith(commit.reverts)]
    if len(shas) == 1:
        return found[shas[0]]
    if merged := set(repository.merged_by(commit.reverts)) & found.keys():
        last = {act.key: act for sha, own in found.items() if sha in merged for act in own}
        return tuple(act for act in last.values() if act.is_done)
    title = commit.subject.removeprefix('Revert "').removesuffix('"')
    named = [own for own in found.values() if own[0].commit.subject == title and own[0].is_done]
    return named[-1] if named else ()


def _act(commit: Commit, words: Mapping[str, str]) -> Act | None:
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
