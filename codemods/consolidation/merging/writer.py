"""Writes what is taken into the source of the kept module: every other byte stays as it is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.consolidation.merging.layout import (
    blank_lines,
    gap,
    indentation_at,
    newline_of,
    reindented,
    text_of,
    usual_gap,
    with_newlines,
)
from codemods.rules.style import Style
from codemods.transforms.edits import Edit
from codemods.transforms.node_text import above_comments, whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.consolidation.merging.source import Piece, Source

_PLAIN = (ast.Assign, ast.AnnAssign)


class Writer:
    """Writes pieces of `theirs` into `kept`."""

    def __init__(self, kept: Source, theirs: Source) -> None:
        self.kept = kept
        self.theirs = theirs
        self.newline = newline_of(kept)
        self.units = (Style(theirs.view).unit, Style(kept.view).unit)

    # The text of a piece in its new place

    def text(self, piece: Piece, indentation: str | None = None) -> str:
        text = text_of(self.theirs, piece)
        if indentation is not None:
            text = reindented(self.theirs, piece, text, indentation, self.units)
        return with_newlines(text, self.newline)

    def joined(self, pieces: Sequence[Piece], usual: int, indentation: str | None) -> str:
        """Several pieces, one behind the other."""
        made = ""
        for number, piece in enumerate(pieces):
            if number:
                made += self.newline * (1 + self._gap(pieces[number - 1], piece, usual))
            made += self.text(piece, indentation)
        return made

    def _gap(self, first: Piece, second: Piece, usual: int) -> int:
        """The blank lines between two pieces of theirs: as theirs has it where they are neighbours."""
        is_near = first.number + 1 == second.number
        between = gap(self.theirs, first, second) if is_near else usual
        if first.is_definition and second.is_definition:
            # Overloads and the like may stand closer.
            return between if is_near and set(first.names) & set(second.names) else usual
        if first.is_definition or second.is_definition:
            return usual
        return min(between, usual) if is_near else min(usual, 1)

    # Into a block

    def insert(
        self, block: Sequence[Piece], place: int, pieces: Sequence[Piece], usual: int, indentation: str | None
    ) -> Edit:
        """The edit that puts `pieces` behind the statement number `place` of `block`, which is not empty."""
        view = self.kept.view
        body = self.joined(pieces, usual, indentation)
        if place < 0:
            start = above_comments(view.lines, view.lines.line_start(self.kept.span(block[0]).start))
            after = self._around(pieces[-1], block[0], usual)
            is_apart = not isinstance(block[0].statement, _PLAIN)
            after = max(after, min(usual, int(is_apart)))
            return Edit(start, start, (body + self.newline * (1 + after)).encode())
        while place + 1 < len(block) and self._shares_line(block[place], block[place + 1]):
            place += 1
        anchor = block[place]
        end = self._end_with_comments(view.lines.line_end(view.lines.span(anchor.statement)[1]))
        before = self._before(block, place, pieces[0], usual)
        text = self.newline * (1 + before) + body
        if place + 1 < len(block):
            there = blank_lines(view.source[end : view.lines.span(block[place + 1].statement)[0]].decode())
            text += self.newline * max(self._around(pieces[-1], block[place + 1], usual) - there, 0)
        return Edit(end, end, text.encode())

    def _end_with_comments(self, end: int) -> int:
        """The end of the comments right below a line, where a blank line parts them from what follows."""
        lines, source = self.kept.view.lines, self.kept.view.source
        last = end
        while last < len(source):
            start = last + len(lines.newline_at(last))
            following = lines.line_end(start)
            if not source[start:following].lstrip().startswith(b"#"):
                return end if source[start:following].strip() else last
            last = following
        return last

    def _shares_line(self, first: Piece, second: Piece) -> bool:
        lines = self.kept.view.lines
        return lines.span(second.statement)[0] <= lines.line_end(lines.span(first.statement)[1])

    def _before(self, block: Sequence[Piece], place: int, first: Piece, usual: int) -> int:
        """The blank lines between a statement of the kept module and what is put behind it."""
        anchor = block[place]
        if first.is_definition or anchor.is_definition:
            return usual
        if anchor.is_import or first.number == 0:
            return min(usual, 1)
        previous = (self.theirs.pieces if first in self.theirs.pieces else self._class_of(first))[first.number - 1]
        same = set(previous.names) & set(anchor.names)
        if same:
            return min(gap(self.theirs, previous, first), usual)
        above = block[place - 1] if place else anchor
        is_run = isinstance(anchor.statement, _PLAIN) and isinstance(above.statement, _PLAIN) and above is not anchor
        return min(gap(self.kept, above, anchor) if is_run else 1, usual)

    def _class_of(self, member: Piece) -> list[Piece]:
        classes = (p.statement for p in self.theirs.pieces if isinstance(p.statement, ast.ClassDef))
        owner = next(node for node in classes if member.statement in node.body)
        return self.theirs.members(owner)

    def _around(self, last: Piece, following: Piece, usual: int) -> int:
        return usual if last.is_definition or following.is_definition else 0

    # Into the module

    def into_module(self, places: dict[Piece, int]) -> Iterator[Edit]:
        """The edits that add statements to the module, by their places."""
        kept = self.kept
        usual = usual_gap(kept, kept.pieces, 2)
        for place in sorted(set(places.values())):
            pieces = [piece for piece in places if places[piece] == place]
            if kept.pieces:
                yield self.insert(kept.pieces, place, pieces, usual, None)
                continue
            source = kept.view.source
            is_open = bool(source) and not source.endswith((b"\n", b"\r"))
            start = self.newline if is_open else ""
            text = start + (self.newline if source else "") + self.joined(pieces, usual, None) + self.newline
            yield Edit(len(source), len(source), text.encode())

    def replace(
        self, ours: Sequence[Piece], theirs: Sequence[Piece], usual: int, indentation: str | None
    ) -> Iterator[Edit]:
        """The edits that put `theirs` in the place of `ours`."""
        span = self.kept.span(ours[0])
        text = self.joined(theirs, usual, indentation)
        if self.kept.view.lines.line_start(span.start) != span.start:
            text = text.lstrip(" \t")
        yield Edit(span.start, span.end, text.encode())
        for piece in ours[1:]:
            other = self.kept.span(piece)
            start, end = whole_lines(self.kept.view.lines, other.start, other.end)
            yield Edit(start, end, b"")

    def replaced_in_module(self, name: str, theirs: Sequence[Piece]) -> Iterator[Edit]:
        """The edits that put `theirs` in the place of what the kept module defines as `name`."""
        return self.replace(self.kept.pieces_of(name), theirs, usual_gap(self.kept, self.kept.pieces, 2), None)

    # Into a class

    def into_class(
        self, name: str, added: Sequence[tuple[Piece, int]], replaced: dict[str, list[Piece]]
    ) -> Iterator[Edit]:
        """The edits that add members to the class `name`, by their places, and replace some of its members."""
        node = self.kept.class_of(name)
        if node is None:
            return
        body = self.kept.members(node)
        usual = usual_gap(self.kept, body, self._usual_in_classes())
        indentation, opening = self._opened(node)
        for member, pieces in replaced.items():
            ours = self.kept.pieces_of(f"{name}.{member}")
            yield from self.replace(ours, pieces, usual, indentation)
        if opening is not None and added:
            yield opening
        if added and len(body) == 1 and _is_idle(body[0].statement):
            span = self.kept.view.lines.span(body[0].statement)
            start = self.kept.view.lines.line_start(span[0]) if opening is None else span[0]
            text = self.joined([piece for piece, _ in added], usual, indentation)
            yield Edit(start, span[1], (text if opening is None else text.lstrip(" \t")).encode())
            return
        for place in sorted({place for _, place in added}):
            yield self.insert(body, place, [piece for piece, p in added if p == place], usual, indentation)

    def _usual_in_classes(self) -> int:
        found = [
            usual_gap(self.kept, self.kept.members(piece.statement), -1)
            for piece in self.kept.pieces
            if isinstance(piece.statement, ast.ClassDef)
        ]
        known = [count for count in found if count >= 0]
        return max(sorted(set(known)), key=known.count) if known else 1

    def _opened(self, node: ast.ClassDef) -> tuple[str, Edit | None]:
        """The indentation of the body of a class; the edit that puts the body on lines of its own, where that lacks."""
        view = self.kept.view
        start = view.lines.span(node.body[0])[0]
        line_start = view.lines.line_start(start)
        if not view.source[line_start:start].strip():
            return indentation_at(self.kept, node.body[0]), None
        head = view.source[line_start:start].rstrip()
        indentation = indentation_at(self.kept, node) + self.units[1]
        return indentation, Edit(line_start + len(head), start, (self.newline + indentation).encode())


def _is_idle(statement: ast.stmt) -> bool:
    """Whether it is `pass` or `...`, which only fills a body."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(statement, ast.Pass) or (isinstance(value, ast.Constant) and value.value is Ellipsis)
