"""Lines of a diff in colours: git's for what goes and what comes, the words that differ marked, code as code.

Only colours that a terminal has by name are used beside git's, and none that is hard to read on a light or on a dark
ground: those are the reader's own.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from rich.text import Text

from codemods.model import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.report.git_colours import Palette

_WORD = re.compile(r"\w+|\s+|.")
_HEAD = re.compile(rb"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_ALIKE = 0.4  # from which share on two lines count as one that was changed
_LONGEST = 400  # letters of a line, and
_MOST = 100  # lines of a block in which words are compared
_SYNTAX = (
    ("Keyword.Constant", "magenta"),
    ("Keyword", "magenta"),
    ("Operator.Word", "magenta"),
    ("Comment", "dim italic"),
    ("Literal.String", "cyan"),
    ("Name.Decorator", "bold"),
    ("Name.Function", "bold"),
    ("Name.Class", "bold"),
)
# In lines that have a colour already.
_EMPHASIS = (("Keyword", "bold"), ("Operator.Word", "bold"), ("Comment", "italic"))


def coloured(lines: Iterable[bytes], palette: Palette) -> Iterator[Text]:
    """The lines of a diff, without their newlines, with controls spelled out."""
    hunk: list[str] = []
    gone = come = 0  # lines of the hunk that are still to come: one of them may look like the head of a file
    is_python = False
    for line in lines:
        shown = printable(line.decode("utf-8", "surrogateescape").rstrip("\r\n").replace("\t", "    "))
        if gone > 0 or come > 0 or line.startswith(b"\\"):
            hunk.append(shown)
            gone, come = gone - (line[:1] in b"- "), come - (line[:1] in b"+ ")
            continue
        yield from _hunk(hunk, palette, is_python=is_python)
        hunk = []
        if head := _HEAD.match(line):
            gone, come = (1 if count is None else int(count) for count in head.groups())
            yield Text(shown, style=palette.frag)
        else:
            is_python = shown.rstrip('"').endswith((".py", ".pyi")) or (is_python and not line.startswith(b"--- "))
            yield Text(shown, style=palette.meta if line.startswith((b"+++", b"---", b"diff")) else "")
    yield from _hunk(hunk, palette, is_python=is_python)


def _hunk(body: list[str], palette: Palette, *, is_python: bool) -> Iterator[Text]:
    """The lines of a hunk, without its head."""
    marks = _marks(body)
    styles = {"-": palette.old, "+": palette.new, " ": palette.context}
    syntax = _syntax(body) if is_python else {}
    for number, line in enumerate(body):
        text = Text(line, style=styles.get(line[:1], ""))
        for start, end, kind in syntax.get(number, ()):
            text.stylize(_style(kind, _SYNTAX if line[:1] == " " else _EMPHASIS), start, end)
        for start, end in marks.get(number, ()):
            text.stylize("reverse", start, end)
        yield text


def _style(kind: str, styles: tuple[tuple[str, str], ...]) -> str:
    return next((style for name, style in styles if kind.startswith(name)), "")


def _marks(body: list[str]) -> dict[int, list[tuple[int, int]]]:
    """The words that differ, by line: of lines that go, each beside the one that comes in its place."""
    marks: dict[int, list[tuple[int, int]]] = {}
    number = 0
    while number < len(body):
        gone = _run(body, number, "-")
        come = _run(body, number + gone, "+")
        if gone and come and max(gone, come) <= _MOST:
            for offset in range(min(gone, come)):
                before, after = number + offset, number + gone + offset
                marks[before], marks[after] = _differing(body[before][1:], body[after][1:])
        number += max(gone + come, 1)
    return marks


def _run(body: list[str], start: int, sign: str) -> int:
    """How many lines from `start` on begin with `sign`."""
    end = start
    while end < len(body) and body[end].startswith(sign):
        end += 1
    return end - start


def _differing(before: str, after: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where the words of two lines differ, from their signs on; nowhere where the lines have little in common."""
    if max(len(before), len(after)) > _LONGEST:
        return [], []
    ours, theirs = _WORD.findall(before), _WORD.findall(after)
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return [], []
    steps = [step for step in matcher.get_opcodes() if step[0] != "equal"]
    gone = [_span(ours, start, end) for _, start, end, _, _ in steps if start < end]
    return gone, [_span(theirs, start, end) for _, _, _, start, end in steps if start < end]


def _span(words: list[str], start: int, end: int) -> tuple[int, int]:
    """From which column to which some words of a line are, after its sign."""
    before = 1 + sum(map(len, words[:start]))
    return before, before + sum(map(len, words[start:end]))


def _syntax(body: list[str]) -> dict[int, list[tuple[int, int, str]]]:
    """What is a keyword, a string, a comment or a name that is defined, by line: as it was before, or as it becomes."""
    found: dict[int, list[tuple[int, int, str]]] = {}
    for signs in ("- ", "+ "):
        numbers = [number for number, line in enumerate(body) if line[:1] in signs]
        for (number, start, end), kind in _tokens([(n, body[n][1:]) for n in numbers]):
            if body[number][0] == signs[0] or signs[0] == "+":
                found.setdefault(number, []).append((start, end, kind))
    return found


def _tokens(lines: list[tuple[int, str]]) -> Iterator[tuple[tuple[int, int, int], str]]:
    """The tokens of some lines: the number of the line, the columns, after its sign, and the kind."""
    from pygments.lexers.python import PythonLexer  # where there is something to colour

    lexer, index, column = PythonLexer(stripnl=False, ensurenl=False), 0, 1
    for kind, text in lexer.get_tokens("\n".join(line for _, line in lines)):
        for part in text.splitlines(keepends=True):
            length = len(part.rstrip("\n"))
            if length and index < len(lines):
                yield (lines[index][0], column, column + length), str(kind).removeprefix("Token.")
            column += length
            if part.endswith("\n"):
                index, column = index + 1, 1
