"""The files of units in the work tree, looked at for what others have done to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.errors import RepositoryError
from codemods.files import file_bytes

if TYPE_CHECKING:
    from codemods.model import Unit
    from codemods.vcs import Repository


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
