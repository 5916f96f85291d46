"""Commit messages: variables are filled in, and nothing else happens."""

from __future__ import annotations

from codemods.plan.template import malformed, render, variables


def test_variables_are_filled_in() -> None:
    assert render("{{ a }}-{{b}}\n{c} }}", {"a": "1", "b": "{{ a }}"}) == "1-{{ a }}\n{c} }}"


def test_variables_are_named() -> None:
    assert variables("{{ a }} {{b}} { c }") == ["a", "b"]


def test_what_looks_like_a_template_and_is_none_is_found() -> None:
    assert malformed("{{ a.b }}") == "{{ a.b }}"
    assert malformed("{{ a }} {b} %}") is None
