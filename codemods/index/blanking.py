"""What of a source holds none of some words, and can be left out of it: bodies of functions and classes, statements.

It is found by the letters, without a tree: where that is not sure, nothing is left out, or what is left does not parse.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from codemods.index.masking import STRING
from codemods.index.word_places import Search

if TYPE_CHECKING:
    from collections.abc import Iterator


def _within(inner: bytes) -> bytes:
    """What stands in brackets, with `inner` in brackets in it."""
    other = rb"[^()\"'#]*"
    return other + rb"(?:(?:\(" + inner + rb"\)|#[^\n]*\n|" + STRING + rb")" + other + rb")*"


_ARGUMENTS = rb"\(" + _within(_within(_within(rb"[^()\"'#]*"))) + rb"\)"
_RETURNS = rb"[^:\n\"'#]*(?:(?:" + STRING + rb")[^:\n\"'#]*)*"
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
_DECORATOR = ord("@")
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")


def blanked(masked: bytes, places: list[int]) -> Iterator[tuple[int, int]]:
    """The spans, in order, of what holds none of `places` in a source whose long strings are masked."""
    return _in_definitions(masked, places, Search(masked, _HEADERS), 0, len(masked))


def _in_definitions(
    masked: bytes, places: list[int], words: Search, position: int, limit: int
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


def _in_class(masked: bytes, places: list[int], words: Search, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The same of the block of a class, between `start` and `end`: its statements without a word, and what is in those
    that hold one."""
    position = start
    for first, position, is_blank in _runs(masked, places, start, end):
        if is_blank:
            yield from _code(masked, first, position)
        else:
            yield from _in_definitions(masked, places, words, first, position)
    yield from _in_definitions(masked, places, words, position, end)


def _header(masked: bytes, words: Search, position: int, limit: int) -> re.Match[bytes] | None:
    """The next head of a function or class that begins between `position` and `limit`. Only where one of `words` stands
    is looked more closely."""
    while 0 <= (place := words.next(position)) < limit:
        line = masked.rfind(b"\n", 0, place) + 1
        if line >= position and (header := _HEADER.match(masked, line, limit)) is not None:
            return header
        position = masked.find(b"\n", place) + 1 or len(masked)
    return None


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
