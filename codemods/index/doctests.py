"""The examples in docstrings (`>>> f(1)`), which are code that runs in the names of their module."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENING = re.compile(rb"(?i:[ru]?)('''|\"\"\"|'|\")")


class Doctest(Struct, frozen=True, eq=False):
    """The examples of one docstring, one list of statements each.

    Where `is_exact`, their nodes have the positions of the file; else they only tell which names are used.
    """

    string: ast.Constant
    examples: tuple[list[ast.stmt], ...]
    is_exact: bool


def doctests(tree: ast.Module, source: bytes) -> list[Doctest]:
    """The docstrings of UTF-8 `source`, parsed as `tree`, that hold examples."""
    if b">>>" not in source:
        return []
    lines = source.splitlines(keepends=True)
    return [_doctest(string, lines) for string in docstrings(tree)]


def docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """The strings that stand alone as statements, or in `__test__`, and hold examples."""
    for node in ast.walk(tree):
        strings: list[ast.AST] = [node.value] if isinstance(node, ast.Expr) else []
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__test__" for t in node.targets):
            strings += ast.walk(node.value)
        for string in strings:
            if isinstance(string, ast.Constant) and isinstance(string.value, str) and ">>>" in string.value:
                yield string


def examples(text: str) -> list[tuple[int, int, list[ast.stmt]]]:
    """The examples in `text` that parse: line (from 0) and column of each, and its statements."""
    import doctest  # a heavy module, for few files

    if "\t" in text:
        return []
    try:
        found = doctest.DocTestParser().get_examples(text)
    except ValueError:
        return []
    parsed = []
    for example in found:
        try:
            block = ast.parse(example.source).body
        except (SyntaxError, ValueError, RecursionError):
            continue
        parsed.append((example.lineno, example.indent + len(">>> "), block))
    return parsed


def without_examples(text: str) -> str:
    """`text` with the code of its examples blanked, every other character in its place."""
    return re.sub(r"(?m)^[ ]*(?:>>>|\.\.\.)(?: .*)?$", lambda match: " " * len(match.group()), text)


def _doctest(string: ast.Constant, lines: list[bytes]) -> Doctest:
    text = str(string.value)
    found = examples(text)
    first = lines[string.lineno - 1][string.col_offset :]
    opening = _OPENING.match(first)
    body = first + b"".join(lines[string.lineno : string.end_lineno])
    written = body[opening.end() :].replace(b"\r\n", b"\n").replace(b"\r", b"\n") if opening else b""
    is_exact = opening is not None and written.startswith(text.encode("utf-8", "surrogatepass"))
    for line, column, block in found:
        # On the first line the text begins behind the quotes.
        column += string.col_offset + (opening.end() if opening else 0) if line == 0 else 0
        for statement in block:
            if is_exact:
                _shift(statement, string.lineno - 1 + line, column)
            else:
                _put_at(statement, string)
    return Doctest(string, tuple(block for _, _, block in found), is_exact)


def _put_at(tree: ast.AST, string: ast.Constant) -> None:
    for node in ast.walk(tree):
        ast.copy_location(node, string)


def _shift(tree: ast.AST, line: int, column: int) -> None:
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            node.lineno += line
            node.col_offset += column  # type: ignore[attr-defined]  # every node with a line has it
            node.end_lineno = (node.end_lineno or 0) + line  # type: ignore[attr-defined]
            node.end_col_offset = (node.end_col_offset or 0) + column  # type: ignore[attr-defined]
