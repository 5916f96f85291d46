"""Which tracked files were touched since the whole tree was looked at, so that it need not be looked at again.

A hook may change any file, and after each commit the tree has to be what HEAD is. To know that, git looks at every
tracked file, which takes as long as a commit. So the system is asked what was touched, where it tells. It is believed
only where it has told of what we have written ourselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.folder_events import MOVED_TO, FolderEvents, LostError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from codemods.folder_events import Event
    from codemods.vcs import Repository

_INDEX = "index"


class Touched:
    """Follows the tracked files of `repository`, once it has begun."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._events: FolderEvents | None = None
        self._is_possible = True
        self._tracked: set[str] = set()
        self._folders: dict[Path, str] = {}
        self._earlier: set[str] = set()  # touched before the last commit, and to be committed later
        self._pending: list[Event] = []
        self.is_index_once = False  # whether it was replaced once between the last two calls of `only`

    def begin(self) -> bool:
        """Follow what is tracked now from now on; whether that is new. What was before, only a look at the whole tree
        tells."""
        if self._events is not None or not self._is_possible:
            return False
        root = self.repository.root
        self._tracked = set(self.repository.tracked_paths(links=True))
        self._folders = {root / name: f"{name}/" if name else "" for name in _folders(self._tracked)}
        self._earlier = set()
        self._pending = []
        try:
            self._events = FolderEvents((*self._folders, self.repository.git_dir))
        except OSError:
            self._is_possible = False
        return self._is_possible

    def is_index_left(self) -> bool:
        """Whether it is known that nobody has replaced git's index since the last call of `only`."""
        if self._events is None:
            return False
        try:
            self._pending += self._events.take()
        except (LostError, OSError):
            self._begin_again()
            return False
        return not any(map(self._is_index, self._pending))

    def only(self, committed: Collection[str], others: Collection[str]) -> bool:
        """Whether, since the last call, of tracked files all those that are `committed` now were touched, and at most
        `others` with them, and git's index was replaced once, as by that commit.

        False where nobody can tell: look at the whole tree then, after this call.
        """
        self.is_index_once = False
        if self._events is None:
            return False
        try:
            events, self._pending = [*self._pending, *self._events.take()], []
        except (LostError, OSError):
            self._begin_again()
            return False
        if any((self.repository.root / path).parent not in self._folders for path in committed):
            self._begin_again()
            return False
        self._tracked.update(committed)
        touched = self._touched(events)
        proven = self._earlier | touched
        self._earlier = (proven & set(others)) - set(committed)
        self.is_index_once = sum(map(self._is_index, events)) == 1
        return proven.issuperset(committed) and touched.issubset({*committed, *others}) and self.is_index_once

    def _is_index(self, event: Event) -> bool:
        folder, name, what = event
        return name == _INDEX and folder == self.repository.git_dir and bool(what & MOVED_TO)

    def _touched(self, events: Iterable[Event]) -> set[str]:
        """The tracked files, or folders with some, of which events tell."""
        paths = ((folder / name, self._folders[folder] + name) for folder, name, _ in events if folder in self._folders)
        return {path for place, path in paths if path in self._tracked or place in self._folders}

    def _begin_again(self) -> None:
        self.end()
        self.begin()

    def end(self) -> None:
        """Follow nothing any more."""
        if self._events is not None:
            self._events.close()
            self._events = None


def _folders(paths: Iterable[str]) -> set[str]:
    """The folders above `paths`, and the root, which is an empty name."""
    found, left = {""}, {path.rpartition("/")[0] for path in paths}
    while left:
        found |= left
        left = {folder.rpartition("/")[0] for folder in left} - found
    return found
