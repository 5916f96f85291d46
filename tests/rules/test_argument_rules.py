"""Edits of arguments that a plan asks for, on the calls of a symbol."""

from __future__ import annotations

import json

import pytest

from tests.checks import check_blocked, check_noop, check_review, check_transformed

IMPORT = "from a.b import f\n"


def edits(*arguments: dict[str, object], call: str = "a.b.f", **more: object) -> str:
    entry = {"name": "r", "call": call, "arguments": arguments, "signatures": "ignore", **more}
    return f"  - {json.dumps(entry)}\n"


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        ({"add": "k", "value": "1"}, "f(a)\n", "f(a, k=1)\n"),
        ({"add": "k", "value": "c.d.Z"}, "f()\n", None),
        ({"insert": 0, "value": "None", "of": 1}, "f(a)\n", "f(None, a)\n"),
        ({"default": "k", "value": "1", "position": 1}, "f(a)\n", "f(a, k=1)\n"),
        ({"remove": "k"}, "f(a, k=1)\n", "f(a)\n"),
        ({"remove": 0, "of": 2}, "f(a, b)\n", "f(b)\n"),
        ({"rename": "k", "to": "j"}, "f(k=1, **{})\n", "f(j=1, **{})\n"),
        ({"keyword": "k", "position": 1}, "f(a, b)\n", "f(a, k=b)\n"),
        ({"replace_none": 1, "value": "0"}, "f(a, None)\n", "f(a, 0)\n"),
        ({"replace_none": "k", "value": "0"}, "f(a, k=None)\n", "f(a, k=0)\n"),
    ],
)
def test_an_edit_is_made_once(edit: dict[str, object], before: str, after: str | None) -> None:
    if after is None:
        check_transformed(IMPORT + before, "from a.b import f\nfrom c.d import Z\nf(k=Z)\n", rewrite=edits(edit))
    else:
        check_transformed(IMPORT + before, IMPORT + after, rewrite=edits(edit))
        check_noop(IMPORT + after, rewrite=edits(edit))


@pytest.mark.parametrize(
    "source", ["f(a)\n", "from other import f\nf(a)\n", f"{IMPORT}def g(f): return f(a)\n", f"{IMPORT}f\n"]
)
def test_other_calls_are_left_alone(source: str) -> None:
    check_noop(source, rewrite=edits({"add": "k", "value": "1"}))


def test_several_edits_are_made_in_order() -> None:
    both = edits({"rename": "k", "to": "j"}, {"add": "m", "value": "2"})
    check_transformed(f"{IMPORT}f(k=1)\n", f"{IMPORT}f(j=1, m=2)\n", rewrite=both)
    check_noop(f"{IMPORT}f(j=1, m=2)\n", rewrite=both)


def test_the_call_may_be_a_snippet() -> None:
    rewrite = edits({"replace_none": 1, "value": "$A.id"}, call="$A.set")
    check_transformed("x.set(b, None)\n", "x.set(b, x.id)\n", rewrite=rewrite)
    check_noop("x.set(b, 1)\nset(b, None)\n", rewrite=rewrite)


@pytest.mark.parametrize(
    ("edit", "call", "reason"),
    [
        ({"rename": "k", "to": "j"}, "f(k=1, j=2)", "both `k` and `j` are given"),
        ({"remove": "k"}, "f(**a)", "`**` may hold `k`"),
        ({"keyword": "k", "position": 1}, "f(*a)", "`*` may hold"),
        ({"keyword": "k", "position": 0}, "f(a, b)", "a positional argument would follow `k=`"),
    ],
)
def test_what_is_not_certain_is_for_a_person(edit: dict[str, object], call: str, reason: str) -> None:
    assert reason in check_review(f"{IMPORT}{call}\n", rewrite=edits(edit)).reason


def test_calls_in_arguments_are_edited_too() -> None:
    rewrite = edits({"add": "k", "value": "1"})
    check_transformed(f"{IMPORT}f(f(a), b)\n", f"{IMPORT}f(f(a, k=1), b, k=1)\n", rewrite=rewrite)


def test_the_layout_of_the_call_stays() -> None:
    before = f"{IMPORT}f(\n    a,  # one\n    # two\n    k=1,\n)\n"
    rewrite = edits({"rename": "k", "to": "j"}, {"add": "m", "value": "'x'"})
    after = f'{IMPORT}f(\n    a,  # one\n    # two\n    j=1,\n    m="x",\n)\n'
    check_transformed(before, after, rewrite=rewrite)


def test_a_call_that_would_not_fit_blocks_the_file() -> None:
    rewrite = edits({"add": "k", "value": "1"}, signatures="check")
    assert "`f(x=…)` takes no `k`" in check_blocked(f"{IMPORT}f(a)\n", rewrite=rewrite)[0]
    check_transformed(
        f"{IMPORT}f()\n", f"{IMPORT}f(x=1)\n", rewrite=edits({"add": "x", "value": "1"}, signatures="check")
    )
