"""What stands between the arguments of a call: commas, space, newlines and comments."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.transforms.edits import Span

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(Enum):
    """What a token of a gap is. A newline may be a continuation; other tokens belong to the arguments."""

    SPACE = "space"
    NEWLINE = "newline"
    COMMENT = "comment"
    COMMA = "comma"
    OTHER = "other"


class Token(Struct, frozen=True):
    """A part of a gap: new bytes, or a span of the source that stays."""

    kind: Kind
    part: bytes | Span


Gap = tuple[Token, ...]

COMMA = Token(Kind.COMMA, b",")
ONE_SPACE = Token(Kind.SPACE, b" ")

_TOKEN = re.compile(
    rb"(?P<space>[ \t\f]+)|(?P<newline>\\?(?:\r\n|\r|\n))|(?P<comment>#[^\r\n]*)|(?P<comma>,)|(?P<other>.)", re.DOTALL
)


def tokens(source: bytes, start: int, end: int) -> Iterator[tuple[Kind, Span]]:
    """The tokens from `start` to `end` of `source`, where no string stands."""
    for match in _TOKEN.finditer(source, start, end):
        yield Kind(match.lastgroup), Span(*match.span())


def read(source: bytes, start: int, end: int) -> Gap:
    """The gap from `start` to `end` of `source`."""
    return tuple(Token(kind, span) for kind, span in tokens(source, start, end))


def has(gap: Gap, kind: Kind) -> bool:
    """Whether a token of `kind` is in `gap`."""
    return any(token.kind is kind for token in gap)


def split(gap: Gap) -> tuple[Gap, Gap]:
    """What is on the line of what stands before `gap`, and what follows from the first newline on."""
    first = next((n for n, token in enumerate(gap) if token.kind is Kind.NEWLINE), len(gap))
    return gap[:first], gap[first:]


def after_last_newline(gap: Gap) -> Gap:
    """What is on the line of what stands behind `gap`; all of it where it has no newline."""
    last = max((n for n, token in enumerate(gap) if token.kind is Kind.NEWLINE), default=-1)
    return gap[last + 1 :]


def stripped(gap: Gap) -> Gap:
    """`gap` without space at its end."""
    while gap and gap[-1].kind is Kind.SPACE:
        gap = gap[:-1]
    return gap


def comment_of(gap: Gap) -> Gap:
    """The comment, with the space before it, that stands on the line of the argument before `gap`, or nothing."""
    head, _ = split(gap)
    if not has(head, Kind.COMMENT):
        return ()
    return head[-2:] if len(head) > 1 and head[-2].kind is Kind.SPACE else head[-1:]


def without_comment(gap: Gap) -> Gap:
    """`gap` without the comment on the line of the argument before it."""
    head, rest = split(gap)
    return head[: len(head) - len(comment_of(gap))] + rest


def with_commas(gap: Gap, wanted: bool) -> Gap:
    """`gap` with just one comma or none. A missing one comes first, so that no comment hides it."""
    if not wanted:
        return tuple(token for token in gap if token.kind is not Kind.COMMA)
    first = next((n for n, token in enumerate(gap) if token.kind is Kind.COMMA), None)
    if first is None:
        return (COMMA, *gap)
    return gap[: first + 1] + with_commas(gap[first + 1 :], wanted=False)


def joined(before: Gap, after: Gap, *, opens: bool, closes: bool) -> Gap:
    """The gap that is left where the argument between two goes, and its comment on the same line with it.

    `opens` where `before` follows the opening parenthesis, `closes` where `after` precedes the closing one.
    The commas of both are in it.
    """
    after = without_comment(after)
    breaks = has(before, Kind.NEWLINE), has(after, Kind.NEWLINE)
    if all(breaks):
        return before[: len(before) - len(after_last_newline(before))] + split(after)[1][1:]
    if not any(breaks):
        return after if closes else before
    if breaks[0]:
        return after if closes and not has(before, Kind.COMMENT) else before
    if opens:
        return stripped(before) + split(after)[1] if has(after, Kind.COMMENT) else before
    return after
