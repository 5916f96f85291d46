"""Strings that name code: what follows the redirect, what stays with a consumer's own name, what a person judges."""

from __future__ import annotations

import pytest
from msgspec.structs import asdict

from codemods.model import Disposition, Form
from codemods.plan.load import load_plan
from codemods.plan.schema import Strings
from codemods.transforms.moves import StringChoices, moves_of
from tests.checks import (
    RENAMED,
    check_blocked,
    check_noop,
    check_review,
    check_transformed,
    plan_text,
    with_disposition,
)

CASES = {
    "patch": (
        "from unittest import mock\nmock.patch('a.b.f')\n",
        "from unittest import mock\nmock.patch('c.d.g')\n",
    ),
    "patch as a decorator": (
        'from unittest.mock import patch\n@patch("a.b.f", return_value=1)\ndef t(m): ...\n',
        'from unittest.mock import patch\n@patch("c.d.g", return_value=1)\ndef t(m): ...\n',
    ),
    "patch by keyword": ("patch(target='a.b.f')\n", "patch(target='c.d.g')\n"),
    "an attribute of what moves": ("patch('a.b.C.run')\n", "patch('c.d.D.run')\n"),
    "a target put together": ("M = 'a.b'\npatch(f'{M}.f.x')\n", "M = 'a.b'\npatch('c.d.g.x')\n"),
    "a target filled in": ("M = 'a.b'\npatch('%s.f' % M)\n", "M = 'a.b'\npatch('c.d.g')\n"),
    "a target formatted": ("M = 'a.b'\npatch('{}.{}'.format(M, 'f'))\n", "M = 'a.b'\npatch('c.d.g')\n"),
    "a target put together with a plus": ('M = "a.b"\npatch(M + ".f")\n', 'M = "a.b"\npatch("c.d.g")\n'),
    "patch.dict": ("patch.dict('a.b.C.table', x=1)\n", "patch.dict('c.d.D.table', x=1)\n"),
    "mocker": ("def t(mocker):\n    mocker.patch('a.b.f')\n", "def t(mocker):\n    mocker.patch('c.d.g')\n"),
    "monkeypatch": (
        "def t(monkeypatch):\n    monkeypatch.setattr('a.b.f', 1)\n    monkeypatch.delattr('a.b.C')\n",
        "def t(monkeypatch):\n    monkeypatch.setattr('c.d.g', 1)\n    monkeypatch.delattr('c.d.D')\n",
    ),
    "patch.multiple by path": ("patch.multiple('a.b', f=1, C=2)\n", "patch.multiple('c.d', g=1, D=2)\n"),
    "patch.multiple on the module": (
        "import a.b\npatch.multiple(a.b, f=1, C=2, create=True)\n",
        "import c.d\npatch.multiple(c.d, g=1, D=2, create=True)\n",
    ),
    "patch.object on the module": (
        "from a import b\npatch.object(b, 'f', new=1)\n",
        "from c import d\npatch.object(d, 'g', new=1)\n",
    ),
    "monkeypatch on the module": (
        "import a.b as m\ndef t(monkeypatch): monkeypatch.setattr(m, 'f', 1)\n",
        "import c.d as m\ndef t(monkeypatch): monkeypatch.setattr(m, 'g', 1)\n",
    ),
    "getattr": ("import a.b\ngetattr(a.b, 'f', None)\n", "import c.d\ngetattr(c.d, 'g', None)\n"),
    "hasattr beside what stays": (
        "from a import b\nhasattr(b, 'f'), b.K\n",
        "from a import b\nfrom c import d\nhasattr(d, 'g'), b.K\n",
    ),
    "import_module, read at once": (
        "import importlib\nimportlib.import_module('a.b').f()\n",
        "import importlib\nimportlib.import_module('c.d').g()\n",
    ),
    "import_module, read through a variable": (
        "from importlib import import_module\nm = import_module('a.b')\nm.f(m.C)\n",
        "from importlib import import_module\nm = import_module('c.d')\nm.g(m.D)\n",
    ),
    "getattr of import_module": (
        "getattr(importlib.import_module('a.b'), 'f')()\n",
        "getattr(importlib.import_module('c.d'), 'g')()\n",
    ),
    "__import__ with a list": ("__import__('a.b', fromlist=['f']).f()\n", "__import__('c.d', fromlist=['g']).g()\n"),
    "sys.modules": (
        "import sys\nimport a.b\nsys.modules['a.b'].f()\n",
        "import sys\nimport a.b\nimport c.d\nsys.modules['c.d'].g()\n",
    ),
    "resolve_name": ("pkgutil.resolve_name('a.b.f')\n", "pkgutil.resolve_name('c.d.g')\n"),
    "docstring role": (
        '"""See :func:`a.b.f`, :class:`~a.b.C` and ``a.b.f(1)``."""\n',
        '"""See :func:`c.d.g`, :class:`~c.d.D` and ``c.d.g(1)``."""\n',
    ),
    "docstring with a title": ('r"""\\d :func:`run <a.b.f>`"""\n', 'r"""\\d :func:`run <c.d.g>`"""\n'),
    "an import quoted in a docstring": (
        'def h():\n    \'E.g.::\\n\'\n\ndef k():\n    """E.g.::\n\n        from a.b import f, C\n    """\n',
        'def h():\n    \'E.g.::\\n\'\n\ndef k():\n    """E.g.::\n\n        from c.d import g, D\n    """\n',
    ),
    "a quoted import of a name that is used there": (
        '"""E.g.::\n\n    from a.b import f\n    f()\n"""\n',
        '"""E.g.::\n\n    from c.d import g as f\n    f()\n"""\n',
    ),
    "type comment": (
        "from a.b import C\nx = []  # type: list[C]\n",
        "from c.d import D\nx = []  # type: list[D]\n",
    ),
    "signature comment": (
        "from a.b import C\ndef h(x, y):\n    # type: (C, int) -> C\n    return x\n",
        "from c.d import D\ndef h(x, y):\n    # type: (D, int) -> D\n    return x\n",
    ),
    "type comment with a remark": (
        "import a.b\nx = None  # type: a.b.C  # why\n",
        "import c.d\nx = None  # type: c.d.D  # why\n",
    ),
    "cast and bound": (
        "from typing import cast, TypeVar\nfrom a.b import C\nT = TypeVar('T', bound='C')\ncast('C', 1)\n",
        "from typing import cast, TypeVar\nfrom c.d import D\nT = TypeVar('T', bound='D')\ncast('D', 1)\n",
    ),
    "lazy map with pairs": (
        "_M = {'f': ('a.b', 'f')}\ndef __getattr__(n): ...\n",
        "_M = {'f': ('c.d', 'g')}\ndef __getattr__(n): ...\n",
    ),
    "lazy map with paths": (
        "_M = {'f': 'a.b:f', 'C': 'a.b.C'}\ndef __getattr__(n): ...\n",
        "_M = {'f': 'c.d:g', 'C': 'c.d.D'}\ndef __getattr__(n): ...\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_follows(case: str) -> None:
    before, after = CASES[case]
    check_transformed(before, after)


MODULE = "  - {module: a.b, to: c.d}\n"
SAME = {"c/d.py": "def f(x=1): ...\nK = 1\nL = 2\nclass C: ...\n"}
MODULE_CASES = {
    "import_module of which nothing is read": ("import_module('a.b')\n", "import_module('c.d')\n"),
    "a fake in sys.modules": ("sys.modules['a.b'] = x\n", "sys.modules['c.d'] = x\n"),
    "fakes for a while": (
        "patch.dict(sys.modules, {'a.b': x, 'os': y})\n",
        "patch.dict(sys.modules, {'c.d': x, 'os': y})\n",
    ),
    "asked for": ("'a.b' in sys.modules\n", "'c.d' in sys.modules\n"),
    "lazy map": ("_M = {'f': 'a.b'}\ndef __getattr__(n): ...\n", "_M = {'f': 'c.d'}\ndef __getattr__(n): ...\n"),
    "module role": ("'''See :mod:`a.b`.'''\n", "'''See :mod:`c.d`.'''\n"),
    "patch": ("patch('a.b.K', 1)\n", "patch('c.d.K', 1)\n"),
}


@pytest.mark.parametrize("case", MODULE_CASES)
def test_follows_a_module(case: str) -> None:
    before, after = MODULE_CASES[case]
    check_transformed(before, after, redirect=MODULE, others=SAME)


def test_a_lazy_map_in_a_package_stays_relative() -> None:
    check_transformed(
        "_M = {'f': '.b', 'K': '.b'}\ndef __getattr__(n): ...\n",
        "_M = {'f': '.n', 'K': '.b'}\ndef __getattr__(n): ...\n",
        redirect="  - {symbol: a.b.f, to: a.n.f}\n",
        path="a/__init__.py",
        others={"a/n.py": "def f(): ...\n"},
    )
    check_transformed(
        "__getattr__, __dir__, __all__ = lazy.attach(__name__, submod_attrs={'b': ['f', 'K'], 'o': ['x']})\n",
        "__getattr__, __dir__, __all__ = lazy.attach(__name__, submod_attrs={'n': ['f', 'K'], 'o': ['x']})\n",
        redirect="  - {module: a.b, to: a.n}\n",
        path="a/__init__.py",
        others={"a/n.py": "def f(): ...\nK = L = 1\nclass C: ...\n"},
    )


def test_a_lazy_map_of_the_new_module_does_not_load_itself() -> None:
    source = "_M = {'f': 'a.b'}\ndef __getattr__(n): ...\n"
    findings = check_noop(source, redirect="  - {symbol: a.b.f, to: c.d.f}\n", path="c/d.py")
    assert {finding.disposition for finding in findings} == {Disposition.LEFT}


NOOPS = [
    "patch('a.bb.f')\n",
    "patch('xa.b.f')\n",
    "patch('a.b.ff')\n",
    "patch('a.b.K')\n",
    "patch.object(other, 'f')\n",
    "import a.b\ngetattr(a.b, 'K')\n",
    "import a.b\npatch.multiple(a.b, K=1)\n",
    "import_module('a.b').K\n",
    "getattr(sys.modules['a.b'], 'K')\n",
    "'''`xa.b.f` and :func:`a.b.f2`'''\n",
    "x = 1  # type: f\n",
    "'''# type: a.b.f'''\n" if False else "x = 1  # type: ignore[f]\n",
    "_M = {'K': 'a.b'}\ndef __getattr__(n): ...\n",
]


@pytest.mark.parametrize("source", NOOPS)
def test_look_alikes_are_left_alone(source: str) -> None:
    assert not [
        f for f in check_noop(source) if f.disposition is not Disposition.REVIEW or "part of it" not in f.reason
    ]


REVIEWS = {
    "a rename that a map cannot say": "_M = {'f': 'a.b'}\ndef __getattr__(n): ...\n",
    "some of several": "import a.b\npatch.multiple(a.b, f=1, K=2)\n",
    "written in two parts": "patch('a.b' '.f')\n",
    "a fake for a part of a module": "sys.modules['a.b'] = x\n",
    "history": "'''X\n\n.. versionchanged:: 2\n   `a.b.f` went.\n'''\n",
    "a quoted import that splits": "'''from a.b import K, f'''\n",
    "a sentence about the change": "'''DEPRECATED: use g instead of `a.b.f`.'''\n",
    "an import in a sentence": "'''See from a.b import f'''\n",
    "code in a string": "x = 'from a.b import f\\nf()'\n",
    "a relative name of a module": "import_module('.b', package='a').f\n",
    "an entry point": "X = 'a.b:f'\nY = ['x = a.b:f']\n",
    "a name made up as it runs": "import a.b\ngetattr(a.b, name)\n",
    "prose": "'''a.b.f does it.'''\n",
    "not known to be loaded": "sys.modules['a.b'].f\n",
    "some of what is read": "m = import_module('a.b')\nm.f(m.K)\n",
}


@pytest.mark.parametrize("case", REVIEWS)
def test_what_a_person_judges(case: str) -> None:
    findings = check_noop(REVIEWS[case])
    assert findings
    assert {finding.disposition for finding in findings} == {Disposition.REVIEW}


def test_a_patch_of_the_old_module_s_own_lookup_is_for_review() -> None:
    """Code that stays in the old module looks the name up there: a test of that code patches it there."""
    others = {"a/b.py": "def f(): ...\ndef K(): return f()\nclass C: ...\n"}
    check_review("from a.b import K\npatch('a.b.f')\nK()\n", others=others)
    check_transformed("patch('a.b.f')\n", "patch('c.d.g')\n", others=others)


def test_a_patch_of_a_consumer_s_name_stays_while_the_consumer_keeps_it() -> None:
    others = {"app/__init__.py": "", "app/use.py": "from a.b import f\n__all__ = ['f']\n"}
    findings = check_noop("patch('app.use.f')\n", others=others)
    assert [(f.disposition, f.reference.form) for f in findings] == [(Disposition.LEFT, Form.PATCH)]


def test_a_path_through_a_consumer_s_module_leads_to_the_new_one() -> None:
    others = {"app/__init__.py": "", "app/use.py": "from a import b\nb.f()\n"}
    check_transformed("patch('app.use.b.f')\n", "patch('c.d.g')\n", others=others)


def test_a_path_through_a_consumer_that_is_put_together() -> None:
    others = {"app/__init__.py": "", "app/use.py": "from a import b\nb.f()\n"}
    check_transformed("W = 'app.use.b'\npatch(W + '.f')\n", "W = 'app.use.b'\npatch('c.d.g')\n", others=others)


def test_a_string_without_a_counterpart_blocks() -> None:
    reasons = check_blocked("patch('a.b.f')\nimport a.b\n", redirect=MODULE)
    assert reasons == ("u.py:1: `c.d` has no name `f`",)


def choice(strings: str) -> str:
    """The usual redirects with this choice for strings."""
    return RENAMED.replace("}", f", strings: {strings}}}")


@pytest.mark.parametrize("word", ["review", "leave"])
@pytest.mark.parametrize(
    "source",
    [
        "patch('a.b.f')\n",
        "import a.b\ngetattr(a.b, 'f')\n",
        "import_module('a.b').f\n",
        "'''`a.b.f`'''\n",
        "_M = {'f': ('a.b', 'f')}\ndef __getattr__(n): ...\n",
    ],
)
def test_the_plan_can_leave_strings(source: str, word: str) -> None:
    found = {f.disposition for f in check_noop(source, redirect=choice(word))}
    assert found == {Disposition.REVIEW if word == "review" else Disposition.LEFT}


def test_the_plan_chooses_by_class() -> None:
    redirect = choice("{patch: leave, other: rewrite, exports: rewrite}")
    check_transformed("x = 'a.b.f'\npatch('a.b.f')\n", "x = 'c.d.g'\npatch('a.b.f')\n", redirect=redirect)
    check_transformed("from a.b import f\n__all__ = ['f']\n", "from c.d import g\n__all__ = ['g']\n", redirect=redirect)


def test_annotations_that_stay_keep_the_local_name() -> None:
    check_transformed(
        "from a.b import C\nx: 'C' = C()\n",
        "from c.d import D as C\nx: 'C' = C()\n",
        redirect=choice("{annotations: leave}"),
    )
    check_transformed(
        "from a.b import C\nx = C()  # type: C\n",
        "from c.d import D as C\nx = C()  # type: C\n",
        redirect=choice("review"),
    )


def test_exports_keep_their_names() -> None:
    findings = check_transformed("from a.b import f\n__all__ = ['f']\n", "from c.d import g as f\n__all__ = ['f']\n")
    assert [f.reference.form for f in with_disposition(findings, Disposition.LEFT)] == [Form.EXPORT]


def test_names_that_change_with_a_redirect_have_the_choices_of_a_plan_that_makes_none() -> None:
    """They are written down a second time, for processes that load no plan."""
    moves = moves_of(load_plan(plan_text(), "plan.yaml").plan)
    assert {target.strings for target in moves.symbols.values()} == {StringChoices()}
    assert {key: str(choice) for key, choice in asdict(Strings()).items()} == asdict(StringChoices())
