"""The files of a unit in the work tree: written, restored, and looked at for what others have done to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.errors import RepositoryError
from codemods.files import file_bytes, write_or_remove

if TYPE_CHECKING:
    from codemods.model import Unit
    from codemods.vcs import Repository


def write(repository: Repository, unit: Unit) -> None:
    """Make the files of `unit` what they are after it. Raises OSError."""
    for change in unit.changes:
        write_or_remove(repository.root, change.path, change.after)


def restore(repository: Repository, unit: Unit) -> None:
    """Make the files of `unit` what they were before it. Raises OSError.

    What the user, or a validation, has written since is theirs: it is not overwritten.
    """
    for change in unit.changes:
        if file_bytes(repository.root, change.path) == change.after:
            executable = change.after is None and repository.is_executable("HEAD", change.path)
            write_or_remove(repository.root, change.path, change.before, executable=executable)


def is_committed(repository: Repository, unit: Unit) -> bool:
    """Whether HEAD holds the files of `unit` as they are after it."""
    return all(repository.checked_out("HEAD", change.path) == change.after for change in unit.changes)


def require_undisturbed(repository: Repository, head: str, units: list[Unit]) -> None:
    """Raise RepositoryError where HEAD is not `head`, or a file of `units` is not what it was before them: somebody has
    committed, switched branch or edited a file since."""
    if repository.head() != head:
        what = "HEAD has moved since the run began: somebody committed or switched branch."
        raise RepositoryError(what, hint="Nothing of it was touched. Run the command again to go on from there.")
    for unit in units:
        for change in unit.changes:
            if file_bytes(repository.root, change.path) != change.before:
                what = f"{change.path} has changed since the run began."
                raise RepositoryError(what, hint="It was not touched. Commit or undo that, then run again.")
