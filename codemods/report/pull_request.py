"""The text of a pull request for one branch of a split, in Markdown: what, why, how validated, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.model import Disposition, count
from codemods.report.markdown import cell, code, plain
from codemods.report.tracker import goal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.engine.progress import UnitResult
    from codemods.engine.shown import Preview
    from codemods.journal import Validated
    from codemods.model import Finding

_REVIEWED = 50  # places listed


class Landed(Struct, frozen=True):
    """A unit that a branch holds: its commit, and the files that this has changed."""

    phase: str
    sha: str
    run: str
    paths: tuple[str, ...]


class PullRequest(Struct, frozen=True):
    """What such a text tells: the branch of a `group` from `base` at the commit `head`, with all that it holds; what
    the plan was to do at `base`, `shown`; the `validations` of the runs that have made it, and what they `rejected`."""

    group: str
    base: str
    head: str
    shown: Preview
    landed: tuple[Landed, ...]
    validations: tuple[Validated, ...]
    rejected: tuple[UnitResult, ...] = ()


def title(request: PullRequest) -> str:
    """One line that says which part of which plan this is."""
    plan = request.shown.loaded.plan
    issue = f" ({plan.issue})" if plan.issue else ""
    return f"{plan.title or plan.name}: {request.group}{issue}"


def pull_request(request: PullRequest) -> str:
    """The whole text."""
    loaded = request.shown.loaded
    issue = f" Issue {plain(loaded.plan.issue)}." if loaded.plan.issue else ""
    base = f"{code(request.base)} at {code(request.head[:12])}"
    count_ = f"{len(request.landed)} commit(s) of the plan {code(loaded.plan.name)}"
    lines = [
        f"# {plain(title(request))}",
        "",
        f"{count_} for {code(request.group)}, from {base}.{issue}",
        "It depends on no other branch: merge it when you like, in any order.",
        *("", "## Why", "", *goal(loaded.plan)),
        *("", "## What", "", *_files(request)),
        *_turned_down(request.rejected),
        *("", "## How it was validated", "", *_validated(request.validations)),
        *_review(list(_findings(request))),
        *("", "## How to roll back", "", *_back(request)),
    ]
    return "\n".join(lines) + "\n"


def _files(request: PullRequest) -> Iterator[str]:
    rewritten: dict[str, int] = {}
    for finding in request.shown.findings:
        if finding.disposition is Disposition.REWRITTEN:
            rewritten[finding.reference.path] = rewritten.get(finding.reference.path, 0) + 1
    yield "| file | references rewritten | phase | commit |"
    yield "| --- | ---: | --- | --- |"
    for one in request.landed:
        for path in one.paths:
            told = f"{cell(code(path))} | {rewritten.get(path, 0)}"
            yield f"| {told} | {cell(plain(one.phase))} | {code(one.sha[:12])} |"


def _turned_down(rejected: Iterable[UnitResult]) -> Iterator[str]:
    if rejected:
        yield from ("", "Rejected by a validation, and not in here:", "")
        yield from (f"- {code(result.unit)}: {plain(result.reason)}" for result in rejected)


def _validated(validations: Iterable[Validated]) -> Iterator[str]:
    by_name: dict[str, list[Validated]] = {}
    for one in validations:
        by_name.setdefault(one.name, []).append(one)
    yield "Each file parses, its imports resolve, and no circle of imports is new."
    if not by_name:
        yield "The plan names no validation for these."
        return
    yield from ("", "| validation | times | held | seconds | the last |", "| --- | ---: | ---: | ---: | --- |")
    for name, all_of_it in by_name.items():
        held = sum(one.verdict == "passed" for one in all_of_it)
        seconds = sum(one.seconds for one in all_of_it)
        last = plain(all_of_it[-1].summary or all_of_it[-1].verdict)
        yield f"| {cell(plain(name))} | {len(all_of_it)} | {held} | {seconds:.1f} | {cell(last)} |"
    yield from ("", "What did not hold was taken back: all that is in here has held.")


def _findings(request: PullRequest) -> Iterator[Finding]:
    paths = {path for one in request.landed for path in one.paths}
    for finding in request.shown.findings:
        if finding.reference.path in paths and finding.disposition is Disposition.REVIEW:
            yield finding


def _review(findings: list[Finding]) -> Iterator[str]:
    if findings:
        number = count(tuple(findings))[Disposition.REVIEW]
        yield from ("", f"## Look at these ({number})", "", "They may name what moves; nobody has changed them.", "")
    for found in findings[:_REVIEWED]:
        place = code(f"{found.reference.path}:{found.reference.line}")
        yield f"- [ ] {place}: {code(found.reference.target)}: {plain(found.reason)}"
    if findings[_REVIEWED:]:
        yield f"- … and {len(findings) - _REVIEWED} more: `codemods preview` lists all"


def _back(request: PullRequest) -> Iterator[str]:
    where = request.shown.loaded.where
    yield "- before it is merged: close this, and delete the branch"
    for run in dict.fromkeys(one.run for one in request.landed):
        yield f"- all of it: {code(f'codemods rollback {where} --run {run}')}, also after a squash or a rebase"
        found = code(f"git log --grep '^Codemods-Run: {run}'")
        yield f"- with git alone: {found} lists the commits, `git revert` takes one back"
    yield f"- one file: {code(f'codemods rollback {where} --file PATH')}"
