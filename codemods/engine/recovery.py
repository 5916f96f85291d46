"""After a command that was killed: find what was under way, and finish it or take it back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from codemods.engine.leftovers import settle_left
from codemods.engine.messages import REVERTS, RUN, UNIT
from codemods.engine.moving import Mover
from codemods.engine.reverting.taking_back import is_way
from codemods.files import file_bytes, remove_beside, write_or_remove
from codemods.journal import Event, EventKind, Journal, Operation, replay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.model import Unit
    from codemods.vcs import Difference, Repository


def digest(content: bytes | None) -> str:
    """The identity of some bytes, as the journal records it; of no file at all, an empty text."""
    return hashlib.sha256(content).hexdigest() if content is not None else ""


def change_digest(unit: Unit) -> str:
    """The identity of what a unit does: the same change to the same bytes has the same digest."""
    parts = (f"{change.path}\0{digest(change.before)}\0{digest(change.after)}" for change in unit.changes)
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
    for ref in repository.refs_below("refs/codemods"):
        if is_way(ref):
            repository.delete_ref(ref)
    for operation in _operations(repository, journal):
        is_open = operation.writing or operation.move or operation.due or (operation.ending and _may_go_on(operation))
        if not (operation.is_under_way or is_open):
            continue
        told += settle_left(repository, journal.folder, operation)
        told += [_settle(repository, journal, event) for event in operation.writing.values()]
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


def _is_unmoved(repository: Repository, event: Event, path: str, head: bytes | None, before: str) -> bool:
    """Whether HEAD has of `path` what it had when it was written: git may give it other line ends than it had here."""
    then = str(event.data.get("head") or "")
    if then and repository.rev(then):
        return repository.blob(then, path) == repository.blob("HEAD", path)
    return digest(head) == before


def _settle(repository: Repository, journal: Journal, event: Event) -> str:
    unit, phase = str(event.data.get("unit")), str(event.data.get("phase"))
    files = event.data.get("files")
    entries: list[dict[str, str]] = files if isinstance(files, list) else []
    paths = tuple(entry["path"] for entry in entries)
    for path in paths:
        remove_beside(repository.root, path)
    if sha := _committed(repository, event, unit):
        journal.record(EventKind.UNIT_COMMITTED, event.run, event.plan, unit=unit, phase=phase, sha=sha)
        _follow(repository, sha, {entry["path"]: entry["after"] for entry in entries})
        return f"{unit} was committed just before the run was killed."
    head = {path: repository.checked_out("HEAD", path) for path in paths}
    restored, edited = [], []
    for entry in entries:
        path = entry["path"]
        current = file_bytes(repository.root, path)
        if digest(current) == entry["after"] and _is_unmoved(repository, event, path, head[path], entry["before"]):
            write_or_remove(
                repository.root, path, head[path], executable=current is None and repository.is_executable("HEAD", path)
            )
            restored.append(path)
        elif digest(current) != entry["before"] and current != head[path]:
            edited.append(path)
    # Git takes a file of another size for changed, even where it would check out the very same.
    repository.refresh(tuple(path for path in restored if head[path] is not None))
    journal.record(EventKind.UNIT_RESTORED, event.run, event.plan, unit=unit, phase=phase)
    if edited:
        named = " ".join(edited)
        return (
            f"{unit} was half done when the run was killed; {named} was changed since, and is left as it is: "
            f"`git diff {named}` shows both changes, `git restore {named}` drops both."
        )
    if not restored and any(digest(head[entry["path"]]) == entry["after"] for entry in entries):
        return f"{unit} was half done when the run was killed; HEAD holds it since, and it is left as it is."
    return f"{unit} was half done when the run was killed; it was taken back."


def _follow(repository: Repository, sha: str, written_: dict[str, str]) -> None:
    """Let the index follow a commit, after which git was killed; what somebody has staged or committed since stays.

    It holds what was there before, or what was `written_`, of which a hook has made something else in the commit.
    """
    index, head = repository.index_entries(), repository.entries("HEAD")

    def is_behind(change: Difference) -> bool:
        staged = index.get(change.path)
        if staged == change.before:
            return True
        return staged is not None and digest(repository.content(staged.blob)) == written_.get(change.path)

    changes = repository.differences((sha,))[sha]
    repository.stage([c for c in changes if head.get(c.path) == c.after and is_behind(c)])


def _committed(repository: Repository, event: Event, unit: str) -> str:
    """The commit that holds the unit since it was written; empty where there is none."""
    head = event.data.get("head")
    if not isinstance(head, str) or not head or repository.rev(head) is None:
        return ""
    for commit in repository.commits(head):
        words = commit.trailers
        if words.get(RUN) == event.run and words.get(UNIT) == unit and REVERTS not in words:
            return commit.sha
    return ""
