"""The source of single nodes: where a statement begins, its text without its own indentation, the lines around it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.index.positions import Lines
    from codemods.transforms.view import ModuleView

_LINE_END = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
_HEADER = re.compile(rb"#!|#.*?coding[:=]")
_TEMPLATES = ("JoinedStr", "TemplateStr")


def start_of(view: ModuleView, node: ast.expr | ast.stmt) -> int:
    """Where `node` begins: a function or class with its decorators."""
    decorators = getattr(node, "decorator_list", None)
    if decorators:
        return view.source.rfind(b"@", 0, view.lines.span(decorators[0])[0])
    return view.lines.span(node)[0]


def source_of(view: ModuleView, node: ast.expr | ast.stmt) -> str:
    """The source of `node`; the further lines of a statement without the indentation of the first."""
    start, end = start_of(view, node), view.lines.span(node)[1]
    text = view.source[start:end].decode()
    if isinstance(node, ast.expr):
        return text
    before = view.source[view.lines.line_start(start) : start].decode()
    if before.strip():
        return text
    first = view.lines.line_at(start)
    inside = set(string_lines(node))
    lines = _LINE_END.split(text)
    return "".join(line if number in inside else line.removeprefix(before) for number, line in enumerate(lines, first))


def string_lines(tree: ast.AST) -> set[int]:
    """The lines that begin inside of a string: their indentation is part of it."""
    found: set[int] = set()
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))
        if is_text or type(node).__name__ in _TEMPLATES:
            found.update(range(node.lineno + 1, (node.end_lineno or 0) + 1))  # type: ignore[attr-defined]
    return found


def above_comments(lines: Lines, offset: int) -> int:
    """The offset of the first of the comment lines that end at `offset`, the beginning of a line."""
    while offset > 0:
        above = lines.line_before(offset)
        text = lines.source[above:offset].strip()
        if not text.startswith(b"#") or (above == 0 and _HEADER.match(text)):
            break
        offset = above
    return offset


def own_lines(lines: Lines, start: int, end: int) -> tuple[int, int]:
    """The lines from `start` to `end`."""
    return lines.line_start(start), _next_line(lines, lines.line_end(end))


def whole_lines(lines: Lines, start: int, end: int) -> tuple[int, int]:
    """The lines from `start` to `end`; where empty lines stand before and behind them, with the fewer of these."""
    first, last = own_lines(lines, start, end)
    before, above = _blank_before(lines, first)
    after, below = _blank_after(lines, last)
    if after == len(lines.source):
        return before, after
    if below and (first == 0 or above >= below):
        return first, after
    return (before if below else first), last


def _next_line(lines: Lines, offset: int) -> int:
    return offset + len(lines.newline_at(offset)) if offset < len(lines.source) else offset


def _blank_before(lines: Lines, offset: int) -> tuple[int, int]:
    """Where the empty lines that end at `offset` begin, and how many they are."""
    count = 0
    while offset > 0:
        above = lines.line_before(offset)
        if lines.source[above:offset].strip():
            break
        offset, count = above, count + 1
    return offset, count


def _blank_after(lines: Lines, offset: int) -> tuple[int, int]:
    """Where the empty lines that begin at `offset` end, and how many they are."""
    count = 0
    while offset < len(lines.source) and not lines.source[offset : lines.line_end(offset)].strip():
        offset, count = _next_line(lines, offset), count + 1
    return offset, count


def unit_of(tree: ast.AST, text: str) -> str:
    """By what the first block in a text is indented; empty where it has none."""
    lines = text.split("\n")
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.stmt) and isinstance(body, list) and body[0].lineno > node.lineno:
            inner: str = lines[body[0].lineno - 1][: body[0].col_offset]
            return inner.removeprefix(lines[node.lineno - 1][: node.col_offset])
    return ""


def stands_alone(text: str) -> bool:
    """Whether an expression goes on over its newlines by itself."""
    if "\n" not in text:
        return True
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True
