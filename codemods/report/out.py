"""Where reports go, in no terminal's words: what may be printed, and the plain text that a pipe or a file gets of it.

Rich, which draws the same for a terminal, takes longer to load than a guard may take: see `codemods.report.screen`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol, TextIO

from msgspec import Struct

from codemods.model import printable, visible
from codemods.report.git_colours import Palette

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text

_WIDE = 160
_GAP = "  "


class Columns(Struct, frozen=True):
    """A table without lines: headings, and rows of as many texts. The second and later columns may be `numbers`; of
    the first nothing is broken on a narrow screen where it `is_copied`, such as an id."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: bool = True
    is_copied: bool = False


class Out(Protocol):
    """What a report is printed on: a terminal (`Screen`), or anything else (`Plain`)."""

    palette: Palette

    @property
    def width(self) -> int:
        """How many columns a line has room for."""

    @property
    def has_colours(self) -> bool:
        """Whether what is printed may have any."""

    def print(self, what: str | Columns | Text = "", *, style: str = "", end: str = "\n") -> None:
        """Print text, or a table, with controls and invisible letters spelled out; `style` in the words of Rich."""


class Plain:
    """Prints bare text on stdout, or stderr, and lines as long as they are. What is there to be read when all of it is
    there need not be `at_once`: `flush` ends it."""

    palette = Palette()
    width = _WIDE
    has_colours = False

    def __init__(self, *, stderr: bool = False, at_once: bool = True) -> None:
        self.stderr = stderr
        self.at_once = at_once

    @property
    def file(self) -> TextIO:
        """The stream of this moment: tests and `demo` put others in its place."""
        return sys.stderr if self.stderr else sys.stdout

    def print(self, what: str | Columns | Text = "", *, style: str = "", end: str = "\n") -> None:  # noqa: ARG002 - a pipe has no styles
        """Print text, or a table."""
        text = "\n".join(_rows(what)) if isinstance(what, Columns) else visible(str(what))
        self.file.write(f"{text}{end}")
        if self.at_once:
            self.flush()

    def write(self, lines: Iterable[bytes]) -> None:
        """Print bytes as they are, such as a diff for `git apply`."""
        self.flush()
        self.file.buffer.writelines(lines)
        if self.at_once:
            self.file.buffer.flush()

    def flush(self) -> None:
        """Send what was printed to whoever reads it."""
        self.file.flush()


def _rows(table: Columns) -> list[str]:
    """The lines of a table, of a heading and each row."""
    rows = [[printable(cell) for cell in row] for row in (table.headings, *table.rows)]
    widths = [max(map(_cells, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        gaps = [" " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True)]
        to_right = [gap + cell if table.numbers else cell + gap for cell, gap in zip(row, gaps, strict=True)]
        lines.append(_GAP.join((row[0] + gaps[0], *to_right[1:])).rstrip())
    return lines


def _cells(text: str) -> int:
    """How many columns `text` takes: letters of East Asia take two, marks on letters none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # it takes a while to load

    return cell_len(text)
