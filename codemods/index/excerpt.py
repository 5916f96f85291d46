"""What of a module can matter to some words: its source, with the bodies blanked that hold none of them.

Parsing and walking a tree is what takes the time, and most functions of a file have nothing to do with a plan. A body
that is blanked keeps its length and its lines, so that all else stays in its place, to the byte; a `0` stands for it.
Its arguments go with it:

    def f(a):               →   def f( ):
        return g(a)         →       0

What is blanked is found by the letters, without a tree (`blanking`). Of names that are no words an excerpt tells
nothing: what binds or reads them may stand in a blanked body.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.index.blanking import blanked
from codemods.index.masking import masked
from codemods.index.word_places import places_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_OPENING = ord("(")
_BARE_RETURN = re.compile(rb"\r(?!\n)")
_BLANK = bytes(byte if byte in b"\n\r" else 32 for byte in range(256))


class Excerpted(LookupError):  # noqa: N818 - a request for more of the module, not an error
    """The answer needs more of a module than its excerpt holds: all that has to do with `names`; None: the whole."""

    def __init__(self, names: Iterable[str] | None = None) -> None:
        super().__init__(names)
        self.names = None if names is None else frozenset(names)


class Excerpt(Struct, frozen=True, dict=True):
    """A module, the `whole` of it, in which the spans `blanked`, in order, in bytes, are blank for some `words`."""

    whole: bytes
    words: frozenset[str]
    blanked: tuple[tuple[int, int], ...]

    @property
    def source(self) -> bytes:
        """What is left, as long as the whole, with everything in its place."""
        return self._with(lambda body: body.translate(_BLANK))

    @cached_property
    def brief(self) -> bytes:
        """The same without the blanks in lines that have nothing else: all lines and columns are the same, and it is
        read sooner."""
        return self._with(lambda body: b"\n" * body.count(b"\n"))

    def _with(self, blanks: Callable[[bytes], bytes]) -> bytes:
        """The whole, with `blanks` for what stands in a blanked body behind its first byte."""
        whole = self.whole
        pieces: list[bytes] = []
        done = 0
        for start, end in self.blanked:
            if whole[start - 1] == _OPENING:
                pieces += (whole[done:start], whole[start:end].translate(_BLANK))
            else:
                pieces += (whole[done:start], b"0", blanks(whole[start + 1 : end]))
            done = end
        return b"".join((*pieces, whole[done:]))

    @property
    def blank(self) -> int:
        """How many bytes are blank that were not, line ends among them."""
        return sum(end - start - 1 for start, end in self.blanked)

    def needs(self, names: Iterable[str]) -> None:
        """Say that all that binds or reads one of `names` has to be in the excerpt. Raises Excerpted."""
        hidden = [name for name in names if name not in self.words and self._hides(name.encode())]
        if hidden:
            raise Excerpted(hidden)

    def _hides(self, name: bytes) -> bool:
        return self.whole.count(name) != self.brief.count(name)

    def touches(self, start: int, end: int) -> bool:
        """Whether something blanked lies between `start` and `end`, or they lie in it."""
        following = bisect_right(self.blanked, (start, len(self.whole)))
        before = self.blanked[following - 1] if following else (0, 0)
        after = self.blanked[following] if following < len(self.blanked) else (len(self.whole) + 1, 0)
        return before[1] > start or after[0] < end


def excerpt(source: bytes, words: frozenset[str]) -> Excerpt | None:
    """The excerpt of UTF-8 `source` for `words`: no function and no class that holds one of them is blanked.

    None where nothing is.
    """
    is_plain = words and b"\f" not in source and not (b"\r" in source and _BARE_RETURN.search(source))
    without_strings = masked(source) if is_plain else None
    if without_strings is None:
        return None
    spans = tuple(blanked(without_strings, places_of(words, source)))
    return Excerpt(source, words, spans) if spans else None
