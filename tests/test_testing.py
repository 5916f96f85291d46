"""The public checks: they pass for what is right, and say readably what is wrong."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from codemods.engine.own_transforms import ArgumentError
from codemods.errors import PlanError
from codemods.model import Disposition
from codemods.testing import check_blocked, check_noop, check_review, check_transformed, outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from codemods.api import Edit, Module, Note

MODULES = {"a.py": "def f(x):\n    return x\n\n\ng = f\n"}
RULE = """
    - name: twice
      match: a.f($X)
      replace: a.g($X)
"""
PLAN = """\
schema: 1
name: whole
keep:
  - module: elsewhere.senders
redirect:
  - {symbol: a.f, to: a.g}
rewrite:
  - {name: two, match: h = 1, replace: h = 2}
exclude: [example.py]
phases:
  - {name: P0, files: [other.py]}
"""
REDIRECT = "- {symbol: a.f, to: a.g}"


class Number:
    """Replaces one number by another."""

    def __init__(self, old: int = 1, new: int = 2) -> None:
        self.old, self.new = old, new

    def find(self, module: Module) -> Iterator[Edit | Note]:
        for node in module.nodes(ast.Constant):
            if node.value == self.old:
                yield module.replace(node, str(self.new))


def review_numbers(module: Module) -> Iterator[Note]:
    for node in module.nodes(ast.Constant):
        yield module.review(node, "a number")


def once_more(module: Module) -> Iterator[Edit]:
    for node in module.nodes(ast.Constant):
        yield module.replace(node, f"{node.value + 1}")


class TestAllKinds:
    @pytest.mark.parametrize(
        "given",
        [
            {"transform": Number},
            {"transform": Number(1, 2)},
            {"transform": Number, "args": {"old": 1, "new": 2}},
            {"rewrite": "- {name: one, match: 'x = 1', replace: 'x = 2'}"},
        ],
    )
    def test_of_steps(self, given: dict[str, Any]) -> None:
        findings = check_transformed("x = 1\n", "x = 2\n", **given)
        assert [finding.disposition for finding in findings] == [Disposition.REWRITTEN]
        assert check_noop("x = 3\n", **given) == ()

    @pytest.mark.parametrize("given", [{"rewrite": RULE}, {"redirect": REDIRECT}])
    def test_of_rules_and_redirects(self, given: dict[str, Any]) -> None:
        check_transformed("from a import f\n\nf(1)\n", "from a import g\n\ng(1)\n", others=MODULES, **given)
        check_noop("from b import f\n\nf(1)\n", others=MODULES, **given)

    def test_of_bytes_and_paths(self) -> None:
        check_transformed(b"\xef\xbb\xbfx = 1\r\n", b"\xef\xbb\xbfx = 2\r\n", transform=Number, path="p/q.py")

    def test_of_more_keys_of_a_plan(self) -> None:
        check_noop("x = 1\n", transform=Number, rest="exclude: ['example.py']")

    def test_of_a_plan_as_it_stands(self, tmp_path: Path) -> None:
        plan = tmp_path / "plan.yaml"
        plan.write_text(PLAN)
        after = "from a import g\n\ng(1)\nh = 2\n"
        check_transformed("from a import f\n\nf(1)\nh = 1\n", after, plan=plan, others=MODULES)
        check_transformed("h = 1\n", "h = 2\n", plan=str(plan), rule="two", others=MODULES)
        check_noop("from a import f\n\nf(1)\n", plan=plan, rule="two", others=MODULES)

    def test_of_reviews_and_blocks(self) -> None:
        assert check_review("x = 1\n", transform=review_numbers).reason == "a number"
        (reason,) = check_blocked("x = 1\n", transform=once_more)
        assert "it would change its own result again" in reason
        (reason,) = check_blocked("x = 1\n", rewrite="- {name: w, match: 'x = 1', replace: 'await x'}")
        assert "the replacement awaits" in reason


def failure(check: Callable[..., object], *sources: str, **given: Any) -> str:
    """What a check that fails says."""
    with pytest.raises(AssertionError) as error:
        check(*sources, **given)
    return str(error.value)


class TestFailures:
    def test_another_result_is_shown_as_a_diff(self) -> None:
        told = failure(check_transformed, "x = 1\ny = 0\n", "x = 3\ny = 0\n", transform=Number)
        assert told == "the result is not as expected (+ is what it is):\n@@ -1,2 +1,2 @@\n-x = 3\n+x = 2\n y = 0\n"

    def test_what_cannot_be_seen_is_spelled_out(self) -> None:
        told = failure(check_transformed, "x = 1 \r\n", "x = 2\n", transform=Number)
        assert told.endswith("-x = 2\n+x = 2' ''\\r\\n'\n")

    def test_no_change(self) -> None:
        told = failure(check_transformed, "x = 3\n", "x = 2\n", transform=Number)
        assert told == "it is not changed: nothing is changed; found nothing"

    def test_a_block(self) -> None:
        for check, sources in ((check_transformed, ("x = 1\n", "x = 2\n")), (check_noop, ("x = 1\n",))):
            told = failure(check, *sources, transform=once_more)
            assert "it is blocked:\n  example.py:1: transform `transform`, run on its own result: it" in told

    def test_a_source_that_does_not_parse(self) -> None:
        assert "it is skipped: line 1: " in failure(check_noop, "x = (\n", transform=Number)

    def test_a_change_where_none_should_be(self) -> None:
        told = failure(check_noop, "x = 1\n", transform=Number)
        assert told == "it is changed (+ is what it becomes):\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
        assert failure(check_blocked, "x = 1\n", transform=Number).startswith(
            "it is not blocked: it is changed:\nx = 2"
        )

    def test_another_number_of_reviews(self) -> None:
        told = failure(check_review, "x = 1, 2\n", transform=review_numbers)
        assert told.startswith(
            "expected one place to review, with a reason; found \n  1:5 codemod transform: review (a"
        )
        assert failure(check_review, "x = y\n", transform=review_numbers).endswith("found nothing")

    def test_mistakes_about_a_plan(self, tmp_path: Path) -> None:
        plan = tmp_path / "plan.yaml"
        plan.write_text(PLAN)
        assert "no rule `tow`; did you mean `two`?" in failure(check_noop, "x = 1\n", plan=plan, rule="tow")
        assert "give nothing beside it" in failure(check_noop, "x = 1\n", plan=plan, redirect=REDIRECT)

    def test_mistakes_of_the_test_itself(self) -> None:
        assert "`args` are for a class or a function" in failure(check_noop, "", transform=Number(), args={"old": 1})
        with pytest.raises(ArgumentError, match="it has no argument `odl`; did you mean `old`"):
            check_noop("", transform=Number, args={"odl": 1})
        with pytest.raises(PlanError, match="matches nothing"):
            check_noop("", rewrite="- {name: one, match: '# no', replace: b}")


def test_an_outcome_by_itself() -> None:
    assert type(outcome_of("x = 1\n", transform=Number)).__name__ == "Changed"
    assert type(outcome_of("x = 3\n", transform=Number)).__name__ == "Unchanged"


def test_nothing_here_needs_pytest() -> None:
    code = "import sys, codemods.testing; sys.exit('pytest' in sys.modules)"
    environment_free = subprocess.run([sys.executable, "-c", code], check=False)
    assert environment_free.returncode == 0


def test_importing_the_package_stays_cheap() -> None:
    code = "import sys, codemods; sys.exit(any(m in sys.modules for m in ('libcst', 'pydantic')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    code = "import codemods, codemods.api as a; assert codemods.Module is a.Module; codemods.load_transforms"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
