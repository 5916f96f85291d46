# ruff: noqa: E501 - sources of several lines, each as one text
"""Symbols in rules: found however a file imports them, named by the imports that are there, or by new ones."""

from __future__ import annotations

import ast
from string import ascii_lowercase

import pytest

from codemods.engine.preview import preview
from codemods.model import Disposition
from codemods.plan.load import load_plan
from tests.checks import check_noop, check_review, check_transformed, rule, with_disposition

OTHERS = {
    "app/__init__.py": "",
    "app/old.py": "def f(*a): return a\ndef k(): return 1\nclass C:\n    @classmethod\n    def make(cls): return cls()\n",
    "app/new.py": "def g(*a): return a\nclass D: pass\n",
    "app/re.py": "from app.old import f\nfrom app.old import f as other\n",
    "app/sub/__init__.py": "from ..old import f\n",
}
MOVE = rule("app.old.f($...A)", "app.new.g($...A)")


def check(before: str, after: str, rewrite: str = MOVE, path: str = "u.py") -> None:
    check_transformed(before, after, rewrite=rewrite, path=path, others=OTHERS)


@pytest.mark.parametrize(
    ("imported", "called"),
    [
        ("from app.old import f\n", "f"),
        ("from app.old import f as h\n", "h"),
        ("import app.old\n", "app.old.f"),
        ("import app.old as o\n", "o.f"),
        ("from app import old\n", "old.f"),
        ("from app import old as o\n", "o.f"),
        ("import app\n", "app.old.f"),
        ("from app.old import f\nfrom app.old import f\n", "f"),
    ],
)
def test_a_symbol_is_found_by_each_import(imported: str, called: str) -> None:
    check(f"{imported}{called}(1, *a)\n", "from app.new import g\ng(1, *a)\n")
    check_noop(f"{imported}def k({called.partition('.')[0]}): return {called}(1)\n", rewrite=MOVE, others=OTHERS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from app.re import f\nf(1)\n", "from app.new import g\n\ng(1)\n"),
        ("from app.re import other\nother(1)\n", "from app.new import g\n\ng(1)\n"),
        ("from app import re\nre.other(re.x)\n", "from app import re\nfrom app.new import g\ng(re.x)\n"),
        ("from app.sub import f\nf(1)\n", "from app.new import g\n\ng(1)\n"),
        ("from app.old import *\nf(1)\n", "from app.new import g\nfrom app.old import *\ng(1)\n"),
        ("from app.re import *\nother(1)\n", "from app.new import g\nfrom app.re import *\ng(1)\n"),
    ],
)
def test_a_symbol_is_found_through_other_modules(before: str, after: str) -> None:
    check(before, after)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("app/u.py", "from .old import f\nf(1)\n", "from .new import g\ng(1)\n"),
        ("app/u.py", "from . import old\nold.f(1)\n", "from .new import g\ng(1)\n"),
        ("app/sub/u.py", "from ..old import f\nf(1)\n", "from ..new import g\ng(1)\n"),
    ],
)
def test_a_symbol_is_found_by_relative_imports(path: str, before: str, after: str) -> None:
    check(before, after, path=path)


@pytest.mark.parametrize(
    "source",
    [
        "def f(): pass\nf(1)\n",
        "from other import f\nf(1)\n",
        "self.f(1)\napp.old.f(2)\n",
        "from app.old import f\ndef k(f): return f(1)\n",
        "from app.old import f\nf = 3\nf(1)\n",
        "from app.old import f\nx = [f(1) for f in y]\n",
        "from app.old import f\nclass A:\n    f = f\n    x = f(2)\n",
        "from app.old import f\ndef k():\n    global f\n    f = 1\nf(2)\n",
        "from app.old import *\ndef f(): pass\nf(1)\n",
        "from app.old import *\nfrom os import *\nf(1)\n",
        "if x:\n    from app.old import f\nelse:\n    from os import f\nf(1)\n",
        "import app.old\ndef k(app): return app.old.f(1)\n",
    ],
)
def test_a_namesake_is_left_alone(source: str) -> None:
    check_noop(source, rewrite=MOVE, others=OTHERS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from app.old import f, k\nf(k)\n", "from app.old import k\nfrom app.new import g\ng(k)\n"),
        ("from app.old import f\nf(f)\n", "from app.old import f\nfrom app.new import g\ng(f)\n"),
        ("from app.old import f\n__all__ = ['f']\nf(1)\n", "from app.old import f\nfrom app.new import g\n__all__ = ['f']\ng(1)\n"),
        ("from app.new import g\nfrom app.old import f\nf(1)\n", "from app.new import g\ng(1)\n"),
        ("from app.new import g as h\nfrom app.old import f\nf(1)\n", "from app.new import g as h\nh(1)\n"),
        ("from app.new import D\nfrom app.old import f\nf(D)\n", "from app.new import D, g\ng(D)\n"),
        ("import app.new\nimport app.old\napp.old.f(app.new)\n", "import app.new\napp.new.g(app.new)\n"),
        ("import app.old, os\napp.old.f(os)\n", "import os\nfrom app.new import g\ng(os)\n"),
        ("from app.old import f; f(1)\n", "from app.new import g; g(1)\n"),
        ("def k():\n    from app.old import f\n    return f(1)\n", "def k():\n    from app.new import g\n    return g(1)\n"),
        (
            "from app.old import f\nx: 'f' = f(1)  # type: f\n",
            "from app.old import f\nfrom app.new import g\nx: 'f' = g(1)  # type: f\n",
        ),
        (
            "try:\n    from app.old import f\nexcept ImportError:\n    f = None\nf(1)\n",
            "try:\n    from app.old import f\n    from app.new import g\nexcept ImportError:\n    f = None\ng(1)\n",
        ),
        (
            "def k():\n    from app.old import f\n    return f(1)\ndef m():\n    from app.old import f\n    return f\n",
            "def k():\n    from app.new import g\n    return g(1)\ndef m():\n    from app.old import f\n    return f\n",
        ),
    ],
)  # fmt: skip
def test_imports_are_added_merged_removed_and_kept(before: str, after: str) -> None:
    check(before, after)
    check_noop(after, rewrite=MOVE, others=OTHERS)


def test_an_import_that_another_file_reaches_stays() -> None:
    before, after = "from app.old import f\nf(1)\n", "from app.old import f\nfrom app.new import g\ng(1)\n"
    others = {**OTHERS, "v.py": "from u import f\nf\n"}
    check_transformed(before, after, rewrite=MOVE, others=others)
    check(before, "from app.new import g\ng(1)\n")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("from app.old import f\ndef k(g): return f(1)\n", "`g` means something else here"),
        ("from app.old import f\ng = 1\nf(1)\n", "`g` means something else here"),
        ("from app.old import f\ndef k(): return g\nf(1)\n", "an import of `g` would change its meaning in line 2"),
    ],
)
def test_a_name_that_is_taken_sends_the_match_to_review(source: str, reason: str) -> None:
    assert check_review(source, rewrite=MOVE, others=OTHERS).reason == reason


def test_in_the_new_module_the_symbol_is_named_as_it_is() -> None:
    before = "from app.old import f\ndef g(*a): return a\ndef k(): return f(2)\n"
    after = "def g(*a): return a\ndef k(): return g(2)\n"
    check(before, after, path="app/new.py")


@pytest.mark.parametrize(
    ("function", "reason"),
    [("def g(*a): return f(1)\n", "this is in `g` itself"), ("def g(*a): pass\ndef k(g): return f(1)\n", "means something")],
)  # fmt: skip
def test_a_function_does_not_come_to_call_itself(function: str, reason: str) -> None:
    findings = check_noop(f"from app.old import f\n{function}", rewrite=MOVE, path="app/new.py", others=OTHERS)
    assert [finding for finding in findings if reason in finding.reason]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from app.old import C\nC.make()\nx = C\n", "from app.old import C\nfrom app.new import D\nD()\nx = C\n"),
        ("from app.old import C as K\nK.make()\n", "from app.new import D\nD()\n"),
        ("import app.old as o\no.C.make()\n", "from app.new import D\nD()\n"),
    ],
)
def test_a_name_in_a_class_is_a_symbol_too(before: str, after: str) -> None:
    check(before, after, rule("app.old.C.make()", "app.new.D()"))
    check_noop("from app.new import D as C\nC.make()\n", rewrite=rule("app.old.C.make()", "app.new.D()"), others=OTHERS)


def test_a_module_is_a_symbol_too() -> None:
    rewrite = rule("app.old.f", "app.new.g")
    before = "from app.old import f\n@f\nclass A(f): x = f\n"
    check(before, "from app.new import g\n@g\nclass A(g): x = g\n", rewrite)


@pytest.mark.parametrize(
    ("replace", "before", "after", "more"),
    [
        ("pathlib.Path($X)", "f(1)\n", "from pathlib import Path\n\nPath(1)\n", {}),
        ("pathlib.Path($X)", "import pathlib\nf(1)\n", "import pathlib\npathlib.Path(1)\n", {}),
        ("pathlib.Path($X)", "f(1)\n", "import pathlib\n\npathlib.Path(1)\n", {"imports": ["pathlib"]}),
        ("os.path.join($X)", "import os\nf(1)\n", "import os\nos.path.join(1)\n", {}),
        ("collections.abc.Set($X)", "f(1)\n", "from collections.abc import Set\n\nSet(1)\n", {}),
        ("numpy.array($X)", "f(1)\n", "import numpy\n\nnumpy.array(1)\n", {"imports": ["numpy"]}),
        ("string.x($X)", "string = 1\nf(1)\n", "string = 1\nstring.x(1)\n", {"local": ["string"], "requires": {"names": ["string"]}}),
    ],
)  # fmt: skip
def test_what_a_library_has_is_imported(replace: str, before: str, after: str, more: dict[str, object]) -> None:
    check(before, after, rule("f($X)", replace, **more))
    check_noop(before.replace("f(", "h("), rewrite=rule("f($X)", replace, **more))


def test_imports_go_where_the_file_has_them() -> None:
    before = '"""Doc."""\nfrom __future__ import annotations\n\nimport os\nimport sys\n\nx = f(os, sys)\n'
    after = '"""Doc."""\nfrom __future__ import annotations\n\nimport os\nimport re\nimport sys\n\nx = re.x(os, sys)\n'
    check(before, after, rule("f($...A)", "re.x($...A)", imports=["re"]))


def test_two_imports_that_go_make_room_for_one() -> None:
    before = "from a import b\nfrom a.b import f\n\nprint(f(1), b.f(2))\n"
    after = "from c.d import g\n\nprint(g(1), g(2))\n"
    check_transformed(before, after, rewrite=rule("a.b.f($X)", "c.d.g($X)"))
    check_noop(after, rewrite=rule("a.b.f($X)", "c.d.g($X)"))


def test_an_import_that_only_a_patch_needs_is_told() -> None:
    patching = {"test_u.py": "from unittest.mock import patch\npatch('u.f')\n"}
    before = "from a.b import f\nprint(f(1))\n"
    after = "from a.b import f\nfrom c.d import g\nprint(g(1))\n"
    findings = check_transformed(before, after, rewrite=rule("a.b.f($X)", "c.d.g($X)"), others=patching)
    (found,) = with_disposition(findings, Disposition.REVIEW)
    assert found.reason.startswith("nothing here uses it any more, but test_u.py reaches it through this module")


def test_a_redirect_of_the_same_symbol_takes_patches_along() -> None:
    patching = {"test_u.py": "from unittest.mock import patch\nimport u\npatch('u.f')\n"}
    before = "from a.b import f\n\n\ndef run():\n    return f(1)\n"
    after = "from c.d import g\n\n\ndef run():\n    return g(1)\n"
    both = {"rewrite": rule("a.b.f($X)", "c.d.g($X)"), "redirect": "  - {symbol: a.b.f, to: c.d.g}\n"}
    findings = check_transformed(before, after, others=patching, **both)
    assert not with_disposition(findings, Disposition.REVIEW)


def test_a_name_that_a_module_takes_from_its_package_is_needed() -> None:
    # Nothing in `pkg/v.py` spells the name of the package.
    others = {"pkg/v.py": "from . import make\n\nmake(2)\n"}
    before = "from a.b import f as make\n\nmake(1)\n"
    after = "from a.b import f as make\nfrom c.d import g\n\ng(1)\n"
    rewrite = rule("a.b.f($X)", "c.d.g($X)", files=["pkg/__init__.py"])
    check_transformed(before, after, rewrite=rewrite, path="pkg/__init__.py", others=others)


def test_a_file_is_not_read_again_for_each_name_that_it_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirect changes one function; rules look at the result, and what the other functions need is no matter."""
    names = [f"{letter}{letter}" for letter in ascii_lowercase]
    others = "".join(f"def f_{name}():\n    return {name}\n\n" for name in names)
    user = f"from stuff import {', '.join(names)}\nfrom lib.old import make\n\n{others}\ndef f():\n    return make()\n"
    files = {
        "lib/__init__.py": "",
        "lib/old.py": "def make(): ...\ndef run(): ...\n",
        "lib/new.py": "def build(): ...\ndef go(): ...\n",
        "stuff.py": "".join(f"{name} = 1\n" for name in names),
        "user.py": user,
    }
    contents = {path: text.encode() for path, text in files.items()}
    redirect = "redirect:\n  - {symbol: lib.old.make, to: lib.new.build}\n"
    rewrite = "rewrite:\n  - {name: run, match: lib.old.run(), replace: lib.new.go()}\n"
    loaded = load_plan(f"schema: 1\nname: both\n{rewrite}{redirect}", "plan.yaml")
    parse, parsed = ast.parse, []

    def parse_and_tell(source: str, *args: str, **settings: object) -> ast.AST:
        parsed.append(source)
        return parse(source, *args, **settings)  # type: ignore[call-overload]  # whatever it is called with

    monkeypatch.setattr(ast, "parse", parse_and_tell)
    shown = preview(loaded, sorted(contents), contents.__getitem__)
    (change,) = (change for unit in shown.units for change in unit.changes)
    assert (
        change.after
        == user.replace("lib.old import make", "lib.new import build").replace("make()", "build()").encode()
    )
    assert 0 < sum("from stuff import" in source for source in parsed) < len(names) // 2
