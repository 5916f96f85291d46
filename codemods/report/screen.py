"""The one way to the reader's terminal: whatever is printed, only we move its cursor and choose its colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment

from codemods.model import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType


class Screen(Console):
    """A console on which the controls and invisible letters of a text, such as the name of a file, are spelled out."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The pieces of what is printed, each neutral but for the controls that are Rich's own."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


def console(*, stderr: bool = False) -> Console:
    """A console that does not wrap or guess: colours only on a terminal, and not where NO_COLOR is set."""
    made = Screen(stderr=stderr, highlight=False, emoji=False, markup=False, soft_wrap=True)
    if not made.is_terminal:
        made.width = 160
    return made
