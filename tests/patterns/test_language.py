"""Reading snippets: what the `$` words and `...` stand for, and mistakes with their places."""

from __future__ import annotations

import ast

import pytest

from codemods.patterns.language import PatternError, dotted, is_gap, read_snippet, run, variable


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("f($X)", {"X"}),
        ("f($X, $X, $Y)", {"X", "Y"}),
        ("f($...ARGS)", {"ARGS"}),
        ("f(..., $_)", set()),
        ("$A.$B($C=$D)", {"A", "B", "C", "D"}),
        ("{'a': $X, $...REST}", {"X", "REST"}),
        ("def $F($P, $...PS): $...BODY", {"F", "P", "PS", "BODY"}),
        ("f'{$X}'", {"X"}),
        ("'$X'", set()),
        ("a  # $X", set()),
        ("class $C($...B): ...", {"C", "B"}),
        ("x", set()),
    ],
)
def test_variables_are_the_names_of_dollar_words(text: str, variables: set[str]) -> None:
    assert read_snippet(text).variables == variables


@pytest.mark.parametrize(
    ("text", "is_expression"),
    [
        ("f(1)", True),
        ("a.b", True),
        ("x = 1", False),
        ("f()\ng()", False),
        ("...", False),
        ("$...XS", False),
        ("", False),
    ],
)
def test_a_snippet_is_an_expression_or_statements(text: str, is_expression: bool) -> None:
    assert (read_snippet(text).expression is not None) == is_expression


def test_dots_are_runs_only_where_a_run_can_stand() -> None:
    call = read_snippet("f(..., k=...)[...]").expression
    assert isinstance(call, ast.Subscript)
    assert isinstance(call.slice, ast.Constant)
    inner = call.value
    assert isinstance(inner, ast.Call)
    assert run(inner.args[0]) == ""
    assert isinstance(inner.keywords[0].value, ast.Constant)
    body = read_snippet("if x:\n    ...\n    y()").body[0]
    assert isinstance(body, ast.If)
    assert [is_gap(statement) for statement in body.body] == [True, False]


def test_a_snippet_may_be_indented_and_end_in_newlines() -> None:
    assert len(read_snippet("\n    a()\n    b()\n\n").body) == 2
    assert len(read_snippet("a()\r\nb()\r\n").body) == 2


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("f(", 1, 2, "not Python"),
        ("f($X, $)", 1, 7, "`$` is followed by a name"),
        ("a()\nb($1)", 2, 3, "`$` is followed by a name"),
        ("$X = = $Y", 1, 6, "not Python"),
        ("f($LONG_NAME $Y)", 1, 3, "not Python"),
        ("a()\nimport b", 2, 1, "imports are not part of a rule"),
        ("from a import b", 1, 1, "imports are not part of a rule"),
        ("if x:\na()", 2, 1, "not Python"),
    ],
)
def test_a_mistake_has_its_place(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(PatternError) as caught:
        read_snippet(text)
    assert message in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_snippet_that_is_nested_too_deep_is_a_mistake() -> None:
    with pytest.raises(PatternError, match="not Python"):
        read_snippet("(" * 300 + ")" * 300)


def test_places_are_those_of_the_snippet_as_written() -> None:
    snippet = read_snippet("f($LONG, $B)\ng($...ARGS, é, $C)")
    places = {variable(node): snippet.place(node) for node in snippet.nodes if isinstance(node, ast.Name)}
    assert places["LONG"] == (1, 3)
    assert places["B"] == (1, 10)
    assert places["C"] == (2, 16)


def test_a_chain_is_dotted_where_it_has_plain_names_only() -> None:
    chains = {dotted(chain) for chain in read_snippet("a.b.c($X.d, e)[f.g]").chains}
    assert chains == {"a.b.c", "e", "f.g"}
