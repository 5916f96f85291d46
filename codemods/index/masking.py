"""Long strings of a source as letters, so that what stands in them is taken for nothing else."""

from __future__ import annotations

import re

from codemods.index.word_places import Search

STRING = rb'"[^"\\\n\r]*(?:\\(?:\r\n|.)[^"\\\n\r]*)*"' rb"|'[^'\\\n\r]*(?:\\(?:\r\n|.)[^'\\\n\r]*)*'"
_LONG = rb'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""' rb"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
_LONG_STRING = re.compile(_LONG, re.DOTALL)
_LONG_QUOTES = (b'"""', b"'''")
# Comments and strings; a quote that begins none is one more token, and what follows it is anybody's guess.
_TOKEN = re.compile(rb"#[^\n\r]*|" + _LONG + rb"|" + STRING + rb"|[\"']", re.DOTALL)
_SIGN = re.compile(rb"[\"'#]")
_FORMATTED = b"fFtT"


def masked(source: bytes) -> bytes | None:
    """`source` with its long strings as letters, also for their line ends; None where it is not sure where they are."""
    pieces: list[bytes] = []
    done = position = 0
    quotes = Search(source, _LONG_QUOTES)
    while (place := quotes.next(position)) >= 0:
        token = _token_at(source, place, done)
        if token is None or _goes_on(source, *token):
            return None
        start, position = token
        if start == place:
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
        # Most are like this one, and end at the next quotes.
        end = source.find(source[place : place + 3], place + 3) + 3
        if end > 3 and source.find(b"\\", place, end) < 0:
            return place, end
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
    prefix = source[max(start - 2, 0) : start]
    return prefix.translate(None, _FORMATTED) != prefix and source.count(b"{", start, end) != source.count(
        b"}", start, end
    )
