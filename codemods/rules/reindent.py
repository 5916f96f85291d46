"""Moves lines of the source to another indentation; what lies within a string stays as it is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.rules.comments import TOKEN
from codemods.transforms.edits import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemods.transforms.edits import Span, Splice
    from codemods.transforms.view import ModuleView


def reindented(
    view: ModuleView, nodes: Sequence[ast.stmt], span: Span, indentation: str, others: Iterable[Edit | Splice]
) -> list[Edit | Splice]:
    """The edits that move the lines in `span`, but its first, from the indentation of the first of `nodes` to another.

    Lines that `others` edit are left to these.
    """
    lines, source = view.lines, view.source
    begins = lines.line_start(lines.span(nodes[0])[0])
    before = source[begins : begins + len(source[begins:]) - len(source[begins:].lstrip(b" \t\f"))]
    after = indentation.encode()
    if before == after:
        return []
    protected = {line for node in nodes for line in _string_lines(view, node)}
    taken = list(others)
    edits: list[Edit | Splice] = []
    position = lines.line_end(span.start)
    while position < span.end:
        start = position + len(lines.newline_at(position))
        end = start + len(before)
        is_free = not any(edit.start <= end and start <= edit.end for edit in taken)
        is_blank = not source[end : end + 1].strip(b"\r\n")
        if is_free and not is_blank and lines.line_at(start) not in protected and source.startswith(before, start):
            edits += [Edit(start, end, after)] if end <= span.end else []
        position = lines.line_end(start)
    return edits


def _string_lines(view: ModuleView, statement: ast.stmt) -> Iterator[int]:
    """The lines of `statement` that begin within a string: their indentation is part of it."""
    for inner in ast.walk(statement):
        is_string = isinstance(inner, ast.JoinedStr) or (
            isinstance(inner, ast.Constant) and isinstance(inner.value, (str, bytes))
        )
        if is_string and isinstance(inner, ast.expr) and inner.lineno != inner.end_lineno:
            # Strings that stand beside one another are one to Python.
            for token in TOKEN.finditer(view.source, *view.lines.span(inner)):
                first, last = view.lines.line_at(token.start()), view.lines.line_at(token.end() - 1)
                yield from range(first + 1, last + 1)
