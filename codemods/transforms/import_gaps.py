"""Takes whole import statements out of a source: what is left behind neither lacks a block nor has a gap.

try:                 →  try:              import os             →  import os
    import old       →      pass
except ImportError:  →  except ...        from old import f     →  import sys

                                          import sys
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.transforms.edits import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.index.scopes import ImportSite
    from codemods.transforms.view import ModuleView

_PROMPTS = (b">>>", b"...")
_BETWEEN = re.compile(rb"(?:[ \t\f;]|\\\r?\n|\\\r)*")
_SEMICOLON = re.compile(rb"[ \t\f]*;")
_BLANK_LINE = re.compile(rb"[ \t]*(?:\r\n|\r|\n)")


class _Gone(Struct, frozen=True):
    """Statements that go together, and whether nothing of their block is left before them or behind them.

    `before` is where the statement before them on their line ends, `behind` where the next one on it begins.
    """

    start: int
    end: int
    is_first: bool = False
    is_last: bool = False
    before: int | None = None
    behind: int | None = None


def vanish(view: ModuleView, sites: Sequence[ImportSite]) -> Iterator[Edit]:
    """The edits that take the statements at `sites` out of `view`, each with the comment behind it.

    A statement that was alone in its block becomes `pass`. Blank lines that would meet become one gap.
    """
    going: set[ast.stmt] = {site.statement for site in sites}
    gone: list[_Gone] = []
    for site in sorted(sites, key=lambda site: view.lines.span(site.statement)):
        start, end = view.lines.span(site.statement)
        if _is_example(view, start):
            yield Edit(*_whole_lines(view, start, end), b"")
        elif site.block[0] is site.statement and _is_emptied(view, site, going):
            yield Edit(start, _with_comment(view, start, end), b"pass")
        else:
            gone.append(_gone(view, site, going))
    yield from _without(view, _together(gone))


def _gone(view: ModuleView, site: ImportSite, going: set[ast.stmt]) -> _Gone:
    here = site.block.index(site.statement)
    earlier, later = site.block[:here], site.block[here + 1 :]
    is_nested = site.block is not view.tree.body
    start, end = view.lines.span(site.statement)
    before = view.lines.span(earlier[-1])[1] if earlier else 0
    behind = view.lines.span(later[0])[0] if later else 0
    return _Gone(
        start,
        end,
        is_first=is_nested and all(s in going for s in earlier) and not _is_parted(site, later, going),
        is_last=is_nested and all(s in going for s in later),
        before=before if earlier and _BETWEEN.fullmatch(view.source, before, start) else None,
        behind=behind if later and _BETWEEN.fullmatch(view.source, end, behind) else None,
    )


def _is_parted(site: ImportSite, later: list[ast.stmt], going: set[ast.stmt]) -> bool:
    """Whether what is left of the block begins with a gap: a definition does, unless it is in another one."""
    staying = next((statement for statement in later if statement not in going), None)
    is_body = site.block is getattr(site.scope.node, "body", None)
    is_definition = isinstance(staying, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    return staying is None or (is_definition and not is_body)


def _is_example(view: ModuleView, start: int) -> bool:
    return view.source[view.lines.line_start(start) : start].strip() in _PROMPTS


def _is_emptied(view: ModuleView, site: ImportSite, going: set[ast.stmt]) -> bool:
    return site.block is not view.tree.body and all(statement in going for statement in site.block)


def _whole_lines(view: ModuleView, start: int, end: int) -> tuple[int, int]:
    line_end = view.lines.line_end(end)
    newline = view.lines.newline_at(line_end) if line_end < len(view.source) else b""
    return view.lines.line_start(start), line_end + len(newline)


def _with_comment(view: ModuleView, start: int, end: int) -> int:
    """The end of a statement with the comment behind it, unless that is for the whole line."""
    line_end = view.lines.line_end(end)
    is_own = not view.source[view.lines.line_start(start) : start].strip()
    return line_end if is_own and view.source[end:line_end].strip().startswith(b"#") else end


def _together(gone: list[_Gone]) -> list[_Gone]:
    """Neighbours on one line as one."""
    joined: list[_Gone] = []
    for entry in gone:
        if joined and joined[-1].behind == entry.start:
            first = joined.pop()
            entry = replace(entry, start=first.start, is_first=first.is_first, before=first.before)
        joined.append(entry)
    return joined


def _without(view: ModuleView, gone: list[_Gone]) -> Iterator[Edit]:
    lines: list[_Gone] = []
    for entry in gone:
        if entry.behind is not None:
            yield Edit(entry.start, entry.behind, b"")
        elif entry.before is not None:
            semicolon = _SEMICOLON.match(view.source, entry.end)
            yield Edit(entry.before, semicolon.end() if semicolon else entry.end, b"")
        else:
            start, end = _whole_lines(view, entry.start, entry.end)
            lines.append(replace(entry, start=start, end=end))
    yield from _regions(view, lines)


def _regions(view: ModuleView, lines: list[_Gone]) -> Iterator[Edit]:
    """The edits that take whole lines out, with the gaps around them made one."""
    source = view.source
    number = 0
    while number < len(lines):
        first = last = lines[number]
        above = _blank_before(view, first.start)
        below = _blank_after(source, last.end)
        gaps = [source[above : first.start]]
        while number + 1 < len(lines) and lines[number + 1].start <= below:
            number += 1
            gaps.append(source[last.end : lines[number].start])
            last = lines[number]
            below = _blank_after(source, last.end)
        number += 1
        gaps.append(source[last.end : below])
        if above == 0 or below == len(source):
            text = b""
        elif first.is_first and not view.source[view.lines.line_before(above) : above].lstrip().startswith(b"#"):
            text = gaps[0]
        else:
            text = gaps[-1] if last.is_last else max(gaps, key=lambda gap: len(_BLANK_LINE.findall(gap)))
        yield Edit(above, below, text)


def _blank_before(view: ModuleView, offset: int) -> int:
    while offset and not view.source[view.lines.line_before(offset) : offset].strip(b" \t\r\n"):
        offset = view.lines.line_before(offset)
    return offset


def _blank_after(source: bytes, offset: int) -> int:
    while match := _BLANK_LINE.match(source, offset):
        offset = match.end()
    return offset if source[offset:].strip(b" \t") else len(source)
