"""Names that `from old import f` binds: what moves, what keeps its name, what is left alone."""

from __future__ import annotations

import pytest

from codemods.model import Disposition
from tests.checks import check_noop, check_transformed, with_disposition

CASES = {
    "plain": ("from a.b import f\nf()\n", "from c.d import g\ng()\n"),
    "aliased": ("from a.b import f as h\nh()\n", "from c.d import g as h\nh()\n"),
    "alias is the new name": ("from a.b import f as g\ng()\n", "from c.d import g\ng()\n"),
    "explicit re-export": ("from a.b import f as f\n", "from c.d import g as f\n"),
    "some names move": (
        "from a.b import K, f, L\nprint(K, f, L)\n",
        "from a.b import K, L\nfrom c.d import g\nprint(K, g, L)\n",
    ),
    "first of two": ("from a.b import f, K\nf(K)\n", "from a.b import K\nfrom c.d import g\ng(K)\n"),
    "last of two": ("from a.b import K, f\nf(K)\n", "from a.b import K\nfrom c.d import g\ng(K)\n"),
    "two move": ("from a.b import f, C\nf(C)\n", "from c.d import g, D\ng(D)\n"),
    "never used": ("from a.b import f\n", "from c.d import g\n"),
    "parenthesised, all move": (
        "from a.b import (  # head\n    f,  # one\n    C,  # two\n)\nf(C)\n",
        "from c.d import (  # head\n    g,  # one\n    D,  # two\n)\ng(D)\n",
    ),
    "parenthesised, the middle moves": (
        "from a.b import (  # head\n    K,  # kk\n    # above f\n    f,  # ff\n    L,  # ll\n)\nf(K, L)\n",
        "from a.b import (  # head\n    K,  # kk\n    L,  # ll\n)\n# above f\nfrom c.d import g  # ff\ng(K, L)\n",
    ),
    "parenthesised, the last moves": (
        "from a.b import (\n    K,  # kk\n    f  # ff\n)\nf(K)\n",
        "from a.b import (\n    K  # kk\n)\nfrom c.d import g  # ff\ng(K)\n",
    ),
    "parenthesised on one line": ("from a.b import (f, K)\nf(K)\n", "from a.b import (K)\nfrom c.d import g\ng(K)\n"),
    "parenthesised, several move": (
        "from a.b import (\n    f,\n    K,\n    C,\n)\nf(K, C)\n",
        "from a.b import (\n    K,\n)\nfrom c.d import (\n    g,\n    D,\n)\ng(K, D)\n",
    ),
    "backslash": ("from a.b import K, \\\n    f\nf(K)\n", "from a.b import K\nfrom c.d import g\ng(K)\n"),
    "comment behind": ("from a.b import f  # noqa: F401\n", "from c.d import g  # noqa: F401\n"),
    "comment behind a split": (
        "from a.b import f, K  # why\nf(K)\n",
        "from a.b import K  # why\nfrom c.d import g\ng(K)\n",
    ),
    "function-local": (
        "def h():\n    from a.b import f\n    return f()\n",
        "def h():\n    from c.d import g\n    return g()\n",
    ),
    "local and global": (
        "from a.b import f\ndef h():\n    from a.b import f\n    f()\nf()\n",
        "from c.d import g\ndef h():\n    from c.d import g\n    g()\ng()\n",
    ),
    "guarded": (
        "try:\n    from a.b import f\nexcept ImportError:\n    f = None\nf()\n",
        "try:\n    from c.d import g as f\nexcept ImportError:\n    f = None\nf()\n",
    ),
    "type checking": (
        "import typing\nif typing.TYPE_CHECKING:\n    from a.b import C\ndef h(x: 'C') -> \"list[C]\": ...\n",
        "import typing\nif typing.TYPE_CHECKING:\n    from c.d import D\ndef h(x: 'D') -> \"list[D]\": ...\n",
    ),
    "class body": (
        "class A:\n    from a.b import f\n    def h(self):\n        return self.f\n",
        "class A:\n    from c.d import g as f\n    def h(self):\n        return self.f\n",
    ),
    "behind a semicolon": ("import os; from a.b import f\nf(os)\n", "import os; from c.d import g\ng(os)\n"),
    "before a semicolon": (
        "from a.b import f, K; import os\nf(os, K)\n",
        "from a.b import K; from c.d import g; import os\ng(os, K)\n",
    ),
    "on the line of its def": (
        "def h(): from a.b import f, K; return f\n",
        "def h(): from a.b import K; from c.d import g; return g\n",
    ),
    "no final newline": ("from a.b import f, K", "from a.b import K\nfrom c.d import g"),
    "crlf": ("from a.b import K, f\r\nf()\r\n", "from a.b import K\r\nfrom c.d import g\r\ng()\r\n"),
    "crlf list": (
        "from a.b import (\r\n    K,\r\n    f,\r\n)\r\nf()\r\n",
        "from a.b import (\r\n    K,\r\n)\r\nfrom c.d import g\r\ng()\r\n",
    ),
    "old mac newlines": ("from a.b import K, f\rf()\r", "from a.b import K\rfrom c.d import g\rg()\r"),
    "tabs": ("if 1:\n\tfrom a.b import K, f\n\tf()\n", "if 1:\n\tfrom a.b import K\n\tfrom c.d import g\n\tg()\n"),
    "form feed": ("\f\nfrom a.b import f\n\f\nf()\n", "\f\nfrom c.d import g\n\f\ng()\n"),
    "wide letters before": ("from a.b import f\n'äß中', f()\n", "from c.d import g\n'äß中', g()\n"),
    "merged into the import before": (
        "from c.d import Z\nfrom a.b import f\nf(Z)\n",
        "from c.d import Z, g\ng(Z)\n",
    ),
    "merged into the import behind": ("from a.b import f\nfrom c.d import Z\nf(Z)\n", "from c.d import Z, g\ng(Z)\n"),
    "merged into a list": (
        "from c.d import (\n    Z,  # zz\n)\nfrom a.b import f\nf(Z)\n",
        "from c.d import (\n    Z,  # zz\n    g,\n)\ng(Z)\n",
    ),
    "merged into a list without a last comma": (
        "from c.d import (\n    Z  # zz\n)\nfrom a.b import f\nf(Z)\n",
        "from c.d import (\n    Z,  # zz\n    g\n)\ng(Z)\n",
    ),
    "not merged where a comment would go": (
        "from c.d import Z\nfrom a.b import f  # why\nf(Z)\n",
        "from c.d import Z\nfrom c.d import g  # why\ng(Z)\n",
    ),
    "not merged into what runs later": (
        "from a.b import f\nf()\nfrom c.d import Z\n",
        "from c.d import g\ng()\nfrom c.d import Z\n",
    ),
    "new name is there already": ("from c.d import g\nfrom a.b import f\nf(), g()\n", "from c.d import g\ng(), g()\n"),
    "relative": ("from .b import f\nf()\n", "from c.d import g\ng()\n"),
    "everywhere": (
        "from a.b import f, C\n@f\nclass A(C, metaclass=f):\n    x: C = f(y=f)\n    def h(self, p=f, *q: C) -> C:\n"
        "        try:\n            return [f(i) for i in f if f]\n        except C:\n            lambda f=f: f\n",
        "from c.d import g, D\n@g\nclass A(D, metaclass=g):\n    x: D = g(y=g)\n    def h(self, p=g, *q: D) -> D:\n"
        "        try:\n            return [g(i) for i in g if g]\n        except D:\n            lambda f=g: f\n",
    ),
    "formatted strings": (
        'from a.b import f\nprint(f\'{f()} {f!r:>{f}} f\', rf"""f {f}\n {f}""")\n',
        'from c.d import g\nprint(f\'{g()} {g!r:>{g}} f\', rf"""f {g}\n {g}""")\n',
    ),
    "two imports in one formatted string": (
        "from a.b import f\nimport a.b\nprint(f'{f()} {a.b.f}')\n",
        "from c.d import g\nimport c.d\nprint(f'{g()} {c.d.g}')\n",
    ),
    "joined formatted strings": (
        "from a.b import f\nprint('x' f'{f}'\n    f'{f(f=1)}')\n",
        "from c.d import g\nprint('x' f'{g}'\n    f'{g(f=1)}')\n",
    ),
    "parameter of that name": (
        "from a.b import f\ndef h(f=f): return f\n",
        "from c.d import g\ndef h(f=g): return f\n",
    ),
    "comprehension of that name": ("from a.b import f\n[f for f in f()]\n", "from c.d import g\n[f for f in g()]\n"),
    "attribute of that name": ("from a.b import f\nx.f(f.f, f=1)\n", "from c.d import g\nx.f(g.f, f=1)\n"),
}
KEPT = {
    "the new name is taken": "from a.b import f\ndef g(): return f()\n",
    "the new name is a local": "from a.b import f\ndef h(g): return f(g)\n",
    "the new name is a built-in that is used": "from a.b import f\ng()\nf()\n",
    "named in __all__": "from a.b import f\n__all__ = ['f']\n",
    "bound again": "from a.b import f\nif not f:\n    f = print\n",
    "deleted": "from a.b import f\ndel f\n",
    "global": "from a.b import f\ndef h():\n    global f\n    f = 1\n",
    "class reads it and binds it": "from a.b import f\nclass A:\n    f = f\n",
    "its own name put together": "from a.b import f\npatch(f'{__name__}.f')\n",
    "its own name filled in": "from a.b import f\npatch('%s.f' % __name__)\n",
    "read from its own module": "import u\nfrom a.b import f\ngetattr(u, 'f')\n",
    "evaluated": "from a.b import f\neval('f(1)')\n",
    "printed with its name": "from a.b import f\nf'{f=}'\n",
    "annotation in an annotation": "from a.b import f\nx: \"list['f']\"\n",
    "annotation over two strings": "from a.b import f\nx: 'list[' 'f]'\n",
}


@pytest.mark.parametrize("case", CASES)
def test_moves(case: str) -> None:
    before, after = CASES[case]
    path = "a/u.py" if case == "relative" else "u.py"
    check_transformed(before, after, path=path)


@pytest.mark.parametrize("case", KEPT)
def test_keeps_the_local_name_where_renaming_is_not_safe(case: str) -> None:
    before = KEPT[case]
    findings = check_transformed(before, before.replace("from a.b import f", "from c.d import g as f"))
    reason = next(finding.reason for finding in findings if finding.disposition is Disposition.REWRITTEN)
    assert reason.startswith("kept the local name: ")


@pytest.mark.parametrize(
    "source",
    [
        "from a.other import f\nf()\n",
        "from .b import f\n",
        "def f(): ...\nf()\n",
        "import a.b\na.b.K\n",
        "from a.b import K\nf = K\nf()\n",
        "x.f()\n",
        "# from a.b import f\n",
        "'f'\n",
        "from a import other as b\nb.f()\n",
        "",
    ],
)
def test_leaves_others_alone(source: str) -> None:
    assert not check_noop(source, others={"a/other.py": "def f(): ...\n"})


def test_keeps_a_name_that_another_file_reaches_in_a_way_that_cannot_follow() -> None:
    source = "from a.b import f\nf()\n"
    others = {"v.py": "import u\ngetattr(u, name or 'f')\n"}
    findings = check_transformed(source, "from c.d import g as f\nf()\n", others=others)
    assert "v.py reaches `f`" in findings[0].reason


@pytest.mark.parametrize(
    "other",
    [
        "from u import *\nf()\n",
        "import u\nx = 'u.f'\n",
        "import u\nh(u, 'f')\n",
        "import u\nfrom unittest.mock import patch\npatch(f'{u.__name__}.f')\n",
    ],
)
def test_keeps_a_name_that_another_file_reaches(other: str) -> None:
    check_transformed("from a.b import f\nf()\n", "from c.d import g as f\nf()\n", others={"v.py": other})


def test_keeps_a_name_that_goes_on_through_a_star_import() -> None:
    others = {"v.py": "from u import *\n", "w.py": "from v import f\n"}
    check_transformed("from a.b import f\n", "from c.d import g as f\n", others=others)


@pytest.mark.parametrize("other", ["from x import f\nf()\n", "import x\nx.f()\n", "patch('x.f')\n", "def f(): ...\n"])
def test_renames_where_a_namesake_is_reached(other: str) -> None:
    check_transformed("from a.b import f\nf()\n", "from c.d import g\ng()\n", others={"v.py": other, "x.py": "f = 1\n"})


def test_a_consumer_of_a_reexport_is_left() -> None:
    others = {"v.py": "from a.b import f\n__all__ = ['f']\n"}
    findings = check_noop("from v import f\nf()\n", others=others)
    assert [finding.disposition for finding in findings] == [Disposition.LEFT, Disposition.LEFT]


def test_an_import_is_not_moved_past_another_binding_of_its_name() -> None:
    before = "from c.d import Z\nf = Z\nfrom a.b import f\nf()\n"
    check_transformed(before, before.replace("from a.b import f", "from c.d import g as f"))


@pytest.mark.parametrize("star", ["from a.b import *", "from elsewhere import *"])
def test_keeps_a_name_that_a_star_import_may_bring(star: str) -> None:
    check_transformed(f"{star}\nfrom a.b import f\n", f"{star}\nfrom c.d import g as f\n")


def test_renames_beside_a_star_import_that_brings_other_names() -> None:
    check_transformed("from a.other import *\nfrom a.b import f\n", "from a.other import *\nfrom c.d import g\n")


def test_the_plan_can_keep_names() -> None:
    redirect = "  - {symbol: a.b.f, to: c.d.g, names: keep}\n"
    check_transformed("from a.b import f\nf()\n", "from c.d import g as f\nf()\n", redirect=redirect)


def test_same_name_elsewhere() -> None:
    redirect = "  - {symbol: a.b.K, to: a.other.K}\n"
    findings = check_transformed(
        "from a.b import K, f\nK\n", "from a.b import f\nfrom a.other import K\nK\n", redirect=redirect
    )
    assert len(with_disposition(findings, Disposition.REWRITTEN)) == 2


def test_relative_imports_stay_relative() -> None:
    redirect = "  - {symbol: a.b.K, to: a.other.K}\n"
    check_transformed("from .b import K\n", "from .other import K\n", redirect=redirect, path="a/u.py")
    check_transformed("from ..b import K\n", "from ..other import K\n", redirect=redirect, path="a/s/u.py")
    check_transformed("from.b import(K)\n", "from.other import(K)\n", redirect=redirect, path="a/u.py")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from.b import f\nf()\n", "from c.d import g\ng()\n"),
        ("from.b import K, f\nf(K)\n", "from.b import K\nfrom c.d import g\ng(K)\n"),
    ],
)
def test_a_relative_import_without_a_space_gets_one_where_it_has_to(before: str, after: str) -> None:
    check_transformed(before, after, path="a/u.py")
    assert not check_noop("from.other import f\nf()\n", path="a/u.py")


def test_the_target_module_is_not_made_to_import_itself() -> None:
    redirect = "  - {symbol: a.b.K, to: a.other.K}\n"
    findings = check_noop("from a.b import K\n", redirect=redirect, path="a/other.py")
    assert findings[0].disposition is Disposition.LEFT


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbffrom a.b import f\nf()\n", b"\xef\xbb\xbffrom c.d import g\ng()\n"),
        (b"# coding: latin-1\nfrom a.b import f\n'\xe4', f\n", b"# coding: latin-1\nfrom c.d import g\n'\xe4', g\n"),
        (b"from a.b import f\r\nf()\nf()\r", b"from c.d import g\r\ng()\ng()\r"),
    ],
)
def test_bytes_are_kept(before: bytes, after: bytes) -> None:
    check_transformed(before, after)
