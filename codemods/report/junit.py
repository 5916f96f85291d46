"""A run as JUnit XML, which CI servers show: a suite for each phase, a test for each unit."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from codemods.model import printable, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.history import UnitDetails
    from codemods.engine.run_history import RunHistory

# What a state of a unit is to those who read tests; `committed` is one that passes.
_ELEMENTS = {"rejected": "failure", "undecided": "error", "taken back": "skipped"}


def run_junit(history: RunHistory) -> str:
    """The document. A unit that was rejected has failed, with the evidence; one that nobody could tell about is an
    error; one that was committed and taken back is skipped."""
    operation, units = history.operation, history.details.units
    phases = dict.fromkeys((*(phase.name for phase in history.phases), *(unit.record.phase for unit in units)))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name={_value(f"{operation.plan} {operation.id}")} {_counts(units)} time="{history.seconds:.3f}">',
    ]
    for phase in phases:
        own = tuple(unit for unit in units if unit.record.phase == phase)
        took = sum(run.span.seconds for run in history.phases if run.name == phase)
        lines.append(
            f'<testsuite name={_value(phase)} {_counts(own)} time="{took:.3f}" timestamp="{operation.started[:19]}">'
        )
        lines += (line for unit in own for line in _case(history, unit))
        lines.append("</testsuite>")
    return "\n".join((*lines, "</testsuites>", ""))


def _case(history: RunHistory, unit: UnitDetails) -> Iterator[str]:
    record = unit.record
    span = history.span(record)
    head = f"<testcase classname={_value(f'{history.operation.plan}.{record.phase}')} name={_value(record.unit)}"
    head += f' time="{span.seconds if span else 0:.3f}"'
    element = _ELEMENTS.get(record.state)
    if element is None:
        yield f"{head}/>"
        return
    yield f"{head}>"
    # In a body, a carriage return is read as a newline, and what XML has no sign for cannot be written at all.
    yield f"<{element} message={_value(record.reason or record.state)}>{escape(visible(unit.evidence))}</{element}>"
    yield "</testcase>"


def _counts(units: tuple[UnitDetails, ...]) -> str:
    states = [unit.record.state for unit in units]
    counts = {"tests": len(units), "failures": states.count("rejected"), "errors": states.count("undecided")}
    counts["skipped"] = states.count("taken back")
    return " ".join(f'{name}="{number}"' for name, number in counts.items())


def _value(text: str) -> str:
    return quoteattr(printable(text))
