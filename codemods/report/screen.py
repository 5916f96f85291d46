"""The one way to the reader's terminal: whatever is printed, only we move its cursor and choose its colours."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment

from codemods.model import visible
from codemods.report.git_colours import Palette

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType


class Screen(Console):
    """A console on which the controls and invisible letters of a text, such as the name of a file, are spelled out.

    `palette` are the colours of diffs. What is printed on it may be `paged`, to a program whose reader ends it.
    """

    palette = Palette()
    paged = False

    def use(self, palette: Palette) -> None:
        """Print diffs in these colours."""
        self.palette = palette
        self.no_color = self.no_color or not palette.is_coloured

    def on_broken_pipe(self) -> None:
        """End what is printed where nobody reads it any more; that a pager was left is no reason to end more."""
        if self.paged:
            raise BrokenPipeError
        super().on_broken_pipe()

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The pieces of what is printed, each neutral but for the controls that are Rich's own."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


def console(*, stderr: bool = False, pager: IO[str] | None = None, width: int | None = None) -> Screen:
    """A console that does not wrap or guess: colours only on a terminal, and not where NO_COLOR is set. What goes to a
    `pager` is for a terminal of that width."""
    made = Screen(
        stderr=stderr,
        file=pager,
        width=width,
        force_terminal=True if pager is not None else None,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=True,
    )
    made.paged = pager is not None
    if not made.is_terminal:
        made.width = 160
    return made
