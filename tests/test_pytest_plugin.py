"""The fixture `codemod`: rules of a plan are tested as they stand in it, and the tests of the page hold."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import write_files

PAGE = Path(__file__).parent.parent / "docs" / "testing.md"
FILE = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)
PLAN = """\
schema: 1
name: calls
keep:
  - module: somewhere.other
rewrite:
  - {name: twice, match: a.f($X), replace: a.g($X)}
  - {name: await-it, match: a.h($X), replace: await a.k($X)}
  - {name: look, match: a.m($X), reason: look at it}
phases:
  - {name: P0, files: [nowhere.py]}
"""
TESTS = """\
import pytest

OTHERS = {"a.py": "def f(x): ...\\n\\n\\ng = h = k = m = f\\n"}


@pytest.fixture
def rule(codemod):
    return lambda name: codemod(plan="plans/calls.yaml", rule=name, others=OTHERS)


def test_every_check_holds(rule, codemod):
    rule("twice").transforms("import a\\n\\na.f(1)\\n", "import a\\n\\na.g(1)\\n")
    rule("twice").leaves("import a\\n\\na.h(1)\\n")
    assert "await" in rule("await-it").blocks("import a\\n\\na.h(1)\\n")[0]
    assert rule("look").reviews("import a\\n\\na.m(1)\\n").reason == "look at it"
    codemod(redirect="- {symbol: a.f, to: a.g}", others=OTHERS).transforms(
        "from a import f\\n\\nf(1)\\n", "from a import g\\n\\ng(1)\\n"
    )


def test_what_does_not_hold_is_told(rule):
    rule("twice").leaves("import a\\n\\na.f(1)\\n")


def test_a_rule_that_is_not_there_is_told_with_the_nearest_one(rule):
    rule("twicee").leaves("import a\\n")
"""


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def test_rules_of_a_plan_are_tested_with_the_fixture(tmp_path: Path) -> None:
    page = dict(FILE.findall(PAGE.read_text(encoding="utf-8")))
    own = {"plans/calls.yaml": PLAN, "test_rules.py": TESTS, "pytest.ini": "[pytest]\n"}
    write_files(tmp_path, {**page, **own})
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "codemods.pytest_plugin", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 failed, 4 passed" in found.stdout
    assert "it is changed (+ is what it becomes)" in found.stdout
    assert "the plan has no rule `twicee`; did you mean `twice`?" in found.stdout


def test_it_loads_nothing_before_a_test_asks_for_it() -> None:
    code = "import codemods.pytest_plugin, sys; print(*(m for m in sys.modules if m.startswith('codemods')))"
    told = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert set(told.stdout.split()) == {"codemods", "codemods.pytest_plugin"}
