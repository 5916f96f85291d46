"""Why each reference in one file was rewritten, or will be, or is left: the evidence of the plan, file by file."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.engine.messages import PHASE, UNIT
from codemods.engine.phases import included
from codemods.engine.preview_repository import preview_of
from codemods.engine.recovery import change_digest, rejections
from codemods.engine.reverting.order import is_step
from codemods.engine.reverting.standing import live_acts
from codemods.errors import CodemodsError
from codemods.files import read_bytes
from codemods.model import Blocked, Changed, Finding, Outcome, Skipped
from codemods.plan.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.engine.shown import Preview
    from codemods.journal import Event, Journal
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Commit, Repository


class Why(Struct, frozen=True):
    """The references in one file, in their order. `headline` says what becomes, or became, of the file."""

    path: str
    headline: str
    findings: tuple[Finding, ...]


def why(loaded: LoadedPlan, repository: Repository, journal: Journal, path: str) -> Why:
    """What was, or will be, done about each reference in the tracked file `path`; where a run has rejected that, and
    `journal` knows of it, also why.

    Where a commit of the plan has changed the file, that is told, by looking at the files as they were before it.
    Raises CodemodsError where git tracks no such file.
    """
    live = live_acts(repository, loaded.plan.name)
    act = next((act for act in live if path in repository.changed_paths(act.commit.sha)), None)
    done = act.commit if act is not None else None
    if act is not None and is_step(act.unit):
        return Why(path, f"{path}: done in {act.commit.sha[:12]} ({act.phase}): {act.unit}", ())
    tracked = {file.path for file in repository.tracked_files()}
    if path not in tracked:
        hint = f"Name a file by its path from the root of the repository{nearest(path, tracked)}"
        raise CodemodsError("git tracks no such file.", where=path, hint=hint)
    if not included((path,), loaded.plan.exclude):
        return Why(path, f"{path}: the plan excludes it", ())
    if done is None:
        shown = preview_of(loaded, repository)
        return _with_rejection(_explained(shown, path), shown, rejections(journal.events(), loaded.plan.name))
    before = _preview_before(loaded, repository, done)
    findings = _explained(before, path).findings
    unit, phase = done.trailers.get(UNIT, path), done.trailers.get(PHASE, "")
    others = "" if unit == path else f", in the unit of {unit}"
    return Why(path, f"{path}: done in {done.sha[:12]} ({phase}){others}; as it was before:", findings)


def _with_rejection(found: Why, shown: Preview, rejected: Mapping[str, Event]) -> Why:
    """`found`, and what a run had against it."""
    if not rejected:
        return found
    for unit in shown.units:
        event = rejected.get(change_digest(unit)) if found.path in unit.paths else None
        if event is not None:
            against = f"rejected by run {event.run}: {event.data.get('reason')}"
            more = f"`codemods log {event.run} --unit {shlex.quote(unit.id)}` shows the evidence"
            return replace(found, headline=f"{found.headline}; {against}; {more}")
    return found


def _preview_before(loaded: LoadedPlan, repository: Repository, done: Commit) -> Preview:
    """The preview of the tree as it was before the commit `done`."""
    changed = set(repository.changed_paths(done.sha))
    parent = done.parent or ""

    def read(path: str) -> bytes:
        content = repository.checked_out(parent, path) if path in changed else None
        return content if content is not None else read_bytes(repository.root, path)

    return preview_of(loaded, repository, read)


def _explained(shown: Preview, path: str) -> Why:
    for unit in shown.units:
        if path in unit.paths and unit.summary:
            return Why(path, f"{path}: to be changed in {unit.phase}: {unit.summary}", ())
    for phase in shown.phases:
        outcome = next((o for o in phase.outcomes if o.path == path), None)
        if outcome is not None:
            together = [p for unit in shown.units if path in unit.paths for p in unit.paths if p != path]
            return Why(path, _headline(outcome, phase.phase.name, together), _findings(outcome))
    skipped = next((s for s in shown.skipped if s.path == path), None)
    if skipped is not None:
        return Why(path, f"{path}: skipped: {skipped.reason}", ())
    outside = next((o for o in shown.outside if o.path == path), None)
    if outside is not None:
        return Why(path, f"{path}: nothing is rewritten, and no phase lists it", outside.findings)
    return Why(path, f"{path}: no reference to what the plan moves", ())


def _headline(outcome: Outcome, phase: str, together: list[str]) -> str:
    if isinstance(outcome, Blocked):
        return f"{outcome.path}: blocked in {phase}: {outcome.reasons[0]}"
    if isinstance(outcome, Changed):
        shown = ", ".join(together[:3]) + (f" and {len(together) - 3} more" if len(together) > 3 else "")
        return f"{outcome.path}: to be rewritten in {phase}" + (f", together with {shown}" if together else "")
    return f"{outcome.path}: nothing is rewritten"


def _findings(outcome: Outcome) -> tuple[Finding, ...]:
    return () if isinstance(outcome, Skipped) else outcome.findings
