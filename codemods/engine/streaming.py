"""Commits of many units in one go, where no hook looks at each: hundreds a second, whatever the size of the repository.

Their files are in the work tree, and the journal knows of it. git's index takes them beside itself, so that the blobs
are those of `git add`, with its line ends, filters and modes; a stream makes the commits, the same as one by one; then
HEAD moves to the last of them, and the index is put in place. git's own lock is held from before the files are read:
nobody else commits or switches branch with it. What a crash leaves is what it leaves of one unit: HEAD holds all of
them, or none.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.errors import RepositoryError
from codemods.files import file_bytes
from codemods.vcs import LockedError, cleaned, is_kept_as_it_is
from codemods.vcs.index import NextIndex
from codemods.vcs.stream import NewCommit, SigningError, make_commits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from codemods.model import Unit
    from codemods.vcs import Difference, Repository

# A second or so of work: what ^C waits for, and then takes back.
_UNITS, _SIGNED = 200, 20
_BYTES = 32_000_000


class Message(Struct, frozen=True):
    """A unit and the message of its commit, with the trailers."""

    unit: Unit
    text: str

    @property
    def subject(self) -> str:
        """Its first line."""
        return cleaned(self.text).partition("\n")[0]


def parts(units: Sequence[Unit], *, signed: bool) -> Iterator[list[Unit]]:
    """`units`, in their order, in lists that may be committed in one go: not too large, and each file, or what is a
    folder to another, in one unit only."""
    part: list[Unit] = []
    size, files, folders = 0, set[str](), set[str]()
    for unit in units:
        own = sum(len(change.before) + len(change.after or b"") for change in unit.changes)
        above = {str(folder) for path in unit.paths for folder in PurePosixPath(path).parents}
        is_apart = files.isdisjoint(unit.paths) and files.isdisjoint(above) and folders.isdisjoint(unit.paths)
        is_full = len(part) == (_SIGNED if signed else _UNITS) or size + own > _BYTES
        if part and (is_full or not is_apart):
            yield part
            part, size, files, folders = [], 0, set(), set()
        part.append(unit)
        size += own
        files.update(unit.paths)
        folders.update(above)
    if part:
        yield part


def commit_together(
    repository: Repository, head: str, messages: Sequence[Message], ref: str, reason: str
) -> tuple[str, ...]:
    """Commit units as they are in the work tree, one commit each, upon the commit `head`; the commits, in their order.

    `ref` holds them until HEAD does, `reason` is for the reflog. The commits are less, or none, where git would have
    something to say of a unit, or somebody has edited a file: let each of the others be committed by itself. Raises
    RepositoryError or OSError where it is impossible: HEAD is where it was, then.
    """
    if not all(is_kept_as_it_is(message.text) for message in messages):
        return ()
    step = _Step(repository, head, repository.branch(), ref, reason)
    try:
        with NextIndex(repository) as index:
            taken = _taken(index, [message.unit for message in messages])
            if not taken or any(_is_edited(repository, message.unit) for message in messages):
                return ()
            commits = [_commit(message, taken) for message in messages]
            try:
                made = make_commits(repository, head, commits, ref)
            except SigningError as error:
                made = error.made
            else:
                step.take(made[-1], index)
                return made
        if made:
            # What is signed is made: somebody may have touched a key for each of them.
            with NextIndex(repository, [change for one in commits[: len(made)] for change in one.differences]) as index:
                index.refresh()
                step.take(made[-1], index)
        return made
    finally:
        if not step.is_taken:
            # What is left of this ref goes with the next command.
            with suppress(RepositoryError, OSError):
                repository.delete_ref(ref)


class _Step(Struct):
    """From the commit `head`, which is checked out on `branch` or on none, to one that `ref` holds until then."""

    repository: Repository
    head: str
    branch: str | None
    ref: str
    reason: str
    is_taken: bool = False

    def take(self, new: str, index: NextIndex) -> None:
        """Make HEAD mean `new`, with that index. Raises RepositoryError where it is elsewhere by now."""
        if (self.repository.head(), self.repository.branch()) != (self.head, self.branch):
            what = "HEAD has moved meanwhile: somebody committed or switched branch."
            raise RepositoryError(what, hint="Nothing of it was touched. Run the command again to go on from there.")
        self.repository.move_head(self.head, new, self.reason, self.ref)
        self.is_taken = True
        index.put_in_place()


def _commit(message: Message, taken: Mapping[str, Difference]) -> NewCommit:
    return NewCommit(cleaned(message.text), tuple(taken[path] for path in message.unit.paths))


def _taken(index: NextIndex, units: Sequence[Unit]) -> Mapping[str, Difference]:
    """What the files of `units` become in git; nothing where one of them would not become what its unit is about."""
    try:
        taken = index.take(path for unit in units for path in unit.paths)
    except LockedError:
        raise
    except RepositoryError:
        return {}  # it says so again, of the one unit that it is about
    changes = [change for unit in units for change in unit.changes]
    is_whole = all(
        change.path in taken and (taken[change.path].after is None) == (change.after is None) for change in changes
    )
    return taken if is_whole else {}


def _is_edited(repository: Repository, unit: Unit) -> bool:
    return any(file_bytes(repository.root, change.path) != change.after for change in unit.changes)
