"""From a pattern and its replacement to the smallest edits of the code that matched.

Where both have the same shape, the code keeps its own text: layout, comments, quotes and parentheses.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.patterns.language import Entry, dotted, entries, run, variable
from codemods.patterns.match import Run, same
from codemods.rules.argument_lists import arguments, rearranged
from codemods.rules.pieces import Standing
from codemods.rules.precedence import Slot, level, needed, slot_of
from codemods.rules.templates import Template, Unwritable, check_slot
from codemods.transforms.edits import Edit, Splice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.index.positions import Lines
    from codemods.rules.argument_lists import Argument

Edits = list[Edit | Splice]


class Differ:
    """Edits the code that matched a pattern into what `template` says."""

    def __init__(self, template: Template, moved: Sequence[Standing] = ()) -> None:
        """`moved` tells where other matches put the code that matched; nothing where it stays."""
        self.template = template
        self.moved = moved
        self.match = template.match
        self.view = template.module.view

    def expression(self, pattern: ast.expr, wanted: ast.expr, node: ast.expr) -> Edits:
        """The edits that make of `node`, which matched `pattern`, what `wanted` says. Raises Unwritable."""
        slot = slot_of(node, self.view.surroundings.parents.get(node))
        edits = self._expression(pattern, wanted, node, slot)
        return self.whole(wanted, node, slot) if self.is_crossed(edits) else edits

    def is_crossed(self, edits: Edits) -> bool:
        """Whether one edit takes over what another one removes: what is to be done inside of it would get lost."""
        taken = [(edit, span) for edit in edits for span in self.template.pieces.spans([edit])]
        return any(
            edit is not owner and edit.start < span.end and span.start < edit.end
            for owner, span in taken
            for edit in edits
        )

    def _expression(self, pattern: ast.expr, wanted: ast.expr, node: ast.expr, slot: Slot) -> Edits:
        if same(pattern, wanted):
            return []
        if self._is_atom(pattern) or self._is_atom(wanted) or type(pattern) is not type(wanted):
            return self.whole(wanted, node, slot)
        if isinstance(pattern, ast.Call) and isinstance(wanted, ast.Call) and isinstance(node, ast.Call):
            func = self._expression(pattern.func, wanted.func, node.func, Slot(node, "func"))
            return [*func, *self._arguments(pattern, wanted, node)]
        if isinstance(pattern, ast.Attribute) and isinstance(wanted, ast.Attribute) and isinstance(node, ast.Attribute):
            return self._attribute(pattern, wanted, node, slot)
        if isinstance(pattern, ast.Dict) and isinstance(wanted, ast.Dict):
            edits = self._dict(pattern, wanted)
        else:
            edits = self.fields(pattern, wanted, node)
        return edits if edits is not None else self.whole(wanted, node, slot)

    def _is_atom(self, node: ast.expr) -> bool:
        """Whether `node` is replaced as one, if at all."""
        chain = dotted(node)
        is_symbol = chain is not None and chain in self.match.rule.vocabulary.symbols
        return is_symbol or variable(node) is not None or isinstance(node, (ast.Constant, ast.JoinedStr, ast.Name))

    def whole(self, wanted: ast.expr, node: ast.expr, slot: Slot) -> Edits:
        """`node` replaced altogether. A comment in it that nothing takes over goes above the statement."""
        start, end = self.view.lines.span(node)
        bound = self.match.state.bound.get(variable(wanted) or "")
        made = bound if isinstance(bound, ast.expr) else wanted
        standings = self.moved if node is self.match.node and self.moved else ()
        standings = standings or [Standing(slot, self._is_parenthesised(start, end, slot, made))]
        if isinstance(bound, ast.expr):
            for standing in standings:
                check_slot(bound, standing.slot)
            text, is_bare = self.template.own(bound), not self.view.text(bound).startswith(b"(")
        else:
            text = self.template.text(wanted)
            is_bare = not text.startswith(b"(")
        is_split = not self.template.is_one_line(text)
        weak = (s for s in standings if is_split or level(made, is_bare=is_bare) < needed(s.slot, made))
        is_open = any(not standing.is_closed for standing in weak)
        if isinstance(bound, ast.expr):
            self.template.stands(bound, *(Standing(s.slot, s.is_closed or is_open) for s in standings))
        if is_open or _is_argument_alone(self.view.lines, node, slot.parent):
            text = b"(" + text + b")"
        edit = Edit(start, end, self._apart(text, start, end))
        return [edit, *self.template.comments_above(edit, node)]

    def _is_parenthesised(self, start: int, end: int, slot: Slot, made: ast.expr) -> bool:
        """Whether parentheses stand around it that do for `made`: those of a call do for `a := 1`, not for `yield`."""
        before, behind = self.view.source[:start].rstrip(), self.view.source[end:].lstrip()
        is_weak = isinstance(made, (ast.Yield, ast.YieldFrom, ast.Tuple))
        if is_weak and isinstance(slot.parent, (ast.Call, ast.ClassDef)) and slot.name != "func":
            return False
        return before.endswith(b"(") and behind.startswith(b")")

    def _apart(self, text: bytes, start: int, end: int) -> bytes:
        """`text`, which comes at `start` to `end`, with a blank where it would run into a word beside it."""
        first, last = self.template.edges(text)
        before, behind = self.view.source[start - 1 : start] if start else b"", self.view.source[end : end + 1]
        ahead = b" " if _is_word(before) and _is_word(first) else b""
        return ahead + text + (b" " if _is_word(last) and _is_word(behind) else b"")

    def _dict(self, pattern: ast.Dict, wanted: ast.Dict) -> Edits | None:
        before, after = entries(pattern), entries(wanted)
        if [run(entry) for entry in before] != [run(entry) for entry in after]:
            return None
        edits: Edits = []
        for one, other in zip(before, after, strict=True):
            standing = self.match.paired.get(one)
            found = self.fields(one, other, standing) if isinstance(standing, Entry) else []
            if found is None:
                return None
            edits += found
        return edits

    def _attribute(self, pattern: ast.Attribute, wanted: ast.Attribute, node: ast.Attribute, slot: Slot) -> Edits:
        if pattern.attr != wanted.attr and variable(wanted.attr) is not None:
            return self.whole(wanted, node, slot)
        edits = self._expression(pattern.value, wanted.value, node.value, Slot(node, "value"))
        if pattern.attr != wanted.attr:
            end = self.view.lines.span(node)[1]
            edits.append(Edit(end - len(node.attr.encode()), end, wanted.attr.encode()))
        return edits

    def fields(self, pattern: ast.AST, wanted: ast.AST, node: ast.AST) -> Edits | None:
        """The edits field by field; None where the shapes differ."""
        edits: Edits = []
        for name in pattern._fields:
            if name in ("ctx", "type_comment", "kind"):
                continue
            found = self.field(
                getattr(pattern, name, None), getattr(wanted, name, None), getattr(node, name, None), Slot(node, name)
            )
            if found is None:
                return None
            edits += found
        return edits

    def field(self, pattern: object, wanted: object, value: object, slot: Slot) -> Edits | None:
        if isinstance(pattern, ast.expr) and isinstance(wanted, ast.expr) and isinstance(value, ast.expr):
            return self._expression(pattern, wanted, value, slot)
        if isinstance(pattern, list) and isinstance(wanted, list) and isinstance(value, list):
            return self._list(pattern, wanted, value, slot)
        if isinstance(pattern, ast.AST) and isinstance(wanted, ast.AST):
            if same(pattern, wanted):
                return []
            is_plain = isinstance(value, ast.AST) and type(pattern) is type(wanted)
            return self.fields(pattern, wanted, value) if is_plain and pattern._fields else None  # type: ignore[arg-type]
        return [] if pattern == wanted else None

    def _list(self, pattern: list[ast.AST], wanted: list[ast.AST], values: list[ast.AST], slot: Slot) -> Edits | None:
        if len(pattern) == len(wanted) and all(same(a, b) for a, b in zip(pattern, wanted, strict=True)):
            return []
        if not len(pattern) == len(wanted) == len(values) or any(run(item) is not None for item in pattern):
            return None
        edits: Edits = []
        for number, (one, other, value) in enumerate(zip(pattern, wanted, values, strict=True)):
            found = self.field(one, other, value, Slot(slot.parent, slot.name, number == 0))
            if found is None:
                return None
            edits += found
        return edits

    # Argument lists

    def _arguments(self, pattern: ast.Call, wanted: ast.Call, node: ast.Call) -> Edits:
        given = arguments(self.view.lines, node)
        numbers = {argument.node: number for number, argument in enumerate(given)}
        left: list[ast.AST] = [*pattern.args, *pattern.keywords]
        kept = {item: self._equal(item, left) for item in _in_order(wanted)}
        new: list[int | bytes] = []
        edits: Edits = []
        for position, item in enumerate(_in_order(wanted)):
            equal = kept[item]
            if equal is not None:
                new += self._numbers(equal, numbers)
                continue
            before = self._counterpart(item, position, pattern, left)
            standing = self.match.paired.get(before) if before is not None else None
            if before is not None and isinstance(standing, ast.AST) and standing in numbers:
                left.remove(before)
                new.append(numbers[standing])
                edits += self._changed(before, item, given[numbers[standing]], node)
            else:
                new += self._fresh(item)
        return [*edits, *rearranged(self.view.lines, node, new)]

    def _equal(self, item: ast.AST, left: list[ast.AST]) -> ast.AST | None:
        for other in left:
            if same(item, other):
                left.remove(other)
                return other
        return None

    def _numbers(self, pattern: ast.AST, numbers: dict[ast.expr | ast.keyword, int]) -> list[int]:
        standing = self.match.paired.get(pattern)
        nodes: Sequence[ast.AST] = standing.nodes if isinstance(standing, Run) else (standing,)  # type: ignore[assignment]
        return sorted(numbers[node] for node in nodes)  # type: ignore[index]  # they are arguments of the call

    def _counterpart(self, item: ast.AST, position: int, pattern: ast.Call, left: list[ast.AST]) -> ast.AST | None:
        """The argument of the pattern whose place `item` takes."""
        if isinstance(item, ast.keyword):
            named = (keyword for keyword in pattern.keywords if keyword.arg == item.arg and keyword in left)
            return next(named, None)
        if position >= len(pattern.args) or any(run(argument) is not None for argument in pattern.args[: position + 1]):
            return None
        other = pattern.args[position]
        return other if other in left and run(item) is None else None

    def _changed(self, before: ast.AST, item: ast.AST, given: Argument, call: ast.Call) -> Edits:
        if isinstance(before, ast.keyword) and isinstance(item, ast.keyword) and isinstance(given.node, ast.keyword):
            return self._expression(before.value, item.value, given.node.value, Slot(given.node, "value"))
        if isinstance(before, ast.expr) and isinstance(item, ast.expr) and isinstance(given.node, ast.expr):
            return self._expression(before, item, given.node, Slot(call, "args"))
        raise Unwritable("an argument cannot be told apart")

    def _fresh(self, item: ast.AST) -> list[int | bytes]:
        name = run(item)
        if name is not None:
            bound = self.template.bound_run(item, name)
            return [self.template.run_text(bound)] if bound.nodes else []
        return [self.template.text(item)]


def _in_order(call: ast.Call) -> list[ast.expr | ast.keyword]:
    """The arguments of a call of a snippet as they are written."""
    return sorted([*call.args, *call.keywords], key=lambda item: (item.lineno, item.col_offset))


def _is_word(text: bytes) -> bool:
    """Whether `text`, one byte, belongs to a name or a number."""
    return text.isalnum() or text == b"_" or text >= b"\x80"


def _is_argument_alone(lines: Lines, node: ast.expr, parent: ast.AST | None) -> bool:
    """Whether the parentheses of the generator `node` are those of the call that it is the only argument of."""
    if not isinstance(node, ast.GeneratorExp) or not isinstance(parent, ast.Call) or len(parent.args) > 1:
        return False
    between = lines.source[lines.span(parent.func)[1] : lines.span(node)[0]]
    return node is not parent.func and not parent.keywords and b"(" not in between
