"""One module as the transforms see it: source, tree, scopes and positions, made once per file."""

from __future__ import annotations

import ast
import warnings
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.index.analysis import analyse
from codemods.index.depth import is_deep
from codemods.index.doctests import doctests
from codemods.index.excerpt import Excerpted, excerpt
from codemods.index.positions import Lines
from codemods.index.string_sites import Surroundings
from codemods.index.type_comments import type_comments
from codemods.limits import STEPS, may_be_deep
from codemods.model import Form, Reference
from codemods.transforms.edits import apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemods.index.excerpt import Excerpt
    from codemods.index.names import ModuleNames
    from codemods.index.scopes import Scopes
    from codemods.transforms.edits import Edit


# Python reads a source to its end, then looks for what it is to import from the future: it gets no further than this.
_UNKNOWN = "from __future__ import codemods\n"
_TOLD = "future feature codemods is not defined"


class UnparsableError(ValueError):
    """The source is not Python that the running interpreter reads; the message says where and why."""


def parse(source: bytes) -> ast.Module:
    """The tree of UTF-8 `source`. Raises UnparsableError."""
    _refuse_deep(source)
    try:
        return _parse(source)
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


def _refuse_deep(source: bytes) -> None:
    if may_be_deep(source) and is_deep(source.decode("utf-8"), STEPS, STEPS):
        message = f"it nests more than {STEPS:,} words and signs in one statement"
        raise UnparsableError(message)


def _parse(source: bytes) -> ast.Module:
    with warnings.catch_warnings():
        # Invalid escapes and the like are the author's business, and would be said once per file here.
        warnings.simplefilter("ignore")
        return ast.parse(source.decode("utf-8"))


class Parsed(Struct, frozen=True):
    """The tree of a UTF-8 `source`: of an `excerpt` alone, if there is one."""

    source: bytes
    tree: ast.Module
    excerpt: Excerpt | None = None

    @property
    def size(self) -> int:
        """How much of the source the tree is made of, in bytes."""
        return len(self.source) - (self.excerpt.blank if self.excerpt is not None else 0)


def parse_for(source: bytes, words: frozenset[str]) -> Parsed:
    """The tree of what in UTF-8 `source` can matter to `words`; without any, of the whole.

    Raises UnparsableError where neither the excerpt nor the whole can be read.
    """
    part = excerpt(source, words) if words else None
    if part is not None:
        try:
            brief = part.brief
            _refuse_deep(brief)
            return Parsed(source, _parse(brief), part)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass  # what is wrong, and whether it is, only the whole tells
    return Parsed(source, parse(source))


def parses(source: bytes) -> bool:
    """Whether the running Python reads UTF-8 `source`; at three fifths of what a tree of it costs."""
    try:
        _refuse_deep(source)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(_UNKNOWN + source.decode("utf-8"), "<source>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.msg == _TOLD
    except (ValueError, RecursionError, MemoryError):
        return False
    return True


class ModuleView(Struct, frozen=True, dict=True):
    """A parsed module. `source` is UTF-8 without a byte order mark; `module` its dotted name, if it has one.

    Where there is an `excerpt`, the tree is that of it alone.
    """

    path: str
    source: bytes
    tree: ast.Module
    lines: Lines
    scopes: Scopes
    names: ModuleNames
    excerpt: Excerpt | None = None

    @property
    def module(self) -> str | None:
        """The dotted name of the module."""
        return self.names.name_of(self.path)

    @cached_property
    def surroundings(self) -> Surroundings:
        """Where each node stands."""
        return Surroundings(self.tree)

    def needs(self, names: Iterable[str]) -> None:
        """Say that the tree has to hold all that binds or reads one of `names`. Raises Excerpted."""
        if self.excerpt is not None:
            self.excerpt.needs(names)

    def needs_all(self) -> None:
        """Say that the tree has to be that of the whole module. Raises Excerpted."""
        if self.excerpt is not None:
            raise Excerpted

    def text(self, node: ast.expr | ast.stmt | ast.alias) -> bytes:
        """The source of `node`."""
        start, end = self.lines.span(node)
        return self.source[start:end]

    def reference(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword, form: Form, target: str) -> Reference:
        """The reference that `node` is."""
        column = self.lines.column(node.lineno, node.col_offset)
        return Reference(self.path, node.lineno, column, form, target)


def view_of(
    path: str,
    source: bytes,
    names: ModuleNames,
    tree: ast.Module | None = None,
    words: frozenset[str] = frozenset(),
) -> ModuleView:
    """The view of the module in `path` with the UTF-8 `source`, whose `tree` is made unless it is there already.

    With `words`, it is made of an excerpt for these. Raises UnparsableError.
    """
    return view_in(path, Parsed(source, tree) if tree is not None else parse_for(source, words), names)


def view_in(path: str, parsed: Parsed, names: ModuleNames) -> ModuleView:
    """The view of the module in `path` that has been parsed already."""
    seen = parsed.excerpt.brief if parsed.excerpt is not None else parsed.source
    scopes = analyse(parsed.tree, type_comments(seen), doctests(parsed.tree, seen), parsed.excerpt)
    return ModuleView(path, parsed.source, parsed.tree, Lines(parsed.source), scopes, names, parsed.excerpt)


def view_after(view: ModuleView, edits: Sequence[Edit]) -> ModuleView:
    """`view` after `edits`, of the same excerpt.

    Raises UnparsableError, and Excerpted where the edits concern what is not in the excerpt.
    """
    after, part = apply_edits(view.source, edits), view.excerpt
    if part is None:
        return view_of(view.path, after, view.names)
    if any(part.touches(edit.start, edit.end) for edit in edits):
        raise Excerpted
    part = replace(part, whole=after, blanked=tuple(_after(edits, part.blanked)))
    return view_in(view.path, Parsed(after, parse(part.brief), part), view.names)


def _after(edits: Sequence[Edit], spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where `spans`, in order, are after `edits`, none of which touches one of them."""
    pending = sorted(set(edits), reverse=True)
    shift = 0
    for start, end in spans:
        while pending and pending[-1].end <= start:
            edit = pending.pop()
            shift += len(edit.text) - (edit.end - edit.start)
        yield start + shift, end + shift
