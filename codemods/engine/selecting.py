"""What a change can affect, as far as that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.plan.schema import Plan
    from codemods.vcs import Repository


class Selector:
    """Selects by the files of a repository."""

    def __init__(self, plan: Plan, repository: Repository) -> None:
        """Nothing is read yet."""
        self.plan = plan
        self.repository = repository

    def affected(self, paths: tuple[str, ...], after: Mapping[str, bytes | None]) -> frozenset[str] | None:  # noqa: ARG002
        """The files that a change of `paths` can affect; None: nobody knows."""
        return None

    def unreached(self, coverage: str, paths: tuple[str, ...]) -> frozenset[str]:  # noqa: ARG002
        """The tests that are recorded in the file `coverage` not to touch `paths`."""
        return frozenset()
