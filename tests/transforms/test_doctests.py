"""Examples in docstrings are code: they follow as code does, and nothing else in the docstring is touched."""

from __future__ import annotations

import pytest

from tests.checks import check_noop, check_review, check_transformed
from tests.engine.test_together import migrated

CASES = {
    "a name of the module": (
        'from a.b import f\n\ndef h():\n    """Do f.\n\n    >>> f(1)[1]\n    1\n    """\n    return f()\n',
        'from c.d import g\n\ndef h():\n    """Do f.\n\n    >>> g(1)[1]\n    1\n    """\n    return g()\n',
    ),
    "its own import": (
        '"""\n>>> from a.b import f\n>>> for i in (1, 2):\n...     f(i)\n"""\n',
        '"""\n>>> from c.d import g\n>>> for i in (1, 2):\n...     g(i)\n"""\n',
    ),
    "an import that splits": (
        'def h():\n    """\n    >>> from a.b import K, f\n    >>> f(K)\n    """\n',
        'def h():\n    """\n    >>> from a.b import K\n    >>> from c.d import g\n    >>> g(K)\n    """\n',
    ),
    "a chain": ('"""\n>>> import a.b\n>>> a.b.f()\n"""\n', '"""\n>>> import c.d\n>>> c.d.g()\n"""\n'),
    "a module of the file": (
        'import a.b as m\nr"""\\d\n>>> m.f()\n"""\n',
        'import c.d as m\nr"""\\d\n>>> m.g()\n"""\n',
    ),
    "on the first line": ('from a.b import f\n""">>> f()"""\n', 'from c.d import g\n""">>> g()"""\n'),
    "crlf": ('from a.b import f\r\n"""\r\n>>> f()\r\n"""\r\n', 'from c.d import g\r\n"""\r\n>>> g()\r\n"""\r\n'),
    "beside a role": (
        '"""See :func:`a.b.f`.\n\n>>> from a.b import f\n"""\n',
        '"""See :func:`c.d.g`.\n\n>>> from c.d import g\n"""\n',
    ),
    "in __test__": (
        'from a.b import f\n__test__ = {"x": """\n>>> f()\n"""}\n',
        'from c.d import g\n__test__ = {"x": """\n>>> g()\n"""}\n',
    ),
    "with escapes the name stays": (
        'from a.b import f\n"""\\\\d\n>>> f()\n"""\n',
        'from c.d import g as f\n"""\\\\d\n>>> f()\n"""\n',
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_follows(case: str) -> None:
    check_transformed(*CASES[case])


@pytest.mark.parametrize(
    "source",
    [
        '"""\n>>> f = 1\n>>> f\n"""\n',
        '"""\n>>> from a.other import f\n>>> f()\n"""\n',
        '"""\n>>> x.f()\n"""\n',
        '"""\n>>> print "f"\n"""\n',
        '"""\n    >>> f\n  oddly indented\n"""\n',
    ],
)
def test_look_alikes_are_left_alone(source: str) -> None:
    assert not check_noop(source)


def test_escaped_newlines_have_no_place() -> None:
    check_review('x = 1\n"D\\n\\n>>> 1\\n\\n>>> from a.b import f\\n"\n')


def test_an_import_over_several_lines_is_for_review() -> None:
    source = '"""D\n\n>>> from a.b import (\n...     f,\n...     K,\n... )\n>>> f(K)\n"""\n'
    assert "example" in check_review(source).reason


def test_an_example_in_another_file_follows_in_the_same_unit() -> None:
    changes, units = migrated({"use.py": "from a.b import f\n", "v.py": '"""\n>>> from use import f\n>>> f()\n"""\n'})
    assert changes["v.py"] == '"""\n>>> from use import g\n>>> g()\n"""\n'
    assert units == [("use.py", "v.py")]
