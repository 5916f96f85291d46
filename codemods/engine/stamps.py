"""How files were when they were looked at, packed: there is one stamp for each file of a repository.

A stamp tells when a file was modified, when it was changed in any way, its size and its inode; or, where these do not
tell enough, the digest of its content. Files go by their numbers, their places in a list that whoever asks keeps.
"""

from __future__ import annotations

import hashlib
import os
import struct
import time
from enum import IntEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

# Nanoseconds. A file that is changed once more within so short a time may keep its times, on some file systems.
_SOON = 2_000_000_000
_SIZE = 32  # bytes of a stamp
_BLOCK = 64  # stamps that are compared at a time
_pack = struct.Struct("<4Q").pack
_MOST = (1 << 64) - 1  # times before 1970, and the numbers of some file systems, do not fit else
_GONE = bytes(_SIZE)


class By(IntEnum):
    """What tells whether a file is what it was. Where nothing does, it is to be looked at again."""

    NOTHING = 0
    TIMES = 1
    CONTENT = 2


class Stamps(Struct):
    """The stamps of files: `by` what each is told, and all of them, `packed`."""

    by: bytearray
    packed: bytearray

    @classmethod
    def of(cls, count: int) -> Stamps:
        """Those of so many files, of which nothing is known."""
        return cls(bytearray(count), bytearray(count * _SIZE))

    def fit(self, count: int) -> bool:
        """Whether these are the stamps of so many files."""
        return len(self.by) == count and len(self.packed) == count * _SIZE

    def at(self, number: int) -> bytes:
        """The stamp of a file."""
        return bytes(self.packed[number * _SIZE : number * _SIZE + _SIZE])

    def put(self, number: int, by: int, stamp: bytes) -> None:
        """Note the stamp of a file."""
        self.by[number] = by
        self.packed[number * _SIZE : number * _SIZE + _SIZE] = stamp

    def forget(self, number: int) -> None:
        """Know nothing of a file."""
        self.put(number, By.NOTHING, _GONE)

    def clear(self) -> None:
        """Leave nothing of files of which nothing is known."""
        number = self.by.find(By.NOTHING)
        while number >= 0:
            self.forget(number)
            number = self.by.find(By.NOTHING, number + 1)

    def in_order(self, numbers: Sequence[int]) -> Stamps:
        """The stamps of these files in this order; of one with a number that there is not, nothing is known."""
        by = in_order(self.by, numbers)
        packed = memoryview(self.packed + _GONE)
        last = len(self.by)
        starts = (min(number, last) * _SIZE for number in numbers)
        return Stamps(bytearray(by), bytearray().join(packed[start : start + _SIZE] for start in starts))


def in_order(values: bytes | bytearray, numbers: Iterable[int]) -> bytes:
    """One byte for each of `numbers`, 0 for those that `values` does not have."""
    last = len(values)
    more = bytes(values) + b"\0"
    return bytes(more[min(number, last)] for number in numbers)


def stamp_of(about: os.stat_result) -> bytes:
    """The stamp of a file that its times tell."""
    return _pack(about.st_mtime_ns & _MOST, about.st_ctime_ns & _MOST, about.st_size & _MOST, about.st_ino & _MOST)


def digest_of(content: bytes) -> bytes:
    """The stamp of a file that its content tells."""
    return hashlib.blake2b(content, digest_size=_SIZE).digest()


def is_young(about: os.stat_result) -> bool:
    """Whether a file was changed so short a time ago that its times do not tell enough."""
    return time.time_ns() - max(about.st_mtime_ns, about.st_ctime_ns) < _SOON


class Watched:
    """The files `paths` under `root`, which `read` reads, as they are now: each is looked at once, as one asks."""

    def __init__(self, root: Path, paths: Sequence[str], read: Callable[[str], bytes]) -> None:
        self._prefix = os.path.join(root, "")  # noqa: PTH118
        self._paths = paths
        self._read = read
        self._now = Stamps.of(0)
        self._looked = bytearray()

    def all_same(self, then: Stamps) -> bool:
        """Whether none of the files that have a stamp has changed since."""
        return next(self._changed(then), None) is None

    def forget_changed(self, then: Stamps) -> None:
        """Forget the stamps of files that have changed since."""
        for number in self._changed(then):
            then.forget(number)

    def _changed(self, then: Stamps) -> Iterator[int]:
        """The files that have a stamp, and have changed since."""
        self._look(then.by)
        now = self._now
        # Nearly all are the same, and many are compared as fast as one.
        for start in range(0, len(then.by), _BLOCK):
            stop = start + _BLOCK
            same = then.packed[start * _SIZE : stop * _SIZE] == now.packed[start * _SIZE : stop * _SIZE]
            if not same or then.by.find(By.CONTENT, start, stop) >= 0:
                for number in range(start, min(stop, len(then.by))):
                    if then.by[number] and not self._is_same(then, number):
                        yield number

    def _look(self, wanted: bytes | bytearray) -> None:
        """See how those files are that have anything but 0 among `wanted`."""
        if not self._looked:
            self._now, self._looked = Stamps.of(len(self._paths)), bytearray(len(self._paths))
        prefix, paths, looked, now, stat = self._prefix, self._paths, self._looked, self._now, os.stat
        by, packed = now.by, now.packed
        for number, path in enumerate(paths):
            if wanted[number] and not looked[number]:
                looked[number] = True
                try:
                    about = stat(prefix + path)
                except (OSError, ValueError):
                    continue
                by[number] = True
                packed[number * _SIZE : number * _SIZE + _SIZE] = stamp_of(about)

    def _is_same(self, then: Stamps, number: int) -> bool:
        """Whether a file has not changed. Where its content was noted, that alone counts: it may be written anew."""
        if not self._now.by[number]:
            return False
        if then.by[number] == By.TIMES:
            return self._now.at(number) == then.at(number)
        try:
            return digest_of(self._read(self._paths[number])) == then.at(number)
        except OSError:
            return False
