"""What a person reads: diffs, summaries, progress and results, on a terminal or in a pipe."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemods.model import Blocked, Change, Disposition, Finding, Form, Removal, count, count_forms, printable
from codemods.report.diff import unified
from codemods.report.out import Columns, Plain
from codemods.report.volume import is_quiet, is_verbose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.engine.rollback.operation import TakenBack
    from codemods.engine.rollback.way import Way
    from codemods.engine.shown import Preview
    from codemods.engine.status import Status
    from codemods.engine.why import Why
    from codemods.report.out import Out

_LISTED = 40
_RECOVERED = 5
_DISPOSITIONS = tuple(disposition.value for disposition in Disposition)
_REMARKS = {"merge": "Of the merges", "shim": "Of what is left behind", "delete": "Of the deletions"}


def show_diff(out: Out, change: Change | Removal) -> None:
    """The diff of one change: on a terminal coloured, with controls spelled out, so that no file can drive the
    reader's terminal; in a pipe the bare bytes.
    """
    if isinstance(out, Plain):
        out.write(unified(change))
        return
    show_diff_lines(out, unified(change))


def show_diff_lines(out: Out, lines: Iterable[bytes]) -> None:
    """Lines of a diff, with controls spelled out; in colours where there are any."""
    if out.has_colours:
        from codemods.report.highlight import coloured  # it takes a while to load

        for text in coloured(lines, out.palette):
            out.print(text)
        return
    for line in lines:
        shown = printable(line.decode("utf-8", "surrogateescape").rstrip("\r\n").replace("\t", "    "))
        out.print(shown)


def show_preview(out: Out, preview: Preview, *, diffs: bool) -> None:
    """Diffs, a summary per phase, and what needs a person; with --quiet the sums alone."""
    if is_quiet():
        out.print(_sums(preview))
        return
    from codemods.transforms.findings import (  # here, since what else is told needs none of its kind loaded
        HANDED_ON,
        KEPT,
    )

    if diffs:
        shown: set[str] = set()
        for change in (change for unit in preview.units for change in unit.changes):
            # The end of a shim is told below: git applies no diff that changes a file and removes it.
            if change.after is not None or change.path not in shown:
                show_diff(out, change)
            shown.add(change.path)
    out.print(_phase_table(preview))
    findings = preview.findings
    if findings:
        out.print()
        out.print(_form_table(findings))
    for phase in preview.phases:
        # All of them: what is undecided has to be read to be decided.
        lines = [line for remark in phase.remarks for line in remark.splitlines()]
        list_lines(out, _REMARKS.get(phase.phase.does, ""), lines, limit=len(lines))
    handed_on = Counter(f.reference.target for f in findings if f.reason.endswith(HANDED_ON))
    told = [f"{number} of {target}" for target, number in handed_on.most_common()]
    list_lines(out, "Left, since a module hands it on under this name: redirect that as well, to lead these on", told)
    kept = [finding for finding in findings if finding.reason.startswith(KEPT)]
    _list_findings(out, "Local names that stay, by an alias", kept)
    overlapping = [f for f in _with(findings, Disposition.LEFT) if f.reference.form is Form.MATCH]
    _list_findings(out, "Matches that another rule takes the place of", overlapping)
    matching = {finding.reference.target for finding in findings}
    idle = [step.name for step in preview.loaded.plan.rewrite if step.name not in matching]
    list_lines(out, "Rules and codemods that match nothing", idle)
    review = _with(findings, Disposition.REVIEW)
    _list_findings(out, "To review by hand", [f for f in review if f.reference.form is not Form.TEXT])
    _list_findings(out, "To review outside Python", [f for f in review if f.reference.form is Form.TEXT])
    blocked = [o for phase in preview.phases for o in phase.outcomes if isinstance(o, Blocked)]
    list_lines(out, "Blocked, and left untouched", [reason for outcome in blocked for reason in outcome.reasons])
    list_lines(out, "Skipped, since they cannot be read", [f"{s.path}: {s.reason}" for s in preview.skipped])
    out.print(f"\n{_sums(preview)}")


def _sums(preview: Preview) -> str:
    findings = preview.findings
    totals = count(findings)
    changes = sum(len(unit.changes) for unit in preview.units)
    return (
        f"{changes} file(s) to change of {preview.files_searched} searched. References: {len(findings)} found = "
        + " + ".join(f"{totals[disposition]} {disposition.value}" for disposition in Disposition)
        + "."
    )


def _phase_table(preview: Preview) -> Columns:
    phases = [(p.phase.name, sum(len(u.changes) for u in p.units), p.findings) for p in preview.phases]
    if preview.outside:
        phases.append(("(no phase)", 0, tuple(f for o in preview.outside for f in o.findings)))
    rows = [(name, (files, len(findings), *_numbers(count(findings)))) for name, files, findings in phases]
    return _table(("phase", "files to change", "found", *_DISPOSITIONS), rows)


def _form_table(findings: tuple[Finding, ...]) -> Columns:
    forms = count_forms(findings).items()
    rows = [(form.value, (sum(totals.values()), *_numbers(totals))) for form, totals in forms]
    return _table(("form", "found", *_DISPOSITIONS), rows)


def _numbers(totals: Mapping[Disposition, int]) -> tuple[int, ...]:
    return tuple(totals[disposition] for disposition in Disposition)


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, tuple[int, ...]]]) -> Columns:
    return Columns(headings, tuple((name, *map(str, numbers)) for name, numbers in rows))


def show_why(out: Out, reasons: Why) -> None:
    """What became of each reference in one file, or will, and why."""
    out.print(printable(reasons.headline), style="bold")
    if is_quiet():
        return
    for finding in reasons.findings:
        reference = finding.reference
        place = f"{reference.line}:{reference.column}"
        reason = finding.reason or "it is certain what this means"
        what = f"{finding.disposition.value}: {reference.target} ({reference.form.value})"
        out.print(f"  {place:>8}  {printable(what)}: {printable(reason)}")
    totals = count(reasons.findings)
    sums = " + ".join(f"{totals[disposition]} {disposition.value}" for disposition in Disposition)
    out.print(f"{len(reasons.findings)} found = {sums}.")


def _with(findings: Iterable[Finding], disposition: Disposition) -> list[Finding]:
    return [finding for finding in findings if finding.disposition is disposition]


def _list_findings(out: Out, title: str, findings: list[Finding]) -> None:
    lines = [
        f"{f.reference.path}:{f.reference.line}:{f.reference.column}: {f.reference.target} ({f.reference.form.value}): "
        f"{f.reason}"
        for f in findings
    ]
    list_lines(out, title, lines)


def list_lines(out: Out, title: str, lines: list[str], limit: int = _LISTED) -> None:
    """A titled list, cut after `limit` lines unless all is asked for; nothing where it is empty."""
    if not lines:
        return
    limit = len(lines) if is_verbose() else limit
    out.print(f"\n{title} ({len(lines)}):", style="bold")
    for line in lines[:limit]:
        out.print(f"  {printable(line)}")
    if len(lines) > limit:
        out.print(f"  … and {len(lines) - limit} more; --verbose lists all of them")


def show_status(out: Out, status: Status) -> None:
    """How far a plan is; with --quiet the sums alone."""
    if is_quiet():
        out.print(_standing(status))
        return
    out.print(f"Plan {status.plan} on {printable(status.branch)}", style="bold")
    for name in status.killed:
        out.print(f"{name} was killed: the next `codemods apply`, `rollback` or `undo` settles what it left half done.")
    rows = []
    for phase in status.phases:
        review = len(_with(phase.findings, Disposition.REVIEW))
        numbers = (len(phase.done), len(phase.rejected), len(phase.blocked), len(phase.left), review)
        rows.append((phase.name, numbers))
    out.print(_table(("phase", "done", "rejected", "blocked", "left", "to review"), rows))
    phases = status.phases
    list_lines(out, "Rejected", [f"{r.unit}: {r.reason} (run {r.run})" for p in phases for r in p.rejected])
    list_lines(out, "Blocked", [reason for p in phases for b in p.blocked for reason in b.reasons])
    declined = [f"{d.unit} (on {d.time[:10]})" for p in phases for d in p.declined]
    list_lines(out, "Declined, until `apply --interactive` asks again", declined)
    list_lines(out, "Left for the next run", [unit for p in phases for unit in p.left])
    list_lines(
        out,
        "Their end is still to be validated, by the next `apply`",
        [phase.name for phase in phases if phase.name in status.unended],
    )
    runs = dict.fromkeys(done.run for phase in phases for done in phase.done)
    if runs:
        out.print(f"\nRuns with commits here: {', '.join(sorted(runs))}.")


def _standing(status: Status) -> str:
    sums = {"done": 0, "rejected": 0, "blocked": 0, "left": 0}
    for phase in status.phases:
        for name in sums:
            sums[name] += len(getattr(phase, name))
    told = ", ".join(f"{number} {name}" for name, number in sums.items())
    return f"Plan {status.plan} on {printable(status.branch)}: {told}."


def show_recovered(out: Out, recovered: Iterable[str]) -> None:
    """What a command that was killed had left half done, and what became of that."""
    sentences = list(recovered)
    for sentence in sentences[:_RECOVERED]:
        out.print(printable(sentence))
    if len(sentences) > _RECOVERED:
        out.print(f"… and {len(sentences) - _RECOVERED} more")


def show_way(out: Out, way: Way, *, dry_run: bool) -> None:
    """The commits that a rollback takes back, newest first, or the commit that HEAD goes back to; with --quiet only
    where that is all that is asked."""
    if is_quiet() and not dry_run:
        return
    out.print("Would take back:" if dry_run else "Taking back:", style="bold")
    # A dry run is there to be read; what is done is in the log.
    shown = way.acts if dry_run else way.acts[:_LISTED]
    for act in shown:
        again = "" if act.is_done else ": done again"
        out.print(f"  {act.commit.sha[:12]} {printable(act.commit.subject)}{again}")
    if more := len(way.acts) - len(shown):
        out.print(f"  … and {more} more")
    if way.method == "reset":
        out.print(f"  by HEAD becoming {way.target[:12]} again")
    elif empty := sum(step.is_empty for step in way.steps.steps):
        out.print(f"  {empty} of them change nothing any more: no commit is made for those")


def show_taken_back(out: Out, way: Way, done: TakenBack) -> None:
    """What a rollback did, what validations say of it, and how to have it all again."""
    how = f"by HEAD becoming {done.head[:12]}" if way.method == "reset" else f"by {len(done.commits)} commit(s)"
    what = f"Took back {len(way.acts)} commit(s)" if way.acts else "Went back"
    out.print(f"{what} {how}.")
    for result in done.results:
        out.print(printable(f"{result.name}: {'holds' if result.holds else 'does not hold: ' + result.summary}"))
    if is_quiet():
        return
    out.print(f"To undo this: `codemods undo {done.id}`.")
    if any(act.is_done for act in way.acts):
        out.print("The next `codemods apply` does it again, unless the plan leaves it out (`exclude:`).")
