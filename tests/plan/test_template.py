"""Commit messages: variables are filled in, and nothing else happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.engine.reverting.standing import live_commits
from codemods.plan import limits
from codemods.plan.template import malformed, render, variables
from codemods.vcs import Repository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Files


def test_variables_are_filled_in() -> None:
    assert render("{{ a }}-{{b}}\n{c} }}", {"a": "1", "b": "{{ a }}"}) == "1-{{ a }}\n{c} }}"


def test_variables_are_named() -> None:
    assert variables("{{ a }} {{b}} { c }") == ["a", "b"]


def test_what_looks_like_a_template_and_is_none_is_found() -> None:
    assert malformed("{{ a.b }}") == "{{ a.b }}"
    assert malformed("{{ a }} {b} %}") is None


OURS = {"Codemods-Plan": "x", "Codemods-Phase": "P0", "Codemods-Run": "r1", "Codemods-Unit": "u.py"}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ a }}", "title\n\nCodemods-Reverts: 0123456789012345678901234567890123456789"),
        ("title\n\n{{ a }}", "Codemods-Reverts: 0123"),
        ("title\n\nCodemods-{{ a }}", "Reverts: 0123"),
        ("title\n\n  codemods-{{ a }}", "run: another"),
        ("title\n\nCo-authored-by: x\nCodemods-Run: another\nCodemods-Unit: {{ a }}", "v.py"),
        ("title\n\n# ------------------------ >8 ------------------------\n{{ a }}", "rest"),
        ("title\n\n{{ a }}", "# ------------------------ >8 ------------------------"),
        ("title\n\n---\n{{ a }}", "rest"),
        ("title\n\nConflicts:\n\t{{ a }}", "u.py"),
        ("# title\n\n# {{ a }}", "rest"),
        ("{{ a }}", ""),
        (" \n\n {{ a }}\n", " "),
        ("{{ a }}", "x" * 300_000),
        ("Signed-off-by: {{ a }}", "Ada"),
    ],
)
def test_no_message_hides_or_forges_what_we_know_a_commit_by(
    template: str, value: str, make_repo: Callable[[Files], Path]
) -> None:
    root = make_repo({"u.py": "x = 1\n"})
    repository = Repository.discover(root)
    (root / "u.py").write_text("x = 2\n")
    sha = repository.commit(("u.py",), render(template, {"a": value, "summary": "rewrite u.py"}), OURS)
    (commit,) = live_commits(repository, "x")
    assert (commit.sha, commit.trailers) == (sha, OURS)


def test_many_long_variables_make_no_endless_message() -> None:
    assert len(render("{{ a }}" * 1_000, {"a": "x" * 1_000_000, "summary": ""})) == limits.COMMIT


def test_an_ordinary_message_stays_as_it_is() -> None:
    text = "fix: codemods-like words\n\nThe Codemods-Run trailer is told of here.\n\n---- >8 ----\n# kept\n"
    assert render(text, {"summary": ""}) == text
