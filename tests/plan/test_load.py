"""Loading a plan: every mistake at once, at its place, in words that help."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.errors import PlanError
from codemods.plan.load import load_plan

FULL = """\
schema: 1
name: websocket-factory
title: One way
issue: "#506"
source_roots: [.]
exclude: ["archive/**"]
keep:
  - module: app.new
    symbols: [get]
    reason: canonical
redirect:
  - module: app.old
    to: app.new
    symbols:
      create: get
      other: app.elsewhere.thing
    names: keep
  - symbol: app.util.make_client
    to: app.clients.build_client
phases:
  - name: P0
    files: [app/a.py, "app/**/b*.py", "!app/c.py"]
    commit: phase
    validate: phase
    with: [imports, unit, check]
    on_failure: rollback-phase
  - name: P1
    files: rest
validation:
  unit: {kind: pytest, args: [tests/unit, -q], timeout: 300}
  check: {kind: command, run: [python, scripts/check.py], timeout: 60}
commit:
  message: |
    fix: redirect {{ file }} to {{new_module}} - Issue {{ issue }}
"""
MINIMAL = "schema: 1\nname: x\nredirect:\n  - {symbol: a.b, to: c.d}\n"


def mistakes(text: str) -> list[str]:
    """The mistakes of a plan, as they are shown."""
    with pytest.raises(PlanError) as caught:
        load_plan(text, "plan.yaml")
    return str(caught.value).splitlines()


def test_a_full_plan_loads() -> None:
    loaded = load_plan(FULL, "plan.yaml")
    assert loaded.plan.effective_phases[0].validations == ("imports", "unit", "check")
    assert loaded.plan.validation_named("imports").kind == "imports"
    assert loaded.position("redirect", 0, "to") == (13, 9)


def test_a_plan_without_phases_has_one_for_everything() -> None:
    (phase,) = load_plan(MINIMAL, "plan.yaml").plan.effective_phases
    assert (phase.name, phase.files) == ("all", "rest")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ("redirect:\n  - {", "redirct:\n  - {"),
            ["3:1: unknown key `redirct`; did you mean `redirect`?"],
        ),
        (("schema: 1", "schema: 2"), ["1:9: found `2`; `schema` is one of 1"]),
        (("name: x", "name: X y"), ["2:7: found `X y`; expected lower-case letters"]),
        (("name: x", "name: a.lock"), ["2:7: found `a.lock`"]),
        (("name: x", "name: 5"), ["2:7: found `5`; expected text (put it in quotes)"]),
        (("a.b", "a..b"), ["4:14: found `a..b`; expected the dotted name of a symbol"]),
        (("a.b", "a.class"), ["4:14: found `a.class`"]),
        (("a.b", "ab"), ["4:14: found `ab`"]),
        (("symbol: a.b, ", ""), ["4:5: expected `module:` or `symbol:`"]),
        (("{symbol: a.b", "{module: z, symbol: a.b"), ["4:17: unknown key `symbol`"]),
        (("to: c.d", "to: c.d, leave: shim"), ["4:28: unknown key `leave`"]),
        (("to: c.d", "to: c.d, strings: rewrit"), ["4:37: found `rewrit`; expected `rewrite`, `review` or `leave`"]),
        (("to: c.d", "to: c.d, strings: {patsh: leave}"), ["4:38: unknown key `patsh`; did you mean `patch`?"]),
        (("to: c.d", "to: c.d, strings: {docs: no}"), ["4:44: found `no`; `docs` is one of rewrite, review, leave"]),
        (
            ("to: c.d", "to: c.d, names: renam"),
            ["4:35: found `renam`; did you mean `rename`?; `names` is one of rename, keep"],
        ),
        (("to: c.d", "to: a.b"), ["4:14: `a.b` is redirected to itself"]),
    ],
)
def test_a_mistake_is_told_with_its_place(change: tuple[str, str], expected: list[str]) -> None:
    found = mistakes(MINIMAL.replace(*change))
    assert len(found) == len(expected), found
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(f"plan.yaml:{start}"), line


@pytest.mark.parametrize("value", ['[""]', "[null]", "[1]", "{}"])
def test_a_list_in_the_place_of_a_word_is_told(value: str) -> None:
    assert mistakes(MINIMAL.replace("schema: 1", f"schema: {value}")) == [
        "plan.yaml:1:9: found a list or mapping; `schema` is one of 1"
    ]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("rewrites: []\n", "5:1: unknown key `rewrites`; did you mean `rewrite`?"),
        ("name: y\n", "5:1: the key `name` stands here twice, first in line 2"),
        (
            "phases: [{name: P0, files: a.py}]\n",
            "5:28: found `a.py`; expected a list of paths and patterns, or the word `rest`",
        ),
        ("phases: [{name: P0, files: [/a.py]}]\n", "5:29: found `/a.py`; expected a path inside the repository"),
        ("phases: [{name: P0, files: [../a.py]}]\n", "5:29: found `../a.py`"),
        (
            "phases: [{name: P0, files: [a.py]}, {name: P1, files: [a.py]}]\n",
            "5:56: a.py is listed in phase P0 already",
        ),
        ("phases: [{name: P0, files: [a.py]}, {name: P0, files: rest}]\n", "5:17: two phases are called `P0`"),
        ("phases: [{name: P0, files: rest}, {name: P1, files: rest}]\n", "5:53: two phases take the rest"),
        (
            "phases: [{name: P0, files: rest, with: [import]}]\n",
            "5:41: there is no validation `import`; did you mean `imports`?",
        ),
        ("phases: [{name: P0, files: rest, validate: some}]\n", "5:44: found `some`"),
        ("validation: {a: {kind: pytes}}\n", "5:17: `kind` is `pytes`; did you mean `pytest`?"),
        ("validation: {a: {kind: command, run: []}}\n", "5:38: `run` is empty"),
        (
            "validation: {a: {kind: command, run: [x], timeout: 0}}\n",
            "5:52: found `0`; expected a number above 0",
        ),
        ("keep: [{module: a, symbols: [b]}]\n", "5:30: `b` is kept here and redirected below"),
        ("source_roots: [../x]\n", "5:16: found `../x`"),
        ("commit: {message: '{{ fil }}'}\n", "5:19: unknown variable `fil`; did you mean `file`?"),
        ("commit: {message: '{% for x in y %}'}\n", "5:19: `{% for x in y %}` is not a variable"),
        ("title: [\n", "6:1: this is not YAML"),
        ("<<: {a: 1}\n", "5:1: expected a plain key"),
    ],
)
def test_more_keys_are_checked(more: str, expected: str) -> None:
    found = mistakes(MINIMAL + more)
    assert len(found) == 1, found
    assert found[0].startswith(f"plan.yaml:{expected}"), found


@pytest.mark.parametrize(
    ("redirects", "expected"),
    [
        ("  - {symbol: a.b, to: e.f}\n", "`a.b` is redirected twice"),
        ("  - {symbol: c.d, to: a.b}\n", "a redirect loop: a.b → c.d → a.b"),
        ("  - {symbol: c.d, to: e.f}\n", "`c.d` is redirected itself: redirect `a.b` to `e.f` directly"),
        ("  - {module: a, to: e}\n", "the module of `a.b` is redirected as a whole"),
        ("  - {module: c, to: e}\n", "`c.d` is in `c`, which is redirected itself"),
    ],
)
def test_redirects_that_do_not_go_together(redirects: str, expected: str) -> None:
    assert any(expected in line for line in mistakes(MINIMAL + redirects))


def test_all_mistakes_come_at_once() -> None:
    found = mistakes("schema: 3\nname: X\nredirect: [{module: 1}]\nfoo: 1\nphases: [{}]\n")
    assert len(found) >= 6


@pytest.mark.parametrize("text", ["", "- a\n", "a: &x [*x]\n", "a\0b", "{" * 1000, "a: 1\n---\nb: 1\n", "3", "\t- a"])
def test_what_is_no_plan_is_told_in_a_line(text: str) -> None:
    assert mistakes(text)


def test_aliases_do_not_blow_up() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    assert "counting aliases" in mistakes(bomb)[0]


@given(st.text(max_size=200) | st.text(alphabet="a:-[]{}#&*!|>'\" \n", max_size=60))
def test_any_text_is_a_plan_or_a_plan_error(text: str) -> None:
    with contextlib.suppress(PlanError):
        load_plan(text, "plan.yaml")
