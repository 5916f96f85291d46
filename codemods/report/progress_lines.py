"""Progress of a run: a live line on a terminal, one plain line per unit in a pipe or in CI."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

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
from codemods.model import printable

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console


_SCOPES = {"only": "what failed", "affected": "what they affect", "all": "everything"}


class RunProgress:
    """Shows the events of a run as they come; a context manager, so that the live line is always taken away."""

    def __init__(self, out: Console) -> None:
        self.out = out
        self.started = time.monotonic()
        self.rejected = 0
        self.task: TaskID | None = None
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[extra]}", markup=False),
        )
        self.live = Progress(
            *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=out, transient=True, disable=not self.is_live
        )

    @property
    def is_live(self) -> bool:
        """Whether a line may be drawn over itself."""
        return self.out.is_terminal and not os.environ.get("CI")

    def __enter__(self) -> RunProgress:
        """Start the live line."""
        self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the live line away."""
        self.live.stop()

    def notify(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, PhaseStarted):
            self.out.print(f"Phase {event.phase}: {event.units} unit(s)")
        elif isinstance(event, BaselineStarted):
            known = "known from before" if event.is_known else "…"
            self.out.print(f"The unchanged tree: {event.name} {known}", highlight=False)
        elif isinstance(event, BaselineFinished):
            red = f"{event.total - event.passed} of {event.total} tests do not pass on it" if event.total else ""
            took = f", {event.seconds:.1f} s" if event.seconds else ""
            self.out.print(f"  {event.name}: {red}{took}", highlight=False)
        elif isinstance(event, Note):
            self.out.print(printable(event.text), style="yellow", highlight=False)
        elif isinstance(event, ValidationFinished):
            self.validation_finished(event)
        elif isinstance(event, UnitStarted):
            self.show_work(printable(event.unit), event.number - 1, event.total)
        elif isinstance(event, BatchStarted):
            if event.is_validated:
                self.out.print(f"  validating {event.units} units together …", highlight=False)
            self.show_work(f"{event.units} units", event.settled, event.total)
        elif isinstance(event, SearchStarted):
            what = f"{event.name} does not hold for {event.units} units together; searching"
            self.out.print(f"  {what}: at most {event.runs} runs for each that breaks it", highlight=False)
        else:
            self.unit_finished(event)

    def validation_finished(self, event: ValidationFinished) -> None:
        """Tell of a validation of several units, and of what was flaky."""
        result = event.result
        if event.units != 1:
            what = _SCOPES.get(event.scope, event.scope)
            verdict = "holds" if result.holds else result.verdict.value
            units = f"{event.units} units, {what}" if event.units else "before the phase"
            self.out.print(f"  {result.name}, {units}: {verdict}, {result.seconds:.1f} s", highlight=False)
        if result.flaky:
            self.out.print(f"  flaky: {printable(', '.join(result.flaky))}", style="yellow", highlight=False)

    def show_work(self, what: str, done: int, total: int) -> None:
        """Name the current file, or how many there are, on the live line."""
        if self.task is None:
            self.task = self.live.add_task("", total=total, extra="")
        extra = f"{self.rejected} rejected" if self.rejected else ""
        self.live.update(self.task, description=what, completed=done, total=total, extra=extra)

    def unit_finished(self, event: UnitFinished) -> None:
        """Leave a line for the unit that is settled."""
        result = event.result
        self.rejected += result.state is UnitState.REJECTED
        mark = "✓" if result.state is UnitState.COMMITTED else "✗"
        why = f": {printable(result.reason)}" if result.reason else ""
        elapsed = time.monotonic() - self.started
        style = "green" if result.state is UnitState.COMMITTED else "red"
        head = f"  {mark} [{event.number}/{event.total}, {elapsed:.1f} s]"
        self.out.print(f"{head} {printable(result.unit)} {result.state.value}{why}", style=style)
        if result.state is UnitState.REJECTED and result.results:
            for line in result.results[-1].tail:
                self.out.print(f"      {printable(line)}", style="dim", highlight=False)
