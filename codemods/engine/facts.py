"""What has been found out about files, and need not be found out again as long as they stay as they are.

A fact is known by its kind, the file, and all else that it depends on. Whether a file is still what it was, its times
and its size tell, as they do for git; of one that was changed just before it was read, its content does.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from codemods.engine.stamps import By, Stamps, digest_of, is_young, stamp_of
from codemods.engine.tree import one_by_one
from codemods.engine.watching import each

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

Value = TypeVar("Value")
Fact = tuple[str, str, "Hashable"]  # the kind, the file, what else it depends on
_HOLDS, _HOLDS_NOT = 1, 2  # what is known of something that was asked about a file; else 0


@dataclass(slots=True)
class Facts:
    """The facts about the files `paths` under `root`, which `below` reads: those `known` from before, of files that did
    not change since (`before`), and those found out now, with the `stamps` of the files that they are about.

    `lists` tell, of what was asked about files, for which of them it holds; `known_lists` the same from before. `place`
    stands for which files there are at all. `look` tells whether a file holds one of some words, and how it was then.
    Of files that are `unread` nothing is kept. `numbers` are the places of all in `paths`.
    """

    root: Path
    below: Callable[[str], bytes]
    paths: Sequence[str]
    place: str = ""
    look: Callable[[str, Sequence[bytes]], tuple[bool, os.stat_result | None]] | None = None
    before: Stamps | None = None
    known: Mapping[Fact, object] = field(default_factory=dict)
    known_lists: Mapping[str, bytes | bytearray] = field(default_factory=dict)
    found: dict[Fact, object] = field(default_factory=dict)
    lists: dict[str, bytearray] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    is_steady: bool = True
    stamps: Stamps = field(init=False)
    numbers: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.stamps = Stamps.of(len(self.paths))
        self.numbers = {path: number for number, path in enumerate(self.paths)}

    def recall(self, before: Stamps, known: Mapping[Fact, object], lists: Mapping[str, bytes | bytearray]) -> None:
        """Know what was found out `before`, of the files with these stamps. To be told first of all."""
        self.before, self.known, self.known_lists = before, known, lists
        # Most will be as they were: then it takes no more than to say by what that is told.
        self.stamps.packed[:] = before.packed

    def of(self, kind: str, path: str, rest: Hashable) -> object | None:
        """What is known; None where nothing is."""
        fact = (kind, path, rest)
        if fact in self.found:
            return self.found[fact]
        if fact not in self.known or not self._is_as_before(path):
            return None
        self.found[fact] = self.known[fact]
        return self.known[fact]

    def put(self, kind: str, path: str, rest: Hashable, value: object) -> None:
        """Know something, which is not None, of a file that has been read."""
        self.found[kind, path, rest] = value

    def lasting(self) -> dict[Fact, object]:
        """What was found out about files of which it can be told later whether they have changed."""
        return {fact: value for fact, value in self.found.items() if self._by(fact[1])}

    def noted(self) -> Stamps:
        """The stamps of the files that something was found out about."""
        if self.before is not None:
            self.stamps.clear()
        return self.stamps

    def those(self, what: str, paths: Sequence[str], holds: Callable[[str], bool]) -> tuple[str, ...]:
        """Those of `paths`, in their order, for which `what` says, by their content alone, that it `holds`."""
        known = self.known_lists.get(what, b"")
        answers = self.lists.setdefault(what, bytearray(len(self.paths)))
        held, numbers, noted = [], self.numbers, self.stamps.by
        kept = self.before.by if known and self.before is not None else bytes(len(answers))
        for path in each("Searching", paths, len(paths)):
            number = numbers[path]
            # What is not noted yet is, where it is believed.
            answer = known[number] if kept[number] else 0
            if not (answer and (noted[number] or self._is_as_before(path))):
                answer = _HOLDS if holds(path) else _HOLDS_NOT
            answers[number] = answer
            if answer == _HOLDS:
                held.append(path)
        return tuple(held)

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        about = _about(os.path.join(self.root, path))  # noqa: PTH118 - asked of every file of a repository
        try:
            content = self.below(path)
        except OSError:
            self._note(path)
            raise
        if about is not None and (is_young(about) or self._by(path) == By.CONTENT):
            self._note(path, By.CONTENT, digest_of(content))
        elif about is not None:
            self._note(path, By.TIMES, stamp_of(about))
        else:
            self._note(path)
        return content

    def holds(self, path: str, needles: Sequence[bytes]) -> bool:
        """Whether a file holds one of `needles`. Raises OSError."""
        try:
            held, about = self.look(path, needles) if self.look is not None else (False, None)
        except OSError:
            self._note(path)
            raise
        if about is None or is_young(about) or self._by(path) == By.CONTENT:
            content = self.read(path)
            return any(needle in content for needle in needles)
        self._note(path, By.TIMES, stamp_of(about))
        return held

    def those_holding(
        self, paths: Iterable[str], needles: Sequence[bytes], unread: Callable[[str, OSError], None]
    ) -> Iterator[str]:
        """Those of `paths`, in their order, that hold one of `needles`. Of those that cannot be read, `unread` is
        told."""
        return one_by_one(self.holds, paths, needles, unread)

    def _is_as_before(self, path: str) -> bool:
        """Whether a file has not changed since something was found out about it, which is used now."""
        number = self.numbers.get(path)
        if number is None or self.before is None or not (by := self.before.by[number]):
            return False
        if not self.stamps.by[number] and path not in self.unread:
            self.stamps.by[number] = by
        return True

    def _by(self, path: str) -> int:
        number = self.numbers.get(path)
        return By.NOTHING if number is None else self.stamps.by[number]

    def _note(self, path: str, by: int = By.NOTHING, stamp: bytes = b"") -> None:
        """Note how a file is. Of one that cannot be read, or that is none of `paths`, nothing can be told later."""
        number = self.numbers.get(path)
        known = self._by(path)
        if number is None or (not by and not known):
            self.unread.add(path)
        elif not known and path not in self.unread:
            self.stamps.put(number, by, stamp)
        elif by != known or stamp != self.stamps.at(number):
            # It is changed while we look: what was found out belongs to no state of it.
            self.is_steady = False


def _about(place: str) -> os.stat_result | None:
    """How a file is now; None where it cannot be told."""
    try:
        return os.stat(place)  # noqa: PTH116
    except (OSError, ValueError):
        return None


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
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        text = repr(sorted(part)) if isinstance(part, (frozenset, set)) else repr(part)
        digest.update(text.encode("utf-8", "surrogateescape"))
        digest.update(b"\n")
    return digest.hexdigest()
