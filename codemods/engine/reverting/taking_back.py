"""Carry steps out: one commit for each, made beside the tree, and then HEAD moves to the last of them at once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from codemods.engine.moving import Mover
from codemods.engine.reverting.standing import live_acts
from codemods.engine.reverting.steps import message_of, plan_steps
from codemods.errors import RepositoryError
from codemods.vcs.stream import NewCommit, make_commits

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from codemods.engine.reverting.steps import Steps
    from codemods.journal import Journal
    from codemods.vcs import Repository

_WAY = "/way-back"
TAKEN_BACK, DONE_AGAIN = "taken back", "committed"


def take_back(
    repository: Repository,
    journal: Journal,
    operation: str,
    plan: str,
    steps: Steps,
    then: Sequence[Mapping[str, object]] = (),
    ends: str = "",
) -> tuple[str, ...]:
    """Carry out `steps`, one commit each, but for those that are done already; the new commits.

    As with `git revert`, no hook before the commit runs. Raises RepositoryError, OSError, with everything as it was.
    """
    todo = [step for step in steps.steps if not step.is_empty]
    repository.require_clean()
    if not todo:
        return ()
    for content in steps.contents.values():
        repository.store(content)
    ref = way_of(plan, operation)
    commits = [NewCommit(message_of(step, operation), step.files) for step in todo]
    try:
        made = make_commits(repository, repository.head() or "", commits, ref)
        units = [
            {
                "unit": step.act.unit,
                "phase": step.act.phase,
                "state": TAKEN_BACK if step.act.is_done else DONE_AGAIN,
                "sha": sha,
            }
            for step, sha in zip(todo, made, strict=True)
        ]
        Mover(repository, journal, operation, plan).move(made[-1], units=units, then=then, ends=ends)
    finally:
        # What is done is done; what is left of this ref goes with the next command.
        with suppress(RepositoryError, OSError):
            repository.delete_ref(ref)
    return made


def way_of(plan: str, operation: str) -> str:
    """The ref that holds new commits until HEAD does."""
    return f"refs/codemods/{plan}/{operation}{_WAY}"


def is_way(ref: str) -> bool:
    """Whether `ref` was made by `way_of`: outside of an operation nobody needs it."""
    return ref.endswith(_WAY)


def revert_units(
    repository: Repository,
    journal: Journal,
    operation: str,
    plan: str,
    units: Collection[tuple[str, str]],
    then: Sequence[Mapping[str, object]] = (),
    ends: str = "",
) -> tuple[str, ...]:
    """Take back the live commits of `units`, given as (run, unit)."""
    found = tuple(act for act in live_acts(repository, plan) if act.key in units)
    if len(found) < len(units):
        missing = len(units) - len(found)
        raise RepositoryError(f"{missing} commit(s) of the run are not on this branch any more.")
    return take_back(repository, journal, operation, plan, plan_steps(repository, found), then, ends) if found else ()
