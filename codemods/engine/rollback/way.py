"""The way back, found before anything is touched: new commits that revert, or HEAD at an earlier commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from codemods.engine.reverting.order import require_order
from codemods.engine.reverting.standing import acts as all_acts
from codemods.engine.reverting.steps import Steps, plan_steps
from codemods.engine.rollback.selection import select
from codemods.errors import ConflictError, RepositoryError
from codemods.journal import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.engine.reverting.standing import Act
    from codemods.engine.rollback.selection import Selection
    from codemods.journal import Event, Journal
    from codemods.vcs import Difference, Repository

_SHOWN = 5


class Way(Struct, frozen=True):
    """How `acts`, newest first, are taken back from the commit `head`: by `steps`, or by HEAD becoming `target`."""

    acts: tuple[Act, ...]
    head: str
    steps: Steps = Steps(())
    target: str = ""

    @property
    def method(self) -> Literal["revert", "reset"]:
        """By which of git's ways."""
        return "reset" if self.target else "revert"


def way_of(repository: Repository, journal: Journal, plan: str, selection: Selection, *, reset: bool) -> Way:
    """The way back for what `selection` names of `plan`, by revert commits or by `reset`.

    Raises CodemodsError where there is nothing, or something else would be left without what it needs, and what the
    way itself raises.
    """
    chosen = select(repository, plan, selection)
    require_order(repository, plan, chosen)
    if reset:
        return way_by_reset(repository, chosen, committed(journal.events()))
    return way_by_revert(repository, chosen)


def way_by_revert(repository: Repository, acts: tuple[Act, ...]) -> Way:
    """One commit for each act. Raises ConflictError where later edits stand in the way."""
    return Way(acts, repository.head() or "", plan_steps(repository, acts))


def committed(events: Iterable[Event]) -> dict[tuple[str, str], str]:
    """The commits that runs have made, as the journal knows them, by run and unit."""
    made = (event for event in events if event.kind is EventKind.UNIT_COMMITTED)
    return {(event.run, str(event.data["unit"])): str(event.data["sha"]) for event in made}


def way_by_reset(repository: Repository, acts: tuple[Act, ...], made: Mapping[tuple[str, str], str]) -> Way:
    """HEAD at the commit before the oldest of `acts`, where it holds nothing else since, and nobody has it yet.

    `made` are the commits as they were made: what somebody has put into one since would be lost.

    Raises RepositoryError with what else would be lost.
    """
    head, oldest = repository.head() or "", acts[-1].commit
    target = oldest.parent
    if target is None or oldest.sha in repository.shallow():
        what = f"The history of this clone ends at {oldest.sha[:12]}: what was before it is not there."
        raise RepositoryError(what, hint="Nothing was touched. `git fetch --unshallow` brings the rest.")
    since = repository.shas(target)
    chosen = {act.key for act in acts}
    ours = {act.commit.sha for act in all_acts(repository, acts[0].plan) if act.key in chosen}
    others = [sha for sha in since if sha not in ours]
    if others:
        listed = "".join(f"\n  {line}" for line in repository.oneline(others[:_SHOWN]))
        more = f"\n  and {len(others) - _SHOWN} more" if others[_SHOWN:] else ""
        what = f"A reset would lose {len(others)} other commit(s), made since or in between:{listed}{more}"
        hint = "Nothing was touched. Leave --reset away, to take these back by revert commits."
        raise ConflictError(what, files=(), hint=hint)
    if changed := _changed(repository, acts, made):
        listed = "".join(f"\n  {line}" for line in repository.oneline(changed[:_SHOWN]))
        what = f"A reset would lose what was put into {len(changed)} commit(s) since they were made:{listed}"
        hint = "Nothing was touched. Leave --reset away, to take these back by revert commits."
        raise ConflictError(what, files=(), hint=hint)
    if branch := repository.published_in(oldest.sha):
        what = f"These commits are on {branch} already: others may have them."
        raise RepositoryError(
            what, hint="Nothing was touched. Leave --reset away, to take them back by revert commits."
        )
    return Way(acts, head, target=target)


def _changed(repository: Repository, acts: tuple[Act, ...], made: Mapping[tuple[str, str], str]) -> list[str]:
    """The commits of `acts` that do not change what they did when they were made: amended since, or squashed with more.

    One that a rebase, or a squash of ours alone, has made anew changes the same. Of what the journal does not know, as
    in a clone, nothing can be told.
    """
    by_commit: dict[str, list[str]] = {}
    for act in reversed(acts):
        known = made.get(act.key, act.commit.sha) if act.operation == act.run else act.commit.sha
        by_commit.setdefault(act.commit.sha, []).append(known)
    suspects = {sha: known for sha, known in by_commit.items() if known != [sha] * len(known)}
    if not suspects:
        return []
    there = [sha for known in suspects.values() for sha in known if repository.rev(sha) is not None]
    changes = repository.differences([*suspects, *there])
    return [sha for sha, known in suspects.items() if _sum(changes, [sha]) != _sum(changes, known)]


def _sum(changes: Mapping[str, tuple[Difference, ...]], shas: list[str]) -> dict[str, tuple[object, object]]:
    """What commits change together: each file before the first and after the last."""
    total: dict[str, tuple[object, object]] = {}
    for change in (change for sha in shas for change in changes.get(sha, ())):
        before = total[change.path][0] if change.path in total else change.before
        total[change.path] = (before, change.after)
    return total
