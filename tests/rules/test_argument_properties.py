"""What is true of every edit of arguments, over calls of all layouts."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

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
from codemods.rules.argument_lists import Argument, Changed, Item
from codemods.transforms.edits import Edit
from tests.conftest import examples
from tests.rules.calls import applied, edits, read_arguments, texts

HALF = settings(max_examples=examples(0.5))  # there are nine properties of the same calls
BEFORE, AFTER = "# f(\nif q:\n\tz = [r(1, ), ", " , t( 2,)]  # )\n"
POSITIONAL = [
    "a{}",
    "(a{})",
    "( # in{}\n a{} )",
    "'a{},#)'",
    "g(a{}, (b),)",
    "[x for x in a{}]",
    "None",
    "(v{} := (1))",
]
VALUES = ["{}", "= {}", " = (None)", " # in{}\n = a{}", "=None"]


@dataclass(frozen=True)
class Call:
    """A source with one call of `f`, the comments on the lines of its arguments, and those on lines of their own."""

    source: str
    comments: dict[int, str]
    own: list[str]


@st.composite
def gaps(draw: st.DrawFn, number: int, comma: str) -> tuple[str, str, list[str]]:
    """A gap, the comment on the line before it, and those on lines of their own."""
    comment = draw(st.sampled_from(["", "", f"# on{number}"]))
    own = [f"# own{number}{letter}" for letter in draw(st.sampled_from(["", "", "", "a", "ab"]))]
    breaks = draw(st.sampled_from(["", "", " ", "\n    ", "\n\n  ", " \\\n  "]))
    if comment or own:
        breaks = "".join(f"\n    {text}" for text in own) + "\n    "
    space = draw(st.sampled_from(["", "  "]))
    if draw(st.sampled_from([False, False, True])):
        return f"{space}{comment}{breaks}{comma} ", comment, own
    return f"{space if comma else ''}{comma}{space}{comment}{breaks}", comment, own


@st.composite
def calls(draw: st.DrawFn) -> Call:
    shapes = draw(st.lists(st.sampled_from(POSITIONAL), max_size=3))
    mixed = draw(st.lists(st.sampled_from(["*a{}", *(f"k{{}}{value}" for value in VALUES[1:])]), max_size=3))
    doubles = draw(st.lists(st.sampled_from(["**a{}", "** (a{})", "k{}=1"]), max_size=2))
    written = [shape.replace("{}", str(number)) for number, shape in enumerate([*shapes, *mixed, *doubles])]
    if not written:
        written = draw(st.sampled_from([[], ["x for x in a0"], ["(x) for x in (a0) if x"], ["v := 1"]]))
    is_bare = len(written) == 1 and " for x" in written[0] and written[0][0] != "["
    parts, comments, own = [], {}, []
    for number in range(len(written) + 1):
        is_last = number == len(written)
        comma = "," if 0 < number < len(written) else ""
        if is_last and written and not is_bare:
            comma = draw(st.sampled_from(["", ","]))
        gap, comment, others = draw(gaps(number, comma))
        parts += [gap, "" if is_last else written[number]]
        comments[number - 1] = comment
        own += others
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return Call(f"{BEFORE}f({''.join(parts)}){AFTER}".replace("\n", newline), comments, own)


def rank(argument: Argument | None) -> int:
    """The order in which Python takes kinds of arguments; `None` for a new positional one."""
    if argument is None or not (argument.is_starred or argument.name):
        return 0
    if isinstance(argument.node, ast.Starred):
        return 1
    return 2 if argument.name else 3


@st.composite
def rearrangements(draw: st.DrawFn) -> tuple[Call, list[Item]]:
    call = draw(calls())
    old = read_arguments(call.source)
    kept = draw(st.lists(st.sampled_from(range(len(old))), unique=True)) if old else []
    if draw(st.booleans()):
        kept.sort()
    new: list[Item] = list(kept)
    for number in range(draw(st.integers(0, 2))):
        new.insert(draw(st.integers(0, len(new))), f"n{number}".encode())
    return call, sorted(new, key=lambda item: rank(old[item] if isinstance(item, int) else None))


def comments_of(source: str) -> Counter[str]:
    found = tokenize.generate_tokens(io.StringIO(source, newline="").readline)
    return Counter(token.string for token in found if token.type == tokenize.COMMENT)


def without_parentheses(text: str) -> str:
    """A generator has parentheses where it is not the only argument."""
    return text[1:-1] if text.startswith("(") and " for x" in text and text.endswith(")") else text


@HALF
@given(rearrangements())
def test_a_call_gets_the_arguments_that_are_wanted(wanted: tuple[Call, list[Item]]) -> None:
    call, new = wanted
    old = texts(call.source)
    result = applied(call.source, new)
    expected = [old[item] if isinstance(item, int) else item.decode() for item in new if not isinstance(item, Changed)]
    assert [*map(without_parentheses, texts(result))] == [*map(without_parentheses, expected)]


@HALF
@given(rearrangements())
def test_nothing_outside_of_the_parentheses_changes(wanted: tuple[Call, list[Item]]) -> None:
    call, new = wanted
    newline = "\r\n" if "\r" in call.source else "\n"
    result = applied(call.source, new)
    assert result.startswith(BEFORE.replace("\n", newline) + "f(")
    assert result.endswith(")" + AFTER.replace("\n", newline))
    assert ("\r" in result) == ("\r" in call.source)
    assert result.count("\r") in (0, result.count("\n"))


@HALF
@given(rearrangements())
def test_comments_stay_with_what_stays(wanted: tuple[Call, list[Item]]) -> None:
    call, new = wanted
    old = texts(call.source)
    result = applied(call.source, new)
    before, after = comments_of(call.source), comments_of(result)
    assert after <= before
    gone = set(range(len(old))) - {item for item in new if isinstance(item, int)}
    may_go = Counter(call.comments[number] for number in gone) + Counter(f"# in{number}" for number in gone)
    assert before - after <= may_go
    assert all(after[comment] == 1 for comment in call.own)


@HALF
@given(rearrangements())
def test_a_comment_moves_with_its_argument(wanted: tuple[Call, list[Item]]) -> None:
    call, new = wanted
    result = applied(call.source, new)
    found = read_arguments(result)
    for place, item in enumerate(new):
        if isinstance(item, int) and call.comments[item]:
            behind = result.encode()[found[place].end :].splitlines()[0].decode()
            # Where the parenthesis of a generator or a comma came between, that does not part them.
            assert behind.lstrip(" ,)") == call.comments[item]


@HALF
@given(rearrangements())
def test_arguments_that_stay_in_order_are_not_covered(wanted: tuple[Call, list[Item]]) -> None:
    call, new = wanted
    numbers = [item for item in new if isinstance(item, int)]
    if numbers == sorted(numbers):
        old = read_arguments(call.source)
        for edit in edits(call.source, new):
            assert all(edit.end <= old[n].start or old[n].end <= edit.start for n in numbers)


@HALF
@given(rearrangements())
def test_edits_in_kept_arguments_are_made_once(wanted: tuple[Call, list[Item]]) -> None:
    call, new = wanted
    old = read_arguments(call.source)
    numbers = [item for item in new if isinstance(item, int) and not old[item].is_starred and not old[item].is_bare]
    others = [Edit(old[n].value, old[n].value, b"not ") for n in numbers]
    result = texts(applied(call.source, new, *others))
    for place, item in enumerate(new):
        text = result[place]
        if item in numbers and isinstance(item, int):
            value = call.source.encode()[old[item].value : old[item].end].decode()
            assert text.endswith(f"not {value}")
        assert text.count("not ") == (item in numbers)


@HALF
@given(calls(), st.data())
def test_a_replaced_argument_is_an_edit_of_only_its_span(call: Call, data: st.DataObject) -> None:
    old = read_arguments(call.source)
    for number, argument in enumerate(old):
        if rank(argument) == 0:
            new: list[Item] = [*range(len(old))]
            new[number] = b"new"
            assert edits(call.source, new) == [Edit(argument.start, argument.end, b"new")]


NAMES = st.sampled_from(["x", "y", "k0", "k1", "k2", "k3"])
TEXTS = st.sampled_from([b"1", b"None", b"(2, 3)"])
POSITIONS = st.integers(0, 4)
AT = st.none() | POSITIONS
SAFE: st.SearchStrategy[Operation] = st.one_of(
    st.builds(Add, NAMES, TEXTS),
    st.builds(Default, NAMES, TEXTS, AT),
    st.builds(Remove, NAMES),
    st.builds(Rename, NAMES, NAMES),
    st.builds(MakeKeyword, NAMES, POSITIONS),
    st.builds(ReplaceNone, TEXTS, NAMES, AT),
)
ANY: st.SearchStrategy[Operation] = st.one_of(
    SAFE,
    st.builds(Add, NAMES, TEXTS, POSITIONS),
    st.builds(Remove, st.none() | NAMES, POSITIONS),
    st.builds(Reorder, st.integers(0, 4).flatmap(lambda n: st.permutations(range(n))).map(tuple)),
)


@HALF
@given(calls(), st.lists(ANY, min_size=1, max_size=4))
def test_operations_make_a_call_that_compiles(call: Call, operations: list[Operation]) -> None:
    old = texts(call.source)
    new = edit_arguments(read_arguments(call.source), operations)
    if isinstance(new, str):
        return
    result = applied(call.source, new)
    compile(result, "<call>", "exec")
    written = texts(result)
    for place, item in enumerate(new):
        if isinstance(item, int):
            assert without_parentheses(written[place]) == without_parentheses(old[item])
    if new == list(range(len(old))):
        assert result == call.source


@HALF
@given(calls(), SAFE)
def test_an_operation_made_again_does_nothing(call: Call, operation: Operation) -> None:
    new = edit_arguments(read_arguments(call.source), [operation])
    if isinstance(new, str):
        return
    result = applied(call.source, new)
    old = read_arguments(result)
    again = edit_arguments(old, [operation])
    # Where a name is gone, `**` may hold it now as far as can be seen.
    unclear = "`**` may hold" if isinstance(operation, Remove) else None
    assert again == list(range(len(old))) or (unclear and str(again).startswith(unclear))
