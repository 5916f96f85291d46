"""Adds names to the `__all__` of a module, as it is written."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.consolidation.merging.new_names import all_value, listed_in_all
from codemods.rules.style import Style
from codemods.transforms.edits import Edit
from codemods.transforms.import_order import NAMES, order_of, place_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.transforms.view import ModuleView


def add_exports(view: ModuleView, names: Sequence[str]) -> list[Edit] | None:
    """The edits that add `names` to the `__all__` of `view`: none where it has none; None where it is not a list."""
    values = [value for statement in view.tree.body if (value := all_value(statement)) is not None]
    if not values:
        return []
    value = values[0]
    if not isinstance(value, (ast.List, ast.Tuple)):
        return None
    listed = set(listed_in_all(view.tree) or ())
    lacking = [name for name in dict.fromkeys(names) if name not in listed]
    if not all(map(_is_text, value.elts)):
        return None if lacking else []
    return list(_Exports(view, value).added(lacking)) if lacking else []


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


class _Exports:
    def __init__(self, view: ModuleView, value: ast.List | ast.Tuple) -> None:
        self.view = view
        self.value = value
        self.elements = value.elts
        self.quote = Style(view).quote

    def added(self, names: Sequence[str]) -> Iterator[Edit]:
        if not self.elements:
            start, end = self.view.lines.span(self.value)
            opening, closing = self.view.source[start : start + 1].decode(), self.view.source[end - 1 : end].decode()
            listed = ", ".join(map(self._quoted, names))
            comma = "," if isinstance(self.value, ast.Tuple) and len(names) == 1 else ""
            yield Edit(start, end, f"{opening}{listed}{comma}{closing}".encode())
            return
        present = [str(element.value) for element in self.elements if isinstance(element, ast.Constant)]
        order = order_of(present, [], NAMES) if len(present) > 1 else None
        ordered = sorted(names, key=order) if order else list(names)
        places: dict[int, list[str]] = {}
        for name in ordered:
            places.setdefault(place_in(present, name, order) if order else len(present), []).append(name)
        for place, new in places.items():
            yield self._before(place, new) if place < len(present) else self._behind(new)

    def _quoted(self, name: str) -> str:
        first = self.view.text(self.elements[0]).decode() if self.elements else ""
        quote = first[:1] if first[:1] in ("'", '"') and first[:3] not in ("'''", '"""') else self.quote
        return f"{quote}{name}{quote}"

    def _separator(self) -> str:
        """What stands between two entries, behind the comma."""
        lines = self.view.lines
        last = self.elements[-1]
        previous = self.elements[-2] if len(self.elements) > 1 else None
        before = previous.end_lineno if previous is not None else self.value.lineno
        if last.lineno == before:
            return " "
        start = lines.span(last)[0]
        line_start = lines.line_start(start)
        newline = lines.newline_at(lines.line_end(line_start)).decode()
        return newline + self.view.source[line_start:start].decode()

    def _before(self, place: int, names: Sequence[str]) -> Edit:
        start = self.view.lines.span(self.elements[place])[0]
        separator = self._separator()
        return Edit(start, start, "".join(f"{self._quoted(name)},{separator}" for name in names).encode())

    def _behind(self, names: Sequence[str]) -> Edit:
        source, lines = self.view.source, self.view.lines
        end = lines.span(self.elements[-1])[1]
        separator = self._separator()
        rest = source[end : lines.line_end(end)].lstrip(b" \t")
        if separator != " " and rest.startswith(b","):
            # Behind the comma and its comment.
            end = lines.line_end(end)
            return Edit(end, end, "".join(f"{separator}{self._quoted(name)}," for name in names).encode())
        return Edit(end, end, "".join(f",{separator}{self._quoted(name)}" for name in names).encode())
