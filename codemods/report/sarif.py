"""A preview or a guard as SARIF 2.1.0, which code hosts and editors show at the lines."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from codemods.model import Blocked, Disposition, Skipped, printable
from codemods.report.json_text import to_text
from codemods.report.places import place_of
from codemods.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codemods.engine.guard_run import GuardReport
    from codemods.engine.shown import Preview
    from codemods.model import Finding, Outcome

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_Rules = dict[str, tuple[str, str]]  # the level, and what it means
_PREVIEW: _Rules = {
    "rewritten": ("note", "A reference that the plan rewrites."),
    "left": ("none", "A reference that the plan leaves on purpose: it still holds after the change."),
    "review": ("warning", "What may be a reference: the code does not prove what it means, and a person has to look."),
    "blocked": ("note", "A reference in a file that the plan cannot migrate correctly, and leaves untouched."),
    "blocked-file": ("error", "Why the plan cannot migrate a file correctly."),
    "skipped-file": ("warning", "A file that could not be read as Python."),
}
_GUARD: _Rules = {
    "returned": ("error", "Something that the plan has done away with."),
    "unclear": (
        "note",
        "What may be something that the plan has done away with, or leads there through another module.",
    ),
}


class _Result(Struct, frozen=True):
    rule: str
    path: str
    line: int
    column: int
    message: str
    identity: tuple[str, ...]  # what it is known by when the lines around it move
    is_known: bool = False


def preview_sarif(preview: Preview) -> str:
    """All references of a preview, and the files that are blocked or skipped."""
    return _log(preview.loaded.plan.name, "preview", _PREVIEW, _of_preview(preview))


def guard_sarif(report: GuardReport) -> str:
    """The violations that a guard has found; those that its baseline knows are marked as suppressed."""
    results = [
        _Result(
            "returned" if violation.fails else "unclear",
            violation.path,
            violation.line,
            violation.column,
            violation.message,
            (violation.kind.value, violation.target, violation.scope),
            is_known,
        )
        for is_known, violations in ((False, report.new), (True, report.known))
        for violation in violations
    ]
    return _log(report.plan, "guard", _GUARD, results)


def _of_preview(preview: Preview) -> Iterator[_Result]:
    outcomes: list[Outcome] = [outcome for phase in preview.phases for outcome in phase.outcomes]
    for outcome in (*outcomes, *preview.outside):
        if not isinstance(outcome, Skipped):
            yield from map(_of_finding, outcome.findings)
        for reason in outcome.reasons if isinstance(outcome, Blocked) else ():
            place = place_of(reason, outcome.path)
            yield _Result("blocked-file", place.path, place.line, 1, place.text, (place.text,))
    for skipped in preview.skipped:
        yield _Result("skipped-file", skipped.path, 1, 1, skipped.reason, ())


def _of_finding(finding: Finding) -> _Result:
    reference = finding.reference
    what = f"{reference.target} ({reference.form.value})"
    told = "is rewritten" if finding.disposition is Disposition.REWRITTEN else finding.disposition.value
    message = f"{what}: {finding.reason or told}"
    identity = (reference.target, reference.form.value)
    return _Result(finding.disposition.value, reference.path, reference.line, reference.column, message, identity)


def _log(plan: str, verb: str, rules: _Rules, results: Iterable[_Result]) -> str:
    numbers = {name: number for number, name in enumerate(rules)}
    seen: Counter[tuple[str, ...]] = Counter()
    shown = [_shown(result, numbers, rules, seen) for result in results]
    driver = {
        "name": "codemods",
        "semanticVersion": VERSION,
        "rules": [
            {"id": name, "shortDescription": {"text": text}, "defaultConfiguration": {"level": level}}
            for name, (level, text) in rules.items()
        ],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"codemods/{verb}/{plan}/"},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "results": shown,
    }
    return to_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _shown(
    result: _Result, numbers: Mapping[str, int], rules: _Rules, seen: Counter[tuple[str, ...]]
) -> dict[str, object]:
    known_by = (result.rule, result.path, *result.identity)
    seen[known_by] += 1
    level = rules[result.rule][0]
    place = {
        "artifactLocation": {"uri": quote(result.path, errors="surrogateescape"), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": max(result.line, 1), "startColumn": max(result.column, 1)},
    }
    shown: dict[str, object] = {
        "ruleId": result.rule,
        "ruleIndex": numbers[result.rule],
        "level": level,
        # Other kinds than `fail` have no level, and the other way round.
        "kind": "informational" if level == "none" else "fail",
        "message": {"text": printable(result.message)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"place/v1": _digest((*known_by, str(seen[known_by])))},
    }
    if result.is_known:
        shown["suppressions"] = [{"kind": "external", "justification": "The baseline of the guard knows it."}]
    return shown


def _digest(parts: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
