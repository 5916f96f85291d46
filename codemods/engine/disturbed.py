"""Tracked files that a validation changed: told, kept a copy of, and put back, so that nothing of it is committed.

For the files of a unit there is no doubt: what the run wrote is what was meant, so it is there again before the commit.

For the others, two things stand against each other. Left as they are, they would decide the verdicts on the units that
follow: a suite that rewrites its own snapshots would pass whatever comes, and the tree would be dirty in the end.
Put back, they might be an edit that the user saved while the validation ran, which nobody can tell from its doing. So
they are put back, but no byte is lost: a copy is on the disk before, and each is told by name. A file that was already
different before the validation began is the user's work, and is left alone; so is one whose place a folder has taken.

What a validation adds without tracking it is not looked at: caches and reports are its own business.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from codemods.errors import CodemodsError, RepositoryError
from codemods.files import file_bytes, write_or_remove

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from codemods.vcs import Repository

_FOLDER = "changed"
_COPIES = 10  # of one file in one run; what is changed more often than that is no edit of the user's
_SHOWN = 5


class Disturbed(Struct, frozen=True):
    """A file that a validation changed. `added` ones were new, and put into git's index.

    `is_back` is whether it is again what it was. `copy` is the path from the journal's folder of what had become of it;
    empty where there is nothing to keep.
    """

    path: str
    how: Literal["changed", "deleted", "added"]
    is_back: bool
    copy: str = ""


class Watch:
    """Looks at the tracked files before and after each validation of a run."""

    def __init__(self, repository: Repository, journal_folder: Path | None, run: str) -> None:
        """Copies go to `changed/<run>` in `journal_folder`. None: a checkout that no user works in: no copies there."""
        self.repository = repository
        self.folder = journal_folder
        self.run = run
        self.expected: Mapping[str, bytes | None] = {}
        self._modes: dict[str, int | None] = {}
        self.users: frozenset[str] = frozenset()  # files that differed from HEAD before, and are left alone
        self.left: frozenset[str] = frozenset()  # files that differ from HEAD after all that was put back
        self._place: tuple[str | None, str | None] = (None, None)

    def before(self, expected: Mapping[str, bytes | None], others: frozenset[str] | None = None) -> None:
        """Call it when the tree is as it will be validated. `expected` are the bytes of the files in which that differs
        from HEAD; None: the file is not there. `others` are those that differ, too, where that is known: what was
        `left`, if nothing was run since."""
        self.expected = dict(expected)
        self._place = self._where()
        self._modes = {path: _mode(self.repository.root / path) for path in expected}
        # Where there is no user, what is not as it should be is left over from an earlier validation.
        if others is None:
            others = frozenset(self.repository.dirty_files() if self.folder else ())
        self.users = others - expected.keys()

    def moved(self) -> None:
        """Call it where HEAD has moved as it should, and git's index with it: the tree is to be what it holds now."""
        self.expected, self._modes = {}, {}
        self._place = self._where()

    def has_moved(self) -> bool:
        """Whether HEAD is not where it was at the last call of `before` or `moved`."""
        return self._where() != self._place

    def is_unchanged(self) -> None:
        """Call it instead of `after` where it is known that nothing has been changed since."""
        self.left = self.users

    def after(self) -> tuple[Disturbed, ...]:
        """Put back what has been changed since `before`, and tell it, by path. A unit of which a file is not `is_back`
        cannot be committed.

        Raises RepositoryError where HEAD has moved meanwhile, with nothing touched, or where git cannot put files back.
        """
        if self.has_moved():
            now = " ".join(self.repository.oneline((self._where()[0] or "HEAD",)))
            what = f"HEAD has moved during a validation, to {now}: it, or somebody else, committed or switched branch."
            raise RepositoryError(what, hint="On the branch of the run, run the command again: it goes on from there.")
        own = [self._put_back(path) for path, content in self.expected.items() if not self._is_intact(path, content)]
        others = sorted(set(self.repository.dirty_files()) - self.expected.keys() - self.users)
        found = [*own, *(self._others(others) if others else ())]
        self.left = self.users | {disturbed.path for disturbed in found if not disturbed.is_back}
        return tuple(sorted(found, key=lambda disturbed: disturbed.path))

    def _where(self) -> tuple[str | None, str | None]:
        return self.repository.head(), self.repository.branch()

    def _is_intact(self, path: str, content: bytes | None) -> bool:
        place = self.repository.root / path
        return _mode(place) == self._modes[path] and (
            content is None or file_bytes(place.parent, place.name) == content
        )

    def _put_back(self, path: str) -> Disturbed:
        """Put a file of the unit back, byte by byte."""
        place, content = self.repository.root / path, self.expected[path]
        mode = self._modes[path] or 0
        how: Literal["changed", "deleted"] = "changed" if os.path.lexists(place) else "deleted"
        try:
            copy = self._keep(path)
            if _is_in_the_way(self.repository.root, path):
                return Disturbed(path, how, is_back=False, copy=copy)
            if place.is_symlink() and not stat.S_ISLNK(mode):
                place.unlink()  # or what it leads to would be written
            if content is not None or place.exists():
                write_or_remove(self.repository.root, path, content)
            if stat.S_ISREG(mode):
                place.chmod(stat.S_IMODE(mode))
        except (OSError, CodemodsError):
            return Disturbed(path, how, is_back=False)
        return Disturbed(path, how, is_back=True, copy=copy)

    def _others(self, paths: Sequence[str]) -> list[Disturbed]:
        """Put files back that are not of the unit, with git, which knows of line ends, filters and modes."""
        added = self.repository.added_paths()
        if new := tuple(path for path in paths if path in added):
            self.repository.forget(new)
        found = [Disturbed(path, "added", is_back=True) for path in new]
        found += [self._kept(path) for path in paths if path not in added]
        if back := tuple(one.path for one in found if one.is_back and one.how != "added"):
            self.repository.put_back(back)
        return found

    def _kept(self, path: str) -> Disturbed:
        """What has become of `path`, which may be put back once there is a copy."""
        how: Literal["changed", "deleted"] = "changed" if os.path.lexists(self.repository.root / path) else "deleted"
        if _is_in_the_way(self.repository.root, path):
            return Disturbed(path, how, is_back=False)
        try:
            return Disturbed(path, how, is_back=True, copy=self._keep(path))
        except (OSError, CodemodsError):
            return Disturbed(path, how, is_back=False)

    def _keep(self, path: str) -> str:
        """Keep a copy of the file `path`, on the disk when this returns; where, from the journal's folder."""
        place = self.repository.root / path
        if place.is_symlink():
            content = os.fsencode(place.readlink())
        elif place.is_file():
            content = place.read_bytes()
        else:
            return ""
        if self.folder is None:
            return ""
        names = [f"{_FOLDER}/{self.run}/{path}{f'.{number}' if number else ''}" for number in range(_COPIES)]
        for name in names:
            if not (self.folder / name).exists() or file_bytes(self.folder, name) == content:
                break
        write_or_remove(self.folder, name, content)
        return name


def told(disturbed: Sequence[Disturbed], folder: Path, who: str = "The validation") -> str:
    """What `who` has done to tracked files, as one sentence, with the copies in `folder`; empty if that is nothing."""
    if not disturbed:
        return ""
    shown = ", ".join(f"{one.path} ({_state(one, folder)})" for one in disturbed[:_SHOWN])
    more = f" and {len(disturbed) - _SHOWN} more" if len(disturbed) > _SHOWN else ""
    return f"{who} changed files that git tracks: {shown}{more}."


def _state(disturbed: Disturbed, folder: Path) -> str:
    if disturbed.how == "added":
        return "taken out of the index again"
    what = f"{disturbed.how}, {'put back' if disturbed.is_back else 'left so'}"
    return f"{what}; a copy is {folder / disturbed.copy}" if disturbed.copy else what


def _mode(place: Path) -> int | None:
    """Kind and mode bits of what is at `place`; None where there is nothing."""
    try:
        return place.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_in_the_way(root: Path, path: str) -> bool:
    """Whether a folder is where the file `path` should be, or something else where one of its folders should be."""
    place = root / path
    if place.is_dir() and not place.is_symlink():
        return True
    folders = list(place.parents)[: len(place.relative_to(root).parts) - 1]
    return any(folder.is_symlink() or (folder.exists() and not folder.is_dir()) for folder in folders)
