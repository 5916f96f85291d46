"""How a file is written: its quotes, its indentation, its newlines."""

from __future__ import annotations

import ast
import re
from functools import cached_property
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.transforms.view import ModuleView

_STRING = re.compile(r"(?P<prefix>[A-Za-z]{0,2})(?P<quote>['\"])(?P<inside>(?:(?!['\"\\\n]).)*)(?P=quote)")
_TEMPLATE_UNIT = 4
_SEEN = 200  # strings


def _is_string(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))


class Style:
    """The style of the module in `view`."""

    def __init__(self, view: ModuleView) -> None:
        self.view = view

    @cached_property
    def quote(self) -> str:
        """The quote that most plain strings of the file begin with."""
        opened = [self.view.text(node).lstrip(b"rRbBuUfF") for node in self.view.scopes.strings[:_SEEN]]
        short = [text[:1] for text in opened if text[:3] not in (b'"""', b"'''")]
        return "'" if short.count(b"'") > short.count(b'"') else '"'

    @cached_property
    def unit(self) -> str:
        """The whitespace of one level of indentation."""
        for node in self.view.tree.body:
            for inner in ast.walk(node):
                body = getattr(inner, "body", None)
                if isinstance(body, list) and body and isinstance(inner, ast.stmt):
                    found = self._deeper(inner, body[0])
                    if found:
                        return found
        return " " * _TEMPLATE_UNIT

    def _deeper(self, outer: ast.stmt, inner: ast.stmt) -> str:
        outside, inside = self.indentation(outer), self.indentation(inner)
        if inner.lineno == outer.lineno or not inside.startswith(outside):
            return ""
        return inside[len(outside) :]

    def indentation(self, statement: ast.stmt) -> str:
        """The whitespace before the line that `statement` begins in."""
        start = self.view.lines.line_start(self.view.lines.span(statement)[0])
        match = re.compile(rb"[ \t\f]*").match(self.view.source, start)
        return match.group().decode() if match else ""

    def newline(self, offset: int) -> bytes:
        """The newline that ends the line at `offset`."""
        return self.view.lines.newline_at(self.view.lines.line_end(offset))

    def quoted(self, text: str, near: Iterable[ast.AST] = ()) -> str:
        """The string literal `text` with the quotes of the first string in the code `near`, else with the file's, where
        nothing inside stands in the way."""
        match = _STRING.fullmatch(text)
        if match is None:
            return text
        strings = (node for outer in near for node in ast.walk(outer) if _is_string(node))
        opened = (self.view.text(node).lstrip(b"rRbBuU")[:3] for node in strings)
        short = (start[:1].decode() for start in opened if start not in (b'"""', b"'''") and start[:1] in (b"'", b'"'))
        quote = next(short, self.quote)
        return f"{match['prefix']}{quote}{match['inside']}{quote}"

    def indented(self, line: str) -> str:
        """A line of a snippet with the file's indentation."""
        stripped = line.lstrip(" ")
        levels, rest = divmod(len(line) - len(stripped), _TEMPLATE_UNIT)
        return self.unit * levels + " " * rest + stripped
