"""A program of any kind is judged by the JUnit XML file that it writes, if it wrote it this time."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from codemods.errors import ValidationSetupError
from codemods.validation.base import Result, Scope, Still, Verdict
from codemods.validation.junit_report import ReportError, read_junit
from codemods.validation.junit_runner import JunitRunner
from codemods.validation.suite import Suite
from tests.conftest import write_files
from tests.validation.bound import Changing, Trial

if TYPE_CHECKING:
    from pathlib import Path


def told(text: str | bytes) -> dict[str, str]:
    content = text if isinstance(text, bytes) else text.encode()
    return {test: told.outcome for test, told in read_junit(content).items()}


def test_every_outcome_at_any_depth() -> None:
    text = """<?xml version="1.0" encoding="utf-8"?>
    <testsuites><properties/><testsuite name="outer"><testsuite name="inner">
      <testcase classname="a.B" name="passed" time="0.1"><system-out><failure/></system-out></testcase>
      <testcase classname="a.B" name="failed"><failure message="m">text</failure></testcase>
      <testcase classname="a.B" name="error"><failure/><error/></testcase>
      <testcase classname="a.B" name="skipped"><skipped/></testcase>
      <testcase classname="a.B" name="left" status="notrun"/>
      <testcase classname="a.B" name="late"><rerunFailure/><flakyFailure/></testcase>
    </testsuite></testsuite><testsuite><testcase name="plain" file="./t/a.py"/></testsuite></testsuites>"""
    assert told(text) == {
        "a.B::passed": "passed",
        "a.B::failed": "failed",
        "a.B::error": "error",
        "a.B::skipped": "skipped",
        "a.B::left": "skipped",
        "a.B::late": "passed",
        "t/a.py::plain": "passed",
    }
    assert read_junit(text.encode())["t/a.py::plain"].file == "t/a.py"


def test_a_namespace_another_encoding_and_characters_that_xml_does_not_admit() -> None:
    assert told('<j:testsuite xmlns:j="u"><j:testcase name="a"><j:error/></j:testcase></j:testsuite>') == {"a": "error"}
    wide = '<?xml version="1.0" encoding="utf-16"?><testsuite><testcase name="ä"/></testsuite>'
    assert told(wide.encode("utf-16")) == {"ä": "passed"}
    assert told('<testsuite><testcase name="a"><failure>\x1b[31mred\x00</failure></testcase></testsuite>') == {
        "a": "failed"
    }


def test_tests_that_share_a_name_are_counted_whatever_their_order() -> None:
    good, bad = '<testcase name="a"/>', '<testcase name="a"><failure/></testcase>'
    known = {"a": "passed", "a #2": "passed", "a #3": "failed"}
    assert told(f"<testsuite>{good}{bad}{good}</testsuite>") == known
    assert told(f"<testsuite>{bad}{good}{good}</testsuite>") == known


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not well-formed"),
        ("<testsuite><testcase name='a'/>", "not well-formed"),
        ("<html></html>", "begins with <html>"),
        ('<?xml version="1.0" encoding="none-such"?><testsuite/>', "not well-formed"),
        ('<!DOCTYPE t [<!ENTITY a "b">]><testsuite><testcase name="&a;"/></testsuite>', "document type"),
        ('<!DOCTYPE t SYSTEM "file:///etc/passwd"><testsuite/>', "document type"),
    ],
)
def test_what_is_no_report_is_refused(text: str, why: str) -> None:
    with pytest.raises(ReportError, match=why):
        read_junit(text.encode())


# Writes what `tests.txt` says, a line for each test: its name and what it holds.
PROGRAM = """
import pathlib, sys
open('runs', 'a').write('.')
lines = [line.split() for line in open('tests.txt')]
cases = ''.join(f'<testcase name="{name}">{"".join(f"<{w}/>" for w in what)}</testcase>' for name, *what in lines)
file = pathlib.Path(sys.argv[1])
file.parent.mkdir(exist_ok=True)
file.write_text(f'<testsuite>{cases}</testsuite>')
raise SystemExit('failure' in cases)
"""


def suite(report: str, program: str = PROGRAM, timeout: float = 100) -> Suite:
    return Suite("unit", JunitRunner("unit", (sys.executable, "-c", program, report), report, timeout))


def change(root: Path, before: str, after: str, report: str = "out/junit.xml") -> tuple[Result, Trial]:
    trial = Trial(suite(report), Changing(root, {"tests.txt": before}, {"tests.txt": after}))
    return trial.judge(Scope(("a.py",), frozenset({"a.py"}))), trial


def test_tests_are_compared_whatever_the_exit_status(tmp_path: Path) -> None:
    result, _ = change(tmp_path, "a\nred failure\n", "a\nred failure\nnew\n")
    assert (result.verdict, result.summary) == (Verdict.PASSED, "3 tests, none worse than before")
    assert (tmp_path / "runs").read_text() == ".."


def test_what_got_worse_is_run_again_with_the_change_and_without(tmp_path: Path) -> None:
    result, trial = change(tmp_path, "a\nb\nc\nd\n", "a failure\nb error\nc skipped\n")
    assert (result.verdict, result.guilty) == (Verdict.FAILED, ("a", "b", "c", "d"))
    assert (tmp_path / "runs").read_text() == "...."
    assert trial.validation.run(trial.ground, Scope(only=("a",))).guilty == ("a",)
    trial.ground.show(changed=False)
    assert trial.validation.run(trial.ground, Scope(only=("a",))).holds


@pytest.mark.parametrize("before", [None, b"<testsuite><testcase name='stale'/></testsuite>"])
def test_a_report_of_an_earlier_run_never_decides_and_is_left_as_it_was(tmp_path: Path, before: bytes | None) -> None:
    write_files(tmp_path, {"tests.txt": "a\n", **({} if before is None else {"junit.xml": before})})
    file = tmp_path / "junit.xml"
    if before is not None:
        file.chmod(0o755)
    unit, ground = suite("junit.xml"), Still(tmp_path)
    unit.baseline(ground, Scope())
    assert list(unit.memory.tests) == ["a"]
    unit.runner = suite("junit.xml", "print('nothing to do')").runner
    result = unit.run(ground, Scope())
    why = "the program has not written junit.xml; exit status 0, nothing to do"
    assert (result.verdict, result.summary) == (Verdict.FAILED, why)
    assert (file.read_bytes() if file.exists() else None) == before
    assert before is None or file.stat().st_mode & 0o777 == 0o755


def test_nothing_is_left_in_the_repository(tmp_path: Path) -> None:
    write_files(tmp_path, {"tests.txt": "a\n"})
    suite("out/junit.xml").baseline(Still(tmp_path), Scope())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["runs", "tests.txt"]


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("open('junit.xml', 'w').write('<testsuite>')", "junit.xml cannot be read: it is not well-formed XML"),
        ("import os; os.mkdir('junit.xml')", "junit.xml cannot be read: Is a directory"),
        ("import os; os.abort()", "killed by SIGABRT"),
        ("open('junit.xml', 'w').write('<testsuite/>')", "it runs no tests"),
    ],
)
def test_a_program_without_a_report_is_refused_before_any_change(tmp_path: Path, program: str, why: str) -> None:
    with pytest.raises(ValidationSetupError, match=why):
        suite("junit.xml", program).baseline(Still(tmp_path), Scope())


def test_a_time_limit_does_not_hold(tmp_path: Path) -> None:
    result = suite("junit.xml", "import time; time.sleep(60)", 0.5).run(Still(tmp_path), Scope())
    assert (result.verdict, result.summary) == (Verdict.TIMED_OUT, "no end after 0.5 s")


def test_a_missing_program_is_told_first(tmp_path: Path) -> None:
    runner = JunitRunner("unit", ("no-such-program",), "junit.xml", 1)
    with pytest.raises(ValidationSetupError, match="is not there"):
        Suite("unit", runner).require(Still(tmp_path))
    assert runner.identity(Still(tmp_path)) != suite("junit.xml").identity(Still(tmp_path))
