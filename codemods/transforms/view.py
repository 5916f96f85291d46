"""One module as the transforms see it: source, tree, scopes and positions, made once per file."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.index.analysis import analyse
from codemods.index.positions import Lines
from codemods.model import Form, Reference

if TYPE_CHECKING:
    from codemods.index.names import ModuleNames
    from codemods.index.scopes import Scopes

_TYPE_COMMENT = re.compile(rb"#\s*type:\s*(?!ignore\b)([^\r\n]*)")


class UnparsableError(ValueError):
    """The source is not Python that the running interpreter reads; the message says where and why."""


def parse(source: bytes) -> ast.Module:
    """The tree of UTF-8 `source`. Raises UnparsableError."""
    try:
        with warnings.catch_warnings():
            # Invalid escapes and the like are the author's business, and would be said once per file here.
            warnings.simplefilter("ignore")
            return ast.parse(source.decode("utf-8"))
    except SyntaxError as error:
        message = f"line {error.lineno}: {error.msg}"
        raise UnparsableError(message) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnparsableError(str(error) or type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class ModuleView:
    """A parsed module. `source` is UTF-8 without a byte order mark; `module` its dotted name, if it has one."""

    path: str
    source: bytes
    tree: ast.Module
    lines: Lines
    scopes: Scopes
    names: ModuleNames

    @property
    def module(self) -> str | None:
        """The dotted name of the module."""
        return self.names.name_of(self.path)

    def text(self, node: ast.expr | ast.stmt | ast.alias) -> bytes:
        """The source of `node`."""
        start, end = self.lines.span(node)
        return self.source[start:end]

    def reference(self, node: ast.expr | ast.stmt | ast.alias, form: Form, target: str) -> Reference:
        """The reference that `node` is."""
        column = self.lines.column(node.lineno, node.col_offset)
        return Reference(self.path, node.lineno, column, form, target)

    def type_comments(self) -> list[tuple[int, str]]:
        """The `# type:` comments as (line, text), apart from `# type: ignore`."""
        return [
            (self.source.count(b"\n", 0, match.start()) + 1, match.group(1).decode("utf-8"))
            for match in _TYPE_COMMENT.finditer(self.source)
        ]


def view_of(path: str, source: bytes, names: ModuleNames) -> ModuleView:
    """The view of the module in `path` with the UTF-8 `source`. Raises UnparsableError."""
    tree = parse(source)
    return ModuleView(path, source, tree, Lines(source), analyse(tree), names)
