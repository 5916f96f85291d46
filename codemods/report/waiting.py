"""What a person sees while a plan is held against a code base: the stage under way, how far it is, how long yet."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from codemods.engine.watching import watching
from codemods.report.live import LiveLine, PlainLog, bar, clock, expected, fitted, may_draw
from codemods.report.volume import is_quiet, is_verbose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.watching import Stage, Watch

_WIDE = 160


@contextmanager
def waiting(*, as_json: bool = False) -> Iterator[None]:
    """While this lasts, stderr tells how far things are: on a terminal by one line, elsewhere by a line now and then,
    unless the result is for a program. With --verbose, what took how long is told in the end."""
    stream, started = sys.stderr, time.monotonic()
    if is_quiet() or (as_json and not may_draw(stream)):
        yield
        return
    with watching() as watch:
        shown = _shown(watch, stream, started)
        shown.start()
        try:
            yield
        finally:
            shown.close()
    if is_verbose():
        _tell_stages(watch, stream)


def told_stage(stage: Stage, started: float, columns: int, stream: TextIO) -> str:
    """A stage in one line: what it is, how far, since when the whole goes on, how long the stage still takes, and the
    file at hand."""
    now, head = time.monotonic(), stage.what
    if stage.total:
        head += f" {bar(stage.done, stage.total, columns, stream)}{stage.done:,}/{stage.total:,}"
    head += f", {clock(now - started)}"
    if (left := expected(now - stage.began, stage.done, stage.total)) is not None:
        head += f", about {clock(left)} left"
    return fitted(head, stage.current, columns)


def _shown(watch: Watch, stream: TextIO, started: float) -> LiveLine | PlainLog:
    def text(columns: int, drawn_on: TextIO) -> str:
        stage = watch.stage
        return told_stage(stage, started, columns, drawn_on) if stage is not None else ""

    if may_draw(stream):
        return LiveLine(stream, text)
    return PlainLog(lambda: text(_WIDE, stream), lambda line: print_line(stream, line))


def print_line(stream: TextIO, line: str) -> None:
    """Print one line at once."""
    stream.write(f"{line}\n")
    stream.flush()


def _tell_stages(watch: Watch, stream: TextIO) -> None:
    seconds: dict[str, float] = {}
    for what, took in watch.over:
        seconds[what] = seconds.get(what, 0) + took
    for what, took in seconds.items():
        print_line(stream, f"{what}: {took:.1f} s")
