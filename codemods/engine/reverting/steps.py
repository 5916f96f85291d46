"""What taking commits back does to each file, planned before anything is touched. A later edit may stand in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.engine.messages import OPERATION, PHASE, PLAN, REAPPLIES, REVERTS, RUN, UNIT
from codemods.errors import ConflictError, RepositoryError
from codemods.vcs import Difference, Entry, with_trailers

if TYPE_CHECKING:
    from codemods.engine.reverting.standing import Act
    from codemods.vcs import Repository

_REVERT, _REAPPLY = 'Revert "', 'Reapply "'
_FILES = ("100644", "100755")


class Step(Struct, frozen=True):
    """An act to take back, and what that makes of each file: of the one that HEAD has, or the step before."""

    act: Act
    files: tuple[Difference, ...]

    @property
    def is_empty(self) -> bool:
        """Whether somebody has done the same already."""
        return all(change.before == change.after for change in self.files)


class Steps(Struct, frozen=True):
    """What is to be taken back, in this order, and the new `contents` by the names of their blobs."""

    steps: tuple[Step, ...]
    contents: dict[str, bytes] = field(default_factory=dict)


def plan_steps(repository: Repository, acts: tuple[Act, ...]) -> Steps:
    """How to take `acts` back, newest first. Touches nothing.

    Raises ConflictError, naming all files, where later edits stand in the way.
    """
    _require_history(repository, acts)
    changes = repository.differences(act.commit.sha for act in acts)
    current: dict[str, Entry | None] = dict(repository.entries("HEAD"))
    merging = _Merging(repository, known=_needed(repository, changes, current))
    conflicts: list[str] = []
    steps = []
    for act in acts:
        files = []
        for change in changes[act.commit.sha]:
            ours = current.get(change.path)
            result, is_clean = merging.without(change, ours)
            if not is_clean:
                conflicts.append(change.path)
            current[change.path] = result
            files.append(Difference(change.path, ours, result))
        steps.append(Step(act, tuple(files)))
    if conflicts:
        raise _conflict(tuple(dict.fromkeys(conflicts)))
    return Steps(tuple(steps), merging.contents)


def _require_history(repository: Repository, acts: tuple[Act, ...]) -> None:
    shallow = repository.shallow()
    for act in acts:
        if len(act.commit.units) > 1:
            what = f"{act.commit.sha[:12]} holds {len(act.commit.units)} units, and maybe more: they were squashed."
            raise RepositoryError(
                what, hint=f"Take all of it back with `git revert {act.commit.sha[:12]}`: that counts."
            )
        if act.commit.sha in shallow or act.commit.parent is None:
            what = f"The history of this clone ends at {act.commit.sha[:12]}: what was before it is not there."
            raise RepositoryError(what, hint="Nothing was touched. `git fetch --unshallow` brings the rest.")


def _conflict(names: tuple[str, ...]) -> ConflictError:
    listed = "".join(f"\n  {name}" for name in names)
    return ConflictError(
        f"Later edits to the same lines stand in the way in {len(names)} file(s):{listed}",
        files=names,
        hint="Nothing was touched. Undo those edits first, or leave these files as they are: `rollback` … --but FILE.",
    )


def _needed(
    repository: Repository, changes: dict[str, tuple[Difference, ...]], current: dict[str, Entry | None]
) -> dict[str, bytes]:
    """What merging may have to look at, fetched at once: of files that somebody has changed since."""
    edited = [
        (ours, change.after, change.before)
        for change in (change for all_ in changes.values() for change in all_)
        if (ours := current.get(change.path)) is not None and ours not in (change.after, change.before)
    ]
    return repository.contents(entry.blob for three in edited for entry in three if entry and entry.mode in _FILES)


class _Merging(Struct):
    repository: Repository
    known: dict[str, bytes]
    contents: dict[str, bytes] = field(default_factory=dict)

    def without(self, change: Difference, ours: Entry | None) -> tuple[Entry | None, bool]:
        """The file without `change`, and whether that could be told."""
        base, theirs = change.after, change.before
        if ours == base:
            return theirs, True
        if ours == theirs:
            return ours, True
        if ours is None or base is None or theirs is None or not {ours.mode, base.mode, theirs.mode} <= set(_FILES):
            return ours, False
        mode = theirs.mode if ours.mode == base.mode else ours.mode
        if ours.blob == base.blob:
            return Entry(mode, theirs.blob), True
        if base.blob == theirs.blob:
            return Entry(mode, ours.blob), True
        merged = self.repository.merge_file(*(self._content(entry.blob) for entry in (ours, base, theirs)))
        if merged is None:
            return ours, False
        blob = self.repository.blob_of(merged)
        self.contents[blob] = merged
        return Entry(mode, blob), True

    def _content(self, blob: str) -> bytes:
        found = self.contents.get(blob, self.known.get(blob))
        return self.repository.content(blob) if found is None else found


def message_of(step: Step, operation: str) -> str:
    """The message of the commit that takes a step back, as git words it, with our trailers."""
    act, subject = step.act, step.act.commit.subject
    if act.is_done:
        title = f'{_REVERT}{_inner(subject, _REAPPLY) or subject}"'
        how = {REVERTS: act.commit.sha}
    else:
        title = f'{_REAPPLY}{_inner(subject, _REVERT) or subject}"'
        how = {REAPPLIES: act.commit.sha}
    words = {PLAN: act.plan, PHASE: act.phase, RUN: act.run, UNIT: act.unit, OPERATION: operation, **how}
    return with_trailers(f"{title}\n\nThis reverts commit {act.commit.sha}.\n", words)


def _inner(subject: str, before: str) -> str:
    return subject[len(before) : -1] if subject.startswith(before) and subject.endswith('"') else ""
