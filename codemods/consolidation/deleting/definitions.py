"""Where a module defines a symbol: statements at its top level that can be taken out, with what belongs to them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.transforms.view import ModuleView

_Definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_PRAGMA = re.compile(
    rb"#!|#\s*(?:(?:fmt|isort|yapf|pylint|ruff|mypy|pyright|flake8|type|pragma|cspell)\s*:|-\*-|(?:end)?region\b)"
)
_BANNER = re.compile(rb"#\s*[-=#*_~+]{3,}|#\s*%%")


class UnremovableError(ValueError):
    """A symbol cannot be taken out; `line` tells where that shows."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class Region(Struct, frozen=True):
    """Whole lines of a module, as byte offsets, that go: a definition with its comments. `statement` is it itself."""

    start: int
    end: int
    statement: ast.stmt

    def holds(self, offset: int) -> bool:
        """Whether the byte at `offset` goes."""
        return self.start <= offset < self.end


def definitions(view: ModuleView, name: str) -> list[Region]:
    """The definitions of `name`, in order; none where the module does not bind it.

    Raises UnremovableError where one of them is no statement of its own at the top level.
    """
    regions = []
    for node in view.scopes.module.bound.get(name, ()):
        statement = _statement(view, node)
        if statement is None:
            line = getattr(node, "lineno", 1)
            raise UnremovableError(_why_not(view, node, name), line)
        regions.append(_region(view, statement))
    return sorted(dict.fromkeys(regions), key=lambda region: region.start)


def _statement(view: ModuleView, node: ast.AST) -> ast.stmt | None:
    """The statement at the top level that does nothing but bind `node`."""
    if isinstance(node, _Definition):
        return node if node in view.tree.body else None
    parent = view.surroundings.parents.get(node)
    if parent not in view.tree.body:
        return None
    if isinstance(parent, ast.Assign) and parent.targets == [node]:
        return parent
    is_target = isinstance(parent, (ast.AnnAssign, ast.AugAssign)) and parent.target is node
    if is_target or parent.__class__.__name__ == "TypeAlias":  # Python 3.12 and later
        return parent
    return None


def _why_not(view: ModuleView, node: ast.AST, name: str) -> str:
    above = [node, *view.surroundings.ancestors(node)]
    if isinstance(node, ast.alias):
        return f"`{name}` is imported here, and not defined: take the import out"
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
        return f"`{name}` is deleted here"
    if any(isinstance(outer, (*_Definition, ast.Lambda)) for outer in above[1:]):
        return f"a function sets `{name}`"
    block = next((o for o in above if isinstance(o, (ast.If, ast.Try, ast.For, ast.While, ast.With))), None)
    if block is not None:
        return f"`{name}` is defined under `{type(block).__name__.lower()}`: which definition holds is decided there"
    return f"`{name}` is assigned together with other names"


def _region(view: ModuleView, statement: ast.stmt) -> Region:
    source, lines = view.source, view.lines
    decorators = getattr(statement, "decorator_list", [])
    start = min([lines.span(statement)[0], *(lines.span(decorator)[0] for decorator in decorators)])
    end = lines.span(_with_docstring(view, statement))[1]
    first, last = lines.line_start(start), lines.line_end(end)
    before, behind = source[first:start].strip(), source[end:last].strip()
    if before not in (b"", b"@") or (behind and not behind.startswith(b"#")):
        message = "it stands on one line with other statements"
        raise UnremovableError(message, statement.lineno)
    return Region(_with_comments(view, first), _with_inner_comments(view, statement, last), statement)


def _with_docstring(view: ModuleView, statement: ast.stmt) -> ast.stmt:
    """The string directly below an assignment, which documents it; else `statement` itself."""
    body = view.tree.body
    following = body[body.index(statement) + 1 :][:1]
    if isinstance(statement, _Definition) or not following:
        return statement
    below = following[0]
    is_text = (
        isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    )
    return below if is_text and below.lineno == (statement.end_lineno or 0) + 1 else statement


def _with_comments(view: ModuleView, start: int) -> int:
    """Where the comment directly above begins: not that of a whole section, of the file, or for a tool."""
    top = start
    while top:
        above = view.lines.line_before(top)
        line = view.source[above:top].rstrip()
        if not line.startswith(b"#") or _PRAGMA.match(line):
            break
        top = above
    block = view.source[top:start].splitlines()
    is_header = top == 0 or any(_BANNER.match(line) for line in block)
    return start if is_header else top


def _with_inner_comments(view: ModuleView, statement: ast.stmt, last: int) -> int:
    """The end of the lines of a statement, with indented comments that follow: they stand in its body."""
    source, lines = view.source, view.lines
    end = _next_line(view, last)
    if not isinstance(statement, _Definition):
        return end
    scan = end
    while scan < len(source):
        line_end = lines.line_end(scan)
        line = source[scan:line_end]
        scan = _next_line(view, line_end)
        if line.strip() and not (line[:1] in b" \t" and line.strip().startswith(b"#")):
            break
        end = scan if line.strip() else end
    return end


def _next_line(view: ModuleView, line_end: int) -> int:
    return line_end + len(view.lines.newline_at(line_end)) if line_end < len(view.source) else line_end


def joined(source: bytes, regions: list[Region]) -> Iterator[tuple[int, int]]:
    """The lines of `source` that go; those with only blank lines between them as one."""
    pending: tuple[int, int] | None = None
    for region in regions:
        if pending is not None and not source[pending[1] : region.start].strip():
            pending = (pending[0], max(pending[1], region.end))
            continue
        if pending is not None:
            yield pending
        pending = (region.start, region.end)
    if pending is not None:
        yield pending
