"""Exact places in a source: from the standard library's `ast` positions to offsets in its UTF-8 bytes."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

# Only these end a line for Python; form feeds and the other breaks of `str.splitlines` do not.
_NEWLINE = re.compile(rb"\r\n|\r|\n")


class Lines:
    """The lines of a source, to turn (line, UTF-8 column) into byte offsets."""

    def __init__(self, source: bytes) -> None:
        """`source` is UTF-8, without a byte order mark."""
        self.source = source

    @cached_property
    def _starts(self) -> list[int]:
        """Where the lines begin: behind each newline, too, that ends the source. For most files nobody asks."""
        source = self.source
        starts = list(accumulate(map(len, source.splitlines(keepends=True)), initial=0))
        if source and not source.endswith((b"\n", b"\r")):
            starts.pop()
        return starts

    def offset(self, line: int, column: int) -> int:
        """The byte offset of `line` (from 1) and `column` (from 0, in UTF-8 bytes)."""
        return self._starts[line - 1] + column

    def span(self, node: ast.expr | ast.stmt | ast.alias | ast.arg) -> tuple[int, int]:
        """The byte offsets at which `node` starts and ends."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def column(self, line: int, column: int) -> int:
        """The column from 1 in characters, as editors count, of `column` from 0 in UTF-8 bytes."""
        start = self._starts[line - 1]
        return len(self.source[start : start + column].decode("utf-8", "replace")) + 1

    def at(self, line: int, column: int) -> int:
        """The byte offset of `line` and `column`, both from 1 and in characters: the reverse of `place`."""
        start = self._starts[line - 1]
        text = self.source[start : self.line_end(start)].decode("utf-8", "replace")
        return start + len(text[: column - 1].encode())

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, in characters, of the byte at `offset`."""
        line = self.line_at(offset)
        return line, self.column(line, offset - self._starts[line - 1])

    def line_at(self, offset: int) -> int:
        """The line, from 1, that `offset` is in."""
        return bisect_right(self._starts, offset)

    def line_start(self, offset: int) -> int:
        """The offset at which the line that holds `offset` begins."""
        before = max(self.source.rfind(b"\n", 0, offset), self.source.rfind(b"\r", 0, offset))
        return before + 1

    def line_before(self, offset: int) -> int:
        """The offset at which the line before the one that begins at `offset` does; `offset` for the first one."""
        return self._starts[max(bisect_left(self._starts, offset) - 1, 0)]

    def line_end(self, offset: int) -> int:
        """The offset at which the line that holds `offset` ends, before its newline."""
        match = _NEWLINE.search(self.source, offset)
        return match.start() if match else len(self.source)

    def newline_at(self, offset: int) -> bytes:
        """The newline that begins at `offset`; at the end of the source, the first one that it uses."""
        match = _NEWLINE.match(self.source, offset) or _NEWLINE.search(self.source)
        return match.group() if match else b"\n"
