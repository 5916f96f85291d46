"""What a plan asks of arguments: made where it is certain, no change where nothing is to do, else a reason."""

from __future__ import annotations

import pytest

from codemods.rules.argument_edits import (
    Add,
    Default,
    MakeKeyword,
    Operation,
    Remove,
    Rename,
    Reorder,
    ReplaceNone,
    edit_arguments,
)
from codemods.rules.argument_lists import Changed
from tests.rules.calls import edited, read_arguments, reason

X = Add("x", b"1")
DEFAULT = Default("x", b"1", position=1)
BOTH = Remove("x", position=1)
NAMED = MakeKeyword("x", 0)
NONE = ReplaceNone(b"[]", "x", position=1)

DONE: dict[str, tuple[str, Operation, str]] = {
    "added to nothing": ("f()", X, "f(x=1)"),
    "added behind all": ("f(a, *b, c=1)", X, "f(a, *b, c=1, x=1)"),
    "added before `**`": ("f(a, **b)", X, "f(a, x=1, **b)"),
    "added before only `**`": ("f(**b)", X, "f(x=1, **b)"),
    "added behind a keyword behind `**`": ("f(**b, c=1)", X, "f(**b, c=1, x=1)"),
    "added to a generator": ("f(a for a in b)", X, "f((a for a in b), x=1)"),
    "added at the start": ("f(a, k=1)", Add("x", b"1", at=0), "f(1, a, k=1)"),
    "added in the middle": ("f(a, b)", Add("x", b"1", at=1), "f(a, 1, b)"),
    "added behind the positional ones": ("f(a, k=1, **b)", Add("x", b"1", at=1), "f(a, 1, k=1, **b)"),
    "added before a star": ("f(a, *b)", Add("x", b"1", at=1), "f(a, 1, *b)"),
    "added before a keyword and a star": ("f(k=1, *b)", Add("x", b"1", at=0), "f(1, k=1, *b)"),
    "a default": ("f(a)", DEFAULT, "f(a, x=1)"),
    "a default of no position": ("f(*a)", Default("x", b"1"), "f(*a, x=1)"),
    "removed by name": ("f(a, x=2, **b)", BOTH, "f(a, **b)"),
    "removed by name behind a star": ("f(*a, x=2)", BOTH, "f(*a)"),
    "removed by position": ("f(a, b, c)", BOTH, "f(a, c)"),
    "removed by position before a star": ("f(a, b, *c)", BOTH, "f(a, *c)"),
    "removed by position before `**`": ("f(a, b, **c)", BOTH, "f(a, **c)"),
    "removed by position only": ("f(a, b, x=1)", Remove(position=1), "f(a, x=1)"),
    "renamed": ("f(x = a, **b)", Rename("x", "y"), "f(y = a, **b)"),
    "made a keyword": ("f((a), k=1)", NAMED, "f(x=(a), k=1)"),
    "made a keyword before `**`": ("f(a, **b)", NAMED, "f(x=a, **b)"),
    "reordered": ("f(a, b, c, k=1)", Reorder((2, 0, 1)), "f(c, a, b, k=1)"),
    "reordered before others": ("f(a, b, c, *d)", Reorder((1, 0)), "f(b, a, c, *d)"),
    "None by name": ("f(*a, x = None)", NONE, "f(*a, x = [])"),
    "None by position": ("f(a, (None), *b)", NONE, "f(a, [], *b)"),
}


@pytest.mark.parametrize("case", DONE)
def test_is_done(case: str) -> None:
    source, operation, expected = DONE[case]
    assert edited(source, operation) == expected


NOTHING: dict[str, tuple[str, Operation]] = {
    "added before": ("f(x=2)", X),
    "added before, at a position": ("f(a, x=2)", Add("x", b"1", at=0)),
    "given by name": ("f(*a, x=2, **b)", DEFAULT),
    "given by position": ("f(a, b)", DEFAULT),
    "given by position, with `**`": ("f(a, b, **c)", DEFAULT),
    "given by position before a star": ("f(a, b, *c)", DEFAULT),
    "not there": ("f(a, y=1)", BOTH),
    "not there by position": ("f(a, x=1, **b)", Remove(position=1)),
    "renamed before": ("f(y=1)", Rename("x", "y")),
    "renamed before, with `**`": ("f(y=1, **b)", Rename("x", "y")),
    "renamed to itself": ("f(x=1)", Rename("x", "x")),
    "not there to be renamed": ("f(x)", Rename("x", "y")),
    "a keyword before": ("f(a, x=1)", NAMED),
    "no positional argument": ("f(y=1, **a)", NAMED),
    "reordered keywords": ("f(x=1, y=2)", Reorder((1, 0))),
    "no place that changes": ("f(a)", Reorder((0, 2, 1))),
    "something else": ("f(a, none, x='None')", NONE),
    "None elsewhere": ("f(None, y=None)", NONE),
    "None behind a star": ("f(*a, None)", NONE),
    "None for None": ("f(x=None)", ReplaceNone(b"None", "x")),
}


@pytest.mark.parametrize("case", NOTHING)
def test_nothing_is_to_do(case: str) -> None:
    source, operation = NOTHING[case]
    old = read_arguments(source)
    assert edit_arguments(old, [operation]) == list(range(len(old)))
    assert edited(source, operation) == source


UNCLEAR: dict[str, tuple[str, Operation, str]] = {
    "an added one behind a star": ("f(*a, b)", Add("x", b"1", at=1), "`*` may hold the argument at position 0"),
    "an added one behind too few": ("f(a)", Add("x", b"1", at=2), "fewer than 2 arguments are positional"),
    "a default with `**`": ("f(a, **b)", DEFAULT, "`**` may hold `x`"),
    "a default with a star": ("f(*a)", DEFAULT, "`*` may hold the argument at position 1"),
    "a default with a star at the position": ("f(a, *b)", DEFAULT, "`*` may hold the argument at position 1"),
    "to be removed, with `**`": ("f(a, **b)", BOTH, "`**` may hold `x`"),
    "to be removed, with a star": ("f(a, *b)", BOTH, "`*` may hold the argument at position 1"),
    "to be renamed, with `**`": ("f(a, **b)", Rename("x", "y"), "`**` may hold `x`"),
    "to be renamed, with both": ("f(x=1, y=2)", Rename("x", "y"), "both `x` and `y` are given"),
    "to be named before another": ("f(a, b)", NAMED, "a positional argument would follow `x=`"),
    "to be named before a star": ("f(a, *b)", NAMED, "a positional argument would follow `x=`"),
    "to be named behind a star": ("f(*a)", NAMED, "`*` may hold the argument at position 0"),
    "to be reordered with a star": ("f(a, *b)", Reorder((1, 0)), "`*` may hold the argument at position 1"),
    "to be reordered with too few": ("f(a, y=b)", Reorder((1, 0)), "fewer than 2 arguments are positional"),
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_what_is_unclear_has_a_reason(case: str) -> None:
    source, operation, expected = UNCLEAR[case]
    assert reason(source, operation) == expected


SEVERAL: dict[str, tuple[str, list[Operation], str]] = {
    "all made keywords": ("f(a, b)", [NAMED, MakeKeyword("y", 1)], "f(x=a, y=b)"),
    "all made keywords from the end": ("f(a, b)", [MakeKeyword("y", 1), NAMED], "f(x=a, y=b)"),
    "a keyword before one that goes": ("f(a, b)", [NAMED, Remove(position=1)], "f(x=a)"),
    "added and renamed": ("f(a)", [X, Rename("x", "y")], "f(a, y=1)"),
    "added and removed": ("f(a)", [X, Remove("x")], "f(a)"),
    "renamed and a default": ("f(x=None)", [Rename("x", "y"), ReplaceNone(b"[]", "y"), X], "f(y=[], x=1)"),
    "an added None": ("f()", [Add("x", b"None"), NONE], "f(x=[])"),
    "removed and reordered": ("f(a, b, c)", [Remove(position=0), Reorder((1, 0))], "f(c, b)"),
    "reordered and made a keyword": ("f(a, b)", [Reorder((1, 0)), MakeKeyword("x", 1)], "f(b, x=a)"),
    "reordered twice": ("f(a, b, c)", [Reorder((1, 2, 0)), Reorder((2, 0, 1))], "f(a, b, c)"),
}


@pytest.mark.parametrize("case", SEVERAL)
def test_operations_are_made_in_their_order(case: str) -> None:
    source, operations, expected = SEVERAL[case]
    assert edited(source, *operations) == expected


def test_a_keyword_cannot_be_reordered_as_if_it_had_its_position() -> None:
    assert reason("f(a, b)", MakeKeyword("y", 1), Reorder((1, 0))).endswith("was made a keyword")


def test_only_a_name_is_changed() -> None:
    assert edit_arguments(read_arguments("f(a, x=b)"), [Rename("x", "y")]) == [0, Changed(1, "y")]


def test_layout_and_comments_stay() -> None:
    source = "f(\n    a,  # about a\n    # own\n    x=None,  # about x\n    y=2,\n)\n"
    assert edited(source, NONE, Rename("y", "z"), Add("w", b"3")) == (
        "f(\n    a,  # about a\n    # own\n    x=[],  # about x\n    z=2,\n    w=3,\n)\n"
    )


@pytest.mark.parametrize("order", [(1,), (0, 0), (0, 2), (-1, 0)])
def test_refuses_an_order_that_lacks_a_position(order: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="each position"):
        Reorder(order)
