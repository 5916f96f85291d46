"""Calls that a redirect leads elsewhere fit there, or the file is blocked with both signatures shown."""

from __future__ import annotations

import pytest

from codemods.model import Blocked, Changed
from tests.checks import outcome

MOVE = "  - {symbol: a.b.h, to: c.d.k}\n"


def redirected(old: str, new: str, source: str, redirect: str = MOVE) -> Changed | Blocked:
    """What becomes of a file with `source` where `old` defines `h`, and `new` the `k` that takes its place."""
    result = outcome(source, redirect=redirect, others={"a/b.py": old, "c/d.py": new})
    assert isinstance(result, (Changed, Blocked)), result
    return result


UNFIT = {
    "a keyword": (
        "def h(x, user=None): ...\n",
        "def k(x): ...\n",
        "h(1, user=2)",
        "`h(x, user=…)` becomes `k(x)`, which takes no `user`",
    ),
    "too many": (
        "def h(x, y): ...\n",
        "def k(x): ...\n",
        "h(1, 2)",
        "which takes 1 positional argument(s), and this gives 2",
    ),
    "one missing": ("def h(): ...\n", "def k(x, /): ...\n", "h()", "`k(x, /)`, which needs `x`, which is missing"),
    "keyword only": ("def h(x): ...\n", "def k(*, x): ...\n", "h(1)", "`h(x)` becomes `k(*, x)`, which takes 0"),
    "renamed": ("def h(x): ...\n", "def k(y): ...\n", "h(x=1)", "which takes no `x`"),
    "twice": ("def h(x, **y): ...\n", "def k(z, x): ...\n", "h(1, z=2)", "which gets `z` twice"),
    "no more async": (
        "async def h(): ...\n",
        "def k(): ...\n",
        "h()",
        "`async h()` becomes `k()`: it gives something to await, and would give a value",
    ),
    "async now": (
        "def h(): ...\n",
        "async def k(): ...\n",
        "h()",
        "it gives a value, and would give something to await",
    ),
    "a generator now": ("def h(): ...\n", "def k():\n    yield\n", "h()", "would give an iterator"),
    "constructor": (
        "class h:\n    def __init__(self, x): ...\n",
        "class k:\n    def __init__(self): ...\n",
        "h(1)",
        "`h(x)` becomes `k()`, which takes 0 positional argument(s)",
    ),
    "member": (
        "class h:\n    def go(): ...\n",
        "class k:\n    def run(): ...\n",
        "h.go()",
        "`k` has no `go`, which is read here of `h`",
    ),
}


@pytest.mark.parametrize("case", UNFIT)
@pytest.mark.parametrize("form", ["from a.b import h\n{}\n", "import a.b as z\nz.{}\n"])
def test_a_call_that_does_not_fit_blocks_the_file(case: str, form: str) -> None:
    old, new, call, told = UNFIT[case]
    result = redirected(old, new, form.format(call))
    assert isinstance(result, Blocked)
    assert result.reasons[0].startswith("u.py:2: ")
    assert told in result.reasons[0]


FITS = {
    "the same": ("def h(x, y=1): ...\n", "def k(x, y=1, z=2): ...\n", "h(1, y=2)"),
    "stars": ("def h(*a, **k): ...\n", "def k(x): ...\n", "h(*a, **k)"),
    "takes all": ("def h(x): ...\n", "def k(*a, **b): ...\n", "h(x=1)"),
    "wrong before": ("def h(x): ...\n", "def k(x): ...\n", "h(y=1)"),
    "decorated": ("def h(x): ...\n", "@d\ndef k(): ...\n", "h(1)"),
    "defined twice": ("def h(x): ...\n", "if a:\n    def k(): ...\nelse:\n    def k(x): ...\n", "h(1)"),
    "bases": ("class h:\n    def go(): ...\n", "class k(B): ...\n", "h.go()"),
    "members of the instance": ("class h: ...\n", "class k:\n    def __init__(self): self.go = 1\n", "h.go"),
    "only passed on": ("def h(x): ...\n", "def k(): ...\n", "print(h)"),
    "class for a function": ("def h(x): ...\n", "class k:\n    def __init__(self, x): ...\n", "h(1)"),
}


@pytest.mark.parametrize("case", FITS)
def test_a_call_that_fits_or_that_nobody_can_judge_is_redirected(case: str) -> None:
    old, new, call = FITS[case]
    assert isinstance(redirected(old, new, f"from a.b import h\n{call}\n"), Changed)


def test_an_awaited_call_may_become_a_coroutine() -> None:
    source = "from a.b import h\nasync def run():\n    await h()\n"
    assert isinstance(redirected("def h(): ...\n", "async def k(): ...\n", source), Changed)


def test_the_old_name_may_be_the_new_one_already() -> None:
    result = redirected("from c.d import k as h\n", "def k(x): ...\n", "from a.b import h\nh()\n")
    assert isinstance(result, Changed)


def test_the_plan_may_say_that_it_does_not_matter() -> None:
    redirect = "  - {symbol: a.b.h, to: c.d.k, signatures: ignore}\n"
    result = redirected("def h(x): ...\n", "def k(): ...\n", "from a.b import h\nh(1)\n", redirect)
    assert isinstance(result, Changed)
