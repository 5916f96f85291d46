"""Where in a module a new import statement goes: its run, its section, its neighbours."""

from __future__ import annotations

import ast
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from codemods.transforms.edits import Edit
from codemods.transforms.import_comments import above, end_of_leading
from codemods.transforms.import_header import (
    Header,
    Run,
    Section,
    Unit,
    is_definition,
    is_docstring,
    runs,
    sets_path,
    sets_up,
    start_of,
)
from codemods.transforms.import_order import LINES, Line, line_of, order_of, place_in

if TYPE_CHECKING:
    from collections.abc import Sequence


def new_statement(header: Header, line: Line, text: Sequence[str], before: int | None) -> Edit:
    """The edit that puts `text`, the lines of the import `line`, into a module; above the offset `before`."""
    return _Place(header, line, text, before).edit()


def header_units(units: list[Unit]) -> list[Unit]:
    """Those of `units` among which imports are expected: all up to the first definition.

    Where a script sets `sys.path` further down, up to the last import right behind that.
    """
    numbers = range(len(units))
    end = next((number for number in numbers if is_definition(units[number])), len(units))
    path = max((number for number in numbers if sets_path(units[number])), default=-1)
    if path > end:
        end = next((number for number in numbers[path + 1 :] if not units[number].imports), len(units))
    return units[:end]


class _Place:
    def __init__(self, header: Header, line: Line, text: Sequence[str], before: int | None) -> None:
        self.header = header
        self.line = line
        self.text = text
        self.before = before
        self.section = header.section_of(line)
        self.units = header_units(header.until(before))
        if self.section is Section.FUTURE:
            # Only a docstring and others of its kind may stand before it.
            code = (n for n, unit in enumerate(self.units) if not (unit.imports or is_docstring(unit.statements[0])))
            self.units = self.units[: next(code, len(self.units))]
        self.runs = runs(self.units)

    def edit(self) -> Edit:
        if (offset := self.behind_what_must_be_first()) is not None:
            return Edit(offset, offset, " ".join(line.strip() for line in self.text).encode() + b"; ")
        run = self.run()
        if isinstance(run, Unit):
            return self.begin_behind(run)
        if run is None:
            return self.at_the_top()
        has_section = any(self.header.section(unit) is self.section for unit in run)
        return self.in_section(run) if has_section else self.as_section(run)

    def behind_what_must_be_first(self) -> int | None:
        """The place behind a docstring or `from __future__`, where the first use stands on the same line."""
        unit = next((unit for unit in self.header.units if self.before is not None and unit.end >= self.before), None)
        if unit is None or not _must_be_first(unit.statements[0]):
            return None
        starts = (start_of(s, self.header.lines) for s in unit.statements if not _must_be_first(s))
        return next(starts, None)

    # Which run

    def run(self) -> Run | Unit | None:
        """The run of imports to join; the unit to begin one behind; or None for the top of the module."""
        members = [run for run in self.runs if any(self.header.section(u) is self.section for u in run)]
        if self.section in (Section.FIRST_PARTY, Section.LOCAL):
            return self.own_run(members)
        top = self.line.module.partition(".")[0]
        same = (run for run in members if any(line_of(u.imports[0]).module.partition(".")[0] == top for u in run))
        return next(same, None) or next(iter(members), None) or self.first_run()

    def first_run(self) -> Run | None:
        """The first run, for what has no section yet: not that of `__future__` alone, if there is another one."""
        others = (run for run in self.runs if self.header.section(run[-1]) is not Section.FUTURE)
        return next(others, None) or next(iter(self.runs), None)

    def own_run(self, members: list[Run]) -> Run | Unit | None:
        """As `run`, for a module of the repository, which may need what the code before it sets up."""
        if members:
            found = members[0]
            for run in members[1:]:
                between = self.units[self.units.index(found[-1]) : self.units.index(run[0])]
                found = run if any(map(sets_up, between)) else found
            return found
        path = [number for number, unit in enumerate(self.units) if sets_path(unit)]
        if not path:
            return self.first_run()
        behind = (run for run in self.runs if self.units.index(run[0]) > path[-1])
        return next(behind, self.units[path[-1]])

    # Where in a run

    def in_section(self, run: Run) -> Edit:
        for neighbours in self.neighbours(run):
            lines = [line_of(unit.imports[0]) for unit in neighbours]
            order = order_of(lines, self.other_lines(), LINES)
            if order is not None:
                return self.between(neighbours, place_in(lines, self.line, order))
        own = self.of_section(self.chunk(run))
        same = [unit for unit in own if line_of(unit.imports[0]).module == self.line.module]
        return self.behind((same or own)[-1])

    def neighbours(self, run: Run) -> list[list[Unit]]:
        """Among which imports it may be put in order: the first ones that are in order count."""
        chunk = self.chunk(run)
        sections = [self.header.section(unit) for unit in chunk]
        if sections == sorted(sections):
            return [self.of_section(run), self.of_section(chunk)]
        return [chunk, self.of_section(chunk)]

    def of_section(self, units: list[Unit]) -> list[Unit]:
        return [unit for unit in units if self.header.section(unit) is self.section]

    def between(self, units: list[Unit], index: int) -> Edit:
        if index == 0:
            return self.ahead_of(units[0])
        if index < len(units) and self.is_apart(units[index - 1], units[index]):
            before, behind = self.likeness([units[index - 1]])[:2], self.likeness([units[index]])[:2]
            if before < behind:
                return self.ahead_of(units[index])
        return self.behind(units[index - 1])

    def chunk(self, run: Run) -> list[Unit]:
        """The imports without a blank line between them among which this one belongs."""
        chunks: list[list[Unit]] = []
        for unit in run:
            if chunks and not self.is_apart(chunks[-1][-1], unit):
                chunks[-1].append(unit)
            else:
                chunks.append([unit])
        return max(filter(self.of_section, chunks), key=self.likeness)

    def likeness(self, chunk: list[Unit]) -> tuple[bool, int, bool]:
        lines = [line_of(unit.imports[0]) for unit in self.of_section(chunk)]
        shared = max(_shared(line.module, self.line.module) for line in lines)
        is_behind = order_of(lines, (), LINES) is not None and LINES[0](lines[0]) <= LINES[0](self.line)
        return any(line.is_from == self.line.is_from for line in lines), shared, is_behind

    def other_lines(self) -> list[list[Line]]:
        """The sections of the file, for the order that they show."""
        sections = [
            [line_of(unit.imports[0]) for unit in group]
            for run in self.runs
            for _, group in groupby(run, self.header.section)
        ]
        return [section for section in sections if len(section) > 1]

    def as_section(self, run: Run) -> Edit:
        """A section of its own, between those of the run."""
        is_parted = self.parts_sections()
        lower = [unit for unit in run if self.header.section(unit) < self.section]
        if not lower:
            return self.ahead_of(run[0], gap=is_parted, with_heading=True)
        number = run.index(lower[-1])
        is_adjacent = number + 1 < len(run) and not self.is_apart(run[number], run[number + 1])
        return self.behind(lower[-1], above=is_parted, below=int(is_parted and is_adjacent))

    def parts_sections(self) -> bool:
        """Whether blank lines stand between the sections of the file; where it has one only, they would."""
        section = self.header.section
        changes = [
            self.is_apart(first, second)
            for run in self.runs
            for first, second in pairwise(run)
            if section(first) is not section(second)
        ]
        return any(changes) or not changes

    def is_apart(self, first: Unit, second: Unit) -> bool:
        between = self.header.source[first.end : second.start]
        return any(not line.strip() for line in between.splitlines()[1:])

    # The edits

    def behind(self, unit: Unit, *, above: bool = False, below: int = 0) -> Edit:
        newline = self.header.lines.newline_at(unit.end)
        text = newline.join(line.encode() for line in self.text)
        return Edit(unit.end, unit.end, newline * (1 + above) + text + newline * below)

    def ahead_of(self, unit: Unit, *, gap: bool = False, with_heading: bool = False) -> Edit:
        lines, source = self.header.lines, self.header.source
        offset = above(source, lines, unit.start, with_heading=with_heading)
        newline = lines.newline_at(lines.line_end(offset))
        text = b"".join(line.encode() + newline for line in self.text)
        return Edit(offset, offset, text + newline * gap)

    # Where there are no imports yet

    def at_the_top(self) -> Edit:
        """Behind the docstring, the leading comments and names such as `__all__`."""
        first: Unit | None = None
        for unit in self.units:
            if not _must_be_first(unit.statements[0]) and not _is_dunder(unit):
                break
            first = unit
        if first is not None:
            return self.begin_behind(first)
        header = self.header
        start = header.units[0].start if header.units else len(header.source)
        return self.begin(end_of_leading(header.source, header.lines, start))

    def begin_behind(self, unit: Unit) -> Edit:
        return self.begin(unit.end)

    def begin(self, end: int | None) -> Edit:
        """A first import behind the line that ends at `end`; None for the start of the file."""
        header = self.header
        offset = end or 0
        newline = header.lines.newline_at(offset if end is not None else len(header.source))
        text = newline.join(line.encode() for line in self.text)
        following = next((unit for unit in header.units if unit.start >= offset), None)
        lacking = 0
        if following is not None:
            lacking = (2 if is_definition(following) else 1) - header.blank_lines_at(offset)
        if end is None:
            return Edit(0, 0, text + newline * (1 + max(lacking, 0)))
        if lacking < 0:
            # There are blank lines for both sides.
            offset = header.lines.line_end(offset + len(header.lines.newline_at(offset)))
            return Edit(offset, offset, newline + text)
        return Edit(end, end, newline * 2 + text + newline * lacking)


def _must_be_first(statement: ast.stmt) -> bool:
    return is_docstring(statement) or (isinstance(statement, ast.ImportFrom) and statement.module == "__future__")


def _is_dunder(unit: Unit) -> bool:
    """Whether it only binds names such as `__version__`."""
    targets = [
        target
        for statement in unit.statements
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement])
    ]
    return all(isinstance(t, ast.Name) and t.id.startswith("__") and t.id.endswith("__") for t in targets)


def _shared(first: str, second: str) -> int:
    """How many parts two dotted names begin with in common."""
    count = 0
    for one, other in zip(first.split("."), second.split("."), strict=False):
        if one != other:
            break
        count += 1
    return count
