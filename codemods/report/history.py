"""The log of operations, for a terminal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from codemods.model import printable
from codemods.report.terminal import show_diff_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from codemods.engine.history import Details, UnitDetails
    from codemods.journal import Operation

_NARROW = 100  # columns
_STATES = ("committed", "rejected", "undecided", "taken back")


def show_operations(out: Console, operations: Iterable[Operation], plans: Iterable[str] = ()) -> None:
    """A line for each: id, when, who, what, and what became of it. Where there is none, HEAD may hold what was done
    elsewhere by `plans`."""
    found = list(operations)
    if not found:
        out.print("Nothing was done here yet.")
        for plan in plans:
            told = f"HEAD holds commits of the plan {printable(plan)}, which were made in another clone"
            out.print(f"{told}: `codemods status` tells which, `codemods rollback` takes them back.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    headings = {"operation": 0, "when": 1, "who": 2, "what": 3, "result": 4}
    if out.width < _NARROW:
        del headings["who"]
    for heading in headings:
        # An id is there to be copied, whatever the width.
        table.add_column(heading, overflow="fold", no_wrap=heading == "operation")
    for operation in found:
        row = (operation.id, _time(operation.started), operation.who, _what(operation), _result(operation))
        table.add_row(*(Text(printable(row[column])) for column in headings.values()))
    out.print(table)
    out.print(f"\nOne of them, with its diffs: `codemods log {found[0].id}`. To take one back: `codemods undo ID`.")


def show_details(out: Console, details: Details) -> None:
    """One operation: what it was, its validations, and each unit with its diff or the evidence against it."""
    operation = details.operation
    out.print(Text(f"{operation.kind} {operation.id}", style="bold"))
    lines = (
        ("what", _what(operation)),
        ("who", operation.who),
        ("when", f"{_time(operation.started)} to {_time(operation.ended) or '?'}"),
        ("where", f"{operation.branch or 'a detached HEAD'}, {operation.before[:12]} to {operation.after[:12] or '?'}"),
        ("result", _result(operation)),
        ("output", details.log),
    )
    for name, text in lines:
        if text:
            out.print(f"  {name:7} {printable(text)}")
    if details.validations:
        out.print("\nValidations:")
    for done in details.validations:
        scope = done.units[0] if len(done.units) == 1 else f"{len(done.units)} units" if done.units else "the whole"
        text = f"  {done.number:3} {done.name} on {scope}: {done.verdict} in {done.seconds:.1f} s, {done.summary}"
        out.print(printable(text))
    for unit in details.units:
        _show_unit(out, unit)


def _show_unit(out: Console, unit: UnitDetails) -> None:
    record = unit.record
    held = f", validated by {', '.join(record.validated_by)}" if record.validated_by else ""
    commit = f" as {record.sha[:12]}" if unit.diff else ""
    out.print()
    out.print(Text(printable(f"{record.phase}: {record.unit}: {record.state}{commit}{held}"), style="bold"))
    if record.reason:
        out.print(f"  {printable(record.reason)}")
    for line in unit.evidence.splitlines():
        out.print(f"  | {printable(line)}")
    show_diff_lines(out, unit.diff.splitlines(keepends=True))


def _what(operation: Operation) -> str:
    if operation.kind == "apply":
        return f"apply {operation.plan}"
    how = " by reset" if operation.method == "reset" else ""
    return (
        f"undo {operation.undoes}{how}"
        if operation.undoes
        else f"roll back {operation.selected} of {operation.plan}{how}"
    )


def _result(operation: Operation) -> str:
    counts = ", ".join(f"{operation.count(state)} {state}" for state in _STATES if operation.count(state))
    undone = f"; undone by {operation.undone_by}" if operation.undone_by else ""
    return f"{operation.result}{': ' + counts if counts else ''}{undone}"


def _time(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M:%S}" if text else ""
