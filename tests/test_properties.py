"""Properties that hold for every change, on programs made of imports and uses, and on arbitrary grammatical Python."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.model import Blocked, Changed, Disposition, Skipped, Unchanged
from tests.checks import BASE, check_accounted, outcome, with_disposition
from tests.conftest import examples, write_files

IMPORTS = (
    "from a.b import f",
    "from a.b import f as h",
    "from a.b import K, f, C",
    "from a.b import (\n    f,  # one\n    K,\n)",
    "from c.d import g",
    "from c.d import Z",
    "import a.b",
    "import a.b as m",
    "import a.b, a.other",
    "from a import b",
    "from a import b as m, other",
    "import a.other",
    "import c.d",
    "import os; from a.b import f",
    "try:\n    from a.b import f\nexcept ImportError:\n    f = None",
    "if True:\n    from a.b import f, C",
    "def local():\n    from a.b import f, K\n    return f(K)",
    "class Body:\n    from a.b import C",
    "from a.b import *",
    "import importlib\nm = importlib.import_module('a.b')",
    "import a as pkg",
)
USES = (
    "f()",
    "g = 1",
    "def g(f): return f",
    "def k(x=f): return lambda f: f(x)",
    "print(f'{f()} {a.b.f}')",
    "a.b.f(a.b.K)",
    "m.f()",
    "b.f(b.K)",
    "x: 'C' = f",
    "class A(C):\n    f = f",
    "[f for f in (f, C)]",
    "def n():\n    global f\n    return f",
    "d = C",
    "'a.b.f'",
    "__all__ = ['f']",
    "m = None  # type: C",
    "def s(x):\n    # type: (C) -> list[C]\n    return x",
    "getattr(a.b, 'f', None)",
    "getattr(b, 'K'), hasattr(m, 'f')",
    "from unittest import mock\nmock.patch('a.b.f')",
    "from unittest.mock import patch\n@patch('a.b.C')\ndef test(c): ...",
    "import sys\nsys.modules['a.b']",
    "_LAZY = {'f': 'a.b', 'C': ('a.b', 'C')}\ndef __getattr__(name): ...",
    'def doc():\n    """See :func:`a.b.f`.\n\n    >>> from a.b import f\n    >>> f(1)\n    (\'f\', 1)\n    """',
    "pkg.b.f(pkg.other.K)",
    "",
)
REDIRECTS = (
    "  - {symbol: a.b.f, to: c.d.g}\n  - {symbol: a.b.C, to: c.d.D}\n",
    "  - {symbol: a.b.f, to: c.d.g, names: keep}\n",
    "  - {symbol: a.b.K, to: a.other.K}\n",
    "  - {module: a.b, to: c.d, symbols: {f: g, C: D, K: a.other.K}}\n",
)
programs = st.lists(st.sampled_from(IMPORTS + USES), min_size=1, max_size=8).map(lambda parts: "\n".join(parts) + "\n")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(programs, st.sampled_from(REDIRECTS), st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_change_is_clean(source: str, redirect: str, newline: str) -> None:
    """Parses, changes nothing when applied again, keeps each line without a moving name, and accounts for all."""
    source = source.replace("\n", newline)
    result = outcome(source.encode(), redirect=redirect)
    assert not isinstance(result, Skipped)
    check_accounted(result.findings)
    if not isinstance(result, Changed):
        return
    after = result.change.after.decode()
    ast.parse(after)
    assert isinstance(outcome(after.encode(), redirect=redirect), (Unchanged, Blocked))
    touched = {finding.reference.line for finding in with_disposition(result.findings, Disposition.REWRITTEN)}
    lines = source.split(newline)
    spans = [
        range(node.lineno, (node.end_lineno or 0) + 1)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.JoinedStr))
        or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    ]
    near = {line for span in spans for line in span}
    kept = [text for number, text in enumerate(lines, start=1) if number not in touched | near]
    remaining = iter(after.split(newline))
    assert all(line in remaining for line in kept), "a line that no reference stands in has changed"
    assert meaning(source) == meaning(after), "more than the names has changed"


def grammatical() -> st.SearchStrategy[str]:
    """Texts of Python's grammar. Importing this takes a second, also where the test is not run."""
    from hypothesmith import from_grammar

    return from_grammar()


NAMES = {"f": "f", "g": "f", "C": "C", "D": "C", "K": "K", "Z": "Z"}
SPELLED = re.compile(r"\b(?:a\.b|c\.d|a\.other)(?:\.(\w+))?")


def meaning(source: str) -> str:
    """The tree of `source` modulo the mapping: without imports, and with each moved name as one word.

    Shares no code with the package.
    """

    class Mapped(ast.NodeTransformer):
        def visit_Import(self, node: ast.AST) -> None:
            return None

        def visit_ImportFrom(self, node: ast.AST) -> None:
            return None

        def visit_Name(self, node: ast.Name) -> ast.AST:
            return ast.Name(NAMES.get(node.id, node.id), node.ctx)

        def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
            if node.attr in NAMES:
                return ast.Name(NAMES[node.attr], node.ctx)
            return self.generic_visit(node)

        def visit_Constant(self, node: ast.Constant) -> ast.AST:
            if not isinstance(node.value, str):
                return node
            text = re.sub(r">>> (?:from .* import .*|import .*)\n *", "", node.value)
            text = SPELLED.sub(lambda match: NAMES.get(match.group(1), "M"), text)
            return ast.Constant(re.sub(r"\b[gD]\b", lambda match: NAMES[match.group()], text))

        def visit_Call(self, node: ast.Call) -> ast.AST:
            is_read = isinstance(node.func, ast.Name) and node.func.id in ("getattr", "hasattr")
            return ast.Call(node.func, self.visited(node.args[1:]), []) if is_read else self.generic_visit(node)

        def visited(self, nodes: list[ast.expr]) -> list[ast.expr]:
            return [self.visit(node) for node in nodes]

    return ast.dump(Mapped().visit(ast.parse(source)))


@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    deadline=None,
    max_examples=examples(0.3),
)
@given(st.deferred(grammatical))
def test_any_python_is_survived(source: str) -> None:
    """Whatever follows the import, the outcome is a value; a changed file parses and is not changed again."""
    text = f"from a.b import f\n{source}"
    try:
        content = text.encode()
    except UnicodeEncodeError:
        return
    result = outcome(content)
    if isinstance(result, Changed):
        ast.parse(result.change.after)


@pytest.mark.parametrize("number", range(3))
def test_programs_run_the_same_afterwards(number: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A program that ran runs, with the old names gone, whatever imports and uses it is made of."""
    root = tmp_path_factory.mktemp("run")
    heads = IMPORTS[number::3]
    sources = [f"{head}\n{use}\n" for head in heads for use in USES]
    write_files(root / "before", {**BASE, "c/d.py": BASE["c/d.py"].replace("'g'", "'f'")})
    write_files(root / "after", {**BASE, "a/b.py": "K = 1\nL = 2\n", "c/d.py": BASE["c/d.py"].replace("'g'", "'f'")})
    compared = 0
    for position, source in enumerate(sources):
        result = outcome(source)
        if isinstance(result, Changed) and not with_disposition(result.findings, Disposition.REVIEW):
            write_files(root, {f"before/p{position}.py": source, f"after/p{position}.py": result.change.after})
            compared += 1
    assert compared > 20
    assert _outcomes(root / "before", len(sources)) == _outcomes(root / "after", len(sources))


def _outcomes(root: object, total: int) -> str:
    program = (
        "import importlib\n"
        f"for number in range({total}):\n"
        "    try:\n        importlib.import_module(f'p{number}')\n        print(number, 'ran')\n"
        "    except ModuleNotFoundError as error:\n"
        "        print(number, 'absent' if 'p' in str(error.name) else error)\n"
        "    except Exception as error:\n        print(number, type(error).__name__)\n"
    )
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=str(root), capture_output=True, text=True, check=True).stdout
