"""What a plan can ask of the arguments of a call, and the arguments that follow from it.

Positions count from 0, as in Python. Values are Python source. An operation that cannot be certain, since `*` or `**`
may hold what it is about, gives a reason instead. All but `Reorder`, `Add` at a position and `Remove` by a position do
nothing when they are made again. `Reorder` changes the order in which the arguments are evaluated, too.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.rules.argument_lists import Changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.rules.argument_lists import Argument, Item


class Add(Struct, frozen=True):
    """Add `name=value` behind all but `**`, or `value` as the positional argument `at`; not where the name is given."""

    name: str
    value: bytes
    at: int | None = None


class Default(Struct, frozen=True):
    """Add `name=value` where the argument is given neither by its name nor at its position."""

    name: str
    value: bytes
    position: int | None = None


class Remove(Struct, frozen=True):
    """Remove the argument, given by its name or at its position."""

    name: str | None = None
    position: int | None = None


class Rename(Struct, frozen=True):
    """Give the keyword argument `name` the name `to`."""

    name: str
    to: str


class MakeKeyword(Struct, frozen=True):
    """Give the positional argument at `position` a name. Operations after it count positions as if it had none."""

    name: str
    position: int


class Reorder(Struct, frozen=True):
    """Put the first positional arguments in the order of these old positions. The rest stays behind them."""

    order: tuple[int, ...]

    def __post_init__(self) -> None:
        """Raises ValueError where the order lacks a position or has one twice."""
        if sorted(self.order) != list(range(len(self.order))):
            message = f"an order has each position from 0 once, not {self.order}"
            raise ValueError(message)


class ReplaceNone(Struct, frozen=True):
    """Replace a literal `None` that is given by the name or at the position."""

    value: bytes
    name: str | None = None
    position: int | None = None


Operation = Add | Default | Remove | Rename | MakeKeyword | Reorder | ReplaceNone


class _Entry(Struct, frozen=True):
    """An argument to be: the one with `index` in the call, or a new one; `value` where that is new.

    `slot` where it counts for positions: it is positional, or was so before it was made a keyword.
    """

    index: int | None
    name: str | None
    value: bytes | None
    stars: int
    slot: bool
    is_none: bool = False

    @property
    def is_positional(self) -> bool:
        return self.name is None and not self.stars


class _UnclearError(Exception):
    """The call cannot be edited for certain; says why."""


def edit_arguments(call: Sequence[Argument], operations: Sequence[Operation]) -> list[Item] | str:
    """What `rearranged` takes to make `operations`, in their order, on a call with the arguments `call`.

    Numbers in their order where nothing is to do. A text is the reason why the call cannot be edited for certain.
    """
    entries = [_entry(number, argument) for number, argument in enumerate(call)]
    try:
        for operation in operations:
            _operate(entries, operation)
        _check_order(entries)
    except _UnclearError as error:
        return str(error)
    return [_item(entry, call) for entry in entries]


def _entry(number: int, argument: Argument) -> _Entry:
    node = argument.node
    is_double = isinstance(node, ast.keyword) and node.arg is None
    value = node.value if isinstance(node, ast.keyword) else node
    is_none = isinstance(value, ast.Constant) and value.value is None
    stars = 2 if is_double else int(argument.is_starred)
    return _Entry(number, argument.name, None, stars, not isinstance(node, ast.keyword), is_none)


def _item(entry: _Entry, call: Sequence[Argument]) -> Item:
    if entry.index is None:
        value = entry.value or b""
        return value if entry.name is None else f"{entry.name}=".encode() + value
    name = None if entry.name == call[entry.index].name else entry.name
    return entry.index if name is None and entry.value is None else Changed(entry.index, name, entry.value)


def _check_order(entries: Sequence[_Entry]) -> None:
    """Positional arguments must not follow a keyword, nor `*` a new one: it would fill the place that is left."""
    made, given = "", ""
    for entry in entries:
        name = made if entry.stars == 1 else given or made
        if name and (entry.is_positional or entry.stars == 1):
            raise _UnclearError(f"a positional argument would follow {name}")
        if entry.name is not None or entry.stars == 2:
            given = f"`{entry.name}=`" if entry.name else "`**`"
            made = given if entry.slot else made


def _operate(entries: list[_Entry], operation: Operation) -> None:
    match operation:
        case Add():
            _add(entries, operation)
        case Default():
            _default(entries, operation)
        case Remove():
            _remove(entries, operation)
        case Rename():
            _rename(entries, operation)
        case MakeKeyword():
            _make_keyword(entries, operation)
        case Reorder():
            _reorder(entries, operation.order)
        case ReplaceNone():
            _replace_none(entries, operation)


def _add(entries: list[_Entry], wanted: Add) -> None:
    if _named(entries, wanted.name) is not None:
        return
    if wanted.at is None:
        _add_keyword(entries, wanted.name, wanted.value)
        return
    slots, star = _slots(entries)
    if wanted.at > len(slots):
        raise _UnclearError(_behind_star(wanted.at - 1) if star else f"fewer than {wanted.at} arguments are positional")
    place = slots[wanted.at] if wanted.at < len(slots) else (slots[-1] + 1 if slots else 0)
    entries.insert(place, _Entry(None, None, wanted.value, 0, slot=True))


def _add_keyword(entries: list[_Entry], name: str, value: bytes) -> None:
    place = max((n + 1 for n, entry in enumerate(entries) if entry.stars != 2), default=0)
    entries.insert(place, _Entry(None, name, value, 0, slot=False))


def _default(entries: list[_Entry], wanted: Default) -> None:
    if _given(entries, wanted.name, wanted.position) is None:
        _add_keyword(entries, wanted.name, wanted.value)


def _remove(entries: list[_Entry], wanted: Remove) -> None:
    place = _given(entries, wanted.name, wanted.position)
    if place is not None:
        del entries[place]


def _rename(entries: list[_Entry], wanted: Rename) -> None:
    new = _named(entries, wanted.to)
    old = _named(entries, wanted.name) if new is not None else _given(entries, wanted.name, None)
    if old is None or old == new:
        return
    if new is not None:
        raise _UnclearError(f"both `{wanted.name}` and `{wanted.to}` are given")
    entries[old] = replace(entries[old], name=wanted.to)


def _make_keyword(entries: list[_Entry], wanted: MakeKeyword) -> None:
    if _named(entries, wanted.name) is not None:
        return
    place = _at(entries, wanted.position)
    if place is not None:
        entries[place] = replace(entries[place], name=wanted.name)


def _reorder(entries: list[_Entry], order: tuple[int, ...]) -> None:
    slots, star = _slots(entries)
    moved = slots[: len(order)]
    if any(entries[place].name is not None for place in moved):
        raise _UnclearError("an argument that is to change its position was made a keyword")
    if len(moved) < len(order):
        if star:
            raise _UnclearError(_behind_star(len(order) - 1))
        if order[: len(moved)] != tuple(range(len(moved))):
            raise _UnclearError(f"fewer than {len(order)} arguments are positional")
        return
    old = [entries[place] for place in moved]
    for place, position in zip(moved, order, strict=True):
        entries[place] = old[position]


def _replace_none(entries: list[_Entry], wanted: ReplaceNone) -> None:
    place = _named(entries, wanted.name)
    slots, _ = _slots(entries)
    if place is None and wanted.position is not None and wanted.position < len(slots):
        place = slots[wanted.position]
    if place is None or wanted.value == b"None":
        return
    if entries[place].is_none or entries[place].value == b"None":
        entries[place] = replace(entries[place], value=wanted.value, is_none=False)


def _given(entries: Sequence[_Entry], name: str | None, position: int | None) -> int | None:
    """Where the argument `name`, or else the one at `position`, is. Unclear where `*` or `**` may hold it."""
    place = _named(entries, name)
    if place is None and position is not None:
        place = _at(entries, position)
    if place is None and name is not None and any(entry.stars == 2 for entry in entries):
        raise _UnclearError(f"`**` may hold `{name}`")
    return place


def _named(entries: Sequence[_Entry], name: str | None) -> int | None:
    found = (place for place, entry in enumerate(entries) if entry.name == name)
    return None if name is None else next(found, None)


def _at(entries: Sequence[_Entry], position: int) -> int | None:
    """Where the positional argument at `position` is. Unclear where `*` comes first."""
    slots, star = _slots(entries)
    if position < len(slots):
        return slots[position] if entries[slots[position]].name is None else None
    if star:
        raise _UnclearError(_behind_star(position))
    return None


def _slots(entries: Sequence[_Entry]) -> tuple[list[int], bool]:
    """Where the arguments are that count by position, up to the first `*`; and whether there is one."""
    slots: list[int] = []
    for place, entry in enumerate(entries):
        if entry.stars == 1:
            return slots, True
        if entry.slot:
            slots.append(place)
    return slots, False


def _behind_star(position: int) -> str:
    return f"`*` may hold the argument at position {position}"
