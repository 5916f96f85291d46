"""A run as a page: how it went, unit by unit, why some were rejected, the compliance, and how to roll back."""

from __future__ import annotations

import shlex
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from codemods.model import visible
from codemods.report.html.page import cards, page, table, text
from codemods.report.html.plot import plot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.engine.history import UnitDetails
    from codemods.engine.run_history import Point, RunHistory, Span
    from codemods.engine.tracker import Tracker

_SCRIPTS = ("dom", "keys", "run")
_STATES = ("committed", "rejected", "undecided", "taken back")
_EVIDENCE = 20_000  # letters shown of each
_WIDTH = 1000  # of the bars, whatever they stand for


def run_page(tracker: Tracker, history: RunHistory, points: Sequence[Point]) -> str:
    """The page about the run `history`; `points` are the compliance before it and after each phase, `tracker` tells how
    far its plan is now."""
    plan, operation = tracker.loaded.plan, history.operation
    title = plan.title or plan.name
    parts = (
        f"<header><h1>{text(title)}</h1><p class=about-run>Run <code>{text(operation.id)}</code> of the plan "
        f"<code>{text(plan.name)}</code> on {text(operation.branch or 'a detached HEAD')}, by {text(operation.who)}, "
        f"{text(_when(operation.started))}: <strong>{text(operation.result)}</strong>.</p>",
        _figures(tracker, history),
        "</header><main id=main tabindex=-1>",
        _compliance(points),
        _phases(history),
        "".join(_turned_down(history)),
        _timeline(history),
        _validations(history),
        _left(tracker),
        _back(tracker, history),
        "</main>",
    )
    return page(f"{title}: run {operation.id}", "".join(parts), _SCRIPTS, {})


def _when(time: str) -> str:
    return f"{datetime.fromisoformat(time).astimezone(timezone.utc):%Y-%m-%d %H:%M:%S} UTC"


def _took(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes else f"{seconds:.1f} s"


def _figures(tracker: Tracker, history: RunHistory) -> str:
    counts = [(state, history.operation.count(state), state.replace(" ", "-")) for state in _STATES]
    percent = tracker.now.overall.percent
    left = sum(len(phase.left) for phase in tracker.status.phases)
    return cards(
        [
            *counts,
            ("took", _took(history.seconds), "all"),
            ("left in the plan now", left, "all"),
            ("compliance now", "-" if percent is None else f"{percent:.1f} %", "all"),
        ]
    )


def _compliance(points: Sequence[Point]) -> str:
    known = [(point.name or "before", point.share.percent) for point in points]
    drawn = [(name, percent) for name, percent in known if percent is not None]
    if not drawn:
        return ""
    rows = [
        (
            f"after {point.name}" if point.name else "before the run",
            *(point.share.canonical, point.share.old, point.share.other),
            "-" if point.share.percent is None else f"{point.share.percent:.1f} %",
        )
        for point in points
    ]
    figures = table("References by the path they use", ("when", "canonical", "old", "another", "compliance"), rows)
    return f"<section><h2>Compliance, phase by phase</h2>{plot(drawn)}{figures}</section>"


def _phases(history: RunHistory) -> str:
    records = [unit.record for unit in history.details.units]
    rows = [
        (
            phase.name,
            *(sum(r.phase == phase.name and r.state == state for r in records) for state in _STATES),
            _took(phase.span.seconds),
            phase.end or "not to its end",
        )
        for phase in history.phases
    ]
    headings = ("phase", *_STATES, "took", "how it ended")
    return f"<section><h2>Phases</h2>{table('Phases, in their order', headings, rows)}</section>"


def _turned_down(history: RunHistory) -> Iterator[str]:
    """The units that were not committed, with the evidence."""
    units = [unit for unit in history.details.units if unit.record.state in ("rejected", "undecided")]
    if not units:
        return
    yield f"<section><h2>Not committed ({len(units)})</h2>"
    for unit in units:
        record = unit.record
        yield (
            f"<details class=evidence><summary class=item>{_badge(record.state)} <code>{text(record.unit)}</code> "
            f"in {text(record.phase)}: {text(record.reason)}</summary>{_evidence(unit)}</details>"
        )
    yield "</section>"


def _evidence(unit: UnitDetails) -> str:
    shown = visible(unit.evidence[-_EVIDENCE:])
    cut = f"… the last {_EVIDENCE:,} letters; all of it is in {unit.record.evidence} of the journal\n"
    note = cut if len(unit.evidence) > _EVIDENCE else ""
    lines = "\n".join(map(text, f"{note}{shown}".replace("\t", "    ").split("\n")))
    return f"<pre tabindex=0>{lines or 'Nothing was told.'}</pre>"


def _badge(state: str) -> str:
    return f'<span class="badge {text(state.replace(" ", "-"))}">{text(state)}</span>'


def _timeline(history: RunHistory) -> str:
    whole = history.seconds or 1.0
    rows = "".join(
        _row(unit, history.spans.get((unit.record.phase, unit.record.unit)), whole) for unit in _ordered(history)
    )
    headings = ("unit", "phase", "verdict", "began", "took", "when in the run", "commit", "validated by")
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    return (
        "<section><h2>Timeline</h2><div id=filters></div><div class=scroll role=region aria-label=Timeline tabindex=0>"
        f"<table class=timeline><caption>{len(history.details.units)} units; those that were validated together began "
        f"together</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _ordered(history: RunHistory) -> list[UnitDetails]:
    def ended(unit: UnitDetails) -> float:
        span = history.span(unit.record)
        return span.end if span else history.seconds

    return sorted(history.details.units, key=ended)


def _row(unit: UnitDetails, span: Span | None, whole: float) -> str:
    record = unit.record
    kind = record.state.replace(" ", "-")
    began, took, bar = "", "", ""
    if span is not None:
        began, took = f"{span.start:.1f} s", _took(span.seconds)
        left, width = span.start / whole * _WIDTH, max(span.seconds / whole * _WIDTH, 3)
        bar = (
            f'<svg viewBox="0 0 {_WIDTH} 10" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect class="{text(kind)}" x="{min(left, _WIDTH - 3):.1f}" width="{width:.1f}" height="10"/></svg>'
        )
    return (
        f'<tr class=item tabindex=-1 data-state="{text(record.state)}">'
        f"<th scope=row><code>{text(record.unit)}</code></th>"
        f"<td>{text(record.phase)}</td><td>{_badge(record.state)}</td><td class=number>{began}</td>"
        f"<td class=number>{took}</td><td class=bars>{bar}</td><td><code>{text(record.sha[:12])}</code></td>"
        f"<td>{text(', '.join(record.validated_by))}</td></tr>"
    )


def _validations(history: RunHistory) -> str:
    done = history.operation.validations
    rows = [
        (f"{one.number} {one.name}", one.phase, len(one.units), one.verdict, _took(one.seconds), one.summary)
        for one in done
    ]
    headings = ("validation", "phase", "units", "verdict", "took", "what it told")
    shown = table("Validations, in their order", headings, rows)
    return f"<section><h2>Validations</h2><details><summary>{len(done)} were run</summary>{shown}</details></section>"


def _left(tracker: Tracker) -> str:
    rows = [
        (phase.name, len(phase.done), len(phase.left), len(phase.rejected), len(phase.blocked))
        for phase in tracker.status.phases
    ]
    figures = table("On the branch that is checked out", ("phase", "done", "left", "rejected", "blocked"), rows)
    return f"<section><h2>Where the plan stands now</h2>{figures}</section>"


def _back(tracker: Tracker, history: RunHistory) -> str:
    where, run = shlex.quote(tracker.loaded.where), history.operation.id
    commands = [
        ("what would be taken back", f"codemods rollback {where} --run {run} --dry-run"),
        ("this run, by revert commits", f"codemods rollback {where} --run {run}"),
        *(
            (f"the phase {phase.name}", f"codemods rollback {where} --phase {shlex.quote(phase.name)}")
            for phase in reversed(history.phases)
        ),
        ("one file", f"codemods rollback {where} --file PATH"),
        ("all of the plan", f"codemods rollback {where} --all"),
        ("what was rejected, tried again", f"codemods apply {where} --retry"),
    ]
    shown = "".join(
        f"<div><dt>{text(what)}</dt><dd><code>{text(command)}</code></dd></div>" for what, command in commands
    )
    ref = f"refs/codemods/{tracker.loaded.plan.name}/{run}/start"
    return (
        f"<section><h2>How to roll back</h2><dl class=commands>{shown}</dl>"
        f"<p>The state before the run is kept as <code>{text(ref)}</code>.</p></section>"
    )
