"""A survey as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import asdict

from codemods.report.json_text import dump

if TYPE_CHECKING:
    from codemods.engine.survey import Survey
    from codemods.survey.findings import Finding, Place


def survey_json(survey: Survey, *, limit: int) -> str:
    """The first `limit` findings of each kind, all where it is 0, with all their places; what was left out."""
    found = [
        {"rank": rank, **_finding(survey.detailed(finding))}
        for kind in survey.wish.kinds
        for rank, finding in enumerate(survey.of_kind(kind)[: limit or None], 1)
    ]
    return dump(
        "scan",
        files_searched=survey.files,
        source_roots=list(survey.roots),
        totals={kind.value: len(survey.of_kind(kind)) for kind in survey.wish.kinds},
        findings=found,
        left_out=[asdict(item) for item in survey.left_out],
        skipped=[{"path": item.path, "reason": item.reason} for item in survey.skipped.values()],
    )


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "kind": finding.kind.value,
        "name": finding.name,
        "names": list(finding.names or (finding.name,)),
        "users": finding.users,
        "keep": finding.places[0].dotted if finding.is_decided else None,
        "reason": finding.reason,
        "weight": round(finding.weight, 2),
        "places": [_place(place) for place in finding.places],
    }


def _place(place: Place) -> dict[str, object]:
    return {
        "name": place.dotted,
        "path": place.path,
        "line": place.line,
        "lines": place.lines,
        "users": place.users,
        "users_outside_tests": place.users_outside_tests,
        "alike": None if place.alike is None else round(place.alike, 3),
        "methods_alike": round(place.members_alike, 3),
        "notes": list(place.notes),
        "differences": list(place.differences),
    }
