"""The validations of a plan, made ready to run: each key means what the schema says."""

from __future__ import annotations

import pickle
import sys
from typing import TYPE_CHECKING

import pytest

from codemods.engine.validations import validations_of
from codemods.errors import ValidationSetupError
from codemods.plan.load import load_plan
from codemods.validation.base import Scope, Still, Verdict
from tests.conftest import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.validation.base import Validation

PLAN = """\
schema: 1
name: p
keep: [{{module: test_a}}]
phases:
  - {{name: P0, files: rest, with: [check]}}
validation:
  check: {{{settings}}}
"""
TESTS = {"test_a.py": "import os, unittest\nclass A(unittest.TestCase):\n    def test_a(self): os.environ['WANTED']\n"}


@pytest.fixture(autouse=True)
def _own_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)


def validation(settings: str) -> Validation:
    made = validations_of(load_plan(PLAN.format(settings=settings), "plan.yaml").plan)["check"]
    return pickle.loads(pickle.dumps(made))


@pytest.mark.parametrize(
    "settings",
    [
        "kind: pytest, args: [-q]",
        "kind: unittest",
        "kind: unittest, args: [test_a]",
        "kind: command, run: [python, -m, unittest], pattern: OK",
        "kind: command, run: [python, -m, pytest, --junit-xml=out.xml, -p, 'no:cacheprovider'], junit: out.xml",
    ],
)
def test_each_kind_runs_with_the_environment_of_the_plan(tmp_path: Path, settings: str) -> None:
    write_files(tmp_path, TESTS)
    check, ground = validation(f"{settings}, env: {{WANTED: '1'}}, timeout: 50"), Still(tmp_path)
    check.require(ground)
    check.baseline(ground, Scope())
    result = check.run(ground, Scope())
    assert (result.name, result.verdict, result.flaky) == ("check", Verdict.PASSED, ())
    assert {file.name for file in tmp_path.iterdir()} == {"test_a.py"}
    # Without the variable it fails.
    lacking = validation(f"{settings}, env: {{WANTED: null}}").run(ground, Scope())
    assert lacking.verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ("pattern: {must_not: WARNING}", Verdict.FAILED),
        ("pattern: {must: WARNING}", Verdict.PASSED),
        ("pattern: {must: WARNING, must_not: fine}", Verdict.FAILED),
        ("timeout: 20", Verdict.PASSED),
    ],
)
def test_the_pattern_of_a_command(tmp_path: Path, settings: str, verdict: Verdict) -> None:
    check = validation(f"kind: command, run: [python, -c, 'print(\"WARNING, else fine\")'], {settings}")
    assert check.run(Still(tmp_path), Scope()).verdict is verdict


def test_reruns_of_the_plan(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"test_a.py": TESTS["test_a.py"].replace("os.environ['WANTED']", "open('ran', 'a').write('.')")}
    )
    check, ground = validation("kind: unittest, reruns: 3"), Still(tmp_path)
    check.baseline(ground, Scope())
    write_files(tmp_path, {"test_a.py": TESTS["test_a.py"].replace("os.environ", "open('ran', 'a').write('.'); {}")})
    assert check.run(ground, Scope()).guilty == ("test_a.A.test_a",)
    assert (tmp_path / "ran").read_text() == "....."


def test_a_suite_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValidationSetupError, match="`check` fails before anything is changed"):
        validation("kind: pytest, args: [nowhere]").baseline(Still(tmp_path), Scope())
