"""The same values as JSON, under a version that changes when a key changes its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import asdict

from codemods.model import Blocked, Changed, Disposition, Finding, Outcome, Skipped, Unit, count, count_forms
from codemods.report.diff import unified
from codemods.report.json_text import dump

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.engine.compliance import Compliance
    from codemods.engine.history import Details
    from codemods.engine.progress import RunReport
    from codemods.engine.rollback.operation import TakenBack
    from codemods.engine.rollback.way import Way
    from codemods.engine.shown import Preview
    from codemods.engine.status import Status
    from codemods.engine.tracker import Tracker
    from codemods.engine.trial import Trial
    from codemods.engine.why import Why
    from codemods.journal import Operation


def _counts(findings: tuple[Finding, ...]) -> dict[str, int]:
    totals = count(findings)
    return {"found": len(findings), **{disposition.value: totals[disposition] for disposition in Disposition}}


def _reference(finding: Finding) -> dict[str, object]:
    reference = finding.reference
    return {
        "line": reference.line,
        "column": reference.column,
        "form": reference.form.value,
        "target": reference.target,
        "certainty": finding.certainty.value,
        "disposition": finding.disposition.value,
        "reason": finding.reason,
    }


def _file(outcome: Outcome) -> dict[str, object]:
    values: dict[str, object] = {"path": outcome.path, "outcome": type(outcome).__name__.lower()}
    if isinstance(outcome, Skipped):
        return {**values, "reason": outcome.reason}
    values["references"] = [_reference(finding) for finding in outcome.findings]
    if isinstance(outcome, Blocked):
        values["reasons"] = list(outcome.reasons)
    if isinstance(outcome, Changed):
        values["diff"] = b"".join(unified(outcome.change)).decode("utf-8", "backslashreplace")
    return values


def _unit(unit: Unit) -> dict[str, object]:
    removed = [change.path for change in unit.changes if change.after is None]
    return {"unit": unit.id, "files": list(unit.paths), "removed": removed, "details": list(unit.details)}


def preview_json(preview: Preview) -> str:
    """A preview: phases with their files, references and diffs; totals; skipped files."""
    return dump(
        "preview",
        plan=preview.loaded.plan.name,
        files_searched=preview.files_searched,
        totals=_counts(preview.findings),
        forms={
            form.value: {disposition.value: number for disposition, number in row.items()}
            for form, row in count_forms(preview.findings).items()
        },
        phases=[
            {
                "name": phase.phase.name,
                "does": phase.phase.does,
                "remarks": list(phase.remarks),
                "units": [_unit(unit) for unit in phase.units],
                "files_to_change": sum(len(unit.changes) for unit in phase.units),
                "totals": _counts(phase.findings),
                "files": [_file(outcome) for outcome in phase.outcomes],
            }
            for phase in preview.phases
        ],
        outside_phases=[_file(outcome) for outcome in preview.outside],
        skipped=[{"path": skipped.path, "reason": skipped.reason} for skipped in preview.skipped],
    )


def run_json(report: RunReport) -> str:
    """A run: how it ended, and what became of each unit."""
    return dump("run", **run_values(report))


def run_values(report: RunReport) -> dict[str, object]:
    """What a document says of a run."""
    return {
        "run": report.run,
        "plan": report.plan,
        "branch": report.branch,
        "end": report.end.value,
        "left": report.left,
        "seconds": round(report.seconds, 3),
        "recovered": list(report.recovered),
        "blocked": [{"path": b.path, "reason": b.reason, "evidence": b.evidence} for b in report.blocked],
        "refused": list(report.refused),
        "notes": list(report.notes),
        "gate": report.gate,
        "unended": list(report.unended),
        "units": [
            {
                "unit": result.unit,
                "phase": result.phase,
                "state": result.state.value,
                "sha": result.sha,
                "reason": result.reason,
                "evidence": result.evidence,
                "seconds": round(result.seconds, 3),
                "validations": [
                    {"name": r.name, "verdict": r.verdict.value, "summary": r.summary} for r in result.results
                ],
            }
            for result in report.results
        ],
    }


def status_json(status: Status) -> str:
    """A plan's state, phase by phase."""
    unended, killed = list(status.unended), list(status.killed)
    return dump(
        "status", plan=status.plan, branch=status.branch, unended=unended, killed=killed, phases=_phases(status)
    )


def tracker_json(tracker: Tracker) -> str:
    """A plan's state, and its compliance before and now."""
    return dump(
        "report",
        plan=tracker.status.plan,
        branch=tracker.status.branch,
        head=tracker.head,
        base=tracker.base,
        compliance={"before": _share(tracker.before), "now": _share(tracker.now)},
        phases=_phases(tracker.status),
    )


def _share(compliance: Compliance | None) -> dict[str, object] | None:
    if compliance is None:
        return None
    share = compliance.overall
    percent = round(share.percent, 2) if share.percent is not None else None
    return {"canonical": share.canonical, "old": share.old, "other": share.other, "percent": percent}


def _phases(status: Status) -> list[dict[str, object]]:
    return [
        {
            "name": phase.name,
            "done": [{"unit": done.unit, "sha": done.sha, "run": done.run} for done in phase.done],
            "rejected": [
                {"unit": r.unit, "reason": r.reason, "evidence": r.evidence, "run": r.run} for r in phase.rejected
            ],
            "blocked": [{"path": blocked.path, "reasons": list(blocked.reasons)} for blocked in phase.blocked],
            "left": list(phase.left),
            "declined": [{"unit": declined.unit, "time": declined.time} for declined in phase.declined],
            "totals": _counts(phase.findings),
        }
        for phase in status.phases
    ]


def trial_json(trial: Trial) -> str:
    """A trial of a rule: its matches with their bindings, and the diffs."""
    outcomes: tuple[Outcome, ...] = (*trial.changed, *trial.blocked, *trial.skipped)
    return dump(
        "trial",
        matches=[
            {
                "path": found.path,
                "line": found.line,
                "column": found.column,
                "source": found.source,
                "bindings": dict(found.bindings),
                "disposition": found.finding.disposition.value if found.finding else None,
                "reason": found.finding.reason if found.finding else "",
            }
            for found in trial.matches
        ],
        files=[_file(outcome) for outcome in outcomes],
    )


def why_json(why: Why) -> str:
    """What became of each reference in one file, or will, and why."""
    return dump(
        "why",
        path=why.path,
        headline=why.headline,
        totals=_counts(why.findings),
        references=[_reference(finding) for finding in why.findings],
    )


def rollback_json(way: Way, done: TakenBack | None) -> str:
    """A rollback or an undo: the commits to take back, how, and what was done (nothing in a dry run)."""
    files = {step.act.commit.sha: [change.path for change in step.files] for step in way.steps.steps}
    return dump(
        "rollback",
        operation=done.id if done else None,
        method=way.method,
        target=way.target or None,
        steps=[{"unit": act.unit, "sha": act.commit.sha, "files": files.get(act.commit.sha, [])} for act in way.acts],
        commits=list(done.commits) if done else [],
        head=done.head if done else way.head,
        validations=[
            {"name": result.name, "verdict": result.verdict.value, "summary": result.summary}
            for result in (done.results if done else ())
        ],
    )


def operations_json(operations: Iterable[Operation]) -> str:
    """The operations of a repository, newest first."""
    return dump("log", operations=[_operation(operation) for operation in operations])


def operation_json(details: Details) -> str:
    """One operation, with its validations, and its units with their diffs and the evidence against them."""
    operation = details.operation
    return dump(
        "operation",
        operation=_operation(operation),
        output=details.log,
        validations=[asdict(done) for done in details.validations],
        units=[
            {**asdict(unit.record), "diff": unit.diff.decode("utf-8", "backslashreplace"), "evidence": unit.evidence}
            for unit in details.units
        ],
    )


def _operation(operation: Operation) -> dict[str, object]:
    names = ("id", "kind", "plan", "who", "started", "ended", "result", "branch", "place", "before", "after")
    more = ("method", "selected", "undoes", "undone_by")
    counts: dict[str, int] = {}
    for record in operation.units.values():
        counts[record.state] = counts.get(record.state, 0) + 1
    return {**{name: getattr(operation, name) for name in (*names, *more)}, "counts": counts}


def draft_json(plan: str, output: str | None, findings: int) -> str:
    """A draft of a plan: its text, and the file that it was written to."""
    return dump("init", plan=plan, output=output, findings=findings)
