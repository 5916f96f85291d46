"""What of a module can matter to some words: its source, with the bodies blanked that hold none of them.

Parsing and walking a tree is what takes the time, and most functions of a file have nothing to do with a plan. A body
that is blanked keeps its length and its lines, so that all else stays in its place, to the byte; a `0` stands for it.
Its arguments go with it:

    def f(a):               →   def f( ):
        return g(a)         →       0

What is found out here is by the letters, without a tree: where that is not sure, nothing is blanked, or the excerpt
does not parse. Of names that are no words it tells nothing: what binds or reads them may stand in a blanked body.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

_STRING = rb'"[^"\\\n\r]*(?:\\(?:\r\n|.)[^"\\\n\r]*)*"' rb"|'[^'\\\n\r]*(?:\\(?:\r\n|.)[^'\\\n\r]*)*'"
_LONG = rb'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""' rb"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
_LONG_STRING = re.compile(_LONG, re.DOTALL)
_LONG_QUOTES = (b'"""', b"'''")
# Comments and strings; a quote that begins none is one more token, and what follows it is anybody's guess.
_TOKEN = re.compile(rb"#[^\n\r]*|" + _LONG + rb"|" + _STRING + rb"|[\"']", re.DOTALL)


def _within(inner: bytes) -> bytes:
    """What stands in brackets, with `inner` in brackets in it."""
    other = rb"[^()\"'#]*"
    return other + rb"(?:(?:\(" + inner + rb"\)|#[^\n]*\n|" + _STRING + rb")" + other + rb")*"


_ARGUMENTS = rb"\(" + _within(_within(_within(rb"[^()\"'#]*"))) + rb"\)"
_RETURNS = rb"[^:\n\"'#]*(?:(?:" + _STRING + rb")[^:\n\"'#]*)*"
_HEADER = re.compile(
    rb"([ \t]*)(?:(?P<function>(?:async[ \t]+)?def)[ \t]+\w+[^(\n]*"
    + rb"(?P<arguments>"
    + _ARGUMENTS
    + rb")"
    + _RETURNS
    + rb"|class[ \t]+\w+[^:\n(]*(?:"
    + _ARGUMENTS
    + rb")?):[ \t]*(?:#[^\n]*)?(?=\r?\n)",
    re.DOTALL,
)
_HEADERS = (b"def", b"class")
_INDENTATION = re.compile(rb"^([ \t]+)(?=[^ \t\r\n#])", re.MULTILINE)
_COMPOUND = re.compile(rb"([ \t]+)(?:async[ \t]+)?(?:def|class|if|for|while|with|try|match)\b")
_CLAUSE = re.compile(rb"[^\n]*:[ \t]*(?:#[^\n]*)?\n")  # its head, in one line
_OPEN_ENDS = (b",", b"\\", b"(", b"[", b"{", b"=", b"+", b"-", b"*", b"/", b"%", b"|", b"&", b".", b":", b"@")
_SIGN = re.compile(rb"[\"'#]")
_OPENING = ord("(")
_DECORATOR = ord("@")
_BARE_RETURN = re.compile(rb"\r(?!\n)")
_BLANK = bytes(byte if byte in b"\n\r" else 32 for byte in range(256))
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")
_FORMATTED = b"fFtT"
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_LONGEST = 64  # bytes of a word
_ESCAPES = (b"\\", b"%", b"")  # nothing: the word is longer than was looked at, or begins the file
_FEW = 16  # words: as many are found sooner one by one than by a pattern


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
    masked = _masked(source) if is_plain else None
    if masked is None:
        return None
    blanked = tuple(_blanked(masked, places_of(words, source)))
    return Excerpt(source, words, blanked) if blanked else None


def _blanked(masked: bytes, places: list[int]) -> Iterator[tuple[int, int]]:
    return _in_definitions(masked, places, _Search(masked, _HEADERS), 0, len(masked))


def _in_definitions(
    masked: bytes, places: list[int], words: _Search, position: int, limit: int
) -> Iterator[tuple[int, int]]:
    """What is blanked of the functions and classes that begin between `position` and `limit`."""
    while (header := _header(masked, words, position, limit)) is not None:
        start = header.end()
        behind = _behind(header[1]).search(masked, start, limit)
        end = limit if behind is None else behind.start()
        end -= masked.endswith(b"\r", start, end)
        # Where a line goes on in the next one, the indentation of that says nothing.
        if masked[end - 1] == ord("\\"):
            end = start
        if not _holds(places, start, end):
            if header["function"] is not None and not _holds(places, *header.span("arguments")):
                # What is in the brackets: no body reads it.
                opening, closing = header.span("arguments")
                if opening + 2 < closing:
                    yield opening + 1, closing - 1
            yield from _code(masked, start, end)
        elif header["function"] is not None:
            yield from _in_block(masked, places, start, end)
        else:
            yield from _in_class(masked, places, words, start, end)
        position = end


def _in_class(masked: bytes, places: list[int], words: _Search, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The same of the block of a class, between `start` and `end`: its statements without a word, and what is in those
    that hold one."""
    position = start
    for first, position, is_blank in _runs(masked, places, start, end):
        if is_blank:
            yield from _code(masked, first, position)
        else:
            yield from _in_definitions(masked, places, words, first, position)
    yield from _in_definitions(masked, places, words, position, end)


def _header(masked: bytes, words: _Search, position: int, limit: int) -> re.Match[bytes] | None:
    """The next head of a function or class that begins between `position` and `limit`. Only where one of `words` stands
    is looked more closely."""
    while 0 <= (place := words.next(position)) < limit:
        line = masked.rfind(b"\n", 0, place) + 1
        if line >= position and (header := _HEADER.match(masked, line, limit)) is not None:
            return header
        position = masked.find(b"\n", place) + 1 or len(masked)
    return None


class _Search:
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


def _holds(places: list[int], start: int, end: int) -> bool:
    """Whether one of `places` lies between."""
    following = bisect_left(places, start)
    return following < len(places) and places[following] < end


def _code(masked: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span of what is no blank between `start` and `end`; none where there is nothing."""
    first = end - len(masked[start:end].lstrip())
    if first < end:
        yield first, end


def _in_block(masked: bytes, places: list[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of the statements without a word in the block between `start` and `end`, that of a function."""
    for first, last, is_blank in _runs(masked, places, start, end):
        yield from _code(masked, first, last) if is_blank else _in_clauses(masked, places, first, last)


def _runs(masked: bytes, places: list[int], start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """The spans of the statements of the block between `start` and `end`: one of each that holds a word, and one of all
    between two of those, which may be blanked; and which of both it is."""
    head = _INDENTATION.search(masked, start, end)
    if head is None:
        return
    sign = len(head[1])  # where the code of a line begins
    starts = [head.start(1), *(line.start() + 1 for line in _statements(head[1]).finditer(masked, head.start(1), end))]
    done = 0  # statements
    is_sure = True
    following = bisect_left(places, starts[0])
    while following < len(places) and places[following] < end:
        last = bisect_right(starts, places[following])
        first = last - 1
        # What is decorated is one with its decorators.
        while first > done and masked[starts[first - 1] + sign] == _DECORATOR:
            first -= 1
        while last < len(starts) and masked[starts[last - 1] + sign] == _DECORATOR:
            last += 1
        if first > done:
            yield from _split(masked, starts[done : first + 1], is_sure=is_sure)
        behind = starts[last] if last < len(starts) else end
        yield starts[first], behind, False
        is_sure = _is_closed(masked[starts[first] : behind])
        done = last
        following = bisect_left(places, behind)
    if done < len(starts):
        yield from _split(masked, [*starts[done:], end], is_sure=is_sure)


def _split(masked: bytes, ends: list[int], *, is_sure: bool) -> Iterator[tuple[int, int, bool]]:
    """Statements without a word, of which the first begins at the first of `ends`, and each ends at a following one:
    all in one where they are closed and what is before them is, as `is_sure` says; else each, with whether it is."""
    if is_sure and _is_closed(masked[ends[0] : ends[-1]]):
        yield ends[0], ends[-1], True
        return
    for start, end in pairwise(ends):
        yield start, end, _is_closed(masked[start:end])


def _in_clauses(masked: bytes, places: list[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The same in the blocks of one statement: only where each is surely one."""
    compound = _COMPOUND.match(masked, start, end)
    if compound is None:
        return
    lines = [line.start() + 1 for line in _lines(compound[1]).finditer(masked, start, end)]
    for first, last in pairwise((start, *lines, end)):
        head = _CLAUSE.match(masked, first, last)
        if head is None:
            continue
        if not _is_balanced(head[0]):
            return
        yield from _in_block(masked, places, head.end(), last)


def _is_closed(text: bytes) -> bool:
    """Whether a statement surely ends where `text` does: all brackets are closed, and nothing has to follow."""
    code = text.rstrip().rpartition(b"\n")[2]
    return _is_balanced(text) and (b"#" in code or not code.endswith(_OPEN_ENDS))


def _is_balanced(text: bytes) -> bool:
    brackets = text.translate(None, _NO_BRACKETS)
    count = brackets.count
    return not brackets or (count(b"(") == count(b")") and count(b"[") == count(b"]") and count(b"{") == count(b"}"))


@lru_cache(maxsize=64)
def _behind(indentation: bytes) -> re.Pattern[bytes]:
    """The end of a line, and the next one where that has code and is not indented deeper."""
    return re.compile(rb"\n(?!" + indentation + rb"[ \t])[ \t]*[^ \t\r\n#]")


@lru_cache(maxsize=64)
def _statements(indentation: bytes) -> re.Pattern[bytes]:
    """The end of a line, before one in which a statement begins at `indentation`, or a decorator."""
    return re.compile(rb"\n(?=" + indentation + rb"[^ \t\r\n#)\]}])(?!\s+(?:else|elif|except|finally)\b)")


@lru_cache(maxsize=64)
def _lines(indentation: bytes) -> re.Pattern[bytes]:
    """The end of a line, before one whose code begins at `indentation`."""
    return re.compile(rb"\n(?=" + indentation + rb"[^ \t\r\n#])")


def _masked(source: bytes) -> bytes | None:
    """`source` with its long strings as letters, also for their line ends; None where it is not sure where they are."""
    pieces: list[bytes] = []
    done = position = 0
    quotes = _Search(source, _LONG_QUOTES)
    while (place := quotes.next(position)) >= 0:
        token = _token_at(source, place, done)
        if token is None or _goes_on(source, *token):
            return None
        start, position = token
        if start == place:
            pieces += (source[done:start], b"x" * (position - start))
            done = position
    return b"".join((*pieces, source[done:]))


def _all_places(part: bytes, source: bytes) -> Iterator[int]:
    place = source.find(part)
    while place >= 0:
        yield place
        place = source.find(part, place + 1)


def _token_at(source: bytes, place: int, done: int) -> tuple[int, int] | None:
    """The span of the long string that begins at `place`, or of the comment or string in which its quotes stand; None
    where that is not sure. Long strings up to `done` have been seen."""
    line = max(source.rfind(b"\n", 0, place) + 1, done)
    if source[max(done, line - 3) : line].rstrip(b"\r\n").endswith(b"\\"):
        return None
    before = source[line:place]
    if not before or before.isspace() or _SIGN.search(before) is None:
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


@lru_cache(maxsize=32)
def _pattern(words: frozenset[str]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(word.encode()) for word in sorted(words)))
