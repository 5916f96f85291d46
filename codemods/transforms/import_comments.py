"""Comments above imports: what heads the file, what heads a section, and what belongs to one import."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.index.positions import Lines

_OF_FILE = re.compile(rb"#!|#.*(coding[:=]|copyright|licen[cs]e|spdx-|-\*-|vim?:|all rights reserved)", re.IGNORECASE)
_FIRST_LINES = re.compile(rb"#!|#.*coding[:=]|#.*-\*-")
_HEADING = re.compile(
    rb"#[-=# ]*([\w-]+ ){0,3}"
    rb"(imports?|std ?lib|librar(y|ies)|packages?|modules?|third[- ]?party|first[- ]?party|local|standard|core|own)"
    rb"( [\w-]+){0,3}[-=# .:]*",
    re.IGNORECASE,
)
_FOR_TOOLS = re.compile(rb"#.*(noqa|type:|pylint:|isort:|fmt:|pyright:|mypy:|pragma|nosec)", re.IGNORECASE)


def is_for_tools(text: bytes) -> bool:
    """Whether a comment in `text` tells a linter or type checker about the statement that it belongs to."""
    return _FOR_TOOLS.search(text) is not None


def above(source: bytes, lines: Lines, start: int, *, with_heading: bool) -> int:
    """Where what comes before the import that begins at `start` goes: above the comments that belong to it.

    The comments at the top of the file stay above; the heading of a section does, unless `with_heading`.
    """
    block = start
    while block and _is_comment(source, lines, lines.line_before(block)):
        block = lines.line_before(block)
    comments = source[block:start].split(b"\n")
    if block == 0:
        return start
    is_heading = any(_HEADING.fullmatch(comment.strip()) for comment in comments)
    return start if is_heading and not with_heading else block


def _is_comment(source: bytes, lines: Lines, offset: int) -> bool:
    return source[offset : lines.line_end(offset)].strip().startswith(b"#")


def end_of_leading(source: bytes, lines: Lines, first: int) -> int | None:
    """The end of the last line of the comments that head the file, where its first statement begins at `first`.

    A comment right above that statement belongs to it, unless it tells of the file. None where there are none.
    """
    end: int | None = None
    second = lines.line_end(0) + len(lines.newline_at(lines.line_end(0)))
    block: list[bytes] = []
    offset = last = 0
    while offset < first:
        line_end = lines.line_end(offset)
        line = source[offset:line_end].strip()
        if line.startswith(b"#"):
            block.append(line)
            last = line_end
            if offset in (0, second) and _FIRST_LINES.match(line):
                end, block = line_end, []
        elif block:
            end, block = last, []
        offset = line_end + len(lines.newline_at(line_end))
    is_of_file = first >= len(source) or any(_OF_FILE.match(line) for line in block)
    return last if block and is_of_file else end
