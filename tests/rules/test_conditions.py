"""Where a rule applies: in which files and functions, around which code, for which `$X`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.model import Blocked, Changed, Disposition
from tests.checks import check_blocked, check_noop, check_review, check_transformed, outcome, rule, with_disposition

if TYPE_CHECKING:
    from collections.abc import Mapping


def check(before: str, after: str, **more: object) -> None:
    check_transformed(before, after, rewrite=rule("f($X)", "$X", **more))


def test_files_are_those_of_the_patterns() -> None:
    rewrite = rule("f($X)", "$X", files=["pkg/**", "!pkg/old.py"])
    check_transformed("f(1)\n", "1\n", rewrite=rewrite, path="pkg/u.py")
    check_noop("f(1)\n", rewrite=rewrite, path="pkg/old.py")
    check_noop("f(1)\n", rewrite=rewrite, path="u.py")


PLACES = """\
x = f(0)
def a(y=f(0)):
    x = f(1)
    class A(f(1)):
        x = f(2)
        def b(self): return f(1)
    async def c():
        x = f(3)
        return [f(3) for _ in x], lambda: f(4)
"""


@pytest.mark.parametrize(("place", "number"), [("module", 0), ("def", 1), ("class", 2), ("async def", 3)])
def test_in_is_what_the_code_runs_in(place: str, number: int) -> None:
    check(PLACES, PLACES.replace(f"f({number})", str(number)), in_=place)
    check_noop(PLACES.replace(f"f({number})", "0"), rewrite=rule("f($X)", "$X", in_=place))


def test_in_may_be_several() -> None:
    check(PLACES, PLACES.replace("f(0)", "0").replace("f(2)", "2"), in_=["class", "module"])


@pytest.mark.parametrize(
    ("inside", "before", "after"),
    [
        ("g(...)", "g(f(1)) + f(2)\n", "g(1) + f(2)\n"),
        ("g($X, ...)", "g(a, f(a)) + g(b, f(a))\n", "g(a, a) + g(b, f(a))\n"),
        ("def g(...): ...", "def g(): f(1)\ndef h(): f(2)\n", "def g(): 1\ndef h(): f(2)\n"),
        ("with a: ...", "with a:\n    f(1)\nwith b:\n    f(2)\n", "with a:\n    1\nwith b:\n    f(2)\n"),
        ("if $_: ...", "if a: f(1)\nf(2)\n", "if a: 1\nf(2)\n"),
        ("class $C: ...", "class A:\n    f(A)\n    f(B)\n", "class A:\n    A\n    B\n"),
        ("try: ...\nexcept E: ...", "try: f(1)\nexcept E: f(2)\ntry: f(3)\nexcept F: f(4)\n", None),
    ],
)
def test_inside_is_code_around_the_match(inside: str, before: str, after: str | None) -> None:
    after = after or "try: 1\nexcept E: 2\ntry: f(3)\nexcept F: f(4)\n"
    check(before, after, inside=inside)
    check_noop("f(1)\n", rewrite=rule("f($X)", "$X", inside=inside))


def test_a_class_around_is_the_nearest_one() -> None:
    rewrite = rule("super($C, self)", "super()", inside="class $C: ...")
    before = "class A(Z):\n    def f(self):\n        super(A, self).f()\n        super(Z, self).f()\n"
    check_transformed(before, before.replace("super(A, self)", "super()"), rewrite=rewrite)
    check_noop("class A(Z):\n    class B(Z):\n        def f(self): super(A, self).f()\n", rewrite=rewrite)


def test_what_inside_binds_can_be_written() -> None:
    rewrite = rule("f()", "$N", inside="for $N in $_: ...")
    check_transformed("for a in b:\n    f()\nf()\n", "for a in b:\n    a\nf()\n", rewrite=rewrite)


def test_not_inside_is_code_that_must_not_be_around() -> None:
    check("g(f(1)) + f(2)\n", "g(f(1)) + 2\n", not_inside="g(...)")
    check_noop(
        "def a():\n    with g(): f(1)\n", rewrite=rule("f($X)", "$X", not_inside=["with g(): ...", "class A: ..."])
    )


@pytest.mark.parametrize(
    "source",
    ["def g(need): return f(1)\n", "need = 1\nf(1)\n", "need = 1\ndef g(): return f(1)\n", "import need\nf(1)\n"],
)
def test_required_names_are_bound_in_scope(source: str) -> None:
    rewrite = rule("f($X)", "need($X)", requires={"names": ["need"]})
    check_transformed(source, source.replace("f(1)", "need(1)"), rewrite=rewrite)
    missing = source.replace("need", "other")
    assert check_review(missing, rewrite=rewrite).reason == "`need` is not bound here"


def test_a_required_name_that_is_set_later_is_not_bound_yet() -> None:
    rewrite = rule("f($X)", "need($X)", requires={"names": ["need"]})
    assert "not bound" in check_review("f(1)\nneed = 1\n", rewrite=rewrite).reason


KINDS = {
    "name": "a",
    "attribute": "a.b",
    "call": "a()",
    "literal": "-1",
    "string": "'a'",
    "number": "1.5",
    "none": "None",
    "lambda": "lambda: 1",
    "list": "[a]",
    "dict": "{a: 1}",
    "tuple": "(a, 1)",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_what_an_expression_is(kind: str) -> None:
    source = "".join(f"f({text})\n" for text in KINDS.values())
    literal = {"string", "number", "none"} if kind == "literal" else set()
    asked = {kind, *literal}
    expected = "".join(f"{text}\n" if name in asked else f"f({text})\n" for name, text in KINDS.items())
    check(source, expected, where={"X": kind})
    others = "".join(f"f({text})\n" if name in asked else f"{text}\n" for name, text in KINDS.items())
    check(source, others, where={"$X": {"not": kind}})


def test_an_await_is_a_kind() -> None:
    check("async def g():\n    f(await a)\n    f(a)\n", "async def g():\n    await a\n    f(a)\n", where={"X": "await"})


@pytest.mark.parametrize(
    ("where", "before", "after"),
    [
        ({"is": ["name", "call"]}, "f(a)\nf(a())\nf(1)\n", "a\na()\nf(1)\n"),
        ({"regex": "^a+$"}, "f(aa)\nf(ab)\n", "aa\nf(ab)\n"),
        ({"regex": "b", "is": "name"}, "f(ab)\nf(b())\n", "ab\nf(b())\n"),
        ({"symbol": "a.b.f"}, "from a.b import f as k\nf(k)\nf(f)\n", "from a.b import f as k\nk\nf(f)\n"),
    ],
)
def test_all_that_is_asked_of_a_binding_holds(where: Mapping[str, object], before: str, after: str) -> None:
    check(before, after, where={"X": where})
    check_noop("f(None)\n", rewrite=rule("f($X)", "$X", where={"X": where}))


def test_what_is_asked_of_a_run_holds_for_each_argument() -> None:
    rewrite = rule("f($...XS)", "[$...XS]", where={"XS": "number"})
    check_transformed("f(1, 2)\nf(1, a)\n", "[1, 2]\nf(1, a)\n", rewrite=rewrite)


ASYNC = {"a/new.py": "async def g(x): return x\n", "a/old.py": "def f(x): return x\n"}
AWAIT = rule("a.old.f($X)", "await a.new.g($X)")


def test_a_caller_that_is_not_async_is_told_with_its_callers() -> None:
    source = "from a.old import f\ndef low(): return f(1)\ndef mid(): return low()\nasync def top(): return mid()\n"
    reasons = check_blocked(source, rewrite=AWAIT, others=ASYNC)
    assert reasons[0] == "u.py:2: the replacement awaits, and `low` in line 2 is not async (rule `r`)"
    assert any("low" in reason and "mid" in reason and "top" in reason for reason in reasons[1:])


def test_sync_is_written_where_await_cannot_be() -> None:
    rewrite = rule("a.old.f($X)", "await a.new.g($X)", sync="a.old.h($X)")
    others = {**ASYNC, "a/old.py": "def f(x): return x\ndef h(x): return x\n"}
    before = "from a.old import f\ndef one(): return f(1)\nasync def two(): return f(2)\n"
    after = "from a.new import g\nfrom a.old import h\ndef one(): return h(1)\nasync def two(): return await g(2)\n"
    result = outcome(before, rewrite=rewrite, others=others)
    assert isinstance(result, Changed)
    lines = result.change.after.decode().splitlines()
    assert sorted(lines) == sorted(after.splitlines())


def test_one_blocked_match_keeps_the_whole_file() -> None:
    result = outcome("from a.old import f\nasync def two(): return f(2)\nf(1)\n", rewrite=AWAIT, others=ASYNC)
    assert isinstance(result, Blocked)
    assert len(with_disposition(result.findings, Disposition.BLOCKED)) == len(result.findings)


def test_what_is_around_a_match_may_say_more_than_its_pattern() -> None:
    rewrite = rule("self.assertTrue($X)", "assert $X", inside="class $C: ...")
    before = "@d\nclass A(B):\n    def f(self):\n        self.assertTrue(1)\n"
    check_transformed(before, before.replace("self.assertTrue(1)", "assert 1"), rewrite=rewrite)
