"""A tree of files as it will be after some changes, over the one that is there."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from codemods.model import Change, Removal


class Tree(Struct, frozen=True):
    """The files `paths`, in order, whose bytes `read` gives. `changed` holds what differs from the tree below, `fixed`
    the files that cannot be changed, each with the reason. `holds_below` tells of a file of the tree below whether it
    holds one of some words, where that can be had without its bytes."""

    paths: tuple[str, ...]
    below: Callable[[str], bytes]
    changed: Mapping[str, bytes | None] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    holds_below: Callable[[str, Sequence[bytes]], bool] | None = None

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        if path not in self.changed:
            return self.below(path)
        content = self.changed[path]
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return content

    def holds(self, path: str, needles: Sequence[bytes]) -> bool:
        """Whether a file holds one of `needles`. Raises OSError."""
        if self.holds_below is not None and path not in self.changed:
            return self.holds_below(path, needles)
        content = self.read(path)
        return any(needle in content for needle in needles)

    def after(self, changes: Iterable[Change | Removal]) -> Tree:
        """This tree with `changes`."""
        changed = {**self.changed, **{change.path: change.after for change in changes}}
        paths = tuple(path for path in self.paths if path not in changed or changed[path] is not None)
        return replace(self, paths=paths, changed=changed)
