"""A preview as a page to read, filter and print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.model import Disposition, count, count_forms, printable
from codemods.report.html.entries import Entries, Rules
from codemods.report.html.page import cards, page, table, text

if TYPE_CHECKING:
    from codemods.engine.shown import Preview
    from codemods.report.html.links import Links

_SCRIPTS = ("dom", "code", "diff", "filters", "keys", "preview")
_KINDS = [disposition.value for disposition in Disposition]


def preview_page(preview: Preview, place: str, links: Links) -> str:
    """The page. `place` says in words which state of the repository it is about."""
    plan = preview.loaded.plan
    entries = Entries(Rules.of(plan), links)
    made = entries.of(preview)
    data = {
        "files": made,
        "words": list(entries.words.numbers),
        "skipped": [[printable(skipped.path), printable(skipped.reason)] for skipped in preview.skipped],
    }
    title = plan.title or plan.name
    body = "".join(
        (
            f"<header><h1>{text(title)}</h1>",
            f"<p class=about-run>Preview of the plan <code>{text(plan.name)}</code> on {text(place)}. "
            "Nothing is changed yet: "
            f"<code>codemods apply {text(preview.loaded.where)}</code> carries it out.</p>",
            _summary(preview),
            "</header><main id=main tabindex=-1></main>",
        )
    )
    return page(f"{title}: preview", body, _SCRIPTS, data)


def _summary(preview: Preview) -> str:
    totals = count(preview.findings)
    figures = [
        ("files to change", sum(len(unit.changes) for unit in preview.units), "all"),
        ("commits", len(preview.units), "all"),
        ("references found", len(preview.findings), "all"),
        *((_title(disposition), totals[disposition], disposition.value) for disposition in Disposition),
        ("files searched", preview.files_searched, "all"),
    ]
    phases = [
        (p.phase.name, sum(len(u.changes) for u in p.units), len(p.units), len(p.findings), *count(p.findings).values())
        for p in preview.phases
    ]
    if preview.outside:
        outside = tuple(finding for outcome in preview.outside for finding in outcome.findings)
        phases.append(("(no phase)", 0, 0, len(outside), *count(outside).values()))
    forms = [(form.value, sum(row.values()), *row.values()) for form, row in count_forms(preview.findings).items()]
    tables = table("Phases, in their order", ("phase", "files", "commits", "references", *_KINDS), phases) + table(
        "References by form", ("form", "found", *_KINDS), forms
    )
    shown = f"<details class=tables open><summary>Phases and forms</summary>{tables}</details>"
    return f"{cards(figures)}{shown}{_remarks(preview)}"


def _title(disposition: Disposition) -> str:
    return {Disposition.REVIEW: "to review", Disposition.LEFT: "left on purpose"}.get(disposition, disposition.value)


def _remarks(preview: Preview) -> str:
    lists = [
        f"<h2>{text(phase.phase.name)}</h2><ul>{''.join(f'<li>{text(remark)}</li>' for remark in phase.remarks)}</ul>"
        for phase in preview.phases
        if phase.remarks
    ]
    if not lists:
        return ""
    return f"<details class=remarks><summary>What merges, shims and deletions do</summary>{''.join(lists)}</details>"
