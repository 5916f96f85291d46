"""How definitions are laid out: blank lines between them, their indentation, their newlines."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from codemods.transforms.node_text import string_lines

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

    from codemods.consolidation.merging.source import Piece, Source

_NEWLINE = re.compile(r"\r\n|\r|\n")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_INDENTATION = re.compile(rb"[ \t\f]*")


def newline_of(source: Source) -> str:
    """The newline that a module uses first."""
    return source.view.lines.newline_at(len(source.view.source)).decode()


def text_of(source: Source, piece: Piece) -> str:
    """The lines of `piece`, with all that belongs to it, as they stand."""
    span = source.span(piece)
    text = source.view.source[span.start : span.end].decode()
    is_whole = source.view.lines.line_start(span.start) == span.start
    return text if is_whole else indentation_at(source, piece.statement) + text


def gap(source: Source, first: Piece, second: Piece) -> int:
    """How many blank lines stand between two neighbours, the comments that belong to the second behind them."""
    between = source.view.source[source.span(first).end : source.span(second).start].decode()
    return blank_lines(between)


def blank_lines(text: str) -> int:
    """How many blank lines `text`, which begins behind a statement, begins with."""
    count = 0
    for line in _NEWLINE.split(text)[1:-1]:
        if line.strip():
            break
        count += 1
    return count


def usual_gap(source: Source, pieces: Sequence[Piece], default: int) -> int:
    """How many blank lines most often stand between the functions and classes among `pieces`."""
    gaps = [gap(source, one, other) for one, other in pairwise(pieces) if one.is_definition and other.is_definition]
    return max(sorted(set(gaps)), key=gaps.count) if gaps else default


def reindented(source: Source, piece: Piece, text: str, indentation: str, units: tuple[str, str]) -> str:
    """`text`, that of a `piece` of a class body, moved to `indentation`; deeper levels by the second of `units` where
    they were by the first. Lines within strings stay."""
    first = source.view.lines.line_at(source.span(piece).start)
    own = indentation_at(source, piece.statement)
    inside = string_lines(piece.statement)
    lines = enumerate(_LINE.findall(text), first)
    return "".join(line if number in inside else _moved(line, own, indentation, units) for number, line in lines)


def _moved(line: str, own: str, indentation: str, units: tuple[str, str]) -> str:
    if not line.startswith(own) or not line.strip():
        return line
    rest = line[len(own) :]
    levels = 0
    while units[0] and rest.startswith(units[0]):
        rest = rest[len(units[0]) :]
        levels += 1
    return indentation + units[1] * levels + rest


def indentation_at(source: Source, statement: ast.stmt) -> str:
    """The whitespace before the line that a statement begins in."""
    lines = source.view.lines
    match = _INDENTATION.match(source.view.source, lines.line_start(lines.span(statement)[0]))
    return match.group().decode() if match else ""


def with_newlines(text: str, newline: str) -> str:
    """`text` with one kind of newline, as Python reads all of them alike."""
    return _NEWLINE.sub(newline, text)
