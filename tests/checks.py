"""The language of the tests: a source before and after, a no-op, a block; each checked against the invariants."""

from __future__ import annotations

import ast
import json
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


def plan_text(redirect: str = RENAMED, rest: str = "", rewrite: str = "") -> str:
    """A plan with these redirects and rules, as far as given, and more keys."""
    parts = (("redirect", redirect), ("rewrite", rewrite))
    return "schema: 1\nname: test\n" + "".join(f"{key}:\n{text}" for key, text in parts if text) + rest


def rule(match: str, replace: str, **more: object) -> str:
    """The entry of `rewrite:` for one rule; `more` are its other keys. Those that Python reserves end in `_`."""
    keys = {"name": "r", "match": match, "replace": replace, **{key.rstrip("_"): more[key] for key in more}}
    return f"  - {json.dumps(keys)}\n"


def preview_files(
    files: Mapping[str, str | bytes], redirect: str = RENAMED, rest: str = "", rewrite: str = ""
) -> Preview:
    """The preview of a plan over `files`."""
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    plan = load_plan(plan_text(redirect, rest, rewrite), "plan.yaml")
    return preview(plan, sorted(contents), contents.__getitem__)


def outcome(
    source: str | bytes,
    *,
    redirect: str | None = None,
    rewrite: str = "",
    path: str = "u.py",
    others: Mapping[str, str] | None = None,
) -> Outcome:
    """What becomes of `source`, beside the usual old and new modules; Unchanged where it holds no reference.

    Without `redirect` the usual ones are made, or none beside the rules of `rewrite`.
    """
    files = {**BASE, **(others or {}), path: source}
    redirect = ("" if rewrite else RENAMED) if redirect is None else redirect
    shown = preview_files(files, redirect, rewrite=rewrite)
    outcomes = [*(o for phase in shown.phases for o in phase.outcomes), *shown.outside, *shown.skipped]
    return next((o for o in outcomes if o.path == path), Unchanged(path))


def check_transformed(
    before: str | bytes,
    after: str | bytes,
    *,
    redirect: str | None = None,
    rewrite: str = "",
    path: str = "u.py",
    others: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """`before` becomes exactly `after`, which parses and is not changed again; the findings."""
    result = outcome(before, redirect=redirect, rewrite=rewrite, path=path, others=others)
    assert isinstance(result, Changed), result
    expected = after.encode() if isinstance(after, str) else after
    assert result.change.after == expected, result.change.after.decode("utf-8", "replace")
    ast.parse(result.change.after)
    again = outcome(result.change.after, redirect=redirect, rewrite=rewrite, path=path, others=others)
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
    source: str | bytes,
    *,
    redirect: str | None = None,
    rewrite: str = "",
    path: str = "u.py",
    others: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """`source` is left alone; the findings, none of which is rewritten."""
    result = outcome(source, redirect=redirect, rewrite=rewrite, path=path, others=others)
    assert isinstance(result, Unchanged), result
    assert not with_disposition(result.findings, Disposition.REWRITTEN)
    return result.findings


def check_review(
    source: str, *, redirect: str | None = None, rewrite: str = "", others: Mapping[str, str] | None = None
) -> Finding:
    """`source` is left alone and has one reference to review; that one."""
    findings = check_noop(source, redirect=redirect, rewrite=rewrite, others=others)
    review = with_disposition(findings, Disposition.REVIEW)
    assert len(review) == 1, findings
    assert review[0].reason
    return review[0]


def check_blocked(
    source: str, *, redirect: str | None = None, rewrite: str = "", others: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """`source` is blocked, and none of its references is rewritten; the reasons."""
    result = outcome(source, redirect=redirect, rewrite=rewrite, others=others)
    assert isinstance(result, Blocked), result
    assert not with_disposition(result.findings, Disposition.REWRITTEN)
    return result.reasons
