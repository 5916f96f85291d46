"""git's index changed beside itself, under git's own lock, and put in place by a rename: until then it is as it was."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from codemods.errors import RepositoryError
from codemods.interrupts import interrupts_held
from codemods.vcs.command import LOCK_LIMIT, locked
from codemods.vcs.reading import index_records, listed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

    from codemods.vcs.records import Difference
    from codemods.vcs.repository import Repository

_PAUSE = 0.05  # seconds between two tries


class NextIndex:
    """The index as it will be: a context manager that holds the lock, and leaves the index alone unless it is put in
    place."""

    def __init__(self, repository: Repository, changes: Iterable[Difference] = ()) -> None:
        """It will hold what these paths are afterwards."""
        self.repository = repository
        self.changes = tuple(changes)
        self.index = repository.git_dir / "index"
        self.lock = repository.git_dir / "index.lock"
        self.is_held = False

    def __enter__(self) -> NextIndex:
        """Take the lock. Raises LockedError where another git holds it too long, RepositoryError, OSError."""
        try:
            self._take()
            self._copy()
            if self.changes:
                self._update("-z", "--index-info", stdin=index_records(self.changes))
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _take(self) -> None:
        end = time.monotonic() + LOCK_LIMIT
        while True:
            # An interrupt in between would leave a lock that is nobody's.
            with interrupts_held():
                self.is_held = _is_taken(self.lock)
            if self.is_held:
                return
            if time.monotonic() > end:
                raise locked(str(self.lock))
            time.sleep(_PAUSE)

    def _copy(self) -> None:
        try:
            if self.index.exists():
                shutil.copyfile(self.index, self.lock)
        except OSError as error:
            # The system may not say what it has refused.
            raise type(error)(error.errno, error.strerror, str(self.lock)) from error

    def take(self, paths: Iterable[str]) -> dict[str, Difference]:
        """Let it hold tracked files as they are in the work tree; what of them is other than in HEAD, by path.

        The blobs are what `git add` would make of the files. Raises RepositoryError where git refuses.
        """
        asked = tuple(paths)
        self._update("--remove", "-z", "--stdin", stdin=listed(asked))
        found = {change.path: change for change in self.repository.staged_differences(self.lock)}
        return {path: found[path] for path in asked if path in found}

    def refresh(self) -> None:
        """Note how the files look on the disk, or git would look into each the next time that it is asked."""
        with suppress(RepositoryError):  # it is no more than that
            self._update("-q", "--refresh")

    def put_in_place(self) -> None:
        """Make it the index."""
        with interrupts_held():
            self.lock.replace(self.index)
            self.is_held = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the lock go."""
        with interrupts_held():
            # Once it is in place, a lock is another git's.
            if self.is_held:
                self.is_held = False
                with suppress(FileNotFoundError):
                    self.lock.unlink()

    def _update(self, *options: str, stdin: bytes | None = None) -> None:
        self.repository.run("update-index", *options, stdin=stdin, variables={"GIT_INDEX_FILE": str(self.lock)})


def _is_taken(lock: Path) -> bool:
    """Whether the lock is ours now."""
    try:
        os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError:
        return False
    return True
