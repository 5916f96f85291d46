"""Imports that a module gets in addition, put where its own order puts them.

    import os                          import os
                                       import sys
    from app.b import f       →
                                       from app.b import f, g

A name joins the import of the same module; else it gets a statement in its section, in the order that the section
shows, or a section of its own. See `import_header` for sections, `import_order` for orders.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.transforms.edits import Edit, apply_edits, compose, shifted
from codemods.transforms.import_comments import is_for_tools
from codemods.transforms.import_header import Header
from codemods.transforms.import_lists import insert_alias
from codemods.transforms.import_order import NAMES, Line, order_of, place_in
from codemods.transforms.import_places import header_units, new_statement
from codemods.transforms.import_statement import parse_import

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from codemods.transforms.import_statement import Statement
    from codemods.transforms.import_wishes import Wish
    from codemods.transforms.view import ModuleView


def add_imports(
    view: ModuleView,
    source: bytes,
    wishes: Mapping[Wish, int | None],
    is_own: Callable[[str], bool] | None = None,
) -> list[Edit]:
    """The edits of `source`, which may be that of `view` after other edits, that fulfil `wishes` at module level.

    Each wish may have the offset in `source` of the first use that needs it when the module is loaded: it is put
    above. `is_own` tells the modules of the repository. Raises UnparsableError.
    """
    is_relative = Header(view.path, view.source, view.names, is_own).is_relative
    edits: list[Edit] = []
    for wish, before in sorted(wishes.items(), key=lambda item: _key(item[0])):
        header = Header(view.path, apply_edits(source, edits), view.names, is_own)
        until = None if before is None else shifted(edits, before)
        edits = compose(source, edits, _Addition(header, wish, until, is_relative).edits())
    return edits


def _key(wish: Wish) -> tuple[str, str, str]:
    return wish.module, wish.name or "", wish.local or ""


class _Addition:
    """One wish on its way into a module."""

    def __init__(self, header: Header, wish: Wish, before: int | None, is_relative: bool) -> None:
        self.header = header
        self.wish = wish
        self.before = before
        self.is_renamed = wish.local is not None and wish.local != wish.name
        units = header_units(header.until(before))
        self.statements = [s for unit in units for s in unit.imports if isinstance(s, ast.ImportFrom)]
        level, module = self.spelled(is_relative)
        self.line = Line(wish.name is not None, level, module, wish.name or "", wish.local or "")

    def edits(self) -> list[Edit]:
        if self.is_satisfied():
            return []
        target = self.merge_target()
        if target is not None:
            return [self.merged(target)]
        return [new_statement(self.header, self.line, self.text(), self.before)]

    def spelled(self, is_relative: bool) -> tuple[int, str]:
        """The module as leading dots and rest, relative where the file's own imports are."""
        wish, header = self.wish, self.header
        if is_relative and wish.name is not None and header.is_first_party(wish.module, wish.name):
            return header.names.relative(header.path, wish.module) or (0, wish.module)
        return 0, wish.module

    def text(self) -> list[str]:
        """The lines of a statement of its own."""
        line = self.line
        if not line.is_from:
            return [f"import {self.wish.alias}"]
        head = f"from {'.' * line.level}{line.module} import"
        single = f"{head} {self.wish.alias}"
        if len(single) <= self.line_length():
            return [single]
        return [f"{head} (", f"    {self.wish.alias},", ")"]

    def line_length(self) -> int:
        """How long an import may be; where the file does not show it, the shortest limit in use."""
        header = self.header
        lengths = [len(line) for line in header.source.decode().splitlines()]
        shown = 88 if any(80 <= length <= 88 for length in lengths) else 79
        imports = [header.lines.span(s) for unit in header.units for s in unit.imports]
        texts = [header.source[start:end].decode() for start, end in imports]
        return max([shown, *(min(len(text), 120) for text in texts if "\n" not in text and "\r" not in text)])

    # What is there already

    def is_satisfied(self) -> bool:
        header = self.header
        return any(
            self.binds(statement)
            for statement in header.tree.body
            if isinstance(statement, (ast.Import, ast.ImportFrom))
            and (self.before is None or header.lines.span(statement)[1] <= self.before)
        )

    def binds(self, statement: ast.Import | ast.ImportFrom) -> bool:
        wish = self.wish
        if isinstance(statement, ast.ImportFrom):
            found = [(alias.name, alias.asname or alias.name) for alias in statement.names]
            return self.header.module_of(statement) == wish.module and (wish.name, wish.binds) in found
        if wish.name is not None:
            return False
        if wish.local is not None:
            return any(
                alias.name == wish.module and (alias.asname or alias.name) == wish.local for alias in statement.names
            )
        # `import a.b` loads `a`, and binds that.
        return any(not alias.asname and f"{alias.name}.".startswith(f"{wish.module}.") for alias in statement.names)

    # Into a statement of the same module

    def merge_target(self) -> ast.ImportFrom | None:
        """The statement whose list the name joins; None where it gets one of its own."""
        if self.wish.name is None or self.is_one_by_one():
            return None
        return next(filter(self.may_join, self.statements), None)

    def may_join(self, statement: ast.ImportFrom) -> bool:
        header = self.header
        start, end = header.lines.span(statement)
        is_plain = all(alias.asname is None for alias in statement.names) and not self.is_renamed
        return (
            header.module_of(statement) == self.wish.module
            and statement.names[0].name != "*"
            and not is_for_tools(header.source[start : header.lines.line_end(end)])
            and (is_plain or self.shows_renamed_together())
        )

    def is_one_by_one(self) -> bool:
        """Whether the file imports each name by a statement of its own."""
        single = [s for s in self.statements if len(s.names) == 1 and s.names[0].asname is None]
        modules = [self.header.module_of(statement) for statement in single]
        return len(set(modules)) < len(modules)

    def shows_renamed_together(self) -> bool:
        """Whether `a as b` stands in lists with other names; by default, isort and ruff keep it by itself."""
        return any(len(s.names) > 1 and any(alias.asname for alias in s.names) for s in self.statements)

    def merged(self, target: ast.ImportFrom) -> Edit:
        lines, source = self.header.lines, self.header.source
        start, end = lines.span(target)
        text = source[start:end].decode()
        new = self.wish.name or ""
        names = [alias.name for alias in target.names]
        others = [[alias.name for alias in other.names] for other in self.statements]
        order = order_of(names, others, NAMES)
        index = len(names) if order is None else place_in(names, new, order)
        statement = insert_alias(parse_import(text), index, new, self.wish.local if self.is_renamed else None)
        result = statement.code
        stands_alone = (
            not source[lines.line_start(start) : start].strip() and not source[end : lines.line_end(end)].strip()
        )
        if stands_alone and len(result) > self.line_length() and "\n" not in text and "\r" not in text:
            result = self.wrapped(statement, lines.newline_at(lines.line_end(end)).decode())
        return Edit(start, end, result.encode())

    def wrapped(self, statement: Statement, newline: str) -> str:
        """`statement`, which stands on one line, with one line for each name."""
        head = f"from {'.' * self.line.level}{self.line.module} import ("
        return newline.join([head, *(f"    {alias.code}," for alias in statement.aliases), ")"])
