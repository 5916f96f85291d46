"""What a text says at its margin, read without a tree."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from codemods.index.names import ModuleNames
from codemods.survey.sketch import Sketch, sketch

ROOT = Path(__file__).parents[2]
NAMES = ModuleNames()


def sketched(text: str, path: str = "a/b.py") -> Sketch:
    return sketch(text, path, NAMES)


def imports(made: Sketch) -> list[tuple[str, str | None, str, bool]]:
    return [(item.module, item.name, item.local, item.is_top) for item in made.imports]


def test_definitions_have_their_lines_members_and_bases() -> None:
    body = "    def m(self): ...\n    async def n(self): ...\n"
    text = f"import os\n\n\n@decorated\nclass C(Base[int], x.Y):\n{body}\n# end\n"
    definition = sketched(text).definitions["C"]
    assert (definition.dotted, definition.line, definition.end, definition.lines) == ("a.b.C", 5, 7, 3)
    assert (definition.members, definition.bases, definition.is_class) == (("m", "n"), "Base[int], x.Y", True)


def test_functions_in_functions_and_classes_in_classes_are_none_of_the_module() -> None:
    made = sketched("def f():\n    def g(): ...\n    class D: ...\nclass C:\n    class E:\n        def m(self): ...\n")
    assert set(made.definitions) == {"f", "C"}


def test_what_looks_like_code_in_strings_and_comments_is_none() -> None:
    made = sketched("\"\"\"\nclass A: ...\nimport os\n\"\"\"\nX = '''\ndef f(): ...\n'''\n# it's \"\nclass B: ...\n")
    assert set(made.definitions) == {"B"}
    assert made.imports == []


def test_a_quote_in_a_comment_or_a_string_opens_nothing() -> None:
    made = sketched("x = '\"\"\"'  # don't\ny = \"'''\"\ndef f(): ...\n")
    assert set(made.definitions) == {"f"}


def test_what_stands_under_if_and_try_is_conditional() -> None:
    made = sketched(
        "try:\n    from m import f\nexcept ImportError:\n    def f(): ...\nelse:\n    class C: ...\ndef g(): ...\n"
    )
    assert {name: d.is_conditional for name, d in made.definitions.items()} == {"f": True, "C": True, "g": False}
    assert imports(made) == [("m", "f", "f", True)]


def test_all_forms_of_imports_are_read() -> None:
    text = (
        "import os, a.c as d\nfrom . import e\nfrom ..x import (\n    f,  # one)\n    g as h,\n)\n"
        "from m \\\n    import i\nfrom n import *\nif True: import j\ndef k():\n    from o import p\n"
    )
    assert imports(sketched(text, "a/b/c.py")) == [
        ("os", None, "os", True),
        ("a.c", None, "d", True),
        ("a.b", "e", "e", True),
        ("a.x", "f", "f", True),
        ("a.x", "g", "h", True),
        ("m", "i", "i", True),
        ("n", "*", "*", True),
        ("j", None, "j", True),
        ("o", "p", "p", False),
    ]


def test_crlf_and_a_missing_last_newline_change_nothing() -> None:
    text = "import os\nclass C:\n    def m(self):\n        return 1"
    plain, other = sketched(text), sketched(text.replace("\n", "\r\n"))
    assert plain.definitions == other.definitions
    assert plain.imports == other.imports


def test_names_that_are_not_ascii_are_whole() -> None:
    made = sketched("from größe import maß\ndef länge(): ...\n".encode().decode("latin-1"))
    assert set(made.definitions) == {"länge"}
    assert imports(made) == [("größe", "maß", "maß", True)]


@pytest.mark.parametrize(
    "text",
    [
        'class C:\n    """Deprecated: use D."""\n',
        'def C(\n    a: int,\n) -> None:\n    """.. deprecated:: 2.0"""\n',
        "@deprecated('use D')\nclass C: ...\n",
        "import warnings\ndef C():\n    warnings.warn('old', DeprecationWarning)\n",
        "class C:\n    def __init__(self):\n        warnings.warn(f'old {(1)}', category=DeprecationWarning)\n",
    ],
)
def test_a_definition_says_that_it_is_deprecated(text: str) -> None:
    assert sketched(text).definitions["C"].is_deprecated


@pytest.mark.parametrize(
    "text",
    [
        'class C:\n    """Replaces the deprecated one."""\n',
        "class C:\n    def __init__(self): ...\n    def old(self):\n        warnings.warn('old', DeprecationWarning)\n",
        "class C:\n    X = 'DEPRECATED'\n",
        "def C():\n    with catch(DeprecationWarning): ...\n",
        "@deprecated('x')\ndef f(): ...\n\n\nclass C: ...\n",
    ],
)
def test_a_definition_that_only_speaks_of_it_is_not(text: str) -> None:
    assert not sketched(text).definitions["C"].is_deprecated


def test_a_module_says_that_it_is_deprecated() -> None:
    assert sketched('"""DEPRECATED: use c."""\nx = 1\n').is_deprecated
    assert sketched("import warnings\nwarnings.warn(\n    'use c',\n    DeprecationWarning,\n)\n").is_deprecated
    assert not sketched('"""Helps with what is old.\n\n\n\nDeprecated things."""\n').is_deprecated


def test_a_module_that_imports_and_warns_only_forwards() -> None:
    assert sketched("'''Old.'''\nimport warnings\nfrom c import f\nwarnings.warn('x')\n__all__ = ['f']\n").is_forwarder
    assert not sketched("from c import f\nX = 1\n").is_forwarder
    assert not sketched("from c import f\nf()\n").is_forwarder
    assert not sketched("from c import f\ndef g(): ...\n").is_forwarder
    assert not sketched("").is_forwarder


@pytest.mark.parametrize("path", sorted((ROOT / "codemods").rglob("*.py")), ids=lambda path: path.stem)
def test_a_sketch_says_what_the_tree_says(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    tree = ast.parse(path.read_bytes())
    made = sketch(path.read_bytes().decode("latin-1"), name, NAMES)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    expected = {node.name: (node.lineno, node.end_lineno) for node in tree.body if isinstance(node, kinds)}
    assert {n: (d.line, d.end) for n, d in made.definitions.items() if not d.is_conditional} == expected
    spelled = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            spelled |= {(alias.name, None, alias.asname or alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            spelled |= {(node.module, alias.name, alias.asname or alias.name) for alias in node.names}
    assert {(item.module, item.name, item.local) for item in made.imports} == spelled


def test_an_import_that_is_never_closed_takes_no_time() -> None:
    # Not a moment more for each line of comment: forty of them would take for ever.
    assert sketched("from x import (\n" + "    # a name\n" * 40).imports == sketched("").imports
