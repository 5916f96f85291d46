"""The branches of a split that are there, and wait to be merged: git alone knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.messages import PHASE, PLAN, REVERTS, RUN, UNIT
from codemods.engine.splitting.groups import prefix_of
from codemods.journal import EventKind, replay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.engine.choosing.choice import Key
    from codemods.journal import Event
    from codemods.vcs import Commit, Repository

_HEADS = "refs/heads/"


class OpenBranch(Struct, frozen=True):
    """A branch with commits of a plan that HEAD does not hold: the `units` that they do. It `goes_on` from HEAD where
    HEAD has not moved since."""

    name: str
    units: frozenset[Key]
    goes_on: bool


def open_branches(repository: Repository, plan: str, pending: Iterable[Key]) -> tuple[OpenBranch, ...]:
    """The branches of a split of `plan` that hold some of the units that are `pending` where HEAD is.

    What was merged is not pending any more, whether by a merge, a rebase or a squash.
    """
    waiting, head = frozenset(pending), repository.head() or ""
    found = []
    for ref in sorted(repository.refs_below("refs/heads/codemods")):
        name = ref.removeprefix(_HEADS)
        if not name.startswith(prefix_of(plan)):
            continue
        units = frozenset(commits_on(repository, plan, ref))
        if units & waiting:
            found.append(OpenBranch(name, units, repository.is_ancestor(head, ref)))
    return tuple(found)


def commits_on(repository: Repository, plan: str, ref: str) -> dict[Key, tuple[Commit, str]]:
    """The units of `plan` that the commits of `ref` do, beyond those of HEAD: each with its commit and run."""
    done: dict[Key, tuple[Commit, str]] = {}
    for commit in reversed(repository.commits("HEAD", ref)):
        for words in commit.units:
            key = words.get(PHASE, ""), words.get(UNIT, "")
            if words.get(PLAN) == plan and REVERTS in words:
                done.pop(key, None)
            elif words.get(PLAN) == plan:
                done[key] = commit, words.get(RUN, "")
    return done


class Origin(Struct, frozen=True):
    """What a branch was made for: the `group`, from the branch `base`."""

    base: str
    group: str


def origins(events: Iterable[Event], plan: str) -> dict[str, Origin]:
    """What splits of `plan` have made branches for, by the names of these."""
    made = (event.data for event in events if event.plan == plan and event.kind is EventKind.BRANCH_SPLIT)
    return {str(data.get("branch")): Origin(str(data.get("base")), str(data.get("group"))) for data in made}


def unfinished(events: Iterable[Event], plan: str) -> frozenset[str]:
    """The branches whose last run of `plan` did not come to its end: what it has done may not be validated whole."""
    runs = (op for op in replay(events).values() if op.plan == plan and op.kind == "apply" and op.before)
    last = {run.branch: run.result for run in runs}
    return frozenset(branch for branch, result in last.items() if result != "finished")
