"""Where words stand in the bytes of a source."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_LONGEST = 64  # bytes of a word
_ESCAPES = (b"\\", b"%", b"")  # nothing: the word is longer than was looked at, or begins the file
_FEW = 16  # words: as many are found sooner one by one than by a pattern


class Search:
    """Finds the next of a few `words` in `source`: sooner than a pattern does."""

    def __init__(self, source: bytes, words: tuple[bytes, ...]) -> None:
        self.source = source
        self.places = {word: source.find(word) for word in words}

    def next(self, position: int) -> int:
        """Where the next one stands, at `position` or behind it; negative where none does. Positions only grow."""
        nearest = -1
        for word, place in self.places.items():
            if 0 <= place < position:
                self.places[word] = place = self.source.find(word, position)
            if place >= 0 and (nearest < 0 or place < nearest):
                nearest = place
        return nearest


def places_of(words: Collection[str], source: bytes) -> list[int]:
    """Where one of `words` stands in `source`; as a part of another word only where what is before may be an escape."""
    if len(words) > _FEW:
        return [match.start() for match in _pattern(frozenset(words)).finditer(source)]
    return sorted(place for word in words for place in _places(word.encode(), source))


def _is_part(source: bytes, start: int, end: int) -> bool:
    """Whether what stands there is surely a part of a longer word. In a string, what is before may be an escape."""
    if source[end : end + 1].strip(_LETTERS) != source[end : end + 1]:
        return True
    before = source[max(start - _LONGEST, 0) : start]
    rest = before.rstrip(_LETTERS)
    return len(rest) < len(before) and rest[-1:] not in _ESCAPES


def _places(word: bytes, source: bytes) -> Iterator[int]:
    return (place for place in _all_places(word, source) if not _is_part(source, place, place + len(word)))


def _all_places(part: bytes, source: bytes) -> Iterator[int]:
    place = source.find(part)
    while place >= 0:
        yield place
        place = source.find(part, place + 1)


@lru_cache(maxsize=32)
def _pattern(words: frozenset[str]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(word.encode()) for word in sorted(words)))
