"""Edits of byte spans: every byte outside of them stays as it is, by construction."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Edit(Struct, frozen=True, order=True):
    """Replace the bytes from `start` to `end` of a source by `text`. An insertion has `start == end`."""

    start: int
    end: int
    text: bytes


class Span(Struct, frozen=True, order=True):
    """The bytes from `start` to `end` of a source, with the edits that are made inside of them."""

    start: int
    end: int


class Splice(Struct, frozen=True):
    """An edit whose text is put together from new bytes and from spans that it takes over, out of its own place."""

    start: int
    end: int
    parts: tuple[bytes | Span, ...]


class OverlapError(ValueError):
    """Two edits want the same bytes: that is a fault of ours."""


def apply_edits(source: bytes, edits: Iterable[Edit]) -> bytes:
    """`source` with all edits made. Raises OverlapError where two overlap."""
    parts: list[bytes] = []
    position = 0
    for edit in sorted(set(edits)):
        if edit.start < position:
            message = f"edits overlap at byte {edit.start}"
            raise OverlapError(message)
        parts += (source[position : edit.start], edit.text)
        position = edit.end
    return b"".join((*parts, source[position:]))


def compose(source: bytes, first: Iterable[Edit], second: Iterable[Edit]) -> list[Edit]:
    """`first`, then `second` made on their result, as edits of `source`. Raises OverlapError where two overlap."""
    pieces: list[Span | bytes] = [Span(0, len(source))]
    for edits in (first, second):
        pieces = _with(pieces, edits)
    composed: list[Edit] = []
    position, text = 0, b""
    for piece in (*pieces, Span(len(source), len(source))):
        if isinstance(piece, bytes):
            text += piece
            continue
        if text or piece.start > position:
            composed.append(Edit(position, piece.start, text))
        position, text = piece.end, b""
    return composed


def _with(pieces: list[Span | bytes], edits: Iterable[Edit]) -> list[Span | bytes]:
    """`pieces` of a source with `edits` of what they make up."""
    result: list[Span | bytes] = []
    position = 0
    for edit in sorted(set(edits)):
        if edit.start < position:
            message = f"edits overlap at byte {edit.start}"
            raise OverlapError(message)
        result += [*_cut(pieces, position, edit.start), edit.text]
        position = edit.end
    return [*result, *_cut(pieces, position, sum(map(_length, pieces)))]


def _length(piece: Span | bytes) -> int:
    return len(piece) if isinstance(piece, bytes) else piece.end - piece.start


def _cut(pieces: list[Span | bytes], start: int, end: int) -> Iterator[Span | bytes]:
    """The part of `pieces` from `start` to `end` of what they make up."""
    offset = 0
    for piece in pieces:
        low, high = max(start - offset, 0), min(end - offset, _length(piece))
        if low < high:
            yield piece[low:high] if isinstance(piece, bytes) else Span(piece.start + low, piece.start + high)
        offset += _length(piece)


def shifted(edits: Iterable[Edit], offset: int) -> int:
    """Where what is at `offset`, and in none of `edits`, is after them; behind what they put in there."""
    return offset + sum(len(edit.text) - (edit.end - edit.start) for edit in set(edits) if edit.end <= offset)


def merge(source: bytes, splices: Sequence[Splice | Edit]) -> list[Edit]:
    """The outermost of `splices` as edits: those that lie in a span which another takes over are made in its text.

    Raises OverlapError where two overlap otherwise.
    """
    ordered = sorted(splices, key=lambda splice: (splice.start, -splice.end))
    outermost: list[Splice | Edit] = []
    inside: dict[int, list[Splice | Edit]] = {}
    for splice in ordered:
        last = outermost[-1] if outermost else None
        if last is not None and _lies_in(splice, last):
            inside.setdefault(len(outermost) - 1, []).append(splice)
        else:
            outermost.append(splice)
    return [_flat(source, splice, inside.get(number, [])) for number, splice in enumerate(outermost)]


def _lies_in(splice: Splice | Edit, outer: Splice | Edit) -> bool:
    if splice.start >= outer.end or splice.end > outer.end:
        return False
    # What is put in where another edit begins comes before it, unless it belongs to what that takes over.
    is_before = splice.start == splice.end == outer.start
    return not is_before or any(span.start == splice.start for span in _spans(outer))


def _spans(splice: Splice | Edit) -> list[Span]:
    return [part for part in splice.parts if isinstance(part, Span)] if isinstance(splice, Splice) else []


def _flat(source: bytes, splice: Splice | Edit, inside: list[Splice | Edit]) -> Edit:
    spans = _spans(splice)
    for inner in inside:
        if not any(span.start <= inner.start and inner.end <= span.end for span in spans):
            message = f"edits overlap at byte {inner.start}"
            raise OverlapError(message)
    if isinstance(splice, Edit):
        return splice
    parts = [_text(source, part, inside) if isinstance(part, Span) else part for part in splice.parts]
    return Edit(splice.start, splice.end, b"".join(parts))


def _text(source: bytes, span: Span, inside: list[Splice | Edit]) -> bytes:
    inner = [splice for splice in inside if span.start <= splice.start and splice.end <= span.end]
    moved = [Edit(e.start - span.start, e.end - span.start, e.text) for e in merge(source, inner)]
    return apply_edits(source[span.start : span.end], moved)


class Origins:
    """Where the bytes of an edited source were before. Inside of an edit: at its start."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        """`edits` are those that were made, none overlapping."""
        self._starts = [0]
        self._shifts: list[tuple[int, int | None]] = [(0, None)]
        shift = 0
        for edit in sorted(edits):
            after = edit.start + shift
            if edit.text:
                self._add(after, shift, edit.start)
            shift += len(edit.text) - (edit.end - edit.start)
            self._add(edit.end + shift, shift, None)

    def _add(self, start: int, shift: int, fixed: int | None) -> None:
        self._starts.append(start)
        self._shifts.append((shift, fixed))

    def exactly(self, offset: int) -> int | None:
        """The offset before the edits of the byte at `offset` after them; None where it is new."""
        shift, fixed = self._shifts[bisect_right(self._starts, offset) - 1]
        return offset - shift if fixed is None else None

    def of(self, offset: int) -> int:
        """The offset before the edits of what is at `offset` after them."""
        shift, fixed = self._shifts[bisect_right(self._starts, offset) - 1]
        return offset - shift if fixed is None else fixed
