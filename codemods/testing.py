"""Checks for tests of a migration: what a transform of one's own, a rule or a redirect makes of a source.

Each check runs the whole of a preview in memory and raises AssertionError with a readable text. Nothing here needs
pytest. What is checked is given by keywords, one or more of:

- `transform`: an object with `find`, or a class or function as an entry point names it, with `args`;
- `rewrite`: the YAML text of rules, as it stands under `rewrite:` in a plan;
- `redirect`: the YAML text under `redirect:`; `rest`: that of more keys of the plan;
- `plan`: the file of a plan, whose rules and redirects are checked; with `rule`, only that one.

`path` is where the source stands, `others` are the files beside it.
"""

from __future__ import annotations

import ast
import difflib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from msgspec.structs import replace

from codemods.engine.own_transforms import load_transforms, make_transform
from codemods.engine.preview import preview
from codemods.model import Blocked, Changed, Disposition, Finding, Outcome, Skipped, Unchanged
from codemods.plan.load import LoadedPlan, load_plan
from codemods.plan.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from typing_extensions import Unpack

    from codemods.api import Edit, Note, Transform
    from codemods.engine.shown import Preview

    Target = Transform | type[Transform] | Callable[..., Iterable[Edit | Note]]

__all__ = [
    "check_accounted",
    "check_blocked",
    "check_noop",
    "check_review",
    "check_transformed",
    "outcome_of",
    "preview_of",
]

_PATH = "example.py"
_STEP = "transform"


class Given(TypedDict, total=False):
    """What the checks take, all by keyword."""

    transform: Target | None
    args: Mapping[str, Any]
    rewrite: str
    redirect: str
    rest: str  # more keys of the plan
    plan: str | Path | None  # the file of one
    rule: str
    path: str
    others: Mapping[str, str | bytes] | None


def check_transformed(before: str | bytes, after: str | bytes, **given: Unpack[Given]) -> tuple[Finding, ...]:
    """`before`, the file at `path`, becomes exactly `after`, which parses and is not changed again; the findings."""
    found = outcome_of(before, **given)
    if not isinstance(found, Changed):
        raise AssertionError(f"it is not changed: {_told(found)}")
    _check_same(_text(after), _text(found.change.after), "the result is not as expected (+ is what it is)")
    ast.parse(found.change.after)
    again = outcome_of(found.change.after, **given)
    if isinstance(again, Changed):
        _check_same(_text(after), _text(again.change.after), "applied again, the result changes again")
    if not isinstance(again, Unchanged):
        raise AssertionError(f"applied again, the result is not left alone: {_told(again)}")
    check_accounted(found.findings)
    return found.findings


def check_noop(source: str | bytes, **given: Unpack[Given]) -> tuple[Finding, ...]:
    """`source` is left alone; the findings, none of which is rewritten."""
    found = outcome_of(source, **given)
    if isinstance(found, Changed):
        _check_same(_text(source), _text(found.change.after), "it is changed (+ is what it becomes)")
    if not isinstance(found, Unchanged):
        raise AssertionError(f"it is not left alone: {_told(found)}")
    _check_none_rewritten(found.findings)
    return found.findings


def check_review(source: str | bytes, **given: Unpack[Given]) -> Finding:
    """`source` is left alone, and one place in it is listed for review, with a reason; that one."""
    findings = check_noop(source, **given)
    review = [finding for finding in findings if finding.disposition is Disposition.REVIEW]
    if len(review) != 1 or not review[0].reason:
        raise AssertionError(f"expected one place to review, with a reason; found {_list(review)}")
    return review[0]


def check_blocked(source: str | bytes, **given: Unpack[Given]) -> tuple[str, ...]:
    """`source` is blocked, and left alone as a whole; the reasons."""
    found = outcome_of(source, **given)
    if not isinstance(found, Blocked):
        raise AssertionError(f"it is not blocked: {_told(found)}")
    _check_none_rewritten(found.findings)
    return found.reasons


def outcome_of(source: str | bytes, **given: Unpack[Given]) -> Outcome:
    """What becomes of `source`, the file at `path`; Unchanged where there is nothing in it."""
    path = given.get("path", _PATH)
    shown = preview_of({**(given.get("others") or {}), path: source}, **given)
    outcomes = [*(o for phase in shown.phases for o in phase.outcomes), *shown.outside, *shown.skipped]
    return next((o for o in outcomes if o.path == path), Unchanged(path))


def preview_of(files: Mapping[str, str | bytes], **given: Unpack[Given]) -> Preview:
    """The preview over `files`, by their paths. What is given beside `transform` and texts of the plan does not count.

    Raises PlanError where the plan is wrong, ArgumentError where `args` are.
    """
    contents = {path: source if isinstance(source, bytes) else source.encode() for path, source in files.items()}
    transform = given.get("transform")
    made = {_STEP: _made(transform, given.get("args") or {})} if transform is not None else {}
    file = given.get("plan")
    if file is None:
        return preview(_loaded(_plan_text(given)), sorted(contents), contents.__getitem__, transforms=made)
    if transform is not None or given.get("rewrite") or given.get("redirect"):
        raise AssertionError("`plan` has rules and redirects of its own: give nothing beside it")
    loaded = _steps(_loaded(Path(file).read_text(encoding="utf-8-sig"), str(file)), given.get("rule"))
    return preview(loaded, sorted(contents), contents.__getitem__, transforms=load_transforms(loaded))


def _steps(loaded: LoadedPlan, rule: str | None) -> LoadedPlan:
    """The rules and redirects of a plan without all that speaks of a whole repository; with `rule`, that one alone."""
    plan = loaded.plan
    alone: dict[str, Any] = {"keep": (), "merge": (), "delete": (), "phases": (), "exclude": ()}
    if rule is not None:
        known = [step.name for step in plan.rewrite]
        if rule not in known:
            raise AssertionError(f"the plan has no rule `{rule}`{nearest(rule, known)}")
        alone |= {"redirect": (), "rewrite": tuple(step for step in plan.rewrite if step.name == rule)}
    return replace(loaded, plan=replace(plan, **alone))


# The cases of one rule mostly share their plan.
@lru_cache(maxsize=32)
def _loaded(text: str, where: str = "plan.yaml") -> LoadedPlan:
    return load_plan(text, where)


def _plan_text(given: Given) -> str:
    """The plan that the checks carry out."""
    rules, moves = given.get("rewrite", "").strip("\n").rstrip(" "), given.get("redirect", "").strip("\n").rstrip(" ")
    steps = [rules] if rules else []
    if given.get("transform") is not None:
        steps.append(f"{rules[: len(rules) - len(rules.lstrip(' '))]}- {{name: {_STEP}, transform: {_STEP}}}")
    parts = [f"{key}:\n{text}" for key, text in (("rewrite", "\n".join(steps)), ("redirect", moves)) if text]
    return "\n".join(("schema: 1", "name: test", *parts, given.get("rest", "")))


def _made(transform: Any, args: Mapping[str, Any]) -> Transform:
    if isinstance(transform, type) or not hasattr(transform, "find"):
        return make_transform(transform, args)
    if args:
        raise AssertionError("`args` are for a class or a function; this transform is made already")
    made: Transform = transform
    return made


def _check_same(expected: str, found: str, what: str) -> None:
    if expected != found:
        diff = difflib.unified_diff(expected.splitlines(keepends=True), found.splitlines(keepends=True))
        shown = "".join(_visible(line) for line in list(diff)[2:])
        raise AssertionError(f"{what}:\n{shown}")


def _visible(line: str) -> str:
    """A line of a diff, with what cannot be seen at its end spelled out where that matters."""
    body = line.rstrip("\r\n")
    end = line[len(body) :]
    marked = body if body == body.rstrip() or body == " " else f"{body.rstrip()}{body[len(body.rstrip()) :]!r}"
    return f"{marked}{'' if end == chr(10) else repr(end)}\n"


def check_accounted(findings: tuple[Finding, ...]) -> None:
    """Each reference stands once, with one disposition."""
    places = [(f.reference.line, f.reference.column, f.reference.form, f.reference.target) for f in findings]
    twice = [f for f, place in zip(findings, places, strict=True) if places.count(place) > 1]
    # Before Python 3.12 all names in one formatted string have its position.
    if twice and len({f.reference.line for f in findings}) >= len(places):
        raise AssertionError(f"places that were found more than once: {_list(twice)}")


def _check_none_rewritten(findings: tuple[Finding, ...]) -> None:
    rewritten = [finding for finding in findings if finding.disposition is Disposition.REWRITTEN]
    if rewritten:
        raise AssertionError(f"it is left alone, but told to be rewritten: {_list(rewritten)}")


def _text(source: str | bytes) -> str:
    return source if isinstance(source, str) else source.decode("utf-8", "backslashreplace")


def _told(outcome: Outcome) -> str:
    if isinstance(outcome, Blocked):
        return "it is blocked:" + "".join(f"\n  {reason}" for reason in outcome.reasons)
    if isinstance(outcome, Skipped):
        return f"it is skipped: {outcome.reason}"
    if isinstance(outcome, Changed):
        return f"it is changed:\n{_text(outcome.change.after)}"
    return f"nothing is changed; found {_list(outcome.findings)}"


def _list(findings: Iterable[Finding]) -> str:
    shown = [
        f"\n  {f.reference.line}:{f.reference.column} {f.reference.form.value} {f.reference.target}: "
        f"{f.disposition.value}{f' ({f.reason})' if f.reason else ''}"
        for f in findings
    ]
    return "".join(shown) or "nothing"
