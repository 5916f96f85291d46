"""An audit on a terminal: the verdict, what does not hold and what to do about it, then figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.auditing.items import Verdict
from codemods.model import printable
from codemods.report.audit_words import VERDICTS, cut, grids, title, verdict_line
from codemods.report.out import Columns
from codemods.report.terminal import list_lines
from codemods.report.volume import is_quiet

if TYPE_CHECKING:
    from codemods.engine.auditing.audit import Audit
    from codemods.engine.auditing.items import Item
    from codemods.report.out import Out


def show_audit(out: Out, audit: Audit) -> None:
    """What holds, what is done, what does not hold, and the tables that bear it out."""
    holds = not audit.verdicts[Verdict.FAILS]
    name = printable(audit.loaded.plan.name)
    out.print(f"Plan {name}: {verdict_line(audit)}", style="bold green" if holds else "bold red")
    failing = audit.with_verdict(Verdict.FAILS)
    if failing:
        out.print(f"\n{VERDICTS[Verdict.FAILS]} ({len(failing)}):", style="bold")
    for item in failing:
        _show(out, item, audit.loaded.where)
    if is_quiet():
        return
    for verdict in (Verdict.DONE, Verdict.HOLDS):
        list_lines(out, VERDICTS[verdict], [_line(item) for item in audit.with_verdict(verdict)])
    for grid in grids(audit):
        out.print(f"\n{grid.title}:", style="bold")
        out.print(Columns(grid.headings, grid.rows, numbers=grid.numbers))
    list_lines(out, "Skipped, since they cannot be read", [f"{s.path}: {s.reason}" for s in audit.skipped])
    for note in audit.notes:
        out.print(f"\n{note}")
    out.print(f"\n{audit.files_searched} files searched.")


def _show(out: Out, item: Item, where: str) -> None:
    out.print(f"  {title(item)} ({printable(where)}:{item.line})")
    out.print(f"    {printable(item.said)}")
    for line in cut(item.evidence):
        out.print(f"      {line}")
    if item.hint:
        out.print(f"    → {printable(item.hint)}")


def _line(item: Item) -> str:
    first = item.evidence[0] if len(item.evidence) == 1 else None
    place = f" ({first.path}:{first.line})" if first and first.line else f" ({first.path})" if first else ""
    return f"{title(item)}: {item.said}{place}"
