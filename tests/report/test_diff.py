"""Unified diffs: what they say of the lines before makes of them those after."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.model import Change, Removal
from codemods.report.diff import unified

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n")
_LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"\n", b"a\r\n", b"ab\n", b"a", b"\r"]), max_size=30).map(b"".join)


def applied(before: bytes, diff: list[bytes]) -> bytes:
    """What a diff makes of `before`; fails where it does not fit."""
    old, new, done = re.findall(rb"[^\n]*\n|[^\n]+", before), b"", 0
    lines = iter([*diff, b""])
    assert next(lines) == b"--- a/p\n"
    assert next(lines) == b"+++ b/p\n"
    line = next(lines)
    while line:
        found = _HUNK.fullmatch(line)
        assert found, line
        first, length, new_first, new_length = (int(number) if number else 1 for number in found.groups())
        start = first - 1 if length else first
        new += b"".join(old[done:start])
        assert new.count(b"\n") == (new_first - 1 if new_length else new_first)
        line = next(lines)
        taken: list[bytes] = []
        made: list[bytes] = []
        while line and not line.startswith(b"@@"):
            text = line[1:].removesuffix(b"\n\\ No newline at end of file\n")
            taken += [text] if line[:1] in b" -" else []
            made += [text] if line[:1] in b" +" else []
            line = next(lines)
        assert (taken, len(taken), len(made)) == (old[start : start + length], length, new_length)
        new, done = new + b"".join(made), start + length
    return new + b"".join(old[done:])


@given(_LINES, _LINES, _LINES, _LINES, st.integers(0, 4))
def test_a_diff_says_what_becomes_of_the_lines(
    ahead: bytes, old: bytes, new: bytes, behind: bytes, context: int
) -> None:
    before, after = ahead + old + behind, ahead + new + behind
    diff = list(unified(Change("p", before, after), context))
    assert applied(before, diff) == after if before != after else diff == []


SMALL = {
    "in the middle": (b"1\n2\n3\n4\n5\n", b"1\n2\nx\n4\n5\n", b"@@ -2,3 +2,3 @@\n 2\n-3\n+x\n 4\n"),
    "at the start": (b"1\n2\n3\n", b"x\n1\n2\n3\n", b"@@ -1 +1,2 @@\n+x\n 1\n"),
    "at the end": (b"1\n2\n3", b"1\n2\n3\n", b"@@ -2,2 +2,2 @@\n 2\n-3\n\\ No newline at end of file\n+3\n"),
    "around a line that stays": (b"1\n\n2\n", b"x\n\ny\n", b"@@ -1,3 +1,3 @@\n-1\n+x\n \n-2\n+y\n"),
    "by a line that moves": (b"1\n2\n3\n", b"2\n3\n1\n", b"@@ -1,3 +1,3 @@\n-1\n 2\n 3\n+1\n"),
    "one of two alike": (b"1\n1\n", b"1\n", b"@@ -1,2 +1 @@\n 1\n-1\n"),
    "of an empty file": (b"", b"1\n", b"@@ -0,0 +1 @@\n+1\n"),
    "that empties it": (b"1\n", b"", b"@@ -1 +0,0 @@\n-1\n"),
}


@pytest.mark.parametrize("case", SMALL)
def test_a_change(case: str) -> None:
    before, after, hunk = SMALL[case]
    assert b"".join(unified(Change("p", before, after), 1)) == b"--- a/p\n+++ b/p\n" + hunk


def test_what_is_removed_or_stays() -> None:
    assert list(unified(Change("p", b"1\n", b"1\n"))) == []
    head = b"diff --git a/p b/p\ndeleted file mode 100644\n"
    assert b"".join(unified(Removal("p", b"1\n"))) == head + b"--- a/p\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n"
    assert b"".join(unified(Removal("p", b""))) == head
