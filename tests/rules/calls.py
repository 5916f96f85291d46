"""Edits the call in a source, for the tests of rules about arguments."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.index.positions import Lines
from codemods.rules.argument_edits import Operation, edit_arguments
from codemods.rules.argument_lists import Argument, Item, arguments, rearranged
from codemods.transforms.edits import Edit, Splice, apply_edits, merge

if TYPE_CHECKING:
    from collections.abc import Sequence


def read_call(source: str) -> tuple[Lines, ast.Call]:
    """The lines of `source` and its call of `f`."""
    tree = ast.parse(source.encode())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return Lines(source.encode()), next(call for call in calls if getattr(call.func, "id", "f") == "f")


def read_arguments(source: str) -> tuple[Argument, ...]:
    """The arguments of the call of `f` in `source`."""
    return arguments(*read_call(source))


def texts(source: str) -> list[str]:
    """The texts of the arguments of the call of `f` in `source`."""
    return [source.encode()[argument.start : argument.end].decode() for argument in read_arguments(source)]


def edits(source: str, new: Sequence[Item]) -> list[Splice | Edit]:
    """The edits that give the call of `f` in `source` the arguments `new`."""
    return rearranged(*read_call(source), new)


def applied(source: str, new: Sequence[Item], *others: Edit) -> str:
    """`source` with the arguments `new` in the call of `f`, and with `others` made before and after; it parses."""
    made = edits(source, new)
    results = {
        apply_edits(source.encode(), merge(source.encode(), [*p, *q])) for p, q in ((others, made), (made, others))
    }
    (result,) = results
    ast.parse(result)
    return result.decode()


def edited(source: str, *operations: Operation) -> str:
    """`source` after `operations` on the call of `f`; it parses. Not where a reason speaks against them."""
    new = edit_arguments(read_arguments(source), operations)
    assert not isinstance(new, str), new
    return applied(source, new)


def reason(source: str, *operations: Operation) -> str:
    """Why `operations` cannot be made for certain on the call of `f` in `source`."""
    found = edit_arguments(read_arguments(source), operations)
    assert isinstance(found, str), found
    return found
