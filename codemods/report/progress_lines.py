"""Progress of a run: a live line on a terminal, one plain line per unit in a pipe or in CI."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TextIO

from codemods.engine.progress import (
    BaselineFinished,
    BaselineStarted,
    BatchStarted,
    Note,
    PhaseStarted,
    SearchStarted,
    UnitFinished,
    UnitStarted,
    UnitState,
    ValidationFinished,
)
from codemods.engine.progress import Progress as Event
from codemods.engine.watching import watching
from codemods.model import printable
from codemods.report.live import LiveLine, PlainLog, bar, clock, expected, fitted, may_draw
from codemods.report.volume import is_quiet, is_verbose
from codemods.report.waiting import print_line, told_stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from codemods.engine.watching import Watch
    from codemods.report.out import Out


_SCOPES = {"only": "what failed", "affected": "what they affect", "all": "everything"}
_FORETOLD = 30  # seconds, after which a log tells again how long it still takes
_SILENCE = 9  # seconds, after which a log gets a sign of life


class RunProgress:
    """Shows the events of a run as they come; a context manager, so that the live line is always taken away.

    `out` gets the lines that stay, stderr those of how far it is. With --quiet only what is rejected is told.
    """

    def __init__(self, out: Out) -> None:
        self.out = out
        self.started = time.monotonic()
        self.said = self.foretold = self.started
        self.rejected = 0
        self.work = ""
        self.done = self.total = 0
        self.before: tuple[float, int] | None = None  # when the first unit began, and how many were settled then
        self.watch: Watch | None = None
        self.stack = ExitStack()
        self.line: LiveLine | PlainLog | None = None

    def __enter__(self) -> RunProgress:
        """Start to tell how far it is."""
        self.watch = self.stack.enter_context(watching())
        if may_draw(sys.stderr):
            self.line = LiveLine(sys.stderr, self.told)
        elif not is_quiet():
            self.line = PlainLog(self._sign_of_life, lambda text: print_line(sys.stderr, text))
        if self.line is not None:
            self.line.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the live line away."""
        if self.line is not None:
            self.line.close()
        self.stack.close()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Keep the live line away, and say nothing, while somebody is asked."""
        if not isinstance(self.line, LiveLine):
            self.said = float("inf")
            yield
            self.said = time.monotonic()
            return
        with self.line.lock:
            self.line.hide()
            yield

    def told(self, columns: int, stream: TextIO) -> str:
        """How far the run is, in one line."""
        stage = self.watch.stage if self.watch is not None else None
        if not self.total:
            return told_stage(stage, self.started, columns, stream) if stage is not None else ""
        head = f"{bar(self.done, self.total, columns, stream)}{self.done:,}/{self.total:,}"
        head += f", {self.rejected} rejected" if self.rejected else ""
        head += f", {clock(time.monotonic() - self.started)}{self._left()}"
        doing = f": {stage.what}" if stage is not None else ""
        return fitted(head, f"{self.work}{doing}", columns)

    def _left(self) -> str:
        """How long it still takes, as far as what was settled tells."""
        if self.before is None:
            return ""
        since, settled = self.before
        left = expected(time.monotonic() - since, self.done - settled, self.total - settled)
        return f", about {clock(left)} left" if left is not None else ""

    def _left_in_log(self) -> str:
        """The same, now and then, where no live line tells it."""
        now = time.monotonic()
        if isinstance(self.line, LiveLine) or now - self.foretold < _FORETOLD:
            return ""
        self.foretold = now
        return self._left()

    def _sign_of_life(self) -> str:
        is_silent = time.monotonic() - self.said > _SILENCE
        return f"  … {self.told(160, sys.stderr)}" if is_silent and self.told(160, sys.stderr) else ""

    def say(self, text: str, style: str = "", *, is_needed: bool = False) -> None:
        """Leave a line; with --quiet, only what is needed."""
        if is_quiet() and not is_needed:
            return
        self.said = time.monotonic()
        if isinstance(self.line, LiveLine):
            with self.line.lock:
                self.line.hide()
                self.out.print(text, style=style)
        else:
            self.out.print(text, style=style)

    def notify(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, PhaseStarted):
            self.say(f"Phase {event.phase}: {event.units} unit(s)")
        elif isinstance(event, BaselineStarted):
            known = "known from before" if event.is_known else "…"
            self.say(f"The unchanged tree: {event.name} {known}")
        elif isinstance(event, BaselineFinished):
            red = f"{event.total - event.passed} of {event.total} tests do not pass on it" if event.total else ""
            took = f", {event.seconds:.1f} s" if event.seconds else ""
            self.say(f"  {event.name}: {red}{took}")
        elif isinstance(event, Note):
            self.say(printable(event.text), "yellow", is_needed=True)
        elif isinstance(event, ValidationFinished):
            self.validation_finished(event)
        elif isinstance(event, UnitStarted):
            self.show_work(event.unit, event.number - 1, event.total)
        elif isinstance(event, BatchStarted):
            if event.is_validated:
                self.say(f"  validating {event.units} units together …")
            self.show_work(f"{event.units} units", event.settled, event.total)
        elif isinstance(event, SearchStarted):
            what = f"{event.name} does not hold for {event.units} units together; searching"
            self.say(f"  {what}: at most {event.runs} runs for each that breaks it")
        else:
            self.unit_finished(event)

    def validation_finished(self, event: ValidationFinished) -> None:
        """Tell of a validation of several units, of each one if that is asked for, and of what was flaky."""
        result = event.result
        if event.units != 1 or is_verbose():
            what = _SCOPES.get(event.scope, event.scope)
            verdict = "holds" if result.holds else result.verdict.value
            units = f"{event.units} unit{'s' if event.units > 1 else ''}, {what}" if event.units else "before the phase"
            self.say(f"  {result.name}, {units}: {verdict}, {result.seconds:.1f} s")
        if result.flaky:
            self.say(f"  flaky: {printable(', '.join(result.flaky))}", "yellow")

    def show_work(self, what: str, done: int, total: int) -> None:
        """Name the current file, or how many there are, on the live line."""
        self.work, self.done, self.total = what, done, total
        self.before = self.before or (time.monotonic(), done)

    def unit_finished(self, event: UnitFinished) -> None:
        """Leave a line for the unit that is settled."""
        result = event.result
        self.rejected += result.state is UnitState.REJECTED
        self.done, self.total = event.number, event.total
        is_committed = result.state is UnitState.COMMITTED
        why = f": {printable(result.reason)}" if result.reason else ""
        elapsed = time.monotonic() - self.started
        head = f"  {'✓' if is_committed else '✗'} [{event.number}/{event.total}, {elapsed:.1f} s{self._left_in_log()}]"
        text = f"{head} {printable(result.unit)} {result.state.value}{why}"
        self.say(text, "green" if is_committed else "red", is_needed=not is_committed)
        if result.state is UnitState.REJECTED and result.results:
            for line in result.results[-1].tail:
                self.say(f"      {printable(line)}", "dim", is_needed=True)
