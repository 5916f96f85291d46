"""An audit as Markdown, to be pasted into an issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.auditing.items import Verdict
from codemods.report.audit_words import VERDICTS, cut, grids, title, verdict_line
from codemods.report.markdown import cell, code, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.engine.auditing.audit import Audit
    from codemods.engine.auditing.items import Item
    from codemods.report.audit_words import Grid


def audit_markdown(audit: Audit) -> str:
    """The audit: the verdict, what does not hold, what is done, what holds, tables."""
    return "\n".join(_lines(audit))


def _lines(audit: Audit) -> Iterator[str]:
    yield f"## Audit of {code(audit.loaded.plan.name)}: {verdict_line(audit)}"
    for verdict, heading in VERDICTS.items():
        items = audit.with_verdict(verdict)
        if items:
            yield from ("", f"### {heading} ({len(items)})", "")
        for item in items:
            yield from _item(item, audit.loaded.where, in_full=verdict is Verdict.FAILS)
    for grid in grids(audit):
        yield from ("", f"### {plain(grid.title)}", "", *_table(grid))
    if audit.skipped:
        yield from ("", f"### Skipped, since they cannot be read ({len(audit.skipped)})", "")
        yield from (f"- {code(s.path)}: {plain(s.reason)}" for s in audit.skipped)
    for note in audit.notes:
        yield from ("", plain(note))


def _item(item: Item, where: str, *, in_full: bool) -> Iterator[str]:
    # A box to tick for what has to be mended.
    mark = "- [ ] " if in_full else "- [x] "
    yield f"{mark}**{plain(title(item))}** ({code(f'{where}:{item.line}')}): {plain(item.said)}"
    if in_full:
        yield from (f"  - {plain(line)}" for line in cut(item.evidence))
        if item.hint:
            yield f"  - → {plain(item.hint)}"


def _table(grid: Grid) -> Iterator[str]:
    yield _row(cell(plain(heading)) for heading in grid.headings)
    yield _row("---:" if grid.numbers and number else "---" for number in range(len(grid.headings)))
    for row in grid.rows:
        yield _row(cell(plain(text)) for text in row)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
