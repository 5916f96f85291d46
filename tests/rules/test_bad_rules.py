"""Mistakes in rules: each told when the plan is loaded or previewed, with the rule, the line and the column."""

from __future__ import annotations

import pytest

from codemods.errors import PlanError
from tests.checks import BASE, outcome, preview_files, rule

HEAD = "schema: 1\nname: test\nrewrite:\n"


def mistakes(rewrite: str) -> list[str]:
    """The mistakes of a plan with these rules, as they are shown."""
    with pytest.raises(PlanError) as caught:
        preview_files({**BASE, "u.py": "pass\n"}, "", rewrite=rewrite)
    return str(caught.value).splitlines()


def block(match: str, replace: str, rest: str = "") -> str:
    """A rule as one writes it: the snippets start in lines 6 and in the line behind `replace`."""
    indented = ("".join(f"      {line}\n" for line in text.split("\n")) for text in (match, replace))
    first, second = indented
    return f"  - name: r\n    match: |\n{first}    replace: |\n{second}{rest}"


@pytest.mark.parametrize(
    ("rewrite", "place", "message"),
    [
        (block("f(", "1"), "6:8", "rule `r`: not Python"),
        (block("a()\nf($X, $)", "1"), "7:13", "`$` is followed by a name"),
        (block("f($X)", "g(1)\n$Y"), "9:7", "rule `r`: `$Y` is not bound; `match` binds `$X`"),
        (block("f()", "$Y"), "8:7", "`$Y` is not bound; `match` binds nothing"),
        (block("f($_)", "$_"), "8:7", "`$_` is not bound"),
        (block("f($X)", "import x"), "8:7", "imports are not part of a rule"),
        (block("$X", "1"), "6:7", "it matches every expression"),
        (block("...\nf()", "1"), "6:7", "a run of statements at the beginning or end says nothing"),
        (block("f(...)", "1"), "8:7", "`match` has 1 `...` for arguments, and this has 0"),
        (block("f($X)", "f($X, 1)[0]\nf($X)"), "8:7", "applies to its own output"),
        (block("f($X)", "$X", "    where: {Y: name}\n"), "9:16", "there is no `$Y` in `match`; `match` binds `$X`"),
        (block("f($X)", "$X", "    where: {X: {regex: '('}}\n"), "9:24", "expected a regular expression"),
        (block("f($X)", "$X", "    inside: 'a; b'\n"), "9:13", "expected one statement or expression"),
        (block("f($X)", "$X", "    in: async\n"), "9:", "async"),
        (block("f($X)", "$X", "    wher: {}\n"), "9:", "wher"),
        (block("f($X)", "a.b.gone($X)"), "8:7", "rule `r`: `a.b` has no name `gone`"),
        (block("a.b.C2()", "1"), "6:7", "rule `r`: `a.b` has no name `C2`"),
        (block("f($X)", "unknown($X)"), "8:7", "nothing says what `unknown` is"),
    ],
)
def test_a_mistake_is_told_with_its_place(rewrite: str, place: str, message: str) -> None:
    told = mistakes(rewrite)
    assert any(line.startswith(f"plan.yaml:{place}") and message in line for line in told), told


def test_all_mistakes_are_told_at_once() -> None:
    told = mistakes(block("f(", "1") + block("g($X)", "$Y").replace("name: r", "name: s"))
    assert len([line for line in told if line.startswith("plan.yaml:")]) == 2


def test_two_rules_have_two_names() -> None:
    assert any("two steps are called `r`" in line for line in mistakes(rule("f()", "1") + rule("g()", "2")))


def test_a_rule_that_an_earlier_one_would_apply_to_comes_first() -> None:
    rules = rule("f($X)", "1") + rule("g($X)", "f($X)", requires={"names": ["f"]}).replace('"r"', '"s"')
    assert any("rule `r` applies to what `s`, listed after it, writes" in line for line in mistakes(rules))
    swapped = rule("g($X)", "f($X)", requires={"names": ["f"]}).replace('"r"', '"s"') + rule("f($X)", "1")
    result = outcome("f = 0\nx = g(2)\n", rewrite=swapped)
    assert result.change.after == b"f = 0\nx = 1\n"  # type: ignore[union-attr]


def test_a_rule_that_never_ends_is_stopped_in_not_inside() -> None:
    assert any("it would never end" in line for line in mistakes(rule("f($X)", "g(f($X))", requires={"names": ["g"]})))
    safe = rule("f($X)", "g(f($X))", requires={"names": ["g"]}, not_inside="g(...)")
    assert outcome("g = 0\nf(1)\n", rewrite=safe).change.after == b"g = 0\ng(f(1))\n"  # type: ignore[union-attr]
