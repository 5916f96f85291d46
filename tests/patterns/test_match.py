"""Matching: structure by structure, whatever the layout."""

from __future__ import annotations

import ast

import pytest

from codemods.patterns.language import read_snippet
from codemods.patterns.match import Matcher, Run, TooManyWays


class Names:
    """A module in which `h` is the symbol `a.b.f`."""

    def symbol(self, chain: str) -> str | None:
        return chain if "." in chain else None

    def origin(self, node: ast.expr) -> str | None:
        return "a.b.f" if isinstance(node, ast.Name) and node.id == "h" else None


def bound(pattern: str, source: str) -> dict[str, str] | None:
    """What `pattern` binds in the expression or statements `source`; None where it does not match."""
    matcher = Matcher(read_snippet(pattern), Names())
    tree = ast.parse(source)
    first = tree.body[0]
    if matcher.snippet.expression is not None:
        assert isinstance(first, ast.Expr)
        state = matcher.expression(first.value)
    else:
        found = matcher.statements(tree.body, 0)
        state = found[0] if found is not None else None
    return None if state is None else {name: written(value) for name, value in state.bound.items()}


def written(value: object) -> str:
    if isinstance(value, Run):
        return " | ".join(written(node) for node in value.nodes)
    return ast.unparse(value) if isinstance(value, ast.AST) else str(value)


@pytest.mark.parametrize(
    ("pattern", "source", "expected"),
    [
        ("f($X)", "f( (a) )", {"X": "a"}),
        ("f($X, $X)", "f(a.b, a . b)", {"X": "a.b"}),
        ("f($X, k=$Y)", "f(1, k=2)", {"X": "1", "Y": "2"}),
        ("f(j=$X, k=$Y)", "f(k=2, j=1)", {"X": "1", "Y": "2"}),
        ("f(k=$Y, ...)", "f(1, *a, j=3, k=2, **b)", {"Y": "2"}),
        ("f($...XS)", "f(1, *a, k=2, **b)", {"XS": "1 | *a | k=2 | **b"}),
        ("f($A, $...XS)", "f(1)", {"A": "1", "XS": ""}),
        ("f($...XS, $A)", "f(1, 2, 3)", {"XS": "1 | 2", "A": "3"}),
        ("f(..., $A, ..., $A, ...)", "f(1, 2, 3, 2)", {"A": "2"}),
        ("f($K=$V)", "f(x=1)", {"K": "x", "V": "1"}),
        ("$X.$Y", "a.b.c", {"X": "a.b", "Y": "c"}),
        ("'a'", '"a"', {}),
        ("a.b.f(1)", "h(1)", {}),
        ("{'a': $X, ...}", "{'a': 1, 'b': 2, **c}", {"X": "1"}),
        ("$A < $B < $A", "x < y < x", {"A": "x", "B": "y"}),
        ("lambda $X: $X", "lambda a: a", {"X": "a"}),
        ("[$E for $I in $S if $C]", "[a + 1 for a in b if a]", {"E": "a + 1", "I": "a", "S": "b", "C": "a"}),
        ("$X[$A:$B]", "a[1:2]", {"X": "a", "A": "1", "B": "2"}),
        ("await $X", "await a", {"X": "a"}),
        ("($A, $B)", "1, 2", {"A": "1", "B": "2"}),
        ("$X = f()", "a = b = f()", None),
        ("$X = f()", "a.b[0] = f()", {"X": "a.b[0]"}),
        ("$X = f()\n$X.g()", "a = f()\na.g()", {"X": "a"}),
        ("$X = f()\n...\n$X.g()", "a = f()\nb()\nc()\na.g()", {"X": "a"}),
        ("if $C:\n    $...B", "if a: b(); c()", {"C": "a", "B": "b() | c()"}),
        ("@d\ndef $F(...): ...", "@c\n@d\ndef f(a, *b): pass", {"F": "f"}),
        ("def f($A, $...PS): ...", "def f(a: int, b=1, *c): pass", {"A": "a", "PS": "b | c"}),
        ("class $C: ...", "class A(B, metaclass=M): x = 1", {"C": "A"}),
        ("with $X as $Y: $...B", "with a as b: c()", {"X": "a", "Y": "b", "B": "c()"}),
        ("async with $X as $Y:\n    ...", "async with a as b: c()", {"X": "a", "Y": "b"}),
        ("try:\n    $...B\nexcept $E as $N: ...", "try: a()\nexcept E as e: b()", {"B": "a()", "E": "E", "N": "e"}),
    ],
)  # fmt: skip
def test_a_pattern_binds(pattern: str, source: str, expected: dict[str, str] | None) -> None:
    assert bound(pattern, source) == expected


@pytest.mark.parametrize(
    ("pattern", "source"),
    [
        ("f($X, $X)", "f(a, b)"),
        ("f($X)", "f(*a)"),
        ("f($X)", "f(1, 2)"),
        ("f($X)", "f(1, k=2)"),
        ("f($X)", "g(1)"),
        ("f(k=$X)", "f(j=1)"),
        ("a.b.f(1)", "f(1)"),
        ("a.b.f(1)", "self.a.b.f(1)"),
        ("1", "True"),
        ("1", "1.0"),
        ("'a'", "b'a'"),
        ("f(...)", "await_(f)"),
        ("$X == None", "a is None"),
        ("{'a': $X}", "{'a': 1, 'b': 2}"),
        ("$X = f()\n$X.g()", "a = f()\nb.g()"),
        ("$X = f()\n$X.g()", "a = f()\nb()\na.g()"),
        ("if $C:\n    $...B", "if a: b()\nelse: c()"),
        ("with $X: ...", "async def f():\n    pass"),
        ("for $I in $S: ...", "for i in s: pass\nelse: pass"),
        ("@d\ndef $F(...): ...", "@c\ndef f(): pass"),
        ("class $C($B): ...", "class A: pass"),
    ],
)
def test_a_pattern_does_not_match_anything_else(pattern: str, source: str) -> None:
    assert bound(pattern, source) is None


def test_a_run_of_statements_is_as_short_as_can_be() -> None:
    snippet = read_snippet("a()\n...\nb()")
    found = Matcher(snippet, Names()).statements(ast.parse("a()\nc()\nb()\nb()\n").body, 0)
    assert found is not None
    assert found[1] == (0, 1, 2, 3)


def test_a_search_that_grows_too_large_is_given_up() -> None:
    pattern = "f($...P, $A, $...Q, $B, $...R, $C, $...S, $A, $...T)"
    with pytest.raises(TooManyWays):
        bound(pattern, f"f({', '.join(map(str, range(200)))})")
    assert bound(pattern, "f(1, 2, 3, 1)") is not None
