"""What earlier runs have done of a phase that was never brought to its end: its units are judged with the others then.

A run that was stopped or killed has validated its units by what they can affect only. If the next one took the tree
that it left for sound, nobody would ever see what else they break.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.reverting.standing import acts, live_acts
from codemods.journal import EventKind
from codemods.model import Change, Removal, Unit

if TYPE_CHECKING:
    from collections.abc import Collection

    from codemods.engine.reverting.standing import Act
    from codemods.journal import Journal
    from codemods.vcs import Repository


class Earlier(Struct, frozen=True):
    """A phase that was begun at the commit `head`, with the units that stand since, and the run of each."""

    head: str
    units: tuple[Unit, ...] = ()
    runs: tuple[str, ...] = ()


def begun(repository: Repository, journal: Journal, plan: str) -> dict[str, Earlier]:
    """The phases of `plan` that were begun and not ended, by name, where HEAD holds nothing else since.

    Where others have committed in between, the tree as they left it is what a run starts from.
    """
    head = repository.head() or ""
    found = {}
    for phase, start in _unended(journal, plan).items():
        if start != head and _is_ours_since(repository, start, head):
            since = set(repository.shas(start))
            live = [act for act in live_acts(repository, plan) if act.commit.sha in since and act.phase == phase]
            units = tuple(_unit(repository, act) for act in reversed(live))
            found[phase] = Earlier(start, units, tuple(act.run for act in reversed(live)))
    return found


def forgotten(repository: Repository, journal: Journal, plan: str, known: Collection[str]) -> tuple[str, ...]:
    """The phases of `plan` besides those `known` to be `begun` that were not ended either and whose units stand: others
    have committed since."""
    head = repository.head() or ""
    starts = _unended(journal, plan)
    old = {phase: start for phase, start in starts.items() if phase not in known and start != head}
    live = live_acts(repository, plan) if old else ()
    return tuple(
        phase
        for phase, start in old.items()
        if repository.rev(start)
        and repository.is_ancestor(start, head)
        and any(act.phase == phase and repository.is_ancestor(start, act.commit.sha) for act in live)
    )


def origin(repository: Repository, journal: Journal, plan: str) -> str:
    """The commit that the first of the runs of `plan` started from since which HEAD holds nothing but their commits;
    empty where there is none."""
    head = repository.head() or ""
    started = (event for event in journal.events() if event.plan == plan and event.kind is EventKind.RUN_STARTED)
    starts = dict.fromkeys(str(event.data.get("head")) for event in started)
    return next((start for start in starts if start != head and _is_ours_since(repository, start, head)), "")


def _unended(journal: Journal, plan: str) -> dict[str, str]:
    """The phases that were begun and not ended, each with the commit that HEAD was then."""
    heads: dict[str, str] = {}
    for event in journal.events():
        if event.plan == plan and event.kind is EventKind.PHASE_STARTED:
            heads.setdefault(str(event.data["phase"]), str(event.data["head"]))
        elif event.plan == plan and event.kind is EventKind.PHASE_FINISHED and event.data.get("end") == "finished":
            heads.pop(str(event.data["phase"]), None)
    return heads


def _is_ours_since(repository: Repository, start: str, head: str) -> bool:
    """Whether `head` holds `start`, and besides it nothing but commits of ours."""
    if not (repository.rev(start) and repository.is_ancestor(start, head)):
        return False
    ours = {act.commit.sha for act in acts(repository)}
    return all(sha in ours for sha in repository.shas(start))


def _unit(repository: Repository, act: Act) -> Unit:
    changes: list[Change | Removal] = []
    sha = act.commit.sha
    for path in repository.changed_paths(sha):
        before = repository.checked_out(f"{sha}^", path) or b""
        after = repository.checked_out(sha, path)
        changes.append(Removal(path, before) if after is None else Change(path, before, after))
    return Unit(act.unit, act.phase, tuple(changes))
