"""The tracker of a migration in Markdown, to paste into an issue or to keep beside the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.model import Disposition
from codemods.plan.consolidation import DeleteModule
from codemods.plan.schema import RedirectModule
from codemods.report.markdown import cell, code, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.engine.compliance import Compliance, Share
    from codemods.engine.status import PhaseStatus
    from codemods.engine.tracker import Tracker
    from codemods.model import Finding
    from codemods.plan.consolidation import Delete
    from codemods.plan.schema import Keep, Plan, Redirect

_FOLDED = 20  # done units, from which on they are folded away
_REVIEWED = 100  # places listed


def tracker_markdown(tracker: Tracker) -> str:
    """The whole page."""
    plan = tracker.loaded.plan
    issue = f" Issue {plain(plan.issue)}." if plan.issue else ""
    lines = [
        f"# {plain(plan.title or plan.name)}",
        "",
        f"Plan {code(plan.name)} on {code(tracker.status.branch)} at {_sha(tracker.head)}.{issue}",
        f"Written by {code(f'codemods report {tracker.loaded.where} --markdown')}: run it again rather than edit this.",
        *("", "## Goal", "", *goal(plan)),
        *("", "## Where it stands", "", *_standing(tracker)),
        *("", "## Steps", *_steps(tracker.status.phases)),
        *_listed("Rejected", (line for phase in tracker.status.phases for line in _rejected(phase))),
        *_listed("Blocked", (_of_file(r) for p in tracker.status.phases for b in p.blocked for r in b.reasons)),
        *_review([finding for phase in tracker.status.phases for finding in phase.findings]),
        *("", "## What must not come back", "", *_guarded(tracker)),
        *("", "## How to roll back", "", *_back(tracker)),
    ]
    return "\n".join(lines) + "\n"


def _sha(sha: str) -> str:
    return f"`{sha[:12]}`" if sha else "no commit yet"


def goal(plan: Plan) -> Iterator[str]:
    """What a plan is for, as the entries of a list."""
    yield from map(_kept, plan.keep)
    for merge in plan.merge:
        yield f"- Merge {code(merge.module)} into {code(merge.into)}"
    yield from map(_redirected, plan.redirect)
    for step in plan.rewrite:
        yield f"- Rewrite by {code(step.name)}"
    for delete in plan.delete:
        yield f"- Delete {code(_deleted(delete))}"


def _deleted(delete: Delete) -> str:
    return delete.module if isinstance(delete, DeleteModule) else delete.symbol


def _old(redirect: Redirect) -> str:
    return redirect.module if isinstance(redirect, RedirectModule) else redirect.symbol


def _kept(keep: Keep) -> str:
    symbols = f" with {', '.join(map(code, keep.symbols))}" if keep.symbols else ""
    as_is = ", as it is" if keep.as_is else ""
    return f"- Keep {code(keep.module)}{symbols}{as_is}{': ' + plain(keep.reason) if keep.reason else ''}"


def _redirected(redirect: Redirect) -> str:
    if not isinstance(redirect, RedirectModule):
        return f"- Redirect {code(redirect.symbol)} to {code(redirect.to)}"
    left = {"shim": ", leaving a shim", "alias": ", leaving an alias", "nothing": ""}[redirect.leave]
    return f"- Redirect {code(redirect.module)} to {code(redirect.to)}{left}"


def _standing(tracker: Tracker) -> Iterator[str]:
    yield f"| references | before ({_sha(tracker.base)}) | now |"
    yield "| --- | ---: | ---: |"
    before, now = tracker.before, tracker.now
    for title, kind in (("canonical path", "canonical"), ("old path", "old"), ("another path", "other")):
        yield f"| {title} | {_number(before, kind)} | {_number(now, kind)} |"
    yield f"| **compliance** | {_percent(before.overall if before else None)} | {_percent(now.overall)} |"
    yield from (
        "",
        "| phase | done | left | rejected | blocked | to review |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    )
    for phase in tracker.status.phases:
        numbers = (phase.done, phase.left, phase.rejected, phase.blocked, _to_review(phase.findings))
        yield f"| {cell(plain(phase.name))} | {' | '.join(str(len(column)) for column in numbers)} |"


def _number(compliance: Compliance | None, kind: str) -> str:
    return str(getattr(compliance.overall, kind)) if compliance is not None else "-"


def _percent(share: Share | None) -> str:
    percent = share.percent if share is not None else None
    return f"{percent:.1f} %" if percent is not None else "-"


def _to_review(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.disposition is Disposition.REVIEW]


def _steps(phases: Iterable[PhaseStatus]) -> Iterator[str]:
    for phase in phases:
        open_ = (phase.left, phase.declined, phase.rejected, phase.blocked)
        total = len(phase.done) + sum(map(len, open_))
        yield from ("", f"### {plain(phase.name)}: {len(phase.done)} of {total}", "")
        if not total:
            yield "Nothing to do."
            continue
        for unit in phase.left:
            yield f"- [ ] {code(unit)}"
        for declined in phase.declined:
            yield f"- [ ] {code(declined.unit)} (declined on {declined.time[:10]})"
        for rejected in phase.rejected:
            yield f"- [ ] {code(rejected.unit)} (rejected, see below)"
        for blocked in phase.blocked:
            yield f"- [ ] {code(blocked.path)} (blocked, see below)"
        done = [f"- [x] {code(done.unit)} {_sha(done.sha)}" for done in phase.done]
        if len(done) > _FOLDED:
            yield from ("", f"<details><summary>{len(done)} done</summary>", "", *done, "", "</details>")
        else:
            yield from done


def _rejected(phase: PhaseStatus) -> Iterator[str]:
    for rejected in phase.rejected:
        yield f"- {code(rejected.unit)} ({plain(phase.name)}, run {code(rejected.run)}): {plain(rejected.reason)}"


def _of_file(reason: str) -> str:
    path, _, rest = reason.partition(": ")
    return f"- {code(path)}: {plain(rest)}"


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    shown = list(lines)
    if shown:
        yield from ("", f"## {title}", "", *shown)


def _review(findings: list[Finding]) -> Iterator[str]:
    open_ = _to_review(findings)
    lines = [
        f"- [ ] {code(f'{f.reference.path}:{f.reference.line}')}: {code(f.reference.target)} "
        f"({f.reference.form.value}): {plain(f.reason)}"
        for f in open_[:_REVIEWED]
    ]
    more = [f"- … and {len(open_) - _REVIEWED} more: `codemods preview` lists all"] if len(open_) > _REVIEWED else []
    yield from _listed(f"To review by hand ({len(open_)})", [*lines, *more])


def _guarded(tracker: Tracker) -> Iterator[str]:
    plan = tracker.loaded.plan
    for name in plan.forbid.modules:
        yield f"- the module {code(name)}"
    for name in plan.forbid.classes:
        yield f"- a class {code(name)}"
    for pattern in plan.forbid.files:
        yield f"- files {code(pattern)}"
    for old in dict.fromkeys((*map(_old, plan.redirect), *map(_deleted, plan.delete))):
        yield f"- references to {code(old)}"
    for name in (f"{keep.module}.{symbol}" for keep in plan.keep for symbol in keep.symbols):
        yield f"- where it is a class, a second definition of {code(name)}"
    yield from ("", f"{code(f'codemods guard {tracker.loaded.where}')} checks this, in CI or before a commit.")


def _back(tracker: Tracker) -> Iterator[str]:
    where = tracker.loaded.where
    phases = [phase for phase in tracker.status.phases if phase.done]
    if not phases:
        yield "Nothing is committed yet."
        return
    yield "By revert commits, newest first; `--dry-run` shows which:"
    yield ""
    for phase in reversed(phases):
        command = code(f"codemods rollback {where} --phase {phase.name}")
        yield f"- {plain(phase.name)} ({len(phase.done)} commits): {command}"
    yield f"- one file: {code(f'codemods rollback {where} --file PATH')}"
    yield f"- all: {code(f'codemods rollback {where} --all')}"
    for run in dict.fromkeys(done.run for phase in phases for done in phase.done):
        ref = f"refs/codemods/{tracker.loaded.plan.name}/{run}/start"
        yield f"- to look at the state before run {plain(run)}: {code(f'git switch --detach {ref}')}"
