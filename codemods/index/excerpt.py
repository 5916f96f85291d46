"""What of a module can matter to some words: its source, with the bodies blanked that hold none of them.

Parsing and walking a tree is what takes the time, and most functions of a file have nothing to do with a plan. A body
that is blanked keeps its length and its lines, so that all else stays in its place, to the byte; a `0` stands for it:

    def f(a):               →   def f(a):
        return g(a)         →       0

What is found out here is by the letters, without a tree: where that is not sure, nothing is blanked, or the excerpt
does not parse. Of names that are no words it tells nothing: what binds or reads them may stand in a blanked body.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_STRING = rb'"[^"\\\n\r]*(?:\\(?:\r\n|.)[^"\\\n\r]*)*"' rb"|'[^'\\\n\r]*(?:\\(?:\r\n|.)[^'\\\n\r]*)*'"
_LONG = rb'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""' rb"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
_LONG_STRING = re.compile(_LONG, re.DOTALL)
_LONG_QUOTE = re.compile(rb'"""|' rb"'''")
# Comments and strings; a quote that begins none is one more token, and what follows it is anybody's guess.
_TOKEN = re.compile(rb"#[^\n\r]*|" + _LONG + rb"|" + _STRING + rb"|[\"']", re.DOTALL)


def _within(inner: bytes) -> bytes:
    """What stands in brackets, with `inner` in brackets in it."""
    other = rb"[^()\"'#]*"
    return other + rb"(?:(?:\(" + inner + rb"\)|#[^\n]*\n|" + _STRING + rb")" + other + rb")*"


_ARGUMENTS = rb"\(" + _within(_within(_within(rb"[^()\"'#]*"))) + rb"\)"
_RETURNS = rb"[^:\n\"'#]*(?:(?:" + _STRING + rb")[^:\n\"'#]*)*"
_HEADER = re.compile(
    rb"^([ \t]*)(?:(?:async[ \t]+)?def[ \t]+\w+[^(\n]*"
    + _ARGUMENTS
    + _RETURNS
    + rb"|class[ \t]+\w+[^:\n(]*(?:"
    + _ARGUMENTS
    + rb")?):[ \t]*(?:#[^\n]*)?(?=\r?\n)",
    re.MULTILINE | re.DOTALL,
)
_SIGN = re.compile(rb"[\"'#]")
_BARE_RETURN = re.compile(rb"\r(?!\n)")
_BLANK = bytes(byte if byte in b"\n\r" else 32 for byte in range(256))
_FORMATTED = b"fFtT"


class Excerpted(LookupError):  # noqa: N818 - a request for more of the module, not an error
    """The answer needs more of a module than its excerpt holds: all that has to do with `names`; None: the whole."""

    def __init__(self, names: Iterable[str] | None = None) -> None:
        super().__init__(names)
        self.names = None if names is None else frozenset(names)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The `source` of a module with bodies blanked, what the `whole` of it is, and for which `words` that was done.

    `blanked` are the spans, in order, in bytes.
    """

    source: bytes
    whole: bytes
    words: frozenset[str]
    blanked: tuple[tuple[int, int], ...]

    def needs(self, names: Iterable[str]) -> None:
        """Say that all that binds or reads one of `names` has to be in the excerpt. Raises Excerpted."""
        hidden = [name for name in names if name not in self.words and self._hides(name.encode())]
        if hidden:
            raise Excerpted(hidden)

    def _hides(self, name: bytes) -> bool:
        return self.whole.count(name) != self.source.count(name)

    def touches(self, start: int, end: int) -> bool:
        """Whether something blanked lies between `start` and `end`, or they lie in it."""
        following = bisect_right(self.blanked, (start, len(self.source)))
        before = self.blanked[following - 1] if following else (0, 0)
        after = self.blanked[following] if following < len(self.blanked) else (len(self.source) + 1, 0)
        return before[1] > start or after[0] < end


def excerpt(source: bytes, words: frozenset[str]) -> Excerpt | None:
    """The excerpt of UTF-8 `source` for `words`: no function and no class that holds one of them is blanked.

    None where nothing is.
    """
    is_plain = words and b"\f" not in source and not _BARE_RETURN.search(source)
    masked = _masked(source) if is_plain else None
    if masked is None:
        return None
    blanked = tuple(_blanked(masked, places_of(words, source)))
    pieces: list[bytes] = []
    done = 0
    for start, end in blanked:
        pieces += (source[done:start], b"0", source[start + 1 : end].translate(_BLANK))
        done = end
    return Excerpt(b"".join((*pieces, source[done:])), source, words, blanked) if blanked else None


def _blanked(masked: bytes, places: list[int]) -> Iterator[tuple[int, int]]:
    header = _HEADER.search(masked)
    while header is not None:
        start = header.end()
        body = _body(header[1]).match(masked, start)
        end = body.end() if body else start
        following = bisect_left(places, start)
        holds = following < len(places) and places[following] < end
        # A line that goes on in the next one, whose indentation says nothing.
        if not holds and start < end and masked[end - 1] != ord("\\"):
            first = end - len(masked[start:end].lstrip())
            if first < end:
                yield first, end
        header = _HEADER.search(masked, start if holds else max(start, end))


@lru_cache(maxsize=64)
def _body(indentation: bytes) -> re.Pattern[bytes]:
    """The lines that are indented deeper, and those without code."""
    return re.compile(rb"(?:\r?\n(?:" + indentation + rb"[ \t][^\n]*|[ \t]*(?:#[^\n]*)?(?=\r?\n|\Z)))*")


def _masked(source: bytes) -> bytes | None:
    """`source` with its long strings as letters, also for their line ends; None where it is not sure where they are."""
    pieces: list[bytes] = []
    done = position = 0
    while (quote := _LONG_QUOTE.search(source, position)) is not None:
        token = _token_at(source, quote.start(), done)
        if token is None or _goes_on(source, *token):
            return None
        start, position = token
        if start == quote.start():
            pieces += (source[done:start], b"x" * (position - start))
            done = position
    return b"".join((*pieces, source[done:]))


def _token_at(source: bytes, place: int, done: int) -> tuple[int, int] | None:
    """The span of the long string that begins at `place`, or of the comment or string in which its quotes stand; None
    where that is not sure. Long strings up to `done` have been seen."""
    line = max(source.rfind(b"\n", 0, place) + 1, done)
    if source[max(done, line - 3) : line].rstrip(b"\r\n").endswith(b"\\"):
        return None
    if _SIGN.search(source, line, place) is None:
        string = _LONG_STRING.match(source, place)
        return string.span() if string else None
    for token in _TOKEN.finditer(source, line):
        if token.end() == token.start() + 1 and source[token.start()] != ord("#"):
            return None
        if token.end() > place:
            return token.span()
    return None


def _goes_on(source: bytes, start: int, end: int) -> bool:
    """Whether a formatted string may go on behind its first quote: as of Python 3.12, what is filled in may hold the
    same quotes."""
    is_formatted = start > 0 and any(byte in _FORMATTED for byte in source[max(start - 2, 0) : start])
    return is_formatted and source.count(b"{", start, end) != source.count(b"}", start, end)


def places_of(words: Collection[str], source: bytes) -> list[int]:
    """Where one of `words` stands in `source`, also as a part of another word."""
    return [match.start() for match in _pattern(frozenset(words)).finditer(source)]


@lru_cache(maxsize=32)
def _pattern(words: frozenset[str]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(word.encode()) for word in sorted(words)))
