"""After a command that was killed: find what was under way, and finish it or take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.candidates import let_go
from codemods.engine.half_done import digest, settle_units
from codemods.engine.leftovers import settle_left
from codemods.engine.moving import Mover
from codemods.engine.result_cache import tidy
from codemods.engine.reverting.taking_back import is_way
from codemods.errors import CodemodsError
from codemods.journal import Event, EventKind, Journal, Operation, replay
from codemods.model import printable
from codemods.plan.nearest import nearest
from codemods.worktrees import has_left, remove_left

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.model import Unit
    from codemods.vcs import Repository


_NAMED = 5  # rejected units in a message


def change_digest(unit: Unit) -> str:
    """The identity of what a unit does: the same change to the same bytes has the same digest."""
    return digest_of_files((change.path, digest(change.before), digest(change.after)) for change in unit.changes)


def digest_of_files(files: Iterable[tuple[str, str, str]]) -> str:
    """The same by the path of each file and the digests of what it is before and after."""
    parts = ("\0".join(file) for file in files)
    return digest("\n".join(parts).encode("utf-8", "surrogateescape"))


def written(unit: Unit) -> list[dict[str, str]]:
    """What the journal says of a unit before it is written."""
    return [
        {"path": change.path, "before": digest(change.before), "after": digest(change.after)} for change in unit.changes
    ]


def place_of(repository: Repository) -> str:
    """Which of the work trees of a repository this is: its git directory, from the shared one."""
    if repository.git_dir.is_relative_to(repository.common_dir):
        return repository.git_dir.relative_to(repository.common_dir).as_posix()
    return repository.git_dir.as_posix()


def under_way(repository: Repository, journal: Journal) -> tuple[Operation, ...]:
    """The operations in this work tree that were killed, where no other one is running, oldest first."""
    return tuple(op for op in _operations(repository, journal) if op.is_under_way)


def resumable(repository: Repository, journal: Journal, plan: str, digest: str) -> Operation | None:
    """The last operation here, where it is a run of `plan` with the text of that `digest` that was killed or failed."""
    last = next(iter(reversed(_operations(repository, journal))), None)
    if last is None or last.kind != "apply" or (last.plan, last.digest) != (plan, digest):
        return None
    return last if _may_go_on(last) else None


def _may_go_on(operation: Operation) -> bool:
    """Whether an operation did not come to an end of its own."""
    return operation.is_under_way or operation.result == "failed"


def _operations(repository: Repository, journal: Journal) -> tuple[Operation, ...]:
    place = place_of(repository)
    return tuple(op for op in replay(journal.events()).values() if op.place == place and (op.before or op.writing))


def recover(repository: Repository, journal: Journal) -> tuple[str, ...]:
    """Settle what killed commands left half done in this work tree; what was settled, as sentences.

    A file is taken back only while it still holds exactly what was written to it. To be called under the lock. Raises
    RepositoryError where something of theirs still runs.
    """
    told: list[str] = []
    tidy(repository)
    if has_left(repository):
        let_go(repository)
        remove_left(repository)
    for ref in repository.refs_below("refs/codemods"):
        if is_way(ref):
            repository.delete_ref(ref)
    for operation in _operations(repository, journal):
        is_open = operation.writing or operation.move or operation.due or (operation.ending and _may_go_on(operation))
        if not (operation.is_under_way or is_open):
            continue
        told += settle_left(repository, journal.folder, operation)
        told += settle_units(repository, journal, operation.id, operation.writing.values())
        if operation.move is not None:
            told.append(Mover(repository, journal, operation.id, operation.plan).resume(operation))
        told += _close(journal, operation)
    return tuple(told)


def _close(journal: Journal, found: Operation) -> tuple[str, ...]:
    """Write down what a killed operation had no time to."""
    operation = replay(journal.events())[found.id]
    for entry in operation.due:
        journal.record(EventKind.UNIT_REJECTED, operation.id, operation.plan, **entry)
    if operation.ending and _may_go_on(operation):
        end, head = operation.ending, operation.after
        journal.record(EventKind.RUN_FINISHED, operation.id, operation.plan, end=end, head=head)
    has_moved_late = found.move is not None and operation.result == "failed" and operation.after == found.move.new
    if operation.kind == "apply" or not (operation.is_under_way or has_moved_late):
        return ()
    kind = EventKind.ROLLBACK_FINISHED if operation.after else EventKind.ROLLBACK_FAILED
    journal.record(kind, operation.id, operation.plan, head=operation.after or operation.before)
    return (
        () if found.move else (f"{operation.kind.capitalize()} {operation.id} was killed before it changed anything.",)
    )


def close_runs(repository: Repository, journal: Journal) -> None:
    """Write down that the killed runs in this work tree are over: something else is done now than to go on there."""
    for operation in under_way(repository, journal):
        if operation.kind == "apply":
            journal.record(EventKind.RUN_INTERRUPTED, operation.id, operation.plan, head=repository.head() or "")


def rejections(events: Iterable[Event], plan: str) -> dict[str, Event]:
    """The changes of `plan` that were rejected, and not committed since, by their digest."""
    rejected: dict[str, Event] = {}
    of_unit: dict[str, set[str]] = {}
    for event in events:
        if event.plan != plan:
            continue
        unit = str(event.data.get("unit"))
        if event.kind is EventKind.UNIT_REJECTED:
            rejected[str(event.data.get("digest"))] = event
            of_unit.setdefault(unit, set()).add(str(event.data.get("digest")))
        elif event.kind is EventKind.UNIT_COMMITTED:
            for digest_ in of_unit.pop(unit, ()):
                rejected.pop(digest_, None)
    return rejected


def passed_over(events: Iterable[Event], plan: str, retried: Iterable[str]) -> frozenset[str]:
    """The digests of the changes that were rejected and are not tried again, since theirs are not the units `retried`.

    Raises CodemodsError where one of these was not rejected.
    """
    rejected = rejections(events, plan)
    units = {str(event.data.get("unit")) for event in rejected.values()}
    asked = set(retried)
    for unit in sorted(asked - units):
        hint = f"Rejected are: {', '.join(sorted(units)[:_NAMED])}." if units else "None is: leave --retry-file away."
        what = f"No run has rejected {printable(unit)}{nearest(unit, units)}."
        raise CodemodsError(what, where="--retry-file", hint=hint)
    return frozenset(digest for digest, event in rejected.items() if str(event.data.get("unit")) not in asked)
