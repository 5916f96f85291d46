"""Which files hold one of many words, by their bytes: for hundreds of words in hardly more time than for twenty."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FEW = 24  # words; for more, to split a file takes less time than to search it for each
_NAME = re.compile(rb"[A-Za-z0-9_]+")
_BETWEEN = bytes(letter if _NAME.match(bytes((letter,))) else 32 for letter in range(256))
_ESCAPED = re.compile(rb"\\([A-Za-z0-9_]+)")
_LENGTHS = (1, 2, 3, 5, 9)  # of escapes without their backslash: \n, \07, \x0a and \012, \u000a, \U0000000a


class Needles:
    """Words to search for.

    Few of them are found wherever they stand. Of many, those made of ASCII letters count where they are a name by
    themselves, also behind an escape in a string, and not within a longer name.
    """

    def __init__(self, words: Iterable[bytes]) -> None:
        wanted = frozenset(words)
        whole = frozenset(filter(_NAME.fullmatch, wanted)) if len(wanted) > FEW else frozenset[bytes]()
        self.are_many = bool(whole)
        self._whole = whole
        self._anywhere = tuple(wanted - whole)

    def any_in(self, content: bytes) -> bool:
        """Whether `content` holds one of them."""
        for word in self._anywhere:
            if word in content:
                return True
        return self.are_many and self._has_whole(content)

    def _has_whole(self, content: bytes) -> bool:
        if not self._whole.isdisjoint(content.translate(_BETWEEN).split()):
            return True
        if b"\\" not in content:
            return False
        return any(found[length:] in self._whole for found in _ESCAPED.findall(content) for length in _LENGTHS)


def common_part(words: Sequence[bytes]) -> bytes:
    """The longest part that all of `words` hold; one search for it spares those for each where it is not. Empty where
    they have nothing in common."""
    shortest = min(words, key=len, default=b"")
    parts = (
        shortest[start : start + length]
        for length in range(len(shortest), 0, -1)
        for start in range(len(shortest) - length + 1)
    )
    return next((part for part in parts if all(part in word for word in words)), b"")
