"""The log of operations, for a terminal."""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING

from codemods.model import printable
from codemods.report.out import Columns
from codemods.report.terminal import show_diff_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.engine.history import Details, UnitDetails
    from codemods.journal import Operation
    from codemods.report.out import Out

_NARROW = 100  # columns
_HEADINGS = ("operation", "when", "who", "what", "result")
_STATES = ("committed", "rejected", "undecided", "taken back")


def show_operations(out: Out, operations: Iterable[Operation], plans: Iterable[str] = ()) -> None:
    """A line for each: id, when, who, what, and what became of it. Where there is none, HEAD may hold what was done
    elsewhere by `plans`."""
    found = list(operations)
    if not found:
        out.print("Nothing was done here yet.")
        for plan in plans:
            told = f"HEAD holds commits of the plan {printable(plan)}, which were made in another clone"
            out.print(f"{told}: `codemods status` tells which, `codemods rollback` takes them back.")
        return
    rows = [(o.id, _time(o.started), o.who, _what(o), _result(o)) for o in found]
    # Who did it is what can be spared.
    shown = itemgetter(0, 1, 3, 4) if out.width < _NARROW else itemgetter(0, 1, 2, 3, 4)
    out.print(Columns(shown(_HEADINGS), tuple(map(shown, rows)), numbers=False, is_copied=True))
    out.print(f"\nOne of them, with its diffs: `codemods log {found[0].id}`. To take one back: `codemods undo ID`.")


def show_details(out: Out, details: Details) -> None:
    """One operation: what it was, its validations, and each unit with its diff or the evidence against it."""
    operation = details.operation
    out.print(f"{operation.kind} {operation.id}", style="bold")
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


def _show_unit(out: Out, unit: UnitDetails) -> None:
    record = unit.record
    held = f", validated by {', '.join(record.validated_by)}" if record.validated_by else ""
    commit = f" as {record.sha[:12]}" if unit.diff else ""
    out.print()
    out.print(printable(f"{record.phase}: {record.unit}: {record.state}{commit}{held}"), style="bold")
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
