"""What has been found out about files, and need not be found out again as long as they stay as they are.

A fact is known by its kind, the file, and all else that it depends on. Whether a file is still what it was, its times
and its size tell, as they do for git; of one that was changed just before it was read, its content does.
"""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from codemods.engine.watching import each

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from pathlib import Path

# Nanoseconds. A file that is changed once more within so short a time may keep its times, on some file systems.
_SOON = 2_000_000_000

Value = TypeVar("Value")
Fact = tuple[str, str, "Hashable"]  # the kind, the file, what else it depends on
# How a file was when it was read: when it was modified, and changed in any way, its size, its inode; and the digest of
# its content, where these do not tell enough. A plain tuple: there is one for each file of a repository.
Stamp = tuple[int, int, int, int, bytes]
Asked = tuple[frozenset[str], frozenset[str]]
_NOTHING: Asked = (frozenset(), frozenset())


@dataclass(slots=True)
class Facts:
    """The facts about the files under `root`, which `below` reads: those `known` from before, of files that have not
    changed since (`before`), and those found out now, with the `stamps` of the files that they are about.

    `lists` are, of what was asked about some files, these and those for which it holds; `known_lists` the same from
    before. `place` stands for which files there are at all. `look` tells whether a file holds one of some words, and
    how it was then.
    """

    root: Path
    below: Callable[[str], bytes]
    known: Mapping[Fact, object] = field(default_factory=dict)
    found: dict[Fact, object] = field(default_factory=dict)
    before: Mapping[str, Stamp | None] = field(default_factory=dict)
    stamps: dict[str, Stamp | None] = field(default_factory=dict)
    lists: dict[str, Asked] = field(default_factory=dict)
    known_lists: Mapping[str, Asked] = field(default_factory=dict)
    place: str = ""
    is_steady: bool = True
    look: Callable[[str, Sequence[bytes]], tuple[bool, os.stat_result | None]] | None = None

    def of(self, kind: str, path: str, rest: Hashable) -> object | None:
        """What is known; None where nothing is."""
        fact = (kind, path, rest)
        if fact in self.found:
            return self.found[fact]
        if fact not in self.known or path not in self.before:
            return None
        self.found[fact] = self.known[fact]
        self.stamps.setdefault(path, self.before[path])
        return self.known[fact]

    def put(self, kind: str, path: str, rest: Hashable, value: object) -> None:
        """Know something, which is not None, of a file that has been read."""
        self.found[kind, path, rest] = value

    def those(self, what: str, paths: Sequence[str], holds: Callable[[str], bool]) -> frozenset[str]:
        """Those of `paths` for which `what` says, by their content alone, that it `holds`."""
        asked_before, held_before = self.known_lists.get(what, _NOTHING)
        held: set[str] = set()
        for path in each("Searching", paths, len(paths)):
            is_known = path in self.before and path in asked_before
            if is_known:
                self.stamps.setdefault(path, self.before[path])
            if path in held_before if is_known else holds(path):
                held.add(path)
        asked, of_them = self.lists.get(what, _NOTHING)
        self.lists[what] = (asked.union(paths), of_them | held)
        return frozenset(held)

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        stamp = stamp_of(self.root, path)
        try:
            content = self.below(path)
        except OSError:
            self._note(path, None)
            raise
        if stamp is not None and time.time_ns() - max(stamp[:2]) < _SOON:
            stamp = with_digest(stamp, content)
        self._note(path, stamp)
        return content

    def holds(self, path: str, needles: Sequence[bytes]) -> bool:
        """Whether a file holds one of `needles`. Raises OSError."""
        try:
            held, about = self.look(path, needles) if self.look is not None else (False, None)
        except OSError:
            self._note(path, None)
            raise
        stamp = _stamp(about) if about is not None else None
        if stamp is None or time.time_ns() - max(stamp[:2]) < _SOON:
            content = self.read(path)
            return any(needle in content for needle in needles)
        self._note(path, stamp)
        return held

    def _note(self, path: str, stamp: Stamp | None) -> None:
        if path not in self.stamps:
            self.stamps[path] = stamp
            return
        known = self.stamps[path]
        if (known and known[:4]) != (stamp and stamp[:4]):
            # It is changed while we look: what was found out belongs to no state of it.
            self.is_steady = False


def _always(_: object) -> bool:
    return True


def known(
    facts: Facts | None,
    about: Fact,
    find: Callable[[], Value],
    is_lasting: Callable[[Value], bool] = _always,
) -> Value:
    """What is known, if there are `facts`, or what `find` finds out by reading the file that it is `about`.

    That is known from then on where `is_lasting` says so; None never is.
    """
    if facts is None:
        return find()
    if (fact := facts.of(*about)) is not None:
        return cast("Value", fact)
    found = find()
    if found is not None and is_lasting(found):
        facts.put(*about, found)
    return found


def key_of(*parts: object) -> str:
    """A short name for what a fact depends on: values whose `repr` says all, and sets of strings."""
    texts = (repr(sorted(part)) if isinstance(part, (frozenset, set)) else repr(part) for part in parts)
    return hashlib.blake2b("\n".join(texts).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def stamp_of(root: Path, path: str) -> Stamp | None:
    """How a file is now; None where it cannot be told."""
    return _stamp_at(os.path.join(root, path))  # noqa: PTH118 - asked of every file of a repository


def _stamp_at(place: str) -> Stamp | None:
    try:
        return _stamp(os.stat(place))  # noqa: PTH116
    except (OSError, ValueError):
        return None


def _stamp(about: os.stat_result) -> Stamp:
    return about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino, b""


def with_digest(stamp: Stamp, content: bytes) -> Stamp:
    """`stamp` with the digest of the content."""
    return (*stamp[:4], hashlib.blake2b(content, digest_size=20).digest())


def unchanged(
    root: Path,
    below: Callable[[str], bytes],
    stamps: Mapping[str, Stamp | None],
    paths: Iterable[str],
    seen: dict[str, Stamp | None] | None = None,
) -> dict[str, Stamp | None]:
    """Those of `stamps` whose files are among `paths` and have not changed since. One that could not be read then is
    to be tried again. How files are now is put into `seen`, and not asked again of those that are there."""
    same: dict[str, Stamp | None] = {}
    seen = {} if seen is None else seen
    folder = os.path.join(root, "")  # noqa: PTH118
    for path in paths:
        stamp = stamps.get(path)
        if stamp is None:
            continue
        if path not in seen:
            seen[path] = _stamp_at(folder + path)
        now = seen[path]
        if now is not None and stamp[4]:
            try:
                now = with_digest(now, below(path))
            except OSError:
                continue
        # Of one with a digest, that alone counts: it may have been written anew.
        if now is not None and (now[4] == stamp[4] if stamp[4] else now == stamp):
            same[path] = now
    return same
