"""What all renderings of an audit say: rows of its tables as text, and the order of what needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.auditing.duplicates import worth_telling
from codemods.engine.auditing.items import Verdict
from codemods.model import Disposition, Form, printable
from codemods.survey.signatures import signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.engine.auditing.audit import Audit
    from codemods.engine.auditing.items import Evidence, Item
    from codemods.survey.compare import Difference
    from codemods.survey.outline import Part

VERDICTS = {Verdict.FAILS: "Does not hold", Verdict.DONE: "Already done", Verdict.HOLDS: "Holds"}
SHOWN = 10  # places of one item, rows of one comparison; JSON has all


class Grid(Struct, frozen=True):
    """A table: a title, headings, and rows of text. Columns from the second on that hold figures are `numbers`."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: bool = True


def verdict_line(audit: Audit) -> str:
    """`31 hold · 4 done already · 6 do not hold`."""
    counts = audit.verdicts
    hold = "holds" if counts[Verdict.HOLDS] == 1 else "hold"
    fail = "does" if counts[Verdict.FAILS] == 1 else "do"
    done = f"{counts[Verdict.DONE]} done already"
    return f"{counts[Verdict.HOLDS]} {hold} · {done} · {counts[Verdict.FAILS]} {fail} not hold"


def place(evidence: Evidence) -> str:
    """`path:line: what`."""
    where = f"{evidence.path}:{evidence.line}" if evidence.line else evidence.path
    return printable(f"{where}: {evidence.what}" if evidence.what else where)


def more(left: int) -> str:
    """What stands in place of `left` further lines."""
    return f"… and {left} more; --json lists all of them"


def title(item: Item) -> str:
    """What an item is about."""
    return printable(f"{item.section.value}: {item.name}")


def grids(audit: Audit) -> Iterator[Grid]:
    """The tables of an audit, those with nothing in them left out."""
    tables = (
        _phases(audit),
        _forms(audit),
        _old_paths(audit),
        _compliance(audit),
        *_comparisons(audit),
        _rivals(audit),
    )
    return (table for table in tables if table.rows)


def _phases(audit: Audit) -> Grid:
    figures = (*audit.phases, *([audit.totals] if len(audit.phases) > 1 else []))
    rows = tuple(
        (
            printable(f.name or "(no phase)"),
            str(len(f.files)),
            str(f.references),
            *(str(f.dispositions[d.value]) for d in Disposition),
            str(len(f.migrated)),
            str(len(f.idle)),
            str(f.outside_python),
        )
        for f in figures
    )
    headings = (
        "phase",
        "files",
        "references",
        *(d.value for d in Disposition),
        "files done",
        "files without",
        "outside Python",
    )
    return Grid("References by phase", headings, rows if audit.totals.references or audit.totals.outside_python else ())


def _forms(audit: Audit) -> Grid:
    phases = [f for f in audit.phases if f.references]
    used = [form.value for form in Form if form.value in audit.totals.forms]
    rows = tuple((form, str(audit.totals.forms[form]), *(str(f.forms.get(form, 0)) for f in phases)) for form in used)
    names = tuple(printable(f.name or "(no phase)") for f in phases) if len(phases) > 1 else ()
    return Grid("References by form", ("form", "all", *names), tuple(row[: 2 + len(names)] for row in rows))


def _old_paths(audit: Audit) -> Grid:
    phases = [f for f in audit.phases if f.references]
    names = tuple(printable(f.name or "(no phase)") for f in phases) if len(phases) > 1 else ()
    rows = tuple(
        (old, str(number), *(str(f.paths.get(old, 0)) for f in phases if names))
        for old, number in audit.totals.paths.items()
    )
    return Grid("References by old path", ("old path", "all", *names), rows)


def _compliance(audit: Audit) -> Grid:
    shares = [("all", audit.compliance.overall), *audit.compliance.by_folder.items()]
    rows = tuple(
        (printable(folder), f"{share.percent:.1f} %", str(share.canonical), str(share.old), str(share.other))
        for folder, share in shares
        if share.percent is not None
    )
    headings = ("folder", "compliance", "canonical", "old", "through others")
    return Grid("Compliance: the share of references that name the canonical path", headings, rows)


def _comparisons(audit: Audit) -> Iterator[Grid]:
    told: set[tuple[str, str]] = set()
    for pair in audit.pairs:
        told.add((pair.kept_path, pair.other_path))
        heading = f"{pair.other_path} ({pair.lines[1]} lines) against {pair.kept_path} ({pair.lines[0]} lines)"
        yield _comparison(heading, pair.differences)
    for duplicate in audit.duplicates:
        kept, other = duplicate.kept, duplicate.other
        if (kept.path, other.path) not in told:
            heading = (
                f"{other.path}:{other.part.line} ({other.lines} lines) against "
                f"{kept.path}:{kept.part.line} ({kept.lines} lines)"
            )
            yield _comparison(heading, duplicate.differences)


def _comparison(heading: str, differences: tuple[Difference, ...]) -> Grid:
    told = worth_telling(differences)
    rows = [(_short(d.name), _signature(d.ours), _signature(d.theirs), _details(d)) for d in told]
    cut = 2 * SHOWN
    if len(rows) > cut:
        rows = [*rows[:cut], (more(len(rows) - cut), "", "", "")]
    return Grid(
        printable(heading), ("name", "kept (ours)", "duplicate (theirs)", "difference"), tuple(rows), numbers=False
    )


def _short(name: str) -> str:
    """Of a member only its own name: its class is the row above."""
    holder, _, last = name.rpartition(".") if " → " not in name else ("", "", name)
    return f".{last}" if holder else last


def _details(difference: Difference) -> str:
    told = [detail for detail in difference.details if not _is_of_members(difference, detail)]
    return printable("; ".join(told)) if difference.details else "ours lacks it"


def _is_of_members(difference: Difference, detail: str) -> bool:
    """Whether `detail` only sums up what the rows of the members of a class say."""
    part = difference.ours
    is_class = part is not None and part.kind == "class"
    return is_class and (detail.startswith("ours lacks `") or detail.endswith((" differ", " differs")))


def _signature(part: Part | None) -> str:
    if part is None:
        return "—"
    shown = printable(signature(part))
    return shown if len(shown) <= 60 else f"{shown[:59]}…"


def _rivals(audit: Audit) -> Grid:
    rows = tuple((r.kept, r.name, f"{printable(r.path)}:{r.line}") for r in audit.rivals)
    return Grid("Classes whose names compete with kept ones", ("kept", "other", "where"), rows, numbers=False)


def cut(evidence: Iterable[Evidence]) -> list[str]:
    """The first places, and how many there are more."""
    lines = [place(entry) for entry in evidence]
    return [*lines[:SHOWN], more(len(lines) - SHOWN)] if len(lines) > SHOWN else lines
