"""Star imports: what the file, its exports and its importers use of one decides."""

from __future__ import annotations

import pytest

from codemods.model import Blocked, Changed
from tests.checks import check_blocked, check_noop, check_review, check_transformed, preview_files

MODULE = "  - {module: a.b, to: c.d}\n"
SAME = {"c/d.py": "def f(x=1): ...\nK = 1\nL = 2\nclass C: ...\n"}

SYMBOLS = {
    "used": ("from a.b import *\nf(K)\n", "from a.b import *\nfrom c.d import g\ng(K)\n"),
    "used in a function": (
        "from a.b import *\n\ndef h():\n    return f()\n",
        "from a.b import *\nfrom c.d import g\n\ndef h():\n    return g()\n",
    ),
    "the new name is taken": (
        "from a.b import *\ng = f()\n",
        "from a.b import *\nfrom c.d import g as f\ng = f()\n",
    ),
    "the new name is a parameter": (
        "from a.b import *\ndef h(g): return f(g)\n",
        "from a.b import *\nfrom c.d import g as f\ndef h(g): return f(g)\n",
    ),
    "read in a class that binds it again": (
        "from a.b import *\nclass A:\n    f = f\n",
        "from a.b import *\nfrom c.d import g as f\nclass A:\n    f = f\n",
    ),
    "exported": (
        "from a.b import *\n__all__ = ['f']\n",
        "from a.b import *\nfrom c.d import g as f\n__all__ = ['f']\n",
    ),
    "read from its own module": (
        "from a.b import *\nimport sys\ngetattr(sys.modules[__name__], 'f')\n",
        "from a.b import *\nfrom c.d import g as f\nimport sys\ngetattr(sys.modules[__name__], 'f')\n",
    ),
    "read from the globals": (
        "from a.b import *\nglobals()['f']\n",
        "from a.b import *\nfrom c.d import g as f\nglobals()['f']\n",
    ),
    "guarded": (
        "try:\n    from a.b import *\nexcept ImportError:\n    pass\nf()\n",
        "try:\n    from a.b import *\n    from c.d import g\nexcept ImportError:\n    pass\ng()\n",
    ),
    "a second star that does not bring it": (
        "from a.b import *\nfrom a.other import *\nf(K)\n",
        "from a.b import *\nfrom c.d import g\nfrom a.other import *\ng(K)\n",
    ),
}


@pytest.mark.parametrize("case", SYMBOLS)
def test_a_moved_symbol_is_imported_beside_the_star(case: str) -> None:
    check_transformed(*SYMBOLS[case])


MODULES = {
    "used": ("from a.b import *\nf(K)\n", "from c.d import *\nf(K)\n"),
    "used by nobody": ("from a.b import *\n", "from c.d import *\n"),
    "with a comment": ("from a.b import *  # noqa: F403\nf(K)\n", "from c.d import *  # noqa: F403\nf(K)\n"),
}


@pytest.mark.parametrize("case", MODULES)
def test_a_star_moves_with_its_module(case: str) -> None:
    check_transformed(*MODULES[case], redirect=MODULE, others=SAME)


def test_a_renamed_symbol_of_a_moved_module() -> None:
    redirect = "  - {module: a.b, to: c.d, symbols: {f: g}}\n"
    check_transformed(
        "from a.b import *\nf(K)\n",
        "from c.d import *\nfrom c.d import g\ng(K)\n",
        redirect=redirect,
        others={"c/d.py": "def g(x=1): ...\nK = 1\nL = 2\nclass C: ...\n"},
    )


def test_a_relative_star_stays_relative() -> None:
    check_transformed(
        "from .b import *\nf()\n",
        "from .n import *\nf()\n",
        redirect="  - {module: a.b, to: a.n}\n",
        path="a/use.py",
        others={"a/n.py": SAME["c/d.py"]},
    )


def test_a_package_that_hands_a_star_on_keeps_the_name_for_its_importers() -> None:
    check_transformed(
        "from a.b import *\n",
        "from a.b import *\nfrom c.d import g as f\n",
        path="pkg/__init__.py",
        others={"use.py": "from pkg import f\nf()\n"},
    )


@pytest.mark.parametrize(
    "source",
    [
        "from a.b import *\nK\n",
        "from a.b import *\ndef f(): ...\nf()\n",
        "from a.b import *\ndef h(f): return f\n",
        "from a.other import *\nf()\n",
    ],
)
def test_a_star_that_brings_nothing_of_it_is_left_alone(source: str) -> None:
    assert not check_noop(source)


@pytest.mark.parametrize("binding", ["for f in (): pass", "if f: f = 1", "f()\ndef f(): ...", "f = 1\ndel f"])
def test_another_binding_is_for_review(binding: str) -> None:
    check_review(f"from a.b import *\n{binding}\nf()\n")


def test_a_later_star_from_outside_is_for_review() -> None:
    assert "line 2" in check_review("from a.b import *\nfrom tkinter import *\nf()\n").reason


def test_a_star_that_would_capture_is_for_review() -> None:
    others = {"c/d.py": SAME["c/d.py"] + "def open(): ...\n"}
    assert "`open`" in check_review("from a.b import *\nopen(f())\n", redirect=MODULE, others=others).reason


def test_a_name_that_the_new_module_lacks_blocks() -> None:
    assert check_blocked("from a.b import *\nL\n", redirect=MODULE) == ("u.py:1: `c.d` has no name `L`",)


HANDED_ON = {
    "p/__init__.py": "",
    "p/heaps.py": "class H: ...\n",
    "p/misc.py": "X = 1\n",
    "p/mid.py": "from p.heaps import *\n",
}


@pytest.mark.parametrize(
    ("user", "expected"), [("from p.mid import H\n", Blocked), ("import p.mid\n\nH = 3\n", Changed)]
)
def test_what_others_take_from_here_has_to_be_in_the_new_star(user: str, expected: type) -> None:
    shown = preview_files({**HANDED_ON, "u.py": user}, "  - {module: p.heaps, to: p.misc}\n")
    (outcome,) = (outcome for phase in shown.phases for outcome in phase.outcomes if outcome.path == "p/mid.py")
    assert isinstance(outcome, expected)
