"""HEAD moves from one commit to another, with git's index and the work tree: all of it, or nothing, whatever happens.

The intention is in the journal first. Then the files are replaced, each at once; the index follows; HEAD comes last. A
crash in between is found by the next command, which goes on where it ended: each file is then what it was or what it
is to be. An edit of the user's is neither, and is left alone; then the rest is taken back.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.errors import CodemodsError, ConflictError, RepositoryError
from codemods.files import file_bytes, remove_beside, write_many, write_or_remove
from codemods.journal import EventKind
from codemods.kept_files import KeptFiles
from codemods.vcs import Difference
from codemods.vcs.index import NextIndex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.journal import Journal, Operation
    from codemods.vcs import Repository

_FILES = ("100644", "100755")


class Step(Struct, frozen=True):
    """HEAD, on `branch` or on none, goes from the commit `old` to `new`."""

    old: str
    new: str
    branch: str | None


class Mover(Struct, frozen=True):
    """Moves HEAD on behalf of one operation of a plan."""

    repository: Repository
    journal: Journal
    operation: str
    plan: str

    def move(
        self,
        new: str,
        *,
        units: Sequence[Mapping[str, object]] = (),
        then: Sequence[Mapping[str, object]] = (),
        ends: str = "",
    ) -> None:
        """Move HEAD to the commit `new`. `units` says what that makes of units, `then` which rejections are to be
        written down after it, whatever happens, `ends` how the run ends with it.

        Raises RepositoryError, CodemodsError or OSError, with everything as it was.
        """
        repository = self.repository
        old, branch = repository.head() or "", repository.branch()
        changes = repository.difference(old, new)
        _require_files(changes)
        contents = repository.as_checked_out({change.path: change.after for change in changes})
        now = {path: file_bytes(repository.root, path) for path in contents}
        # After they were read: what changes from here on is seen before it is replaced.
        repository.require_clean()
        _require_room(repository, changes)
        _require_seen(repository, changes)
        self._record(EventKind.MOVE_STARTED, old=old, new=new, units=list(units), then=list(then), ends=ends)
        try:
            self._carry_out(Step(old, new, branch), changes, contents, now)
        except BaseException as error:
            if repository.head() != new:
                self._record(EventKind.MOVE_ABANDONED)
                raise
            # It came too late: HEAD has moved, and the index has only to follow.
            self._carry_out(Step(new, new, branch), changes, contents, contents)
            if not isinstance(error, (OSError, RepositoryError)):
                self._record(EventKind.MOVE_FINISHED)
                raise
        self._record(EventKind.MOVE_FINISHED)

    def resume(self, found: Operation) -> str:
        """Settle the move of a killed operation; how, as a sentence."""
        move, repository = found.move, self.repository
        head, who = repository.head(), _name(found)
        if move is None:
            return ""
        if repository.rev(move.old) is None or repository.rev(move.new) is None:
            self._record(EventKind.MOVE_ABANDONED)
            return f"{who} was killed half way; what it was to lead to is not there any more: it was left as it is."
        changes = repository.difference(move.old, move.new)
        paths = [change.path for change in changes]
        for path in paths:
            remove_beside(repository.root, path)
        before = repository.as_checked_out({change.path: change.before for change in changes})
        after = repository.as_checked_out({change.path: change.after for change in changes})
        now = {path: file_bytes(repository.root, path) for path in paths}
        edited = [path for path in paths if now[path] not in (before[path], after[path])]
        is_here = (repository.branch() or "") == found.branch and head in (move.old, move.new)
        # One that has failed, and has said so, is nothing that anybody waits for.
        has_failed = not found.is_under_way
        if not is_here or (head == move.old and (edited or has_failed)):
            self._take_back(changes, before, after)
            self._record(EventKind.MOVE_ABANDONED)
            if has_failed:
                return f"{who} had failed; what it left was taken back."
            why = f"{edited[0]} was edited since, and is left as it is" if is_here else "HEAD is elsewhere by now"
            return f"{who} was killed half way; it was taken back: {why}."
        if not edited:
            self._carry_out(Step(head or "", move.new, repository.branch()), changes, after, now)
        self._record(EventKind.MOVE_FINISHED)
        return f"{who} was killed half way; it was finished."

    def _carry_out(
        self,
        step: Step,
        changes: tuple[Difference, ...],
        contents: Mapping[str, bytes | None],
        now: Mapping[str, bytes | None],
    ) -> None:
        """Go all the way, or none: until HEAD has moved, all that was done comes back by renames.

        git's own lock is held meanwhile: nobody else commits or switches branch with it.
        """
        repository = self.repository
        todo = {path: content for path, content in contents.items() if now[path] != content}
        programs = [change.path for change in changes if change.after and change.after.mode == "100755"]
        kept = KeptFiles(repository.root, self.journal.folder / "kept" / self.operation)
        try:
            with NextIndex(repository, changes) as index:
                for path in todo:
                    kept.keep(path, now[path])
                try:
                    write_many(repository.root, todo, now, programs)
                    _set_modes(repository, changes)
                    index.refresh()
                    self._move_head(step)
                except (OSError, CodemodsError):
                    self._put_back(kept, todo, changes)
                    raise
                except BaseException:
                    if repository.head() != step.new:
                        self._put_back(kept, todo, changes)
                        raise
                index.put_in_place()
        finally:
            kept.close()

    def _move_head(self, step: Step) -> None:
        repository = self.repository
        if repository.branch() != step.branch or repository.head() != step.old:
            what = "HEAD has moved meanwhile: somebody committed or switched branch."
            raise RepositoryError(what, hint="Nothing was touched. Run the command again.")
        if step.old != step.new:
            repository.move_head(step.old, step.new, f"codemods: {self.operation}")

    def _put_back(self, kept: KeptFiles, written: Mapping[str, bytes | None], changes: tuple[Difference, ...]) -> None:
        for path, content in written.items():
            if file_bytes(self.repository.root, path) == content:
                kept.put_back(path)
        _set_modes(self.repository, _backwards(changes))

    def _take_back(
        self, changes: tuple[Difference, ...], before: Mapping[str, bytes | None], after: Mapping[str, bytes | None]
    ) -> None:
        """Make the files what they were that hold what was written, and of which HEAD has what it had before; also in
        the index."""
        root, head, index = self.repository.root, self.repository.entries("HEAD"), self.repository.index_entries()
        back = [change for change in changes if head.get(change.path) == change.before]
        for change in back:
            path = change.path
            if before[path] != after[path] and file_bytes(root, path) == after[path]:
                executable = change.before is not None and change.before.mode == "100755"
                write_or_remove(root, path, before[path], executable=executable)
        _set_modes(self.repository, _backwards(tuple(back)))
        staged = tuple(change for change in back if index.get(change.path) == change.after)
        self.repository.stage(_backwards(staged))

    def _record(self, kind: EventKind, **data: object) -> None:
        self.journal.record(kind, self.operation, self.plan, **data)


def _name(operation: Operation) -> str:
    return f"{'Taking units back in run' if operation.kind == 'apply' else operation.kind.capitalize()} {operation.id}"


def _backwards(changes: tuple[Difference, ...]) -> tuple[Difference, ...]:
    return tuple(Difference(change.path, change.after, change.before) for change in changes)


def _set_modes(repository: Repository, changes: tuple[Difference, ...]) -> None:
    """Make programs of files, or the reverse, where only that changes, too."""
    for change in changes:
        place = repository.root / change.path
        if change.before and change.after and change.before.mode != change.after.mode and place.is_file():
            mode = place.stat().st_mode
            place.chmod(mode | (mode & 0o444) >> 2 if change.after.mode == "100755" else mode & ~0o111)


def _require_files(changes: tuple[Difference, ...]) -> None:
    for change in changes:
        for entry in (change.before, change.after):
            if entry is not None and entry.mode not in _FILES:
                what = f"{change.path} is, or would become, a link or a submodule."
                raise RepositoryError(what, hint="Nothing was touched. Take that commit back with `git revert`.")


def _require_seen(repository: Repository, changes: tuple[Difference, ...]) -> None:
    """git does not see what is in some files, and so neither do we: an edit there would be lost."""
    hidden = repository.hidden_paths()
    if found := tuple(change.path for change in changes if change.path in hidden):
        names = "".join(f"\n  {path}" for path in found)
        what = f"git is told not to look at {len(found)} file(s) that would change:{names}"
        hint = (
            "Nothing was touched. `git update-index --no-assume-unchanged --no-skip-worktree FILE` has it look again, "
            "`git sparse-checkout add FOLDER` brings what is not checked out."
        )
        raise ConflictError(what, files=found, hint=hint)


def _require_room(repository: Repository, changes: tuple[Difference, ...]) -> None:
    """Nothing may be where files come back to: git does not know it, and could not bring it back."""
    coming = [change.path for change in changes if change.before is None]
    if in_the_way := tuple(path for path in coming if os.path.lexists(repository.root / path)):
        names = "".join(f"\n  {path}" for path in in_the_way)
        what = f"{len(in_the_way)} file(s) that git does not track are where others would come back to:{names}"
        raise ConflictError(what, files=in_the_way, hint="Nothing was touched. Move them away first.")
