"""What a person reads of a survey: findings by kind, each with its places, their users and how they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.model import printable
from codemods.report.volume import is_quiet
from codemods.survey.findings import Kind

if TYPE_CHECKING:
    from codemods.engine.survey import Survey
    from codemods.report.out import Out
    from codemods.survey.findings import Finding, Place

_TITLES = {
    Kind.DUPLICATE: ("Defined more than once", "name(s)"),
    Kind.NEAR: ("Near duplicates: other names, like code or the same methods", "group(s)"),
    Kind.CONCEPT: ("Names that compete for one concept", "concept(s)"),
    Kind.FORWARDER: ("Modules that only forward to others", "module(s)"),
    Kind.PATHS: ("Import paths that lead to one object", "object(s)"),
}
_PLACES = 6
_NAMES = 5
_SAID_ALREADY = frozenset(("same code", "only the name is the same"))


def show_survey(out: Out, survey: Survey, *, limit: int) -> None:
    """Show the first `limit` findings of each kind, all where it is 0; then what was left out."""
    for kind in () if is_quiet() else survey.wish.kinds:
        findings = survey.of_kind(kind)
        if findings:
            shown = findings[:limit] if limit else findings
            title, what = _TITLES[kind]
            first = f", the first {len(shown)}" if len(shown) < len(findings) else ""
            out.print(f"{title} ({len(findings)} {what}{first})", style="bold")
            for number, finding in enumerate(shown, 1):
                _show(out, number, survey.detailed(finding))
            out.print()
    _show_rest(out, survey)


def _show_rest(out: Out, survey: Survey) -> None:
    if survey.left_out and not is_quiet():
        out.print("Left out: " + "; ".join(f"{item.count} {item.what}" for item in survey.left_out) + ".")
    for skipped in survey.skipped.values():
        out.print(f"Skipped: {printable(skipped.path)}: {printable(skipped.reason)}")
    roots = ", ".join(f"`{printable(root)}`" for root in survey.roots)
    out.print(f"{len(survey.findings)} finding(s) in {survey.files} Python file(s); dotted names start from: {roots}.")
    if survey.findings and not is_quiet():
        out.print("`codemods init NAME` drafts a plan for one of them.")


def _show(out: Out, number: int, finding: Finding) -> None:
    name = printable(finding.name)
    if more := [printable(other) for other in finding.names if other != finding.name]:
        rest = f", … {len(more) - _NAMES} more" if len(more) > _NAMES else ""
        name += f", {', '.join(more[:_NAMES])}{rest}"
    out.print(f"{number:3}  {name}", style="bold")
    out.print(f"     {printable(finding.reason)}")
    kept = _kept(finding)
    for place in finding.places[:_PLACES]:
        out.print(f"     {'keep' if place is kept else '    '}  {_line(finding, place)}")
        for words in _words(place):
            out.print(f"               {printable(words)}")
    if len(finding.places) > _PLACES:
        out.print(f"           … and {len(finding.places) - _PLACES} more place(s)")


def _kept(finding: Finding) -> Place | None:
    return finding.places[0] if finding.is_decided else None


def _line(finding: Finding, place: Place) -> str:
    where = f"{printable(place.path)}:{place.line}"
    called = (
        ""
        if finding.kind in (Kind.DUPLICATE, Kind.FORWARDER)
        else f"  {place.dotted if finding.kind is Kind.PATHS else place.name}"
    )
    lines = "" if finding.kind is Kind.PATHS else f"{place.lines} line{'s' if place.lines != 1 else ''}, "
    tests = place.users - place.users_outside_tests
    users = f"{place.users} file(s)" + (f", {tests} of them tests" if tests else "")
    return f"{where}{called}: {lines}{users}"


def _words(place: Place) -> list[str]:
    words = [*place.notes]
    if place.alike is not None and not _SAID_ALREADY.intersection(place.differences):
        words.append(f"{place.alike:.0%} like code")
        words += [f"{place.members_alike:.0%} same methods"] if place.members_alike else []
    first = ["; ".join(words)] if words else []
    return [*first, *place.differences]
