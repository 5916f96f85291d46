"""Take committed units back by revert commits: found by their trailers, checked for conflicts before any write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.engine.messages import PHASE, PLAN, REVERTS, RUN, UNIT, trailers
from codemods.engine.recovery import digest
from codemods.errors import CodemodsError, ConflictError, RepositoryError
from codemods.files import file_bytes, write_or_remove
from codemods.journal import EventKind, Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from codemods.vcs import Commit, Repository


@dataclass(frozen=True, slots=True)
class Selection:
    """Which committed units to take back: those of one file, phase or run, or all."""

    file: str | None = None
    phase: str | None = None
    run: str | None = None
    everything: bool = False

    def __str__(self) -> str:
        """The selection in words."""
        parts = (("file", self.file), ("phase", self.phase), ("run", self.run))
        return " and ".join(f"{word} {value}" for word, value in parts if value) or "everything"


@dataclass(frozen=True, slots=True)
class Step:
    """One commit to take back, with the bytes of its files before and after that; None where there is no file."""

    commit: Commit
    files: tuple[tuple[str, bytes | None, bytes | None], ...]

    @property
    def unit(self) -> str:
        """The unit that the commit holds."""
        return self.commit.trailers[UNIT]


def live_commits(repository: Repository, plan: str) -> tuple[Commit, ...]:
    """The commits of `plan` that HEAD holds and that were not taken back since, newest first."""
    live: dict[tuple[str, str], Commit] = {}
    for commit in reversed(repository.commits(None)):
        if commit.trailers.get(PLAN) != plan or RUN not in commit.trailers or UNIT not in commit.trailers:
            continue
        key = (commit.trailers[RUN], commit.trailers[UNIT])
        # By run and unit, not by hash: a rebase changes hashes.
        live.pop(key, None)
        if REVERTS not in commit.trailers:
            live[key] = commit
    return tuple(reversed(live.values()))


def select(repository: Repository, plan: str, selection: Selection) -> tuple[Commit, ...]:
    """The live commits that `selection` names, newest first. Raises CodemodsError where there is none."""
    live = live_commits(repository, plan)
    chosen = tuple(commit for commit in live if _is_selected(repository, commit, selection))
    if not chosen:
        known = sorted({commit.trailers.get(PHASE, "") for commit in live})
        hint = f"Committed here: phases {', '.join(known)}." if live else "HEAD holds no commit of this plan."
        what = "" if selection.everything else f" for {selection}"
        raise CodemodsError(f"There is nothing to take back{what}.", hint=hint)
    return chosen


def _is_selected(repository: Repository, commit: Commit, selection: Selection) -> bool:
    if selection.phase and commit.trailers.get(PHASE) != selection.phase:
        return False
    if selection.run and commit.trailers[RUN] != selection.run:
        return False
    return not selection.file or selection.file in repository.changed_paths(commit.sha)


def plan_rollback(repository: Repository, commits: tuple[Commit, ...]) -> tuple[Step, ...]:
    """What taking back `commits`, newest first, does to each file. Touches nothing.

    Raises ConflictError, naming all files, where later edits stand in the way.
    """
    current: dict[str, bytes | None] = {}
    conflicts: list[str] = []
    steps = []
    for commit in commits:
        files = []
        for path in repository.changed_paths(commit.sha):
            ours = current[path] if path in current else repository.blob("HEAD", path)
            result, is_clean = _reverted(repository, commit, path, ours)
            if not is_clean:
                conflicts.append(path)
            current[path] = result
            files.append((path, ours, result))
        steps.append(Step(commit, tuple(files)))
    if conflicts:
        names = tuple(dict.fromkeys(conflicts))
        listed = "".join(f"\n  {name}" for name in names)
        raise ConflictError(
            f"Later edits to the same lines stand in the way in {len(names)} file(s):{listed}",
            files=names,
            hint="Nothing was touched. Undo those edits first, or take back the other files one by one with --file.",
        )
    return tuple(steps)


def _reverted(repository: Repository, commit: Commit, path: str, ours: bytes | None) -> tuple[bytes | None, bool]:
    """The content of `path` without `commit`, and whether that could be told."""
    base = repository.blob(commit.sha, path)
    theirs = repository.blob(commit.parent, path) if commit.parent else None
    if ours == base:
        return theirs, True
    if ours == theirs:
        return ours, True
    if ours is None or base is None or theirs is None:
        return ours, False
    merged = repository.merge_file(ours, base, theirs)
    return (ours, False) if merged is None else (merged, True)


def rollback(
    repository: Repository, journal: Journal, plan: str, steps: tuple[Step, ...], notify: Callable[[Step], None]
) -> tuple[str, ...]:
    """Carry out `steps`, one revert commit each; the new commits. Refuses a dirty tree."""
    repository.require_clean()
    run = steps[0].commit.trailers[RUN]
    journal.record(EventKind.ROLLBACK_STARTED, run, plan, units=[step.unit for step in steps])
    made = []
    for step in steps:
        made.append(_revert(repository, journal, plan, step))
        notify(step)
    journal.record(EventKind.ROLLBACK_FINISHED, run, plan, commits=len(made))
    return tuple(made)


def _revert(repository: Repository, journal: Journal, plan: str, step: Step) -> str:
    commit = step.commit
    unit, run, phase = step.unit, commit.trailers[RUN], commit.trailers.get(PHASE, "")
    text = f'Revert "{commit.subject}"\n\nThis reverts commit {commit.sha}.\n'
    changed = tuple((path, before, after) for path, before, after in step.files if before != after)
    if not changed:
        return commit.sha
    before_writing = {path: file_bytes(repository.root, path) for path, _, _ in changed}
    written = {path: _in_work_tree(repository, path, before, after) for path, before, after in changed}
    files = [
        {"path": path, "before": digest(before_writing[path]), "after": digest(content)}
        for path, content in written.items()
    ]
    name, head = f"revert of {unit}", repository.head() or ""
    journal.record(EventKind.UNIT_WRITING, run, plan, unit=name, phase=phase, files=files, head=head)
    for path, content in written.items():
        executable = before_writing[path] is None and _was_executable(repository, commit, path)
        write_or_remove(repository.root, path, content, executable=executable)
    try:
        sha = repository.commit(
            tuple(path for path, _, _ in changed),
            text,
            {**trailers(plan, phase, run, unit), REVERTS: commit.sha},
            new=tuple(path for path, before, after in changed if before is None and after is not None),
        )
    except BaseException:
        for path, content in written.items():
            if file_bytes(repository.root, path) == content:
                executable = content is None and repository.is_executable("HEAD", path)
                write_or_remove(repository.root, path, before_writing[path], executable=executable)
        journal.record(EventKind.UNIT_RESTORED, run, plan, unit=name, phase=phase)
        raise
    journal.record(EventKind.UNIT_RESTORED, run, plan, unit=name, phase=phase)
    journal.record(EventKind.ROLLBACK_COMMITTED, run, plan, unit=unit, phase=phase, sha=sha, reverts=commit.sha)
    return sha


def _in_work_tree(repository: Repository, path: str, before: bytes | None, after: bytes | None) -> bytes | None:
    """The blob `after` as it belongs in the work tree, where git may convert line ends or filter `path`."""
    is_plain = before is not None and file_bytes(repository.root, path) == before
    return after if is_plain or after is None else repository.filtered(path, after)


def _was_executable(repository: Repository, commit: Commit, path: str) -> bool:
    return commit.parent is not None and repository.is_executable(commit.parent, path)


def revert_units(
    repository: Repository, journal: Journal, plan: str, units: Collection[tuple[str, str]]
) -> tuple[str, ...]:
    """Take back the live commits of `units`, given as (run, unit)."""
    commits = tuple(
        commit for commit in live_commits(repository, plan) if (commit.trailers[RUN], commit.trailers[UNIT]) in units
    )
    if len(commits) < len(units):
        missing = len(units) - len(commits)
        raise RepositoryError(f"{missing} commit(s) of the run are not on this branch any more.")
    return rollback(repository, journal, plan, plan_rollback(repository, commits), lambda _: None) if commits else ()
