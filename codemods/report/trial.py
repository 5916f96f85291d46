"""What a person reads of a trial: matches with their bindings, diffs, and what is left to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.model import Disposition, printable
from codemods.report.terminal import list_lines, show_diff

if TYPE_CHECKING:
    from codemods.engine.trial import Found, Trial
    from codemods.report.out import Out


def show_trial(out: Out, trial: Trial, *, rewrites: bool) -> None:
    """Show `trial`; `rewrites` says that it had a replacement, so that diffs tell what is rewritten."""
    for found in trial.matches:
        if rewrites and found.finding is not None and found.finding.disposition is Disposition.REWRITTEN:
            continue
        _show(out, found)
    for changed in trial.changed:
        show_diff(out, changed.change)
    blocked = [reason for outcome in trial.blocked for reason in outcome.reasons]
    list_lines(out, "Blocked, and left untouched", blocked)
    list_lines(out, "Skipped, since they cannot be read", [f"{s.path}: {s.reason}" for s in trial.skipped])
    files = len({found.path for found in trial.matches})
    if not trial.matches:
        out.print("`$X` stands for what may differ; quote MATCH with '…', or the shell takes `$X` away.")
        out.print("What is imported is written whole: `package.module.function($X)`, however a file spells it.")
    out.print(f"{len(trial.matches)} match(es) in {files} file(s){_sums(trial) if rewrites else ''}.")


def _show(out: Out, found: Found) -> None:
    first, *rest = found.source.splitlines() or [""]
    more = f" … ({len(rest)} more line(s))" if rest else ""
    out.print(f"{printable(found.path)}:{found.line}:{found.column}: {printable(first)}{more}", style="bold")
    for name, text in found.bindings:
        lines = text.splitlines() or [""]
        out.print(f"    ${name} = {printable(lines[0])}{' …' if len(lines) > 1 else ''}")
    if found.finding is not None:
        reason = f": {printable(found.finding.reason)}" if found.finding.reason else ""
        out.print(f"    {found.finding.disposition.value}{reason}")


def _sums(trial: Trial) -> str:
    numbers = [
        (sum(1 for f in trial.matches if f.finding and f.finding.disposition is disposition), disposition.value)
        for disposition in Disposition
    ]
    return ": " + ", ".join(f"{number} {word}" for number, word in numbers)
