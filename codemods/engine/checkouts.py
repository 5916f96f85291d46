"""A linked worktree as a ground for validations, and the pool that threads take one from."""

from __future__ import annotations

import os
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.validation.base import Still
from codemods.worktrees import check_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from codemods.vcs import Repository


class Checkout(Struct):
    """A linked worktree as a ground: it shows a candidate by its two commits. `first` are folders for PYTHONPATH."""

    worktree: Repository
    number: int
    log: Path | None = None
    first: tuple[Path, ...] = ()
    after: str = ""
    before: str = ""
    shown: str = ""

    @property
    def root(self) -> Path:
        """The folder of the worktree."""
        return self.worktree.root

    @property
    def environment(self) -> Mapping[str, str]:
        """The number of the worktree, for what two validations at a time must not share; PYTHONPATH where needed."""
        path = {"PYTHONPATH": os.pathsep.join(map(str, self.first))} if self.first else {}
        return {"CODEMODS_WORKER": str(self.number), **path}

    @property
    def still(self) -> Still:
        """What it shows now, as a ground with nothing to compare to: what lacks here is the same with any change."""
        return Still(self.root, self.log, self.environment)

    def put(self, after: str, before: str) -> None:
        """Show a candidate, with the change; what was done to tracked files is undone. Raises RepositoryError."""
        self.after, self.before = after, before
        self.shown = ""
        self.show(changed=True)

    def show(self, *, changed: bool) -> None:
        """Make the tracked files those of the one commit or the other. Raises RepositoryError."""
        wanted = self.after if changed else self.before
        if wanted != self.shown:
            # Not known while it is under way.
            self.shown = ""
            check_out(self.worktree, wanted)
            self.shown = wanted


class Pool:
    """Checkouts that are free, one of which a thread takes for as long as it judges."""

    def __init__(self, checkouts: Iterable[Checkout]) -> None:
        """All of them are free."""
        self._free: SimpleQueue[Checkout] = SimpleQueue()
        for checkout in checkouts:
            self._free.put(checkout)

    @contextmanager
    def one(self) -> Iterator[Checkout]:
        """A checkout that nobody else uses until the end of the block; waits for one."""
        checkout = self._free.get()
        try:
            yield checkout
        finally:
            self._free.put(checkout)
