"""Takes a name out of `__all__`, by the smallest edit: comments, layout and quotes of all others stay."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.index.string_sites import Role
from codemods.transforms.edits import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.transforms.view import ModuleView

_COMMA = re.compile(rb"(?:[ \t\f]|\\\r?\n)*,")
_BLANK = re.compile(rb"[ \t\f]*")


class UneditableError(ValueError):
    """An entry is written so that it cannot be taken out; `line` tells where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def entries(view: ModuleView, name: str) -> list[ast.Constant]:
    """The strings by which the module exports `name`."""
    strings = (string for string in view.scopes.strings if string.value == name)
    return [string for string in strings if view.surroundings.site(string).role is Role.EXPORT]


def without_entries(view: ModuleView, name: str) -> list[Edit]:
    """The edits that take `name` out of the `__all__` of a module. Raises UneditableError."""
    return [edit for entry in entries(view, name) for edit in _without(view, entry)]


def _without(view: ModuleView, entry: ast.Constant) -> Iterator[Edit]:
    parents = view.surroundings.parents
    holder = parents.get(entry)
    if isinstance(holder, ast.Call) and isinstance(parents.get(holder), ast.Expr):
        yield _statement(view, holder)
        return
    if not isinstance(holder, (ast.List, ast.Tuple, ast.Set)) or sum(e is entry for e in holder.elts) != 1:
        message = "its entry in `__all__` is written so that it cannot be taken out"
        raise UneditableError(message, entry.lineno)
    above = parents.get(holder)
    is_added = isinstance(above, ast.AugAssign) or (
        isinstance(above, ast.Call) and isinstance(parents.get(above), ast.Expr)
    )
    if len(holder.elts) == 1 and is_added:
        yield _statement(view, above)
    elif len(holder.elts) == 1 and isinstance(holder, ast.Set):
        message = "it is the only entry of a set"
        raise UneditableError(message, entry.lineno)
    else:
        yield from _element(view, holder, entry)


def _statement(view: ModuleView, node: ast.AST | None) -> Edit:
    """Take the whole line of a statement out."""
    statement = node if isinstance(node, ast.stmt) else view.surroundings.parents.get(node) if node else None
    if not isinstance(statement, ast.stmt) or statement not in view.tree.body:
        message = "its entry in `__all__` stands under a condition"
        raise UneditableError(message, getattr(node, "lineno", 1))
    start, end = view.lines.span(statement)
    first, last = view.lines.line_start(start), view.lines.line_end(end)
    if view.source[first:start].strip() or not _is_comment(view.source[end:last]):
        message = "the line that exports it holds other statements"
        raise UneditableError(message, statement.lineno)
    newline = view.lines.newline_at(last) if last < len(view.source) else b""
    return Edit(first, last + len(newline), b"")


def _element(view: ModuleView, holder: ast.List | ast.Tuple | ast.Set, entry: ast.Constant) -> Iterator[Edit]:
    source, lines = view.source, view.lines
    start, end = lines.span(entry)
    if source[start - 1 : start] == b"(" and not isinstance(holder, ast.Tuple):
        message = "its entry in `__all__` stands in parentheses"
        raise UneditableError(message, entry.lineno)
    number = holder.elts.index(entry)
    comma = _COMMA.match(source, end)
    behind = comma.end() if comma else end
    line_start, line_end = lines.line_start(start), lines.line_end(behind)
    is_alone = not source[line_start:start].strip() and _is_comment(source[behind:line_end])
    previous = lines.span(holder.elts[number - 1])[1] if number else None
    is_last = number == len(holder.elts) - 1
    stays_tuple = isinstance(holder, ast.Tuple) and len(holder.elts) == 2
    if stays_tuple and not is_last:
        other = lines.span(holder.elts[1])[1]
        if _COMMA.match(source, other) is None:
            yield Edit(other, other, b",")
    if is_alone and line_end < len(source):
        yield Edit(line_start, line_end + len(lines.newline_at(line_end)), b"")
        if is_last and not comma and previous is not None and not stays_tuple:
            before = _COMMA.match(source, previous)
            if before is not None:
                yield Edit(before.end() - 1, before.end(), b"")
    elif is_last and previous is not None:
        before = _COMMA.match(source, previous)
        keeps = before.end() if before and (stays_tuple or comma) else previous
        # A comment of the entry before stays.
        yield Edit(start if b"#" in source[keeps:start] else keeps, behind, b"")
    else:
        blank = _BLANK.match(source, behind)
        yield Edit(start, blank.end() if blank and comma else behind, b"")


def _is_comment(rest: bytes) -> bool:
    return not rest.strip() or rest.strip().startswith(b"#")
