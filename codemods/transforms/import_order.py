"""The orders that import statements, and the names in one, are kept in; and which of them a file shows."""

from __future__ import annotations

import ast
import re
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
Key = tuple[Any, ...]

_PART = re.compile(r"[0-9]+|.")


class Line(Struct, frozen=True):
    """One import statement as orders see it: its module behind `level` dots, and the first name in it."""

    is_from: bool
    level: int
    module: str
    name: str = ""
    local: str = ""


def line_of(statement: ast.Import | ast.ImportFrom) -> Line:
    """How orders see `statement`."""
    first = statement.names[0]
    if isinstance(statement, ast.Import):
        return Line(False, 0, first.name, local=first.asname or "")
    return Line(True, statement.level, statement.module or "", first.name, first.asname or "")


def _natural(text: str) -> Key:
    """Digits count as numbers, so that `a10` comes behind `a9`."""
    return tuple((ord("0"), int(part)) if part.isdigit() else (ord(part), 0) for part in _PART.findall(text))


def _by_type(name: str) -> Key:
    kind = 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2
    return (kind, *_regardless_of_case(name))


def _regardless_of_case(name: str) -> Key:
    return _natural(name.lower()), _natural(name)


# isort's default first: constants, classes, variables.
NAMES: tuple[Callable[[str], Key], ...] = (_by_type, _regardless_of_case, _natural)


def _line_key(line: Line, *, kinds: str, is_case_sensitive: bool, is_closest_first: bool) -> Key:
    kind = {"import first": line.is_from, "from first": not line.is_from, "mixed": 0}[kinds]
    level = line.level if is_closest_first else -line.level
    module = () if is_case_sensitive else _natural(line.module.lower())
    return (kind, level, module, _natural(line.module), line.is_from, _by_type(line.name), line.local)


# isort's default first; "mixed" is its `force_sort_within_sections`.
LINES: tuple[Callable[[Line], Key], ...] = tuple(
    partial(_line_key, kinds=kinds, is_case_sensitive=is_case_sensitive, is_closest_first=is_closest_first)
    for is_case_sensitive in (False, True)
    for is_closest_first in (False, True)
    for kinds in ("import first", "mixed", "from first")
)


def is_sorted(items: Sequence[T], order: Callable[[T], Key]) -> bool:
    """Whether `items` are in `order`."""
    keys = [order(item) for item in items]
    return all(first <= second for first, second in pairwise(keys))


def order_of(
    items: Sequence[T], others: Sequence[Sequence[T]], orders: Sequence[Callable[[T], Key]]
) -> Callable[[T], Key] | None:
    """The one of `orders` that `items` are in; of several, the one that most of `others` are in; None for no order."""
    fitting = [order for order in orders if is_sorted(items, order)]
    return max(fitting, key=lambda order: sum(is_sorted(other, order) for other in others), default=None)


def place_in(items: Sequence[T], new: T, order: Callable[[T], Key]) -> int:
    """The index at which `new` goes into `items`, which are in `order`."""
    return sum(order(item) <= order(new) for item in items)
