"""The arguments of a call in the order of the source, and edits that make other ones of them.

What need not change stays byte for byte: the layout, the comments, and what others edit inside of kept arguments.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from itertools import accumulate, pairwise, takewhile
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.rules.gaps import Kind, tokens
from codemods.rules.layout import Layout, Parts
from codemods.transforms.edits import Edit, Span, Splice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.index.positions import Lines


class PositionError(ValueError):
    """The positions of a call are not those of its text, as in an f-string before Python 3.12."""


class Argument(Struct, frozen=True):
    """An argument at the byte offsets `start` to `end`, with its stars, its name and the parentheses around it.

    Its value begins at `value`, its name, where it has one, ends at `name_end`. `is_bare` where it needs parentheses
    around its value elsewhere: a generator that is the only argument, or `a := 1`.
    """

    node: ast.expr | ast.keyword
    start: int
    end: int
    value: int
    name_end: int
    is_bare: bool

    @property
    def name(self) -> str | None:
        """The name of a keyword argument."""
        return self.node.arg if isinstance(self.node, ast.keyword) else None

    @property
    def is_starred(self) -> bool:
        """Whether it is `*x` or `**x`."""
        return isinstance(self.node, ast.Starred) or (isinstance(self.node, ast.keyword) and self.node.arg is None)


class Changed(Struct, frozen=True):
    """The argument with the number `index`, under another or a first name, or with other bytes as its value."""

    index: int
    name: str | None = None
    value: bytes | None = None


Item = int | bytes | Changed


def arguments(lines: Lines, call: ast.Call) -> tuple[Argument, ...]:
    """The arguments of `call` as they are written, in the order of the source. Raises PositionError."""
    opening, closing = _parentheses(lines, call)
    nodes: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    inner = [_inner(lines, node, opening) for node in nodes]
    edges = zip([opening + 1, *(end for _, end in inner)], [*(start for start, _ in inner), closing], strict=True)
    gaps = [_gap(lines.source, *edge, is_between=0 < n < len(nodes)) for n, edge in enumerate(edges)]
    made = []
    for node, (start, _), (_, before), (end, _) in zip(nodes, inner, gaps, gaps[1:], strict=False):
        made.append(_argument(lines.source, node, before, end, is_inside=start == before))
    if len(nodes) == 1 and isinstance(nodes[0], ast.GeneratorExp) and lines.span(nodes[0])[0] == opening:
        made = [Argument(nodes[0], made[0].start, made[0].end, made[0].start, made[0].start, is_bare=True)]
    return tuple(made)


def rearranged(lines: Lines, call: ast.Call, new: Sequence[Item]) -> list[Splice | Edit]:
    """The edits after which `call` has the arguments `new`: numbers of old ones, old ones changed, or new ones' text.

    Numbers count from 0 in the order of the source, each at most once; those that are missing go, with the comment
    on their line. Comments on lines of their own stay. Edits that others make inside of an argument that goes, or of a
    name or value that is replaced, have to be dropped; all others can be made in one `merge` with these.
    Raises PositionError, and ValueError for numbers that no argument has or that come twice.
    """
    old = arguments(lines, call)
    numbers = [_number(item) for item in new]
    known = [number for number in numbers if number is not None]
    if len(set(known)) < len(known) or not set(known) <= set(range(len(old))):
        message = f"the call has the arguments 0 to {len(old) - 1}, each once, not {known}"
        raise ValueError(message)
    opening, closing = _parentheses(lines, call)
    layout = Layout(lines, opening, closing, [Span(argument.start, argument.end) for argument in old])
    texts = [_text(item, old, is_only=len(new) == 1) for item in new]
    _lay_out(layout, len(old), numbers, texts)
    return list(_edits(lines.source, layout.parts(), Span(opening + 1, closing), {a.start for a in old}))


def _number(item: Item) -> int | None:
    if isinstance(item, Changed):
        return item.index
    return item if isinstance(item, int) else None


def _parentheses(lines: Lines, call: ast.Call) -> tuple[int, int]:
    closing = lines.span(call)[1] - 1
    for kind, span in tokens(lines.source, lines.span(call.func)[1], closing):
        if kind is Kind.OTHER:
            byte = lines.source[span.start : span.end]
            if byte == b"(" and lines.source[closing : closing + 1] == b")":
                return span.start, closing
            if byte != b")":
                break
    message = f"no call begins in line {call.lineno}, column {call.col_offset}"
    raise PositionError(message)


def _inner(lines: Lines, node: ast.expr | ast.keyword, opening: int) -> tuple[int, int]:
    """Where `node` starts and ends, apart from parentheses that may be around it."""
    start = lines.offset(node.lineno, node.col_offset)
    end = lines.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
    if start == opening and isinstance(node, ast.GeneratorExp):
        # For `ast`, the parentheses of the call are those of its only argument, too.
        last = node.generators[-1]
        return lines.span(node.elt)[0], lines.span([last.iter, *last.ifs][-1])[1]
    return start, end


def _gap(source: bytes, start: int, end: int, *, is_between: bool) -> tuple[int, int]:
    """Where the argument before a gap ends, and the one behind it starts: `start` to `end` may hold parentheses."""
    commas = 0
    opened = end
    for kind, span in tokens(source, start, end):
        byte = source[span.start : span.end] if kind is Kind.OTHER else b""
        if byte == b")" and not commas:
            start = span.end
        elif byte == b"(":
            opened = min(opened, span.start)
        elif byte:
            commas = 2
        commas += kind is Kind.COMMA
    if commas > 1 or (is_between and not commas):
        message = f"no arguments meet at byte {start}"
        raise PositionError(message)
    return start, opened


def _argument(source: bytes, node: ast.expr | ast.keyword, start: int, end: int, *, is_inside: bool) -> Argument:
    if not isinstance(node, ast.keyword) or node.arg is None:
        return Argument(node, start, end, start, start, is_bare=isinstance(node, ast.NamedExpr) and is_inside)
    # A comment between the name and the sign may hold a sign, too.
    others = (span for kind, span in tokens(source, start, end) if kind is Kind.OTHER)
    name = list(takewhile(lambda span: source[span.start] != ord("="), others))
    sign = next(span.end for kind, span in tokens(source, name[-1].end, end) if kind is Kind.OTHER)
    value = next(span.start for kind, span in tokens(source, sign, end) if kind is Kind.OTHER)
    return Argument(node, start, end, value, name[-1].end, is_bare=False)


def _text(item: Item, old: tuple[Argument, ...], *, is_only: bool) -> Parts:
    if isinstance(item, bytes):
        return (item,)
    change = item if isinstance(item, Changed) else Changed(item)
    argument = old[change.index]
    if argument.is_starred and change != Changed(change.index):
        message = f"argument {change.index} has stars: it has no name and no value of its own"
        raise ValueError(message)
    name: Parts = ()
    if argument.name is not None:
        written = Span(argument.start, argument.name_end) if change.name is None else change.name.encode()
        name = (written, Span(argument.name_end, argument.value))
    elif change.name is not None:
        name = (f"{change.name}=".encode(),)
    if change.value is not None:
        return (*name, change.value)
    value = Span(argument.value, argument.end)
    is_generator = isinstance(argument.node, ast.GeneratorExp)
    if argument.is_bare and (name or (is_generator and not is_only)):
        return (*name, b"(", value, b")")
    return (*name, value)


def _lay_out(layout: Layout, count: int, numbers: Sequence[int | None], texts: Sequence[Parts]) -> None:
    """Put the `texts` of the arguments with old `numbers` in their places in a layout of `count` old arguments."""
    staying = _staying(count, numbers)
    places = dict(zip(staying, (numbers.index(number) for number in staying), strict=True))
    comments = {
        number: layout.take_comment(number) for number in numbers if number is not None and number not in places
    }
    pairs, added, removed = _aligned(count, len(numbers), places)
    for slot, place in pairs:
        if numbers[place] != slot and (slot != place or len(numbers) != count or numbers[place] is not None):
            # The comment of an argument that goes stays only where its text is replaced, and nothing else.
            layout.take_comment(slot)
        layout.put(slot, texts[place])
    for slot, place in reversed(added):
        layout.insert(slot, texts[place])
    shifts = list(accumulate((sum(at == slot for at, _ in added) for slot in range(count)), initial=0))[1:]
    for slot in reversed(removed):
        layout.remove(slot + shifts[slot])
    for place, number in enumerate(numbers):
        if number is not None and comments.get(number):
            layout.give_comment(place, comments[number])


def _staying(count: int, numbers: Sequence[int | None]) -> list[int]:
    """The old arguments that can stay where they are, in their order."""
    moved = {number for place, number in enumerate(numbers) if number not in (None, place)}
    if len(numbers) == count and moved == {place for place, number in enumerate(numbers) if number in moved}:
        # They only change places: each gap can stay.
        return [number for number in numbers if number is not None and number not in moved]
    return _increasing([number for number in numbers if number is not None])


def _increasing(numbers: Sequence[int]) -> list[int]:
    """The longest increasing selection of `numbers`."""
    ends: list[int] = []
    chains: list[tuple[int, ...]] = []
    for number in numbers:
        place = bisect_left(ends, number)
        chain = (*(chains[place - 1] if place else ()), number)
        ends[place : place + 1], chains[place : place + 1] = [number], [chain]
    return list(chains[-1]) if chains else []


def _aligned(
    old: int, new: int, places: dict[int, int]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]], list[int]]:
    """The slots that get a text, by its place; the slots before which one is put in; and the slots that go.

    Between those that stay, at their `places`, one that comes takes the slot of one that goes.
    """
    pairs = list(places.items())
    added: list[tuple[int, int]] = []
    removed: list[int] = []
    edges = [(-1, -1), *places.items(), (old, new)]
    for (slot, place), (next_slot, next_place) in pairwise(edges):
        slots, coming = range(slot + 1, next_slot), range(place + 1, next_place)
        pairs += zip(slots, coming, strict=False)
        added += [(next_slot, at) for at in coming[len(slots) :]]
        removed += slots[len(coming) :]
    return pairs, added, removed


def _edits(source: bytes, parts: Sequence[bytes | Span], area: Span, starts: set[int]) -> Iterator[Splice | Edit]:
    """The edits that make `parts` of `area`, around the spans that can stay where they are."""
    before, waiting = Span(area.start, area.start), list[bytes | Span]()
    staying = _in_place(parts)
    for part in (*parts, Span(area.end, area.end)):
        if isinstance(part, bytes) or (part not in staying and part.start < area.end):
            waiting.append(part)
            continue
        if waiting or before.end < part.start:
            yield from _edit(source, Span(before.end, part.start), tuple(waiting), starts)
        before, waiting = part, []


def _in_place(parts: Sequence[bytes | Span]) -> set[Span]:
    """The spans among `parts` that have before them only what was before them, and likewise behind them."""
    spans = [part for part in parts if isinstance(part, Span)]
    highest = accumulate((span.end for span in spans), max)
    lowest = reversed(list(accumulate((span.start for span in reversed(spans)), min)))
    return {s for s, low, high in zip(spans, lowest, highest, strict=True) if (s.start, s.end) == (low, high)}


def _edit(source: bytes, area: Span, parts: Parts, starts: set[int]) -> Iterator[Splice | Edit]:
    taken = _taken_over(source, parts)
    if any(isinstance(part, Span) for part in taken):
        yield Splice(area.start, area.end, taken)
        return
    text = b"".join(part for part in taken if isinstance(part, bytes))
    if area.start == area.end and area.start in starts:
        # What others put in at the start of an argument has to come behind this, so this covers the byte before.
        area = Span(area.start - 1, area.end)
        text = source[area.start : area.end] + text
    if text != source[area.start : area.end]:
        yield Edit(area.start, area.end, text)


def _taken_over(source: bytes, parts: Parts) -> Parts:
    """`parts` with no two spans that touch, since what others put in where they meet would come twice."""
    taken: list[bytes | Span] = []
    for part in parts:
        last = taken[-1] if taken else None
        if isinstance(part, bytes) or not source[part.start : part.end].strip(b" \t\f\r\n\\,"):
            taken.append(part if isinstance(part, bytes) else source[part.start : part.end])
        elif isinstance(last, Span) and last.end == part.start:
            taken[-1] = Span(last.start, part.end)
        else:
            taken.append(part)
    return tuple(taken)
