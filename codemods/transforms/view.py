"""One module as the transforms see it: source, tree, scopes and positions, made once per file."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from codemods.index.analysis import analyse
from codemods.index.depth import is_deep
from codemods.index.doctests import doctests
from codemods.index.positions import Lines
from codemods.index.string_sites import Surroundings
from codemods.index.type_comments import type_comments
from codemods.limits import STEPS, may_be_deep
from codemods.model import Form, Reference

if TYPE_CHECKING:
    from codemods.index.names import ModuleNames
    from codemods.index.scopes import Scopes


class UnparsableError(ValueError):
    """The source is not Python that the running interpreter reads; the message says where and why."""


def parse(source: bytes) -> ast.Module:
    """The tree of UTF-8 `source`. Raises UnparsableError."""
    if may_be_deep(source) and is_deep(source.decode("utf-8"), STEPS, STEPS):
        message = f"it nests more than {STEPS:,} words and signs in one statement"
        raise UnparsableError(message)
    try:
        with warnings.catch_warnings():
            # Invalid escapes and the like are the author's business, and would be said once per file here.
            warnings.simplefilter("ignore")
            return ast.parse(source.decode("utf-8"))
    except SyntaxError as error:
        # LibCST reads what newer Pythons allow, whatever Python runs; it costs a hundred times as much.
        from codemods.index.newer_syntax import parse_newer

        newer = parse_newer(source.decode("utf-8"))
        if newer is not None:
            return newer
        message = f"line {error.lineno}: {error.msg}"
        raise UnparsableError(message) from error
    except ValueError as error:
        raise UnparsableError(str(error)) from error
    except (RecursionError, MemoryError) as error:
        message = "it is nested too deep for the running Python"
        raise UnparsableError(message) from error


@dataclass(frozen=True)
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

    @cached_property
    def surroundings(self) -> Surroundings:
        """Where each node stands."""
        return Surroundings(self.tree)

    def text(self, node: ast.expr | ast.stmt | ast.alias) -> bytes:
        """The source of `node`."""
        start, end = self.lines.span(node)
        return self.source[start:end]

    def reference(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword, form: Form, target: str) -> Reference:
        """The reference that `node` is."""
        column = self.lines.column(node.lineno, node.col_offset)
        return Reference(self.path, node.lineno, column, form, target)


def view_of(path: str, source: bytes, names: ModuleNames, tree: ast.Module | None = None) -> ModuleView:
    """The view of the module in `path` with the UTF-8 `source`, whose `tree` is made unless it is there already.

    Raises UnparsableError.
    """
    tree = tree or parse(source)
    scopes = analyse(tree, type_comments(source), doctests(tree, source))
    return ModuleView(path, source, tree, Lines(source), scopes, names)
