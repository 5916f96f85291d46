"""What a module imports at its top level: by its letters as by its tree, or not by its letters at all."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.index.import_graph import eager_imports, unconditional_imports
from codemods.index.names import ModuleNames
from tests.conftest import examples

NAMES = ModuleNames((".",))
PATH = "pkg/mod.py"


def by_tree(source: str) -> set[str]:
    return eager_imports(ast.parse(source), PATH, NAMES, unconditional=True)


def by_letters(source: str) -> set[str] | None:
    return unconditional_imports(source.encode(), PATH, NAMES)


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("import a\nfrom b.c import d, e as f\n", {"a", "b.c", "b.c.d", "b.c.e"}),
        ("from . import x\nfrom .y import z", {"pkg", "pkg.x", "pkg.y", "pkg.y.z"}),
        ("from a import (  # some\n    b,\n    c,\n)\nx = 1\n", {"a", "a.b", "a.c"}),
        ("import a; import b; x = 1\n", {"a", "b"}),
        ("import a, b as c\n\n\ndef f():\n    import d\n\n\nfrom e import *\n", {"a", "b", "e", "e.*"}),
        ("if x:\n    import a\nelse:\n    import b\n", set()),
        ('"""Text:\nimport a\nfrom b import c\n"""\nimport d\n', {"d"}),
        ("x = {'a': '''\nimport a\n''', 'b': \"\"\"\nfrom b import c\n\"\"\"}\n", set()),
        ("important = 1\nfromage = 2\n", set()),
        ("", set()),
    ],
)
def test_by_letters(source: str, imported: set[str]) -> None:
    assert by_letters(source) == imported == by_tree(source)


@pytest.mark.parametrize(
    "source",
    [
        "from a import b, \\\n    c\n",
        "from a import (b,  # first)\n    c)\n",
        "x = 'one \\\nimport a'\n",
        "import a\r\nimport b\r\n",
    ],
)
def test_only_by_the_tree(source: str) -> None:
    assert by_letters(source) is None


def test_what_shares_its_line_may_be_missed() -> None:
    assert by_letters("x = 1; import a\nimport b\n") == {"b"}


LINES = st.sampled_from(
    [
        "import a",
        "from b import c, d",
        "from .e import (f,\n  g)",
        "from h import \\\n  i",
        'S = """\nimport j\n"""',
        "S = '''a\"\"\"\nfrom k import l\n'''",
        'S = \'"""\'',
        '# """',
        "S = 'one \\\nimport m'",
        "def n():\n    import o",
        "if p: import q",
        "(\n    1,\n)",
        "import r  # (s",
    ]
)


@settings(max_examples=examples(1.0))
@given(st.lists(LINES, max_size=8))
def test_letters_never_tell_more_than_the_tree(lines: list[str]) -> None:
    source = textwrap.dedent("\n".join(lines))
    assert by_letters(source) in (None, by_tree(source))
