"""Linked worktrees of one run, in a folder of their own.

That folder lies outside of the repository: a program that looks for settings in the folders above must not find those
of the original checkout. What a killed run has left is found by a record in the repository, and removed.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.errors import RepositoryError
from codemods.interrupts import interrupts_held
from codemods.vcs import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "codemods-trees-"
_SETTINGS = (
    f"core.hooksPath={os.devnull}",  # a hook after checkouts is meant for the user's own
    "submodule.recurse=false",
    "advice.detachedHead=false",
    "checkout.workers=0",  # as many as there are processors
)


class Worktrees:
    """The linked worktrees of one run. The folder is made with the first."""

    def __init__(self, repository: Repository) -> None:
        """`repository` is the original checkout."""
        self.repository = repository
        self._folder: Path | None = None

    @property
    def folder(self) -> Path | None:
        """The folder that they lie in, once it is there."""
        return self._folder

    def open(self) -> None:
        """Make the folder that they lie in, and record it. Raises RepositoryError, OSError."""
        place = Path(tempfile.gettempdir()).resolve()
        if place.is_relative_to(self.repository.root.resolve()):
            what = f"The folder for temporary files, {place}, lies in the repository."
            raise RepositoryError(what, hint="Set TMPDIR to a folder outside of it.")
        records = _records(self.repository)
        records.mkdir(parents=True, exist_ok=True)
        with interrupts_held():
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
            (records / folder.name).write_bytes(os.fsencode(folder))
            self._folder = folder

    def add(self, number: int, commit: str) -> Repository:
        """Make the worktree `number` with `commit` checked out, on no branch. Raises RepositoryError, OSError.

        It is called as the original is: where the root is a package, its name is that of the folder. Locked, so that
        nobody else's `git worktree prune` takes it for one that is gone. To be called by one thread at a time: git
        stumbles over a worktree that is half made.
        """
        if self._folder is None:
            raise RepositoryError("There is no folder for linked worktrees.", where=str(self.repository.root))
        place = self._folder / str(number) / self.repository.root.name
        adding = ("worktree", "add", "--quiet", "--detach", "--lock", str(place), commit)
        # Else git would go on making what is removed already.
        with interrupts_held():
            self.repository.run(*adding, settings=_SETTINGS)
        return Repository.discover(place)

    def remove(self) -> None:
        """Remove all of them, and the folder. What refuses to go is left to the next run."""
        if self._folder is not None:
            _remove(self.repository, self._folder)
            self._folder = None


def check_out(worktree: Repository, commit: str) -> None:
    """Make the tracked files of a linked worktree those of `commit`, whatever was done to them. Raises RepositoryError.

    Files that git does not track stay.
    """
    worktree.run("checkout", "--quiet", "--detach", "--force", commit, "--", settings=_SETTINGS)


def submodules(repository: Repository) -> tuple[str, ...]:
    """The submodules that are checked out in a checkout: a linked worktree comes without them."""
    records = (record.partition("\t") for record in os.fsdecode(repository.run("ls-files", "-s", "-z")).split("\0"))
    paths = (path for head, _, path in records if head.startswith("160000 "))
    return tuple(path for path in paths if any((repository.root / path).glob("*")))


def has_left(repository: Repository) -> bool:
    """Whether a killed run has left worktrees."""
    return _records(repository).is_dir()


def remove_left(repository: Repository) -> None:
    """Remove the worktrees that killed runs have left. To be called where no other run is under way."""
    records = _records(repository)
    for record in sorted(records.iterdir()) if records.is_dir() else ():
        folder = Path(os.fsdecode(record.read_bytes()))
        if folder.name == record.name and folder.name.startswith(_PREFIX):
            _remove(repository, folder)


def _records(repository: Repository) -> Path:
    return repository.common_dir / "codemods" / "worktrees"


def _remove(repository: Repository, folder: Path) -> None:
    _remove_folder(folder)
    for place in _linked(repository):
        if place.is_relative_to(folder):
            with suppress(RepositoryError):
                # Twice forced, since it is locked. `git worktree prune` would forget the user's own as well, such as
                # one on a disk that is away.
                repository.run("worktree", "remove", "--force", "--force", str(place))
    if not folder.exists():
        with suppress(OSError):
            (_records(repository) / folder.name).unlink()
            _records(repository).rmdir()


def _linked(repository: Repository) -> Iterator[Path]:
    for line in os.fsdecode(repository.run("worktree", "list", "--porcelain")).splitlines():
        kind, _, place = line.partition(" ")
        if kind == "worktree":
            yield Path(place)


def _remove_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if folder.is_dir():
        # Tests may have made folders that refuse writing.
        for name, _, _ in os.walk(folder):
            with suppress(OSError):
                Path(name).chmod(stat.S_IRWXU)
        shutil.rmtree(folder, ignore_errors=True)
