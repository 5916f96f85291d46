"""The one way to the reader's terminal: whatever is printed, only we move its cursor and choose its colours."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from codemods.model import visible
from codemods.report.git_colours import Palette
from codemods.report.out import Columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType


class _Console(Console):
    """A console on which the controls and invisible letters of a text, such as the name of a file, are spelled out."""

    paged = False

    def on_broken_pipe(self) -> None:
        """End what is printed where nobody reads it any more; that a pager was left is no reason to end more."""
        if self.paged:
            raise BrokenPipeError
        super().on_broken_pipe()

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The pieces of what is printed, each neutral but for the controls that are Rich's own."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


class Screen:
    """A terminal, or a `pager` for one of that `width`: nothing wraps or is guessed, and there are colours unless
    NO_COLOR is set. `palette` are those of diffs."""

    def __init__(self, *, stderr: bool = False, pager: IO[str] | None = None, width: int | None = None) -> None:
        self.console = _Console(
            stderr=stderr,
            file=pager,
            width=width,
            force_terminal=True,
            highlight=False,
            emoji=False,
            markup=False,
            soft_wrap=True,
        )
        self.console.paged = pager is not None
        self.palette = Palette()

    @property
    def width(self) -> int:
        """How many columns a line has room for."""
        return self.console.width

    @property
    def has_colours(self) -> bool:
        """Whether what is printed may have any."""
        return self.console.color_system is not None and not self.console.no_color

    def use(self, palette: Palette) -> None:
        """Print diffs in these colours."""
        self.palette = palette
        self.console.no_color = self.console.no_color or not palette.is_coloured

    def print(self, what: str | Columns | Text = "", *, style: str = "", end: str = "\n") -> None:
        """Print text, or a table."""
        shown = _table(what) if isinstance(what, Columns) else what
        self.console.print(shown, style=style or None, end=end)


def _table(columns: Columns) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, heading in enumerate(columns.headings):
        table.add_column(
            heading,
            justify="right" if columns.numbers and number else "left",
            overflow="fold",
            no_wrap=columns.is_copied and not number,
        )
    for row in columns.rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    return table
