"""What a module spells of dotted paths: imports, chains from modules, whole strings; and what is none of these."""

from __future__ import annotations

import ast

import pytest

from codemods.index.names import ModuleNames
from codemods.survey.outline import parts_of
from codemods.survey.signatures import signature
from codemods.survey.spellings import Way, spellings

MODULES = {"pkg", "pkg.m", "pkg.other"}


def spelled(source: str, path: str = "pkg/u.py") -> list[tuple[int, str, Way, str]]:
    found = spellings(ast.parse(source), path, ModuleNames(), MODULES.__contains__)
    return sorted((s.line, s.dotted, s.way, s.local) for s in found)


SPELLED = {
    "each name of an import": (
        "from pkg.m import a, b as c\n",
        [(1, "pkg.m.a", Way.IMPORT, "a"), (1, "pkg.m.b", Way.IMPORT, "c")],
    ),
    "a relative import": ("from .m import a\n", [(1, "pkg.m.a", Way.IMPORT, "a")]),
    "an import in a function, which hands nothing on": (
        "def f():\n    from pkg.m import a\n",
        [(2, "pkg.m.a", Way.IMPORT, "")],
    ),
    "one under `try`, which does": (
        "try:\n    from pkg.m import a\nexcept ImportError:\n    pass\n",
        [(2, "pkg.m.a", Way.IMPORT, "a")],
    ),
    "a star import": ("from pkg.m import *\n", [(1, "pkg.m.*", Way.IMPORT, "*")]),
    "a chain from a module": (
        "import pkg.m\nx = pkg.m.a()\n",
        [(1, "pkg.m", Way.IMPORT, ""), (2, "pkg.m.a", Way.CHAIN, "")],
    ),
    "a chain from an alias": (
        "from pkg import m as n\nn.a.b\n",
        [(1, "pkg.m", Way.IMPORT, "n"), (2, "pkg.m.a.b", Way.CHAIN, "")],
    ),
    "a patch target": ("patch('pkg.m.a')\n", [(1, "pkg.m.a", Way.STRING, "")]),
    "an entry point": ("x = 'pkg.m:a'\n", [(1, "pkg.m.a", Way.STRING, "")]),
}


@pytest.mark.parametrize("case", SPELLED)
def test_it_is_spelled(case: str) -> None:
    source, expected = SPELLED[case]
    assert spelled(source) == expected


NOT_SPELLED = {
    "a use of an imported name": ("from pkg.m import C\nC.method()\n", 1),
    "a name that only looks like the module": ("from pkg import m\ndef f(m):\n    m.a\n", 1),
    "a path within a sentence": ("x = 'see pkg.m.a for more'\n", 0),
    "a part of a formatted string": ("x = f'pkg.m.a{1}'\n", 0),
    "a word": ("x = 'm'\n", 0),
}


@pytest.mark.parametrize("case", NOT_SPELLED)
def test_it_is_not_spelled(case: str) -> None:
    source, others = NOT_SPELLED[case]
    assert len(spelled(source)) == others


@pytest.mark.parametrize(
    "definition",
    [
        "async def f(a, b=1, *, c=None, **rest): pass",
        "def f(a, /, b, *args): pass",
        "def f(): pass",
        "class C(Base): pass",
        "class C: pass",
    ],
)
def test_a_signature_is_what_the_definition_says(definition: str) -> None:
    part = next(parts_of(ast.parse(definition).body[0]))
    assert signature(part) == definition.removesuffix(": pass").replace("def ", "")


def test_of_a_constant_only_the_name_is_told() -> None:
    assert signature(next(parts_of(ast.parse("K = [1, 2]").body[0]))) == "K = …"
