"""Arguments put in, taken out and moved: the layout and the comments of a call stay."""

from __future__ import annotations

import ast

import pytest

from codemods.index.positions import Lines
from codemods.rules.argument_lists import Changed, Item, PositionError, arguments
from codemods.transforms.edits import Edit
from tests.rules.calls import applied, edits, read_arguments, read_call, texts

READ = {
    "nothing": ("f()", []),
    "positional": ("f(a, b)", ["a", "b"]),
    "a keyword before a star": ("f(k=1, *a, **b)", ["k=1", "*a", "**b"]),
    "a keyword between two stars": ("f(*a, k = 1, *b)", ["*a", "k = 1", "*b"]),
    "parentheses around each": ("f((a), ((b)), k=(c), *(d), **(e))", ["(a)", "((b))", "k=(c)", "*(d)", "**(e)"]),
    "space in parentheses": ("f(( a ) , ( # c\n b ) ,)", ["( a )", "( # c\n b )"]),
    "commas in strings and comments": ("f('a,', # b,\n  'c),' 'd', (1, 2),)", ["'a,'", "'c),' 'd'", "(1, 2)"]),
    "a comment in a keyword": ("f(k # =\n  = # =\n  (v), x=1)", ["k # =\n  = # =\n  (v)", "x=1"]),
    "a generator without parentheses": ("f( x for x in y )", ["x for x in y"]),
    "a generator of and over parentheses": ("f((x) for x in (y))", ["(x) for x in (y)"]),
    "a generator with a condition": ("f(x for x in y if (x))", ["x for x in y if (x)"]),
    "a generator with parentheses": ("f((x for x in y))", ["(x for x in y)"]),
    "a generator and more": ("f((x for x in y), 1)", ["(x for x in y)", "1"]),
    "an assignment": ("f(a := 1, (b := 2))", ["a := 1", "(b := 2)"]),
    "a lambda": ("f(lambda a, b: (a), (yield))", ["lambda a, b: (a)", "(yield)"]),
    "a function in parentheses": ("(f)  (a, g(b, c))", ["a", "g(b, c)"]),
    "letters beyond ASCII": ("f('ä', ü=(ö), ß='é')", ["'ä'", "ü=(ö)", "ß='é'"]),
    "a function with a comment": ("(f # (\n)(a)", ["a"]),
}


@pytest.mark.parametrize("case", READ)
def test_arguments_are_read_as_they_are_written(case: str) -> None:
    source, expected = READ[case]
    assert texts(source) == expected


def test_a_keyword_has_a_name_and_a_value() -> None:
    source = "f(key = (v), (w))"
    keyword, positional = read_arguments("f((w), key = (v))")
    assert (keyword.name, positional.name) == (None, "key")
    (only,) = read_arguments(source[:11] + ")")
    assert (source[only.start : only.name_end], source[only.value : only.end]) == ("key", "(v)")


def test_positions_of_another_text_are_refused() -> None:
    call = ast.parse("f(a, b)").body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    for other in (b"f(a  b)", b"f[a, b]", b"ff(a,b)", b"f(a,,b)"):
        with pytest.raises(PositionError):
            arguments(Lines(other), call.value)


ONE_LINE: dict[str, tuple[str, list[Item], str]] = {
    "the first goes": ("f(a, b, c)", [1, 2], "f(b, c)"),
    "a middle one goes": ("f(a, b, c)", [0, 2], "f(a, c)"),
    "the last goes": ("f(a, b, c)", [0, 1], "f(a, b)"),
    "the only one goes": ("f(a)", [], "f()"),
    "the only one goes from space": ("f( a, )", [], "f()"),
    "all go": ("f(a, *b, c=1)", [], "f()"),
    "some go": ("f(a, b, c, d)", [2], "f(c)"),
    "a trailing comma stays": ("f(a, b,)", [0], "f(a,)"),
    "a name that begins": ("f(a=1, b=2)", [b"x=1", 0, 1], "f(x=1, a=1, b=2)"),
    "one in the middle": ("f(a, b)", [0, b"x", 1], "f(a, x, b)"),
    "one at the end": ("f(a, b)", [0, 1, b"x=1"], "f(a, b, x=1)"),
    "one before a trailing comma": ("f(a,)", [0, b"x=1"], "f(a, x=1,)"),
    "one where none was": ("f()", [b"x"], "f(x)"),
    "two where none was": ("f()", [b"x", b"y"], "f(x, y)"),
    "space in the parentheses": ("f( a )", [b"x", 0, b"y"], "f( x, a, y )"),
    "other commas stay": ("f(a,b ,c)", [0, 1, b"x", 2], "f(a,b, x ,c)"),
    "two change places": ("f(a,b ,c)", [1, 0, 2], "f(b,a ,c)"),
    "three turn": ("f(a, b, c)", [2, 0, 1], "f(c, a, b)"),
    "one moves and one comes": ("f(a, b)", [1, 0, b"x"], "f(b, a, x)"),
    "one moves and one goes": ("f(a, b, c)", [2, 0], "f(c, a)"),
    "one for another": ("f(a, b)", [0, b"x"], "f(a, x)"),
    "a name": ("f(a, b = (c))", [0, Changed(1, "x")], "f(a, x = (c))"),
    "a name that goes away": ("f(bcd=e)", [Changed(0, "x", b"y")], "f(x=y)"),
    "a first name": ("f((a), b)", [0, Changed(1, "x")], "f((a), x=b)"),
    "a value": ("f(b = None)", [Changed(0, value=b"[]")], "f(b = [])"),
    "nested": ("g(f(a, (b)), c)", [0, 1, b"x"], "g(f(a, (b), x), c)"),
    "a generator with another": ("f(x for x in y)", [0, b"z"], "f((x for x in y), z)"),
    "a generator behind another": ("f(x for x in y)", [b"z", 0], "f(z, (x for x in y))"),
    "a generator with a name": ("f(x for x in y)", [Changed(0, "k")], "f(k=(x for x in y))"),
    "a generator goes": ("f(x for x in y)", [b"z"], "f(z)"),
    "a generator that gets alone": ("f((x for x in y), z)", [0], "f((x for x in y))"),
    "an assignment with a name": ("f(a := 1)", [Changed(0, "k")], "f(k=(a := 1))"),
    "an assignment in parentheses with a name": ("f((a := 1))", [Changed(0, "k")], "f(k=(a := 1))"),
    "letters beyond ASCII": ("f('ä', ü='ö')", [b"'\xc3\xa9'", Changed(1, "ä")], "f('é', ä='ö')"),
}


@pytest.mark.parametrize("case", ONE_LINE)
def test_on_one_line(case: str) -> None:
    source, new, expected = ONE_LINE[case]
    assert applied(source, new) == expected


ABC = """\
f(  # call
    a,  # about a
    # own b
    b,  # about b
    # own c
    c  # about c
    # own end
)
"""
PLAIN = "f(\n    a,\n    b,\n    c,\n)\n"
MANY_LINES: dict[str, tuple[str, list[Item], str]] = {
    "the first goes": (PLAIN, [1, 2], "f(\n    b,\n    c,\n)\n"),
    "a middle one goes": (PLAIN, [0, 2], "f(\n    a,\n    c,\n)\n"),
    "the last goes": (PLAIN, [0, 1], "f(\n    a,\n    b,\n)\n"),
    "all go": (PLAIN, [], "f()\n"),
    "one at the start": (PLAIN, [b"x", 0, 1, 2], "f(\n    x,\n    a,\n    b,\n    c,\n)\n"),
    "one in the middle": (PLAIN, [0, b"x", 1, 2], "f(\n    a,\n    x,\n    b,\n    c,\n)\n"),
    "one at the end": (PLAIN, [0, 1, 2, b"x"], "f(\n    a,\n    b,\n    c,\n    x,\n)\n"),
    "no trailing comma is added": ("f(\n    a\n)", [0, b"x"], "f(\n    a,\n    x\n)"),
    "no trailing comma is left": ("f(\n    a,\n    b\n)", [0], "f(\n    a\n)"),
    "into nothing": ("f(\n)", [b"x", b"y"], "f(\n    x,\n    y\n)"),
    "into nothing, indented by a tab": ("if f:\n\tf(\n\t)", [b"x"], "if f:\n\tf(\n\t\tx\n\t)"),
    "into a comment": ("f(  # call\n)", [b"x"], "f(  # call\n    x\n)"),
    "tabs": ("f(\n\ta,\n\tb)", [0, 1, b"x"], "f(\n\ta,\n\tb,\n\tx)"),
    "several on a line": ("f(\n    a, b, c\n)", [0, 1, 2, b"x"], "f(\n    a, b, c, x\n)"),
    "several on a line, the first two go": ("f(\n    a, b,\n    c\n)", [2], "f(\n    c\n)"),
    "several on a line, a line's last goes": ("f(\n    a, b,\n    c, d\n)", [0, 2, 3], "f(\n    a,\n    c, d\n)"),
    "several on a line, the last goes with a comment": ("f(a, b,  # c\n  d)", [0, 2], "f(a,\n  d)"),
    "aligned, the first goes with a comment": ("f(a,  # c\n  b)", [1], "f(b)"),
    "aligned, own comments stay": ("f(a,  # c\n  # own\n  b)", [1], "f(\n  # own\n  b)"),
    "aligned, at the start": ("f(a,\n  b)", [b"x", 0, 1], "f(x,\n  a,\n  b)"),
    "aligned, at the end": ("f(a,\n  b)", [0, 1, b"x"], "f(a,\n  b,\n  x)"),
    "aligned, the first goes": ("f(a,\n  b)", [1], "f(b)"),
    "aligned, the last goes": ("f(a,\n  b)", [0], "f(a)"),
    "aligned, the last goes behind a comment": ("f(a,  # c\n  b)", [0], "f(a  # c\n  )"),
    "behind a bracket": ("f({\n    1: 2,\n})", [0, b"x"], "f({\n    1: 2,\n}, x)"),
    "commas first": ("f(a\n , b # b\n , c\n )", [0, b"x", 1, b"y", 2], "f(a\n , x\n , b # b\n , y\n , c\n )"),
    "commas first, the middle one goes": ("f(a\n , b # b\n , c\n )", [0, 2], "f(a\n , c\n )"),
    "continued": ("f(a, \\\n  b, \\\n  c)", [0, b"x", 1, 2, b"y"], "f(a, \\\n  x, \\\n  b, \\\n  c, \\\n  y)"),
    "continued, a middle one goes": ("f(a, \\\n  b, \\\n  c)", [0, 2], "f(a, \\\n  c)"),
    "continued, behind a comment": ("f(a, \\\n  b # c\n  )", [0, 1, b"x"], "f(a, \\\n  b, # c\n  x\n  )"),
    "in a nested call": ("f(\n    g(\n        a,\n    ),\n)", [0, b"x"], "f(\n    g(\n        a,\n    ),\n    x,\n)"),
    "a comment and one line": ("f(a, b  # c\n  )", [0, 1, b"x"], "f(a, b,  # c\n    x\n  )"),
    "comments change places": ("f(a, b  # c\n  )", [1, 0], "f(b,  # c\n    a\n  )"),
    "comment before a continued line": ("f(a, \\\n b,  # c\n c)", [1, 0, 2], "f(b,  # c\n a,\n c)"),
    "a comment stays with what is changed": (ABC, [0, Changed(1, value=b"x"), 2], ABC.replace("    b", "    x")),
    "a comment stays with what is replaced": (ABC, [0, b"x", 2], ABC.replace("    b", "    x")),
    "a comment goes with its argument": (ABC, [0, 2], ABC.replace("    b,  # about b\n", "")),
    "the last goes with its comment": (
        ABC,
        [0, 1],
        ABC.replace("    c  # about c\n", "").replace("b,  #", "b  #"),
    ),
    "the first goes with its comment": (ABC, [1, 2], ABC.replace("    a,  # about a\n", "")),
    "own comments stay where all goes": (ABC, [], "f(  # call\n    # own b\n    # own c\n    # own end\n)\n"),
    "comments move with their arguments": (
        ABC,
        [2, 1, 0],
        ABC.replace("a,  # about a", "?").replace("c  # about c", "a  # about a").replace("?", "c,  # about c"),
    ),
    "behind the comment of the last": (
        ABC,
        [0, 1, 2, b"x=1"],
        ABC.replace("c  # about c\n", "c,  # about c\n    x=1\n"),
    ),
    "behind the comment of the call": (ABC, [b"x", 0, 1, 2], ABC.replace("    a", "    x,\n    a")),
    "a new one does not get the comment of an old one": (
        ABC,
        [b"x", 2],
        ABC.replace("a,  # about a", "x,").replace("    b,  # about b\n", ""),
    ),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("case", MANY_LINES)
def test_on_many_lines(case: str, newline: str) -> None:
    source, new, expected = MANY_LINES[case]
    assert applied(source.replace("\n", newline), new) == expected.replace("\n", newline)


@pytest.mark.parametrize("source", ["f()", "f(x for x in y)", "f(a, *b, k = (c) , **d)", "f( \\\n )", PLAIN, ABC])
def test_the_same_arguments_are_no_edit(source: str) -> None:
    assert edits(source, range(len(texts(source)))) == []


def test_a_replaced_argument_is_an_edit_of_its_span() -> None:
    assert edits("f((a), k=(b), *c)", [0, b"x", 2]) == [Edit(7, 12, b"x")]
    assert edits("f((a), k=(b), *c)", [0, Changed(1, "x"), 2]) == [Edit(7, 8, b"x")]
    assert edits("f((a), k=(b), *c)", [0, Changed(1, value=b"x"), 2]) == [Edit(9, 12, b"x")]


NESTED: dict[str, tuple[str, list[Item], str]] = {
    "kept": ("f(a, old)", [1], "f(await new)"),
    "behind a new one": ("f(old, a)", [b"x", 0, 1], "f(x, await new, a)"),
    "before a new one": ("f(a, old)", [0, 1, b"x"], "f(a, await new, x)"),
    "named": ("f(a,old)", [0, Changed(1, "k")], "f(a,k=await new)"),
    "renamed": ("f(k=old)", [Changed(0, "x")], "f(x=await new)"),
    "renamed and moved": ("f(k = old, a=1)", [1, Changed(0, "x")], "f(a=1, x = await new)"),
    "moved": ("f(a, old)", [1, 0], "f(await new, a)"),
    "moved from the start": ("f(old, a)", [1, 0], "f(a, await new)"),
    "passed by": ("f(a, old, c)", [2, 1, 0], "f(c, await new, a)"),
    "a generator": ("f(old for x in y)", [0, b"z"], "f((await new for x in y), z)"),
    "a named assignment": ("f(x := old)", [Changed(0, "k")], "f(k=(x := await new))"),
}


@pytest.mark.parametrize("case", NESTED)
def test_edits_inside_of_kept_arguments_are_made(case: str) -> None:
    source, new, expected = NESTED[case]
    place = source.index("old")
    wrapped = f"async def h():\n    {source}"
    others = [Edit(place + 19, place + 19, b"await "), Edit(place + 19, place + 22, b"new")]
    assert applied(wrapped, new, *others) == f"async def h():\n    {expected}"


def test_an_edit_in_a_comment_that_is_passed_by_is_made() -> None:
    source = "f(\n    a,\n    # old\n    b,\n)"
    place = source.index("old")
    expected = source.replace("a,", "?").replace("b,", "a,").replace("?", "b,").replace("old", "new")
    assert applied(source, [1, 0], Edit(place, place + 3, b"new")) == expected


@pytest.mark.parametrize("new", [[0, 0], [2], [-1], [Changed(0), 0], [Changed(1, "x")], [Changed(1, value=b"x")]])
def test_refuses_what_no_call_can_have(new: list[Item]) -> None:
    with pytest.raises(ValueError, match="argument"):
        edits("f(a, *b)", new)


def test_only_the_call_that_is_meant_changes() -> None:
    lines, call = read_call("g(a, f(b), c)(d)")
    assert [lines.source[argument.start : argument.end] for argument in arguments(lines, call)] in ([b"d"], [b"b"])
    assert applied("x.f(a)(f(b))", [0, b"c"]) in ("x.f(a)(f(b), c)", "x.f(a)(f(b, c))")
