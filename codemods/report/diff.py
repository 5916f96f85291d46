"""Changes as unified diffs that `git apply` accepts, byte for byte."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.model import Change, Removal

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


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
    before, after = _LINE.findall(change.before), _LINE.findall(change.after or b"")
    old, new = quoted(f"a/{change.path}"), quoted(f"b/{change.path}")
    to = new if change.after is not None else b"/dev/null"
    if change.after is None:
        yield b"diff --git " + old + b" " + new + b"\ndeleted file mode 100644\n"
    if before == after:
        return
    yield b"--- " + old + b"\n"
    yield b"+++ " + to + b"\n"
    for group in _Matcher(before, after).get_grouped_opcodes(context):
        spans = _span(group[0][1], group[-1][2]), _span(group[0][3], group[-1][4])
        yield b"@@ -%b +%b @@\n" % spans
        for kind, start, end, new_start, new_end in group:
            if kind == "equal":
                yield from _lines(b" ", before[start:end])
            else:
                yield from _lines(b"-", before[start:end])
                yield from _lines(b"+", after[new_start:new_end])


class _Matcher(difflib.SequenceMatcher[bytes]):
    """Compares only what lies between the lines that both begin with and those that both end with."""

    def __init__(self, before: list[bytes], after: list[bytes]) -> None:
        shorter = min(len(before), len(after))
        pairs = enumerate(zip(before, after, strict=False))
        self.ahead = next((number for number, (old, new) in pairs if old != new), shorter)
        pairs = enumerate(zip(reversed(before), reversed(after), strict=False))
        self.behind = next((number for number, (old, new) in pairs if old != new), shorter)
        self.behind = min(self.behind, shorter - self.ahead)
        self.ends = len(before), len(after)
        super().__init__(
            None, before[self.ahead : self.ends[0] - self.behind], after[self.ahead : self.ends[1] - self.behind]
        )

    def get_opcodes(self) -> list[tuple[Any, int, int, int, int]]:
        """What becomes of each stretch of lines, as `difflib` tells it."""
        ahead, behind, (old, new) = self.ahead, self.behind, self.ends
        found = [(kind, a + ahead, b + ahead, c + ahead, d + ahead) for kind, a, b, c, d in super().get_opcodes()]
        first = [("equal", 0, ahead, 0, ahead)] if ahead else []
        last = [("equal", old - behind, old, new - behind, new)] if behind else []
        return [*first, *found, *last]


def _span(start: int, end: int) -> bytes:
    """Some lines as a hunk names them: its first, counted from 1, and how many; of none, the line before."""
    length = end - start
    return b"%d" % (start + 1) if length == 1 else b"%d,%d" % (start + 1 if length else start, length)


def _lines(sign: bytes, lines: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield sign + line if line.endswith(b"\n") else sign + line + b"\n\\ No newline at end of file\n"
