"""A review: the exact changes of a preview, as they are kept to be carried out later, and nothing else."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.half_done import digest
from codemods.engine.recovery import change_digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.shown import Preview
    from codemods.model import Change, Removal, Unit

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


class Edit(Struct, frozen=True):
    """From the line `line` of a file on, counted from 1, the bytes `old` become `new`: whole lines, or none."""

    line: int
    old: bytes
    new: bytes


class ReviewedFile(Struct, frozen=True):
    """A file that a unit changes: the SHA-256 of its bytes `before` and `after` (empty: it goes), and the edits."""

    path: str
    before: str
    after: str
    edits: tuple[Edit, ...]


class ReviewedUnit(Struct, frozen=True):
    """A unit, by its phase and id, with the `digest` of all that it changes."""

    phase: str
    id: str
    digest: str
    files: tuple[ReviewedFile, ...]


class Terms(Struct, frozen=True):
    """What a review was made with: the selection, as it was typed, and whether files outside Python are rewritten."""

    select: tuple[str, ...] = ()
    deselect: tuple[str, ...] = ()
    non_python: bool = False


class Review(Struct, frozen=True):
    """The `units` of a plan that were reviewed, in their order. `digest` is that of the text of the plan, `head` the
    commit that was checked out, `release` that of Codemods."""

    plan: str
    digest: str
    release: str
    head: str
    terms: Terms
    units: tuple[ReviewedUnit, ...]


def review_of(shown: Preview, release: str, head: str, terms: Terms) -> Review:
    """The review that keeps the units of `shown`."""
    units = tuple(_unit(unit) for unit in shown.units)
    return Review(shown.loaded.plan.name, shown.loaded.digest, release, head, terms, units)


def _unit(unit: Unit) -> ReviewedUnit:
    return ReviewedUnit(unit.phase, unit.id, change_digest(unit), tuple(_file(change) for change in unit.changes))


def _file(change: Change | Removal) -> ReviewedFile:
    edits = () if change.after is None else tuple(_edits(change.before, change.after))
    return ReviewedFile(change.path, digest(change.before), digest(change.after), edits)


def _edits(before: bytes, after: bytes) -> Iterator[Edit]:
    old, new = _LINE.findall(before), _LINE.findall(after)
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            yield Edit(start + 1, b"".join(old[start:end]), b"".join(new[new_start:new_end]))


def edited(before: bytes, edits: tuple[Edit, ...]) -> bytes | None:
    """What `edits`, in their order, make of `before`; None where one of them finds something else than its `old`."""
    lines = _LINE.findall(before)
    parts: list[bytes] = []
    done = 0
    for edit in edits:
        start, count = edit.line - 1, len(_LINE.findall(edit.old))
        if not done <= start <= len(lines) or b"".join(lines[start : start + count]) != edit.old:
            return None
        parts += [*lines[done:start], edit.new]
        done = start + count
    return b"".join((*parts, *lines[done:]))
