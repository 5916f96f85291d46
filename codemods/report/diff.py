"""Changes as unified diffs that `git apply` accepts, byte for byte."""

from __future__ import annotations

import difflib
import re
from itertools import compress, pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.model import Change, Removal

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_NEWLINE = ord("\n")


def quoted(path: str) -> bytes:
    """`path` as git writes it into a diff: in quotes where something of it would not stay on its line, or be seen."""
    if path.isprintable() and not {*path} & {'"', "\\"}:
        return path.encode()
    shown = "".join(char if char.isprintable() and char not in '"\\' else _octal(char) for char in path)
    return f'"{shown}"'.encode()


def _octal(char: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))


def unified(change: Change | Removal, context: int = 3) -> Iterator[bytes]:
    """The lines of the unified diff of `change`, each with its newline; `context` lines around each hunk."""
    before, after = change.before, change.after or b""
    old, new = quoted(f"a/{change.path}"), quoted(f"b/{change.path}")
    to = new if change.after is not None else b"/dev/null"
    if change.after is None:
        yield b"diff --git " + old + b" " + new + b"\ndeleted file mode 100644\n"
    if before == after:
        return
    yield b"--- " + old + b"\n"
    yield b"+++ " + to + b"\n"
    between = _Between(before, after, context)
    for group in between.get_grouped_opcodes(context):
        spans = between.span(group[0][1], group[-1][2]), between.span(group[0][3], group[-1][4])
        yield b"@@ -%b +%b @@\n" % spans
        for kind, start, end, new_start, new_end in group:
            if kind == "equal":
                yield from _lines(b" ", between.before[start:end])
            else:
                yield from _lines(b"-", between.before[start:end])
                yield from _lines(b"+", between.after[new_start:new_end])


class _Between(difflib.SequenceMatcher[bytes]):
    """Two texts that are not the same, as difflib compares them; only what lies between the lines that both begin with
    and those that both end with is split into lines, with `context` lines around: few changes are large.

    `before` and `after` are these lines, which opcodes and groups count.
    """

    def __init__(self, before: bytes, after: bytes, context: int) -> None:
        start = before.rfind(b"\n", 0, _common_start(before, after)) + 1
        behind = _common_lines_at_end(before, after, start)
        ahead = _LINE.findall(before, _lines_back(before, start, context), start)
        end = len(before) - behind
        last = _LINE.findall(before, end, _lines_on(before, end, context))
        old, new = _LINE.findall(before, start, end), _LINE.findall(after, start, len(after) - behind)
        self.known = _line_by_line(old, new)
        # To look at the lines is what takes its time.
        compared: tuple[list[bytes], list[bytes]] = ([], []) if self.known else (old, new)
        super().__init__(None, *compared)
        self.before, self.after = [*ahead, *old, *last], [*ahead, *new, *last]
        self.ahead, self.behind = len(ahead), len(last)
        self.skipped = before.count(b"\n", 0, start) - len(ahead)

    def get_opcodes(self) -> list[tuple[Any, int, int, int, int]]:
        """What becomes of each stretch of lines, as `difflib` tells it."""
        ahead, behind, old, new = self.ahead, self.behind, len(self.before), len(self.after)
        between = self.known or super().get_opcodes()
        found = [(kind, a + ahead, b + ahead, c + ahead, d + ahead) for kind, a, b, c, d in between]
        first = [("equal", 0, ahead, 0, ahead)] if ahead else []
        last = [("equal", old - behind, old, new - behind, new)] if behind else []
        return [*first, *found, *last]

    def span(self, start: int, end: int) -> bytes:
        """Some lines as a hunk names them: its first, counted from 1, and how many; of none, the line before."""
        length, first = end - start, self.skipped + start
        return b"%d" % (first + 1) if length == 1 else b"%d,%d" % (first + 1 if length else first, length)


def _line_by_line(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[Any, int, int, int, int]]:
    """The opcodes where lines were changed and none came or went, as most changes are; empty where that is not sure."""
    if len(old) != len(new):
        return []
    changed = [before != after for before, after in zip(old, new, strict=True)]
    gone, come = set(compress(old, changed)), set(compress(new, changed))
    # A line that moved is told better as one that went and came.
    if not gone.isdisjoint(new) or not come.isdisjoint(old):
        return []
    starts = [number for number in range(len(old)) if not number or changed[number] != changed[number - 1]]
    spans = pairwise((*starts, len(old)))
    return [("replace" if changed[start] else "equal", start, end, start, end) for start, end in spans]


def _common_start(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    same, limit = 0, min(len(one), len(other))
    while same < limit:
        middle = (same + limit + 1) // 2
        if one[same:middle] == other[same:middle]:
            same = middle
        else:
            limit = middle - 1
    return same


def _common_lines_at_end(one: bytes, other: bytes, start: int) -> int:
    """How many bytes the lines have that both end with, behind the `start`, where a line begins in both."""
    same, limit = 0, min(len(one), len(other)) - start
    while same < limit:
        middle = (same + limit + 1) // 2
        if one[len(one) - middle : len(one) - same] == other[len(other) - middle : len(other) - same]:
            same = middle
        else:
            limit = middle - 1
    if all(same == len(text) or text[len(text) - same - 1] == _NEWLINE for text in (one, other)):
        return same
    first = one.find(b"\n", len(one) - same) + 1
    return len(one) - first if first else 0


def _lines_back(text: bytes, end: int, number: int) -> int:
    """Where the last lines of `text` before `end` begin, so many of them."""
    for _ in range(number):
        if end == 0:
            break
        end = text.rfind(b"\n", 0, end - 1) + 1
    return end


def _lines_on(text: bytes, start: int, number: int) -> int:
    """Where the first lines of `text` from `start` on end, so many of them."""
    for _ in range(number):
        found = text.find(b"\n", start) + 1
        if not found:
            return len(text)
        start = found
    return start


def _lines(sign: bytes, lines: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield sign + line if line.endswith(b"\n") else sign + line + b"\n\\ No newline at end of file\n"
