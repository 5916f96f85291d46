"""A tree of files as it will be after some changes, over the one that is there."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from codemods.model import Change, Removal


@dataclass(frozen=True)
class Tree:
    """The files `paths`, in order, whose bytes `read` gives. `changed` holds what differs from the tree below, `fixed`
    the files that cannot be changed, each with the reason."""

    paths: tuple[str, ...]
    below: Callable[[str], bytes]
    changed: Mapping[str, bytes | None] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        if path not in self.changed:
            return self.below(path)
        content = self.changed[path]
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return content

    def after(self, changes: Iterable[Change | Removal]) -> Tree:
        """This tree with `changes`."""
        changed = {**self.changed, **{change.path: change.after for change in changes}}
        paths = tuple(path for path in self.paths if path not in changed or changed[path] is not None)
        return Tree(paths, self.below, changed, self.fixed)
