"""Reading the values of a plan: what is taken for what, and how each kind of mistake is told."""

from __future__ import annotations

import pytest

from codemods.errors import PlanError
from codemods.plan import limits
from codemods.plan.consolidation import RenameTo
from codemods.plan.load import load_plan
from codemods.plan.rewrites import ArgumentRule, BowlerCodemod, LibCstCodemod, OwnTransform, Rule, Test
from codemods.plan.schema import Plan, RedirectModule, RedirectSymbol, Strings
from codemods.plan.validations import Appearance, CommandValidation, UnittestValidation

HEAD = "schema: 1\nname: x\nforbid: {classes: [Old]}\n"


def plan_of(more: str) -> Plan:
    """The plan with these lines more."""
    return load_plan(f"{HEAD}{more}\n", "plan.yaml").plan


def mistakes(more: str) -> list[str]:
    """What is wrong with these lines, without the file's name; they begin in line 4."""
    with pytest.raises(PlanError) as caught:
        plan_of(more)
    return [line.removeprefix("plan.yaml:") for line in str(caught.value).splitlines()]


def test_members_of_unions_are_told_by_their_keys() -> None:
    plan = plan_of(
        "redirect: [{module: a, to: b}, {symbol: c.d, to: e.f}]\n"
        "rewrite:\n"
        "  - {name: a, match: f($X)}\n"
        "  - {name: b, call: g, arguments: [{remove: 1, of: 2}, {remove: key}]}\n"
        '  - {name: c, codemod: "pkg.mod:Command"}\n'
        '  - {name: d, bowler: "tools/q.py:make"}\n'
        "  - {name: e, transform: own}\n"
        "validation: {v: {kind: command, run: [x]}, w: {kind: unittest}}\n"
        "phases: [{name: p, files: rest, with: [v, w]}]"
    )
    assert [type(each) for each in plan.redirect] == [RedirectModule, RedirectSymbol]
    assert [type(each) for each in plan.rewrite] == [Rule, ArgumentRule, LibCstCodemod, BowlerCodemod, OwnTransform]
    assert [type(each) for each in plan.validation.values()] == [CommandValidation, UnittestValidation]
    edits = plan.rewrite[1]
    assert isinstance(edits, ArgumentRule)
    assert [edit.remove for edit in edits.arguments] == [1, "key"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{patch: rewrite}", Strings()),
        (
            "review",
            Strings(
                **dict.fromkeys(("patch", "modules", "members", "lazy"), "review"),
                **dict.fromkeys(("annotations", "type_comments", "docs"), "review"),
            ),
        ),
    ],
)
def test_a_word_stands_for_strings_of_all_classes(written: str, read: Strings) -> None:
    assert plan_of(f"redirect: [{{symbol: a.b, to: c.d, strings: {written}}}]").redirect[0].strings == read


def test_shorthands_mean_what_they_stand_for() -> None:
    plan = plan_of(
        "rewrite: [{name: a, match: f($X), in: def, inside: 'class $_: ...', where: {X: name}}]\n"
        "validation: {v: {kind: command, run: [x], pattern: ok}}\n"
        "phases: [{name: p, files: rest, with: [v]}]\n"
        "merge: [{module: m, into: n, take: {f: ours, g: {rename: h}}}]"
    )
    rule, validation = plan.rewrite[0], plan.validation["v"]
    assert isinstance(rule, Rule)
    assert isinstance(validation, CommandValidation)
    assert (rule.places, rule.inside, rule.where) == (("def",), ("class $_: ...",), {"X": Test(kind=("name",))})
    assert validation.pattern == Appearance(must="ok")
    assert plan.merge[0].take == {"f": "ours", "g": RenameTo(rename="h")}


@pytest.mark.parametrize(("written", "seconds"), [("60", 60.0), ("0.5", 0.5), ('"60"', 60.0)])
def test_numbers_may_be_quoted(written: str, seconds: float) -> None:
    phases = "phases: [{name: p, files: rest, with: [v]}]\n"
    plan = plan_of(f"{phases}validation: {{v: {{kind: imports, timeout: {written}}}}}")
    assert plan.validation["v"].timeout == seconds


@pytest.mark.parametrize(("written", "read"), [("true", True), ("no", False), ('"yes"', True)])
def test_yes_and_no_have_many_spellings(written: str, read: bool) -> None:
    assert plan_of(f"keep: [{{module: a, as_is: {written}}}]").keep[0].as_is is read


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("title: 3", "4:8: found `3`; expected text (put it in quotes)"),
        ("title:", "5:1: found `None`; expected text (put it in quotes)"),
        ("keep: [{module: a, as_is: maybe}]", "4:27: found `maybe`; expected `true` or `false`"),
        ("keep: a", "4:7: found `a`; expected a list"),
        ("keep: [a]", "4:8: found `a`; expected keys and values"),
        ("keep: [[]]", "4:8: found a list or mapping; expected keys and values"),
        ("keep: [{}]", "4:8: the key `module` is missing"),
        ("delete: [{}]", "4:10: expected `module:` or `symbol:`"),
        ("validation: []", "4:13: found a list or mapping; expected keys and values"),
        ("validation: {v: {}}", "4:17: `kind` is `nothing`; expected one of imports, command, pytest, unittest"),
        ("validation: {v: {kind: [x]}}", "4:17: `kind` is `['x']`; expected one of imports, command, pytest, unittest"),
        ("validation: {v: 3}", "4:17: found `3`; expected keys and values"),
        ("validation: {v: {kind: imports, timeout: true}}", "4:42: found `True`; expected a number"),
        ("validation: {v: {kind: imports, timeout: .nan}}", "4:42: found `.nan`; expected a number"),
        ("validation: {v: {kind: pytest, reruns: 21}}", "4:40: found `21`; expected a number of at most 20"),
        ("validation: {v: {kind: pytest, reruns: 1.5}}", "4:40: found `1.5`; expected a number"),
        ("validation: {v: {kind: command, run: ['']}}", "4:39: found ``; expected some text"),
        (
            "validation: {v: {kind: imports, env: {a=b: c}}}",
            "4:44: found `a=b`; expected the name of a variable, without `=`",
        ),
        ("triggers: {pass_rate_below: 0}", "4:29: found `0`; expected a number above 0"),
        ("phases: [{name: p, files: rest, batch: 1}]", "4:40: found `1`; expected a number of at least 2"),
        ("prepare: [[]]", "4:11: `prepare` is empty; give at least one"),
        ("commit: {message: ''}", "4:19: found ``; expected some text"),
        (
            "merge: [{module: a, into: b, nmaes: []}]",
            "4:30: unknown key `nmaes`; did you mean `names`?; valid here: module, into, names, take",
        ),
        (
            "rewrite: [{name: a, match: f($X), in: defs}]",
            "4:39: found `defs`; did you mean `def`?; `in` is one of async def, def, class, module",
        ),
        (
            "rewrite: [{name: a, match: f($X), in: [def, 3]}]",
            "4:45: found `3`; `in` is one of async def, def, class, module",
        ),
        ("rewrite: [{name: a, match: f($X), replace: null}]", "4:11: found a list or mapping; `replace` says nothing"),
        ("rewrite: [{name: a, call: f, arguments: [{}]}]", "4:42: found a list or mapping; expected one of `add`"),
        (
            "rewrite: [{name: a, call: f, arguments: [{remove: a.b}]}]",
            "4:51: found `a.b`; expected a plain name, without dots",
        ),
        (
            "rewrite: [{name: a, call: f, arguments: [{remove: -1}]}]",
            "4:51: found `-1`; expected a number of at least 0",
        ),
        (
            "rewrite: [{name: a, transform: o, args: {a.b: 1}}]",
            "4:47: found `a.b`; expected a plain name, without dots",
        ),
        ("expect: {files: [3]}", "4:17: found a list or mapping; expected a number, a range such as `10..20`"),
    ],
)
def test_a_mistake_is_told(more: str, expected: str) -> None:
    (found,) = mistakes(more)
    assert found.startswith(expected)


@pytest.mark.parametrize("value", ["true", "1.0", '"1"', "[]"])
def test_the_version_of_the_schema_is_a_number(value: str) -> None:
    with pytest.raises(PlanError, match=r"`schema` is one of 1$"):
        load_plan(HEAD.replace("schema: 1", f"schema: {value}"), "plan.yaml")


def test_a_plan_that_does_nothing_is_told() -> None:
    with pytest.raises(PlanError, match=r"^plan.yaml:2:7: there is nothing to do: give `redirect:` or `rewrite:`"):
        load_plan("schema: 1\nname: x\nexpect: {files: 3}\n", "plan.yaml")


def test_all_mistakes_of_all_parts_are_told_at_once() -> None:
    assert mistakes(
        "titel: x\nkeep: [{modul: a, symbols: [b.c, 3]}]\nvalidation: {v: {kind: imports, timeout: x}}"
    ) == [
        "4:1: unknown key `titel`; did you mean `title`?; valid here: " + ", ".join(_keys()),
        "5:8: the key `module` is missing",
        "5:9: unknown key `modul`; did you mean `module`?; valid here: module, symbols, as_is, reason",
        "5:29: found `b.c`; expected a plain name, without dots",
        "5:34: found `3`; expected text (put it in quotes)",
        "6:42: found `x`; expected a number",
    ]


def _keys() -> list[str]:
    return list(Plan.__struct_encode_fields__)


def test_of_very_many_mistakes_the_first_are_told() -> None:
    found = mistakes(f"exclude: [{', '.join(['3'] * (limits.MISTAKES + 50))}]")
    assert len(found) == limits.MISTAKES + 1
    assert "there are more" in found[-1]
