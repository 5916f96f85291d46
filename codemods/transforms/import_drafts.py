"""From drafts of import statements to edits: what replaces a statement, what follows it, and what goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.transforms.edits import Edit
from codemods.transforms.import_gaps import vanish

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.index.scopes import ImportSite
    from codemods.transforms.import_statement import Statement
    from codemods.transforms.view import ModuleView


class Draft(Struct):
    """The new form of one statement. `statement` is None where nothing of it stays."""

    site: ImportSite
    statement: Statement | None
    following: list[str] = field(default_factory=list)
    changed: bool = False


def edits_of(view: ModuleView, drafts: Iterable[Draft]) -> Iterator[Edit]:
    """The edits that make of the statements of `view` what the drafts say."""
    vanishing = []
    for draft in drafts:
        start, end = view.lines.span(draft.site.statement)
        if draft.changed and draft.statement is not None:
            yield Edit(start, end, draft.statement.code.encode())
        if draft.statement is None and draft.following:
            yield Edit(start, end, _joined(view, draft, start, end))
        elif draft.statement is None:
            vanishing.append(draft.site)
        elif draft.following:
            yield _after(view, draft, start, end)
    yield from vanish(view, vanishing)


def _after(view: ModuleView, draft: Draft, start: int, end: int) -> Edit:
    if shares_line(view, start, end):
        return Edit(end, end, b"; " + "; ".join(draft.following).encode())
    line_end = view.lines.line_end(end)
    newline = view.lines.newline_at(line_end)
    indentation = view.source[view.lines.line_start(start) : start]
    text = b"".join(newline + indentation + line.encode() for line in draft.following)
    return Edit(line_end, line_end, text)


def _joined(view: ModuleView, draft: Draft, start: int, end: int) -> bytes:
    if shares_line(view, start, end):
        return "; ".join(draft.following).encode()
    newline = view.lines.newline_at(view.lines.line_end(end))
    indentation = view.source[view.lines.line_start(start) : start]
    return (newline + indentation).join(line.encode() for line in draft.following)


def shares_line(view: ModuleView, start: int, end: int) -> bool:
    """Whether other statements stand on the lines of this one."""
    before = view.source[view.lines.line_start(start) : start]
    after = view.source[end : view.lines.line_end(end)].strip()
    return bool(code(before)) or (bool(after) and not after.startswith(b"#"))


def code(before: bytes) -> bytes:
    """What stands before a statement on its line, apart from the prompt of an example in a docstring."""
    stripped = before.strip()
    return b"" if stripped in (b">>>", b"...") else stripped
