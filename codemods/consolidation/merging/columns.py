"""Two definitions of a name side by side, as text of a given width."""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.consolidation.merging.values import Definition, Undecided

_GUTTER = 3  # columns between both sides
_NARROWEST = 10
_TAB = 4
_INVISIBLE = ("Mn", "Me", "Cf")


def side_by_side(undecided: Undecided, width: int = 120) -> str:
    """Ours on the left, theirs on the right, in lines of at most `width` columns; before them how they differ.

    Between both stands ` ` where lines agree, `|` where they differ, `<` and `>` where one side has a line more.
    """
    side = max((width - _GUTTER) // 2, _NARROWEST)
    ours, theirs = _lines(undecided.ours), _lines(undecided.theirs)
    rows = [(_title("ours", undecided.ours), " ", _title("theirs", undecided.theirs)), ("-" * side, " ", "-" * side)]
    rows += _rows(ours, theirs)
    shown = [f"{undecided.name}: {detail}" for detail in undecided.details] or [undecided.name]
    for left, mark, right in rows:
        shown += _wrapped(left, mark, right, side)
    return "\n".join(shown)


def _title(whose: str, definition: Definition | None) -> str:
    return f"{whose}: {definition.path}:{definition.line}" if definition else f"{whose}: none"


def _lines(definition: Definition | None) -> list[str]:
    return [line.expandtabs(_TAB).rstrip() for line in definition.text.splitlines()] if definition else []


def _rows(ours: list[str], theirs: list[str]) -> Iterator[tuple[str, str, str]]:
    for operation, start, end, low, high in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        left, right = ours[start:end], theirs[low:high]
        for number in range(max(len(left), len(right))):
            first = left[number] if number < len(left) else None
            second = right[number] if number < len(right) else None
            mark = (
                " " if operation == "equal" else "|" if None not in (first, second) else ">" if first is None else "<"
            )
            yield first or "", mark, second or ""


def _wrapped(left: str, mark: str, right: str, side: int) -> Iterator[str]:
    first, second = list(_cut(left, side)), list(_cut(right, side))
    for number in range(max(len(first), len(second))):
        one = first[number] if number < len(first) else ""
        other = second[number] if number < len(second) else ""
        yield f"{one}{' ' * (side - _width(one))} {mark} {other}".rstrip()


def _cut(text: str, side: int) -> Iterator[str]:
    piece, used = "", 0
    for letter in text:
        wide = _width(letter)
        if used + wide > side:
            yield piece
            piece, used = "", 0
        piece, used = piece + letter, used + wide
    yield piece


def _width(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    wide = sum(unicodedata.east_asian_width(letter) in ("W", "F") for letter in text)
    return len(text) + wide - sum(unicodedata.category(letter) in _INVISIBLE for letter in text)
