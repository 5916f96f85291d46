"""The language of the tests: a source before and after, a no-op, a block; each checked against the invariants."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.engine.preview import Preview, preview
from codemods.model import Blocked, Changed, Disposition, Finding, Outcome, Unchanged
from codemods.plan.load import load_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

OLD = "def f(x=1):\n    return ('f', x)\n\n\nK = 1\nL = 2\n\n\nclass C:\n    pass\n"
NEW = "def g(x=1):\n    return ('g', x)\n\n\nZ = 26\n\n\nclass D:\n    pass\n"
BASE = {
    "a/__init__.py": "",
    "a/b.py": OLD,
    "a/other.py": "K = 5\n",
    "c/__init__.py": "",
    "c/d.py": NEW,
}
RENAMED = "  - {symbol: a.b.f, to: c.d.g}\n  - {symbol: a.b.C, to: c.d.D}\n"


def plan_text(redirect: str = RENAMED, rest: str = "") -> str:
    """A plan with these redirects and, if given, more keys."""
    return f"schema: 1\nname: test\nredirect:\n{redirect}{rest}"


def preview_files(files: Mapping[str, str | bytes], redirect: str = RENAMED, rest: str = "") -> Preview:
    """The preview of a plan over `files`."""
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    return preview(load_plan(plan_text(redirect, rest), "plan.yaml"), sorted(contents), contents.__getitem__)


def outcome(
    source: str | bytes, *, redirect: str = RENAMED, path: str = "u.py", others: Mapping[str, str] | None = None
) -> Outcome:
    """What becomes of `source`, beside the usual old and new modules; Unchanged where it holds no reference."""
    files = {**BASE, **(others or {}), path: source}
    shown = preview_files(files, redirect)
    outcomes = [*(o for phase in shown.phases for o in phase.outcomes), *shown.outside, *shown.skipped]
    return next((o for o in outcomes if o.path == path), Unchanged(path))


def check_transformed(
    before: str | bytes,
    after: str | bytes,
    *,
    redirect: str = RENAMED,
    path: str = "u.py",
    others: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """`before` becomes exactly `after`, which parses and is not changed again; the findings."""
    result = outcome(before, redirect=redirect, path=path, others=others)
    assert isinstance(result, Changed), result
    expected = after.encode() if isinstance(after, str) else after
    assert result.change.after == expected, result.change.after.decode("utf-8", "replace")
    ast.parse(result.change.after)
    again = outcome(result.change.after, redirect=redirect, path=path, others=others)
    assert isinstance(again, Unchanged), "applying the plan again changes the result"
    check_accounted(result.findings)
    return result.findings


def check_accounted(findings: tuple[Finding, ...]) -> None:
    """Each reference stands once, with one disposition."""
    places = [(f.reference.line, f.reference.column, f.reference.form, f.reference.target) for f in findings]
    formatted = {f.reference.line for f in findings}
    assert len(places) == len(set(places)) or len(formatted) < len(places)
    assert sum(len(with_disposition(findings, d)) for d in Disposition) == len(findings)


def with_disposition(findings: tuple[Finding, ...], disposition: Disposition) -> list[Finding]:
    """The findings with one disposition."""
    return [finding for finding in findings if finding.disposition is disposition]


def check_noop(
    source: str | bytes, *, redirect: str = RENAMED, path: str = "u.py", others: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """`source` is left alone; the findings, none of which is rewritten."""
    result = outcome(source, redirect=redirect, path=path, others=others)
    assert isinstance(result, Unchanged), result
    assert not with_disposition(result.findings, Disposition.REWRITTEN)
    return result.findings


def check_review(source: str, *, redirect: str = RENAMED, others: Mapping[str, str] | None = None) -> Finding:
    """`source` is left alone and has one reference to review; that one."""
    findings = check_noop(source, redirect=redirect, others=others)
    review = with_disposition(findings, Disposition.REVIEW)
    assert len(review) == 1, findings
    assert review[0].reason
    return review[0]


def check_blocked(source: str, *, redirect: str, others: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """`source` is blocked, and none of its references is rewritten; the reasons."""
    result = outcome(source, redirect=redirect, others=others)
    assert isinstance(result, Blocked), result
    assert not with_disposition(result.findings, Disposition.REWRITTEN)
    return result.reasons
