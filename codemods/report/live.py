"""One line at the end of a terminal that is drawn over itself, and the words of how far something is."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, TextIO

from codemods.model import printable

if TYPE_CHECKING:
    from collections.abc import Callable

_BAR = 20
_LEAST_FOR_BAR = 70  # columns
_USUAL = 80
_CLEAR = "\r\x1b[K"


def may_draw(stream: TextIO) -> bool:
    """Whether a line may be drawn over itself on `stream`: it is a terminal that can, and CI keeps no such log."""
    return stream.isatty() and not os.environ.get("CI") and os.environ.get("TERM", "dumb") != "dumb"


def clock(seconds: float) -> str:
    """`seconds` as a clock shows them: 0:07, 12:30, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def expected(seconds: float, done: int, total: int) -> float | None:
    """How many seconds more it takes, where the first `done` of `total` took so many; None where that tells nothing."""
    return seconds / done * (total - done) if 0 < done < total and seconds >= 1 else None


def bar(done: int, total: int, columns: int, stream: TextIO) -> str:
    """The share that is done, as a bar with a space after it; in ASCII where `stream` has no other letters, and none
    where there are few columns, or in a log."""
    if columns < _LEAST_FOR_BAR or not stream.isatty():
        return ""
    full = _BAR * done // total
    is_wide = (stream.encoding or "").lower().startswith("utf")
    return "━" * full + "╌" * (_BAR - full) + " " if is_wide else f"[{'#' * full}{'.' * (_BAR - full)}] "


def fitted(head: str, tail: str, columns: int) -> str:
    """`head` and what it is about, such as a path, in one line of so many columns: of a long tail the end is kept."""
    from rich.cells import cell_len, chop_cells, set_cell_size

    room = columns - cell_len(head) - 2
    tail = printable(tail)
    if not tail or room < _BAR:
        return set_cell_size(head, min(columns, cell_len(head)))
    if cell_len(tail) > room:
        # From the right, since the name of a file tells more than the folders that it is in.
        kept = chop_cells(tail[::-1], room - 1)[0][::-1]
        tail = f"…{kept}"
    return f"{head}  {tail}"


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL
    except (OSError, ValueError):
        return _USUAL


class LiveLine:
    """Draws what `text` makes of the number of columns and the stream, ten times a second, until it is closed.

    Nothing is drawn in the first moment. Whoever prints something else does so within `hidden`."""

    def __init__(self, stream: TextIO, text: Callable[[int, TextIO], str], delay: float = 0.5) -> None:
        self.stream = stream
        self.text = text
        self.delay = delay
        self.lock = threading.RLock()
        self.is_over = threading.Event()
        self.is_drawn = False
        self.thread = threading.Thread(target=self._draw_on, daemon=True)

    def start(self) -> None:
        """Begin to draw."""
        self.thread.start()

    def close(self) -> None:
        """Take the line away, for good."""
        self.is_over.set()
        self.thread.join()
        self.hide()

    def hide(self) -> None:
        """Take the line away, until it is drawn again."""
        with self.lock:
            if self.is_drawn:
                self.stream.write(_CLEAR)
                self.stream.flush()
                self.is_drawn = False

    def _draw_on(self) -> None:
        wait = self.delay
        while not self.is_over.wait(wait):
            wait = 0.1
            text = self.text(_columns(self.stream) - 1, self.stream)
            with self.lock:
                self.stream.write(f"{_CLEAR}{text}" if text else "")
                self.stream.flush()
                self.is_drawn = bool(text)


class PlainLog:
    """Prints what `text` makes of a wide line, after some seconds and then ever more seldom, until it is closed: a
    sign of life in a log."""

    def __init__(self, text: Callable[[], str], write: Callable[[str], None]) -> None:
        self.text = text
        self.write = write
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._print_on, daemon=True)

    def start(self) -> None:
        """Begin to print."""
        self.thread.start()

    def close(self) -> None:
        """Print no more."""
        self.is_over.set()
        self.thread.join()

    def _print_on(self) -> None:
        wait = 10.0
        while not self.is_over.wait(wait):
            wait = min(60.0, wait * 2)
            if text := self.text():
                self.write(text)
