"""A commit as the user's hooks have made it: looked at, before it counts.

A formatter may have rewritten the files: that is in the commit, and right. What a hook has changed and not committed is
put back, with a copy. A commit that does not hold the change any more, or not our message, is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from codemods.engine.messages import UNIT
from codemods.errors import CodemodsError, RepositoryError
from codemods.files import file_bytes
from codemods.vcs import Difference, GitError

if TYPE_CHECKING:
    from codemods.model import Unit
    from codemods.vcs import Repository

GITS_OWN = 128  # the exit status where git itself gives up, and not a hook
PutBack = Callable[[Sequence[str], str], None]
Fault = Literal["", "undone", "message"]


_TRIES = 3  # a formatter that refuses what it has just formatted is asked again


class HookError(CodemodsError):
    """A hook has made something of a commit that is no change of the unit any more."""


def commit_hooked(repository: Repository, unit: Unit, message: str, trailers: dict[str, str], put_back: PutBack) -> str:
    """Commit a unit where hooks of the user's run; the commit.

    One that fails, but has rewritten the files, is asked again with what it made. Raises GitError where it still fails,
    HookError where the change is not in the commit, RepositoryError where our trailers are not.
    """
    before = repository.head() or ""
    others = set(repository.dirty_files()).difference(unit.paths)
    tries = 1
    while True:
        try:
            sha = repository.commit(unit.paths, message, trailers)
            break
        except GitError as error:
            is_rewritten = any(file_bytes(repository.root, change.path) != change.after for change in unit.changes)
            if error.status == GITS_OWN or tries == _TRIES or not is_rewritten:
                raise
            tries += 1
    hooked = Hooked(repository, unit, before, sha)
    if (fault := hooked.fault()) != "":
        hooked.take_back()
        if fault == "undone":
            raise HookError("a hook of the commit has taken the change back, or removed the file")
        what = "A hook has replaced the message of our commit, by which it is found again; the commit was taken back."
        raise RepositoryError(what, hint="Let the hook keep the lines that begin with `Codemods-`, then run again.")
    if left := hooked.tidy(others):
        put_back(left, "A hook of the commit")
    return sha


@dataclass(frozen=True, slots=True)
class Hooked:
    """The commit `sha` of `unit` upon the commit `before`."""

    repository: Repository
    unit: Unit
    before: str
    sha: str

    def fault(self) -> Fault:
        """What is wrong with it: `undone` where a file is what it was before, or gone; `message` where git cannot tell
        what it is, since our trailers are not there."""
        repository = self.repository
        changed = {change.path: change for change in repository.difference(self.before, self.sha)}
        for change in self.unit.changes:
            made = changed.get(change.path)
            if made is None or (made.after is None) != (change.after is None):
                return "undone"
        found = repository.commits(self.before)
        is_told = any(commit.sha == self.sha and commit.trailers.get(UNIT) == self.unit.id for commit in found)
        return "" if is_told else "message"

    def take_back(self) -> None:
        """Make HEAD and the index what they were before; the files are the caller's."""
        repository = self.repository
        changes = repository.difference(self.before, self.sha)
        repository.move_head(self.sha, self.before, f"codemods: {self.unit.id} is taken back")
        repository.stage(tuple(Difference(change.path, change.after, change.before) for change in changes))

    def tidy(self, others: Collection[str]) -> list[str]:
        """Let the index follow what was committed; what a hook has changed and not committed, besides `others`."""
        repository = self.repository
        repository.stage(repository.difference(self.before, self.sha))
        return sorted(set(repository.dirty_files()).difference(others))
