"""The diff of a file as values for a page."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, TypedDict

from codemods.index.names import is_python
from codemods.index.text import UndecodableError, decode
from codemods.model import visible
from codemods.report.diff import unified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.model import Change, Removal

_HEAD = re.compile(rb"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
# Each alternative ends somewhere, at the latest with the text: there is nothing to go back for.
_STRINGS = re.compile(
    r"""#[^\n]*"""
    r'''|(?P<double>"""(?:[^\\"]+|\\.|"(?!""))*(?:"""|\\?"{0,2}\Z))'''
    r"""|(?P<single>'''(?:[^\\']+|\\.|'(?!''))*(?:'''|\\?'{0,2}\Z))"""
    r"""|"(?:[^\\"\n]+|\\.)*"""
    r"""|'(?:[^\\'\n]+|\\.)*""",
    re.DOTALL,
)


class Hunk(TypedDict):
    """Lines that belong together: `a` and `b` are the first ones before and after, `l` the lines with their signs, `s`
    the quotes of the string that each side begins in."""

    a: int
    b: int
    l: list[str]  # noqa: E741 - it is the name in the page
    s: list[str]


def hunks(change: Change | Removal) -> list[Hunk]:
    """The hunks of a change, in letters that can be seen. A CR before each newline of both sides is left away."""
    found, encoding = [], _encoding(change)
    ends_in_cr = has_crlf(change)
    for line in unified(change):
        if head := _HEAD.match(line):
            found.append(Hunk(a=int(head[1]), b=int(head[2]), l=[], s=["", ""]))
        elif found:
            # A line without a newline comes with the remark about that.
            for part in line.removesuffix(b"\n").split(b"\n"):
                shown = part.removesuffix(b"\r") if ends_in_cr else part
                found[-1]["l"].append(visible(shown.decode(encoding, "backslashreplace")))
    if is_python(change.path) or change.path.endswith(".pyi"):
        _mark_strings(found, "a", 0, change.before.decode(encoding, "replace"))
        _mark_strings(found, "b", 1, (change.after or b"").decode(encoding, "replace"))
    return found


def has_crlf(change: Change | Removal) -> bool:
    """Whether all lines end in CRLF, before and after."""
    sides = [side for side in (change.before, change.after) if side]
    return all(side.count(b"\r\n") == side.count(b"\n") > 0 for side in sides) and bool(sides)


def _encoding(change: Change | Removal) -> str:
    try:
        return decode(change.before or change.after or b"").encoding
    except UndecodableError:
        return "utf-8"


def _mark_strings(found: list[Hunk], first: str, side: int, text: str) -> None:
    if not ('"""' in text or "'''" in text):
        return
    starts = [0, *accumulate(len(line) for line in text.split("\n"))]
    newlines = [start + number for number, start in enumerate(starts)]
    spans = list(_triple_quoted(text))
    for hunk in found:
        line = hunk["a"] if first == "a" else hunk["b"]
        offset = newlines[max(line - 1, 0)] if line <= len(newlines) else len(text)
        place = bisect_right(spans, (offset - 1, len(text), "~")) - 1
        if place >= 0 and spans[place][0] < offset < spans[place][1]:
            hunk["s"][side] = spans[place][2]


def _triple_quoted(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _STRINGS.finditer(text):
        if quotes := ('"""' if found["double"] else "'''" if found["single"] else ""):
            yield found.start(), found.end(), quotes
