"""Where arguments stand in a call: puts in and takes out some, as those around them are laid out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.rules.gaps import (
    COMMA,
    ONE_SPACE,
    Gap,
    Kind,
    Token,
    after_last_newline,
    comment_of,
    has,
    joined,
    read,
    split,
    stripped,
    with_commas,
    without_comment,
)
from codemods.transforms.edits import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.index.positions import Lines

Parts = tuple[bytes | Span, ...]

_INLINE = (COMMA, ONE_SPACE)
_INDENTED = re.compile(rb"(?:^|[\r\n])([ \t])[ \t]*[^\s#]")


class Layout:
    """The arguments between two parentheses, and the gaps before, between and behind them.

    Places count from 0. Commas are set right when the layout is read out.
    """

    def __init__(self, lines: Lines, opening: int, closing: int, spans: Sequence[Span]) -> None:
        """The parentheses are at `opening` and `closing`, the arguments at `spans`."""
        self._lines = lines
        self._opening = opening
        starts, ends = [span.start for span in spans], [span.end for span in spans]
        edges = zip([opening + 1, *ends], [*starts, closing], strict=True)
        self._gaps = [read(lines.source, start, end) for start, end in edges]
        self._slots: list[Parts] = [(span,) for span in spans]
        self._had_some = bool(spans)
        self._has_trailing_comma = has(self._gaps[-1], Kind.COMMA)

    def put(self, place: int, text: Parts) -> None:
        """Replace the argument at `place`."""
        self._slots[place] = text

    def take_comment(self, place: int) -> Gap:
        """Take away the comment on the line of the argument at `place`, if it has one."""
        comment = comment_of(self._gaps[place + 1])
        self._gaps[place + 1] = without_comment(self._gaps[place + 1])
        return comment

    def give_comment(self, place: int, comment: Gap) -> None:
        """Give the argument at `place`, which has none, a comment on its line."""
        head, rest = split(self._gaps[place + 1])
        end = (self._plain(rest[0]), *rest[1:]) if rest else (self._newline(), *self._indent())
        self._gaps[place + 1] = (*stripped(head), *comment, *end)

    def remove(self, place: int) -> None:
        """Take out the argument at `place` with the comment on its line."""
        last = len(self._slots) - 1
        before, after = self._gaps[place : place + 2]
        self._gaps[place : place + 2] = [joined(before, after, opens=place == 0, closes=place == last)]
        del self._slots[place]

    def insert(self, place: int, text: Parts) -> None:
        """Put in an argument before the one at `place`: behind the line of the one before that."""
        gap = self._gaps[place]
        style = self._style(place)
        on_own_line = has(style, Kind.NEWLINE) or (place > 0 and bool(comment_of(gap)))
        self._gaps[place : place + 1] = self._broken(place, style) if on_own_line else self._inline(place)
        self._slots.insert(place, text)

    def parts(self) -> list[bytes | Span]:
        """All that is to stand between the parentheses."""
        if self._had_some and not self._slots and not has(self._gaps[0], Kind.COMMENT):
            return []
        parts: list[bytes | Span] = []
        for place, gap in enumerate(self._gaps):
            if place:
                parts += self._slots[place - 1]
            between = 0 < place < len(self._slots)
            wanted = between or (place > 0 and self._has_trailing_comma)
            parts += [token.part for token in with_commas(gap, wanted)]
        return parts

    def _style(self, place: int) -> Gap:
        """The gap that shows how an argument at `place` is set off from the others."""
        last = len(self._slots)
        if 0 < place < last or last == 0:
            return self._gaps[place]
        if last == 1:
            return self._gaps[0]
        return self._gaps[1] if place == 0 else self._gaps[last - 1]

    def _inline(self, place: int) -> list[Gap]:
        gap = self._gaps[place]
        if not self._slots:
            return [gap, ()]
        return [gap, _INLINE] if place == 0 else [_INLINE, gap]

    def _broken(self, place: int, style: Gap) -> list[Gap]:
        gap = self._gaps[place]
        head, rest = split(gap)
        if place == 0 and not rest:
            return [gap, self._separator(style)]
        if rest and self._is_continuation(rest[0]):
            rest = (ONE_SPACE, *rest)
        if comment_of(gap):
            newline, *indent = self._line_start(style)
            return [(*head, self._plain(newline), *indent), rest]
        return [(*stripped(head), *self._separator(style)), rest]

    def _separator(self, style: Gap) -> Gap:
        """A copy of `style` without comments and empty lines."""
        head, rest = split(without_comment(style))
        is_continued = bool(rest) and self._is_continuation(rest[0])
        return (*self._copied(head if is_continued else stripped(head)), *self._line_start(style))

    def _line_start(self, style: Gap) -> Gap:
        """A newline, as in `style` if it has one, and what precedes an argument on its line."""
        newline = next((token for token in style if token.kind is Kind.NEWLINE), None)
        if newline is None or not self._slots:
            return (self._newline(), *self._indent())
        return self._copied((newline, *after_last_newline(style)))

    def _indent(self) -> Gap:
        """The space before an argument that begins a line."""
        for gap in self._gaps[: len(self._slots)]:
            if has(gap, Kind.NEWLINE):
                return self._copied(tuple(token for token in after_last_newline(gap) if token.kind is Kind.SPACE))
        source = self._lines.source
        line = source[self._lines.line_start(self._opening) : self._opening]
        own = line[: len(line) - len(line.lstrip(b" \t"))]
        unit = _INDENTED.search(source)
        return (Token(Kind.SPACE, own + (b"\t" if unit and unit[1] == b"\t" else b"    ")),)

    def _newline(self) -> Token:
        return Token(Kind.NEWLINE, self._lines.newline_at(self._lines.line_end(self._opening)))

    def _plain(self, newline: Token) -> Token:
        """`newline`, but no continuation: a comment must not precede one."""
        return Token(Kind.NEWLINE, self._bytes(newline)[1:]) if self._is_continuation(newline) else newline

    def _is_continuation(self, newline: Token) -> bool:
        return self._bytes(newline).startswith(b"\\")

    def _copied(self, gap: Gap) -> Gap:
        return tuple(Token(token.kind, self._bytes(token)) for token in gap)

    def _bytes(self, token: Token) -> bytes:
        part = token.part
        return self._lines.source[part.start : part.end] if isinstance(part, Span) else part
