"""What a guard has found: one line for each place, as editors and CI logs read them; or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.model import printable
from codemods.report.volume import is_quiet, is_verbose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.guard_run import GuardReport
    from codemods.guarding.violations import Violation

_TOLD = 20


def guard_lines(report: GuardReport, *, strict: bool) -> Iterator[str]:
    """`path:line:column: message` for each violation that is new, then what needs but a look, and a summary."""
    certain = [violation for violation in report.new if violation.fails]
    told = [violation for violation in report.new if not violation.fails]
    yield from (_line(violation) for violation in certain)
    shown = told if strict or is_verbose() else () if is_quiet() else told[:_TOLD]
    yield from (_line(violation, "" if strict else "note: ") for violation in shown)
    if len(shown) < len(told) and not is_quiet():
        yield f"… and {len(told) - _TOLD} more notes; `--strict` lists all of them"
    yield from (f"{printable(skipped.path)}: not checked: {skipped.reason}" for skipped in report.found.skipped)
    yield _summary(report, len(certain), len(told), strict=strict)
    yield from _about_the_baseline(report)


def _line(violation: Violation, before: str = "") -> str:
    place = f"{printable(violation.path)}:{violation.line}:{violation.column}"
    return f"{place}: {before}{printable(violation.message)}"


def _summary(report: GuardReport, certain: int, told: int, *, strict: bool) -> str:
    new = certain + told if strict else certain
    counted = [f"{len(report.found.checked)} file(s) checked by the plan {report.plan}: {new} new violation(s)"]
    if told and not strict:
        counted.append(f"{told} note(s), which fail with --strict")
    if report.known:
        counted.append(f"{len(report.known)} known")
    return f"{', '.join(counted)}."


def _about_the_baseline(report: GuardReport) -> Iterator[str]:
    if report.written is not None:
        yield f"The baseline is written: {report.written} known."
        if report.new:
            yield f"What is new is not added to it ({len(report.new)}): it only shrinks."
    elif report.fixed:
        yield f"{len(report.fixed)} of the baseline fixed: run with --write-baseline to take them out."


def guard_json(report: GuardReport, *, strict: bool) -> str:
    """The same values; `new` and `known` hold each place, `fixed` the entries of the baseline that are gone."""
    from codemods.report.json_text import dump

    return dump(
        "guard",
        plan=report.plan,
        fails=report.fails(strict=strict),
        files_checked=len(report.found.checked),
        new=[_value(violation) for violation in report.new],
        known=[_value(violation) for violation in report.known],
        fixed=[entry._asdict() for entry in report.fixed],
        skipped=[{"path": skipped.path, "reason": skipped.reason} for skipped in report.found.skipped],
    )


def _value(violation: Violation) -> dict[str, object]:
    return {
        "path": violation.path,
        "line": violation.line,
        "column": violation.column,
        "kind": violation.kind.value,
        "target": violation.target,
        "scope": violation.scope,
        "certain": violation.fails,
        "message": violation.message,
    }
