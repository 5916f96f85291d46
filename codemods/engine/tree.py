"""A tree of files as it will be after some changes, over the one that is there."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from codemods.model import Change, Removal


class Search(Protocol):
    """Finds the files that hold some words, sooner than by reading each."""

    def holds(self, path: str, needles: Sequence[bytes]) -> bool:
        """Whether a file holds one of `needles`. Raises OSError where it cannot be read."""

    def those_holding(
        self, paths: Iterable[str], needles: Sequence[bytes], unread: Callable[[str, OSError], None]
    ) -> Iterator[str]:
        """Those of `paths`, in their order, that hold one of `needles`. Of those that cannot be read, `unread` is
        told."""


def one_by_one(
    holds: Callable[[str, Sequence[bytes]], bool],
    paths: Iterable[str],
    needles: Sequence[bytes],
    unread: Callable[[str, OSError], None],
) -> Iterator[str]:
    """Those of `paths` that hold one of `needles`, as `holds` says of each. Where it raises OSError, `unread` is
    told."""
    for path in paths:
        try:
            is_held = holds(path, needles)
        except OSError as error:
            unread(path, error)
            continue
        if is_held:
            yield path


class Tree(Struct, frozen=True):
    """The files `paths`, in order, whose bytes `read` gives. `changed` holds what differs from the tree below, `fixed`
    the files that cannot be changed, each with the reason. `search` finds what files of the tree below hold, where that
    can be had without their bytes."""

    paths: tuple[str, ...]
    below: Callable[[str], bytes]
    changed: Mapping[str, bytes | None] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    search: Search | None = None

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
        if self.search is not None and path not in self.changed:
            return self.search.holds(path, needles)
        content = self.read(path)
        return any(needle in content for needle in needles)

    def those_holding(
        self, paths: Iterable[str], needles: Sequence[bytes], unread: Callable[[str, OSError], None]
    ) -> Iterator[str]:
        """Those of `paths`, in their order, that hold one of `needles`. Of those that cannot be read, `unread` is
        told."""
        if self.search is not None and not self.changed:
            return self.search.those_holding(paths, needles, unread)
        return one_by_one(self.holds, paths, needles, unread)

    def after(self, changes: Iterable[Change | Removal]) -> Tree:
        """This tree with `changes`."""
        changed = {**self.changed, **{change.path: change.after for change in changes}}
        paths = tuple(path for path in self.paths if path not in changed or changed[path] is not None)
        return replace(self, paths=paths, changed=changed)
