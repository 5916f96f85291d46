"""The public checks over the usual modules and redirects: a source before and after, a no-op, a block."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from codemods import testing
from codemods.model import Disposition, Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.engine.shown import Preview

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
    return testing.preview_of(files, redirect=redirect, rest=rest, rewrite=rewrite)


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
    return testing.outcome_of(source, path=path, **_given(redirect, rewrite, others))


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
    return testing.check_transformed(before, after, path=path, **_given(redirect, rewrite, others))


def check_noop(
    source: str | bytes,
    *,
    redirect: str | None = None,
    rewrite: str = "",
    path: str = "u.py",
    others: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """`source` is left alone; the findings, none of which is rewritten."""
    return testing.check_noop(source, path=path, **_given(redirect, rewrite, others))


def check_review(
    source: str, *, redirect: str | None = None, rewrite: str = "", others: Mapping[str, str] | None = None
) -> Finding:
    """`source` is left alone and has one reference to review; that one."""
    return testing.check_review(source, path="u.py", **_given(redirect, rewrite, others))


def check_blocked(
    source: str, *, redirect: str | None = None, rewrite: str = "", others: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """`source` is blocked, and none of its references is rewritten; the reasons."""
    return testing.check_blocked(source, path="u.py", **_given(redirect, rewrite, others))


def check_accounted(findings: tuple[Finding, ...]) -> None:
    """Each reference stands once, with one disposition."""
    testing.check_accounted(findings)
    assert sum(len(with_disposition(findings, d)) for d in Disposition) == len(findings)


def with_disposition(findings: tuple[Finding, ...], disposition: Disposition) -> list[Finding]:
    """The findings with one disposition."""
    return [finding for finding in findings if finding.disposition is disposition]


def _given(redirect: str | None, rewrite: str, others: Mapping[str, str] | None) -> testing.Given:
    redirect = ("" if rewrite else RENAMED) if redirect is None else redirect
    return {"redirect": redirect, "rewrite": rewrite, "others": {**BASE, **(others or {})}}
