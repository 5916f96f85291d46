"""Names that stand for modules, and what is read from them."""

from __future__ import annotations

import pytest

from codemods.model import Disposition, Form
from tests.checks import check_blocked, check_noop, check_review, check_transformed, with_disposition

SYMBOL = {
    "dotted": ("import a.b\na.b.f()\n", "import c.d\nc.d.g()\n"),
    "aliased": ("import a.b as m\nm.f()\n", "import c.d as m\nm.g()\n"),
    "from the package": ("from a import b\nb.f()\n", "from c import d\nd.g()\n"),
    "from the package, aliased": ("from a import b as m\nm.f()\n", "from c import d as m\nm.g()\n"),
    "one of several modules": ("import os, a.b\na.b.f(os)\n", "import os, c.d\nc.d.g(os)\n"),
    "still needed, dotted": ("import a.b\na.b.f(a.b.K)\n", "import a.b\nimport c.d\nc.d.g(a.b.K)\n"),
    "still needed, aliased": ("import a.b as m\nm.f(m.K)\n", "import a.b as m\nimport c.d as d\nd.g(m.K)\n"),
    "still needed, from the package": ("from a import b\nb.f(b.K)\n", "from a import b\nfrom c import d\nd.g(b.K)\n"),
    "the root is needed": ("import a.b\na.b.f(a)\n", "import a.b\nimport c.d\nc.d.g(a)\n"),
    "the root comes from another import": (
        "import a.other\nimport a.b\na.b.f(a.other)\n",
        "import a.other\nimport c.d\nc.d.g(a.other)\n",
    ),
    "the new root is taken": ("import a.b\nc = 1\na.b.f(c)\n", "import c.d as d\nc = 1\nd.g(c)\n"),
    "the short name is taken": ("from a import b\nd = 1\nb.f(d)\n", "from c import d as b\nd = 1\nb.g(d)\n"),
    "local": ("def h():\n    import a.b\n    return a.b.f\n", "def h():\n    import c.d\n    return c.d.g\n"),
    "new module is there": ("import c.d\nimport a.b\na.b.f(c.d)\n", "import c.d\nc.d.g(c.d)\n"),
    "formatted string": ("import a.b\nf'{a.b.f()} {a.b.f}'\n", "import c.d\nf'{c.d.g()} {c.d.g}'\n"),
    "string annotation": ("import a.b\nx: 'list[a.b.C]'\n", "import c.d\nx: 'list[c.d.D]'\n"),
    "over two lines": ("import a.b\n(a.b\n  .f())\n", "import a.b\n(a.b\n  .f())\n"),
    "relative": ("from . import b\nb.f()\n", "from c import d\nd.g()\n"),
}
MODULE = "  - {module: a.b, to: c.d, symbols: {f: g, C: D, K: a.other.K}}\n"
WHOLE = {
    "from": ("from a.b import f, C\nf(C)\n", "from c.d import g, D\ng(D)\n"),
    "to two places": ("from a.b import f, K\nf(K)\n", "from c.d import g\nfrom a.other import K\ng(K)\n"),
    "never used": ("import a.b\n", "import c.d\n"),
    "never used, aliased": ("import a.b as m\n", "import c.d as m\n"),
    "read in two places": ("import a.b\na.b.f(a.b.K)\n", "import c.d\nimport a.other\nc.d.g(a.other.K)\n"),
}


@pytest.mark.parametrize("case", [case for case in SYMBOL if case != "over two lines"])
def test_symbol_moves(case: str) -> None:
    before, after = SYMBOL[case]
    check_transformed(before, after, path="a/u.py" if case == "relative" else "u.py")


@pytest.mark.parametrize("case", WHOLE)
def test_module_moves(case: str) -> None:
    check_transformed(*WHOLE[case], redirect=MODULE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from .import b\nb.f()\n", "from c import d\nd.g()\n"),
        ("from.import b\nb.f()\n", "from c import d\nd.g()\n"),
        ("from .import(b)\nb.f()\n", "from c import(d)\nd.g()\n"),
        ("from .import b, other\nb.f(other)\n", "from .import other\nfrom c import d\nd.g(other)\n"),
    ],
)
def test_a_package_that_is_written_by_dots_alone_needs_no_space(before: str, after: str) -> None:
    check_transformed(before, after, path="a/u.py")
    assert not check_noop("from .import other\nother.f()\n", path="a/u.py")


def test_a_package_that_is_written_by_dots_alone_may_become_another() -> None:
    redirect, others = "  - {module: a.b, to: a.s.d}\n", {"a/s/__init__.py": "", "a/s/d.py": "f = 1\n"}
    check_transformed(
        "from .import b\nb.f\n", "from .s import d\nd.f\n", redirect=redirect, path="a/u.py", others=others
    )


@pytest.mark.parametrize(
    "source",
    ["import a.b\na.b.K\n", "import a\na.other.f\n", "import a.b as m\nprint(m)\n", "from a import other\nother.f\n"],
)
def test_leaves_others_alone(source: str) -> None:
    assert not check_noop(source)


def test_a_chain_with_a_comment_inside_is_for_review() -> None:
    finding = check_review("import a.b\n(a.b  # why\n  .f())\n")
    assert "cannot be replaced exactly" in finding.reason


def test_a_module_that_is_passed_on_is_for_review() -> None:
    findings = check_noop("import a.b as m\nprint(m)\n", redirect=MODULE)
    assert {f.disposition for f in findings} == {Disposition.REVIEW}
    assert with_disposition(findings, Disposition.REVIEW)[1].reference.form is Form.MODULE_VALUE


def test_a_name_with_two_meanings_is_for_review() -> None:
    check_review("try:\n    import a.b as m\nexcept ImportError:\n    m = None\nm.f()\n")


def test_an_attribute_that_is_assigned_blocks_the_file() -> None:
    # Its other uses would read what is set nowhere any more.
    (reason,) = check_blocked("import a.b\na.b.f = 1\nprint(a.b.f)\n")
    assert "it is assigned or deleted here" in reason
    check_transformed("import a.b\na.b.f.x = 1\n", "import c.d\nc.d.g.x = 1\n")


def test_a_name_without_counterpart_blocks_the_file() -> None:
    reasons = check_blocked("from a.b import f, L\nf(L)\n", redirect=MODULE)
    assert reasons == ("u.py:1: `c.d` has no name `L`", "u.py:2: `c.d` has no name `L`")


def test_a_chain_without_counterpart_blocks_the_file() -> None:
    reasons = check_blocked("import a.b\na.b.f(a.b.L)\n", redirect=MODULE)
    assert reasons == ("u.py:2: `c.d` has no name `L`",)


@pytest.mark.parametrize(
    "source",
    [
        "x = 'a.b.f'\n",
        "x = 'see a.b.f for more'\n",
        "import a.b\nx = 'f'\n",
    ],
)
def test_strings_are_for_review(source: str) -> None:
    assert check_review(source).reference.form is Form.STRING


@pytest.mark.parametrize("source", ["'xa.b.f'\n", "'a.b.fx'\n", "'a.b'\n", "'f'\n", "b'a.b.f'\n"])
def test_other_strings_are_left_alone(source: str) -> None:
    assert not check_noop(source)


def test_a_chain_through_a_package_that_has_another_name_here() -> None:
    others = {"a/__init__.py": "from . import b\n"}
    check_transformed("import a as x\nx.b.f()\n", "import c.d as d\nd.g()\n", others=others)


def test_a_chain_through_a_package_that_loads_both_modules() -> None:
    others = {"p/__init__.py": "from . import loader\n", "p/loader.py": "from . import old, new\n"}
    others |= {"p/old.py": "def f(): ...\nK = 1\n", "p/new.py": "def g(): ...\nK = 1\n"}
    redirect = "  - {module: p.old, to: p.new, symbols: {f: g}}\n"
    check_transformed("import p as x\nx.old.f(x)\n", "import p as x\nx.new.g(x)\n", redirect=redirect, others=others)
    check_transformed(
        "import p as x\nfrom p import old\nx.old.f(old.K)\n",
        "import p as x\nfrom p import new\nx.new.g(new.K)\n",
        redirect=redirect,
        others=others,
    )
    check_transformed(
        "import p as x\nfrom p import old\nx.old.f(old.K)\n",
        "from p import new\nnew.g(new.K)\n",
        redirect=redirect,
        others={**others, "p/__init__.py": ""},
    )


def test_a_chain_before_its_import_gets_one_before_it() -> None:
    before = "import a\na.b.f()\nimport a.b\na.b.f()\n"
    check_transformed(before, "import a\nimport c.d\nc.d.g()\nimport c.d\nc.d.g()\n")


def test_a_module_is_not_imported_twice_in_one_statement() -> None:
    check_transformed("import a.b, c.d\na.b.f(c.d)\n", "import c.d\nc.d.g(c.d)\n")


def test_a_package_moves_with_its_modules() -> None:
    files = {"p/__init__.py": "", "p/m.py": "X = 1\n", "q/__init__.py": "", "q/m.py": "X = 2\n"}
    redirect = "  - {module: p, to: q}\n"
    check_transformed("from p.m import X\nX\n", "from q.m import X\nX\n", redirect=redirect, others=files)
    check_transformed("import p.m\np.m.X\n", "import q.m\nq.m.X\n", redirect=redirect, others=files)
    check_transformed("from p import m\nm.X\n", "from q import m\nm.X\n", redirect=redirect, others=files)


def test_a_module_that_a_class_imports_stays_its_attribute() -> None:
    source = "class H:\n    import a.b as m\n    got = m.f()\n\ndef r():\n    return H.m.f()\n"
    after = source.replace("as m\n    got = m.f", "as m\n    import c.d as d\n    got = d.g")
    findings = check_transformed(source, after)
    assert ["may be the module" in finding.reason for finding in findings].count(True) == 1


def test_a_class_in_a_function_reads_the_global_name() -> None:
    check_transformed(
        "from a.b import f\ndef r():\n    from a.b import f\n    class I:\n        f = f\n    return f\n",
        "from c.d import g as f\ndef r():\n    from c.d import g\n    class I:\n        f = f\n    return g\n",
    )


def test_a_module_that_is_passed_on_beside_a_moving_name_is_for_review() -> None:
    assert "part of it moves" in check_review("import a.b\nm = a.b\nm.f()\n").reason
    assert not check_noop("import a.b\nm = a.b\nm.K\n")


def test_a_module_that_an_import_loaded_stays_loaded() -> None:
    before = "import a\nfrom a.b import f\na.b.K, f()\n"
    check_transformed(before, "import a\nimport a.b\nfrom c.d import g\na.b.K, g()\n")


def test_what_every_module_has_is_no_reason_to_block() -> None:
    check_transformed("import a.b\na.b.__file__\n", "import c.d\nc.d.__file__\n", redirect=MODULE)


def test_two_names_that_become_one() -> None:
    redirect = "  - {symbol: a.b.f, to: c.d.g}\n  - {symbol: a.b.C, to: c.d.g}\n"
    check_transformed("from a.b import f, C\nf(C)\n", "from c.d import g\ng(g)\n", redirect=redirect)


def test_a_top_level_module_named_by_a_string_is_not_an_attribute() -> None:
    check_transformed(
        "import old\nold.f()\n",
        "import new\nnew.f()\n",
        redirect="  - {module: old, to: new}\n",
        others={"old.py": "def f(): ...\n", "new.py": "def f(): ...\n", "t.py": "import u\nx = 'old'\n"},
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from hub import old\nold.f()\n", "from c import d\nd.g()\n"),
        ("from hub import old as m\nm.f()\n", "from c import d as m\nm.g()\n"),
        ("import hub\nhub.old.f()\n", "import hub\nimport c.d\nc.d.g()\n"),
        ("from hub import old\nold.f(old.K)\n", "from hub import old\nfrom c import d\nd.g(old.K)\n"),
        ("from far import old\nold.f()\n", "from c import d\nd.g()\n"),
        ("import far\nfar.old.f()\n", "import far\nimport c.d\nc.d.g()\n"),
        ("patch('far.old.f')\n", "patch('c.d.g')\n"),
    ],
)
def test_a_module_that_another_one_hands_on_under_a_name_of_its_own(before: str, after: str) -> None:
    others = {"hub.py": "from a import b as old\n", "far.py": "from hub import old\n"}
    check_transformed(before, after, others=others)
    other = {"hub.py": "from a import other as old\n", "far.py": "from hub import old\n"}
    assert not check_noop(before, others={**other, "a/other.py": "def f(*a): ...\nK = 1\n"})
