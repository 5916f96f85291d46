"""The check of a result, given results that no transform would make: each fault is seen, and nothing else is."""

from __future__ import annotations

import pytest

from codemods.engine.scan import scan
from codemods.index.names import ModuleNames
from codemods.transforms.findings import Settled
from codemods.transforms.moves import Moves, Target
from codemods.transforms.self_check import fault_in
from codemods.transforms.view import view_of
from tests.checks import BASE

MOVES = Moves({("a.b", "f"): Target("c.d", "g")})
BEFORE = "from a.b import f\n\ndef run(x):\n    return f(x)\n"


def fault(after: str, before: str = BEFORE, others: dict[str, str] | None = None) -> str:
    """What is wrong with `after` in the place of `before`."""
    files = {path: text.encode() for path, text in {**BASE, **(others or {}), "u.py": before}.items()}
    found = scan(sorted(files), files.__getitem__, ModuleNames(), MOVES.words)
    view = view_of("u.py", before.encode(), found.names)
    result = view_of("u.py", after.encode(), found.names)
    settled = Settled(names={"f", "g"})
    return found.ask(lambda index: fault_in(view, result, settled, MOVES, index))


GOOD = [
    "from c.d import g\n\ndef run(x):\n    return g(x)\n",
    "from c.d import g as f\n\ndef run(x):\n    return f(x)\n",
]


@pytest.mark.parametrize("after", GOOD)
def test_a_good_result_has_no_fault(after: str) -> None:
    assert not fault(after)


FAULTS = {
    "changes again": (BEFORE + "f()\n", "would change it again"),
    "binds it no more": ("\n\ndef run(x):\n    return f(x)\n", "would use f without binding it"),
    "no such name": ("from c.d import nothing as f\n\ndef run(x):\n    return f(x)\n", "`nothing` from `c.d`"),
    "no such module": ("import c.nowhere\nfrom c.d import g\n\ndef run(x):\n    return g(x)\n", "`c.nowhere`"),
    "captured": ("from c.d import g\n\ndef run(g):\n    return g(g)\n", "`g` would mean something else in line 4"),
    "another name lost": (
        "from c.d import g\n\ndef run(y):\n    return g(x)\nx = 1\n",
        "`x` would mean something else",
    ),
    "a use more": ("from c.d import g\n\ndef run(x):\n    return g(x), g\n", "would use other names"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_seen(case: str) -> None:
    after, told = FAULTS[case]
    assert told in fault(after)


def test_a_name_that_others_reach_must_not_go() -> None:
    others = {"v.py": "from u import f\n"}
    assert "v.py reaches `f`" in fault(GOOD[0], others=others)
    assert not fault(GOOD[1], others=others)
