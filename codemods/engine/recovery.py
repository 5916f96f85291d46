"""After a run that was killed: find the unit that was under way, and finish or take back what it had begun."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from codemods.files import file_bytes, write_or_remove
from codemods.journal import Event, EventKind, Journal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.model import Unit
    from codemods.vcs import Repository

_SETTLED = {EventKind.UNIT_COMMITTED, EventKind.UNIT_REJECTED, EventKind.UNIT_RESTORED}


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


def recover(repository: Repository, journal: Journal) -> tuple[str, ...]:
    """Settle the units that a killed run left under way; what was settled, as sentences.

    A file is taken back only while it still holds exactly what the run had written to it.
    """
    return tuple(_settle(repository, journal, event) for event in _under_way(journal.events()))


def rejections(events: Iterable[Event], plan: str) -> dict[str, Event]:
    """The changes of `plan` that were rejected, and not committed since, by their digest."""
    rejected: dict[str, Event] = {}
    for event in events:
        if event.plan != plan:
            continue
        if event.kind is EventKind.UNIT_REJECTED:
            rejected[str(event.data.get("digest"))] = event
        elif event.kind is EventKind.UNIT_COMMITTED:
            unit = event.data.get("unit")
            rejected = {digest: other for digest, other in rejected.items() if other.data.get("unit") != unit}
    return rejected


def _under_way(events: Iterable[Event]) -> list[Event]:
    open_: dict[tuple[str, object], Event] = {}
    for event in events:
        key = (event.run, event.data.get("unit"))
        if event.kind is EventKind.UNIT_WRITING:
            open_[key] = event
        elif event.kind in _SETTLED:
            open_.pop(key, None)
    return list(open_.values())


def _is_unmoved(repository: Repository, event: Event, path: str, head: bytes | None, before: str) -> bool:
    """Whether HEAD has of `path` what it had when it was written: git may give it other line ends than it had here."""
    then = str(event.data.get("head") or "")
    if then and repository.rev(then):
        return repository.blob(then, path) == repository.blob("HEAD", path)
    return digest(head) == before


def _settle(repository: Repository, journal: Journal, event: Event) -> str:
    unit, phase = str(event.data["unit"]), str(event.data["phase"])
    files = event.data["files"]
    entries: list[dict[str, str]] = files if isinstance(files, list) else []
    head = {entry["path"]: repository.checked_out("HEAD", entry["path"]) for entry in entries}
    if all(digest(head[entry["path"]]) == entry["after"] for entry in entries):
        sha = repository.head() or ""
        journal.record(EventKind.UNIT_COMMITTED, event.run, event.plan, unit=unit, phase=phase, sha=sha)
        return f"{unit} was committed just before the run was killed."
    restored = []
    for entry in entries:
        path = entry["path"]
        current = file_bytes(repository.root, path)
        if digest(current) == entry["after"] and _is_unmoved(repository, event, path, head[path], entry["before"]):
            write_or_remove(
                repository.root, path, head[path], executable=current is None and repository.is_executable("HEAD", path)
            )
            restored.append(path)
    # Git takes a file of another size for changed, even where it would check out the very same.
    repository.refresh(tuple(path for path in restored if head[path] is not None))
    journal.record(EventKind.UNIT_RESTORED, event.run, event.plan, unit=unit, phase=phase)
    return f"{unit} was half done when the run was killed; it was taken back."
