"""The import statements at the top of a module: which lines they are on, and in which sections they stand."""

from __future__ import annotations

import ast
import sys
from enum import IntEnum
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.index.positions import Lines
from codemods.transforms.import_order import Line, line_of
from codemods.transforms.view import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.index.names import ModuleNames
    from codemods.index.scopes import Import


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Section(IntEnum):
    """What isort and ruff part imports into, in their order."""

    FUTURE = 0
    STANDARD_LIBRARY = 1
    THIRD_PARTY = 2
    FIRST_PARTY = 3
    LOCAL = 4


class Unit(Struct, frozen=True, eq=False):
    """Statements of a module that share lines: where the first begins and ends are those of the whole lines."""

    statements: tuple[ast.stmt, ...]
    start: int
    end: int

    @property
    def imports(self) -> list[Import]:
        """Its statements, where all of them are imports."""
        found = [statement for statement in self.statements if isinstance(statement, (ast.Import, ast.ImportFrom))]
        return found if len(found) == len(self.statements) else []


Run = list[Unit]


def start_of(statement: ast.stmt, lines: Lines) -> int:
    """Where `statement` begins, with its decorators."""
    decorators = getattr(statement, "decorator_list", [])
    if not decorators:
        return lines.span(statement)[0]
    return lines.line_start(min(lines.span(decorator)[0] for decorator in decorators))


def is_definition(unit: Unit) -> bool:
    """Whether a function or class is defined in it."""
    return isinstance(unit.statements[0], _DEFINITIONS)


def is_docstring(statement: ast.stmt) -> bool:
    """Whether `statement` is a plain string."""
    is_constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_constant and isinstance(statement.value.value, str)  # type: ignore[attr-defined]


def sets_path(unit: Unit) -> bool:
    """Whether it touches `sys.path`, so that what is imported behind it may need it."""
    return any(
        isinstance(node, ast.Attribute)
        and ((node.attr == "path" and _is_name(node.value, "sys")) or node.attr == "addsitedir")
        for node in _executed(unit)
    )


def sets_up(unit: Unit) -> bool:
    """Whether it does something that what is imported behind it may need: it calls, or touches the environment."""
    return sets_path(unit) or any(
        (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
        or (isinstance(node, ast.Attribute) and node.attr == "environ" and _is_name(node.value, "os"))
        for node in _executed(unit)
    )


def _executed(unit: Unit) -> list[ast.AST]:
    """What runs there; nothing where something is defined, as that is hardly there for the imports."""
    nodes = [node for statement in unit.statements for node in ast.walk(statement)]
    return [] if any(isinstance(node, _DEFINITIONS) for node in nodes) else nodes


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def runs(units: list[Unit]) -> list[Run]:
    """The imports in `units` as far as nothing stands between them."""
    return [list(group) for is_run, group in groupby(units, lambda unit: bool(unit.imports)) if is_run]


class Header:
    """The source of a module, as the place for imports. Its `units` are in the order of the source."""

    def __init__(self, path: str, source: bytes, names: ModuleNames, is_own: Callable[[str], bool] | None) -> None:
        """`is_own` tells the modules of the repository; without it, those of the module's own package count.

        Raises UnparsableError.
        """
        self.path = path
        self.source = source
        self.names = names
        self.is_own = is_own
        self.tree = parse(source)
        self.lines = Lines(source)

    @cached_property
    def units(self) -> list[Unit]:
        """All statements of the module."""
        groups: list[list[ast.stmt]] = []
        end = -1
        for statement in self.tree.body:
            start = start_of(statement, self.lines)
            if groups and self._continues(end, start):
                groups[-1].append(statement)
            else:
                groups.append([statement])
            end = self.lines.span(statement)[1]
        return [self._unit(group) for group in groups]

    def _continues(self, end: int, start: int) -> bool:
        between = self.source[end:start]
        return between.strip(b" \t\f\r\n\\") == b";" and (b"\\" in between or not between.strip(b" \t\f;"))

    def _unit(self, statements: list[ast.stmt]) -> Unit:
        start = start_of(statements[0], self.lines)
        end = self.lines.span(statements[-1])[1]
        return Unit(tuple(statements), self.lines.line_start(start), self.lines.line_end(end))

    def until(self, before: int | None) -> list[Unit]:
        """The units that end before the offset `before`; all for None."""
        return [unit for unit in self.units if before is None or unit.end < before]

    def module_of(self, statement: ast.ImportFrom) -> str | None:
        """The module that it imports from."""
        return self.names.absolute(self.path, statement.level, statement.module)

    def section_of(self, line: Line) -> Section:
        """The section that an import belongs to."""
        top = line.module.partition(".")[0]
        if line.level:
            return Section.LOCAL
        if top == "__future__":
            return Section.FUTURE
        if top in sys.stdlib_module_names:
            return Section.STANDARD_LIBRARY
        return Section.FIRST_PARTY if self.is_first_party(line.module, line.name) else Section.THIRD_PARTY

    def is_first_party(self, module: str, name: str = "") -> bool:
        """Whether `module` is of this repository."""
        top = module.partition(".")[0]
        if (self.names.name_of(self.path) or "").partition(".")[0] == top:
            return True
        return self.is_own is not None and any(map(self.is_own, (module, top, f"{module}.{name}")))

    def section(self, unit: Unit) -> Section:
        """The section of a unit of imports, by the first one."""
        return self.section_of(line_of(unit.imports[0]))

    @cached_property
    def is_relative(self) -> bool:
        """Whether all imports of this repository at module level are relative, and there are some."""
        own = [
            isinstance(statement, ast.ImportFrom) and statement.level > 0
            for statement in self.tree.body
            if isinstance(statement, (ast.Import, ast.ImportFrom))
            and self.section_of(line_of(statement)) in (Section.FIRST_PARTY, Section.LOCAL)
        ]
        return bool(own) and all(own)

    def blank_lines_at(self, offset: int) -> int:
        """How many blank lines follow the line that ends at `offset`."""
        found = -1
        while offset < len(self.source):
            offset += len(self.lines.newline_at(offset))
            found += 1
            end = self.lines.line_end(offset)
            if self.source[offset:end].strip(b" \t"):
                return found
            offset = end
        return found
