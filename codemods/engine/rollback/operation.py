"""A rollback or an undo, as an operation: it is in the journal before it begins, and can be undone itself."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.leftovers import marking
from codemods.engine.moving import Mover
from codemods.engine.recovery import close_runs, place_of
from codemods.engine.reverting.taking_back import TAKEN_BACK, take_back
from codemods.errors import JournalError
from codemods.journal import EventKind, new_run_id, replay
from codemods.validation.base import Result  # noqa: TC001 - help() evaluates what `TakenBack` holds

if TYPE_CHECKING:
    from codemods.engine.rollback.validating import Check
    from codemods.engine.rollback.way import Way
    from codemods.journal import Journal
    from codemods.vcs import Repository


class TakenBack(Struct, frozen=True):
    """What a rollback did: its own `id`, the commits that it made (none by reset), where HEAD is, and what validations
    say of that."""

    id: str
    commits: tuple[str, ...]
    head: str
    results: tuple[Result, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing that was validated afterwards fails."""
        return all(result.holds for result in self.results)


def carry_out(
    repository: Repository,
    journal: Journal,
    plan: str,
    way: Way,
    *,
    kind: str = "rollback",
    selected: str = "",
    undoes: str = "",
    check: Check | None = None,
) -> TakenBack:
    """Go the `way`, and `check` the tree that it leads to. That no file has changes is for whoever calls to see first;
    it is seen again before one is replaced.

    Raises RepositoryError, CodemodsError or OSError, with everything as it was.
    """
    repository.require_no_operation()
    close_runs(repository, journal)
    name, head = new_run_id(journal.clock()), repository.head() or ""
    data = {
        "does": kind,
        "who": repository.who(),
        "selected": selected,
        "undoes": undoes,
        "head": head,
        "branch": repository.branch() or "",
        "place": place_of(repository),
        "method": way.method,
    }
    # By this name, even where nothing else does.
    with marking(repository, name):
        journal.record(EventKind.ROLLBACK_STARTED, name, plan, **data)
        try:
            if check is not None:
                check.before(name)
            made = _go(repository, journal, name, plan, way)
            after = repository.head() or ""
            results = check.after(name, repository.changed_between(head, after)) if check is not None else ()
        except BaseException as error:
            with suppress(JournalError):
                _write_failure(journal, name, plan, error)
            raise
        journal.record(EventKind.ROLLBACK_FINISHED, name, plan, head=after, commits=len(made))
    return TakenBack(name, made, after, results)


def _write_failure(journal: Journal, name: str, plan: str, error: BaseException) -> None:
    done = replay(journal.events())[name]
    # What fails after HEAD has moved, such as a validation that is interrupted, changes nothing in what was done.
    kind = EventKind.ROLLBACK_FINISHED if done.after else EventKind.ROLLBACK_FAILED
    journal.record(kind, name, plan, head=done.after or done.before, reason=str(error))


def _go(repository: Repository, journal: Journal, name: str, plan: str, way: Way) -> tuple[str, ...]:
    if way.method == "revert":
        return take_back(repository, journal, name, plan, way.steps)
    # git would forget the commits some day; the way back to them leads through this ref.
    repository.update_ref(f"refs/codemods/{plan}/{name}/before", repository.head() or "")
    units = [{"unit": act.unit, "phase": act.phase, "state": TAKEN_BACK, "sha": way.target} for act in way.acts]
    Mover(repository, journal, name, plan).move(way.target, units=units)
    return ()
