"""A run as JUnit XML: read back by a parser, and by our own reader of such files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from codemods.validation.junit_report import read_junit
from tests.checks import BASE, plan_text
from tests.cli.commands import codemods
from tests.conftest import Files, copied
from tests.report.runs import make_run, run_of

MakeRepo = Callable[[Files], Path]
MadeOnce = Callable[[str, Callable[[Path], object]], Path]
SHOWN = "v <&\"'\\u2028]]>.py"


@pytest.fixture
def ran(made_once: MadeOnce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    return copied(made_once("ran", make_run), tmp_path / "repo")


def test_a_suite_for_each_phase_and_a_test_for_each_unit(ran: Path) -> None:
    told = codemods(ran, "report", "plan.yaml", "--junit", "run.xml", expect=1)
    assert told.startswith("Wrote run.xml")
    assert "# " not in told
    root = ElementTree.fromstring((ran / "run.xml").read_bytes())
    assert [suite.get("name") for suite in root] == ["P0", "P1", "P2"]
    figures = [root.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert figures == ["4", "2", "0", "1"]
    (passed,) = root[0]
    assert (passed.get("classname"), passed.get("name"), list(passed)) == ("test.P0", "u.py", [])
    assert 0 < float(passed.get("time", "0")) <= float(root.get("time", "0"))
    (failed,) = root[1]
    assert failed.get("name") == SHOWN
    assert [part.tag for part in failed] == ["failure"]
    assert "exit status 1" in failed[0].get("message", "")
    assert "</failure></pre><script>document.title = 1</script>]]>\\x1b[31m\\x00 \\u2028 &amp;" in (
        failed[0].text or ""
    )
    assert {case.get("name"): [part.tag for part in case] for case in root[2]} == {
        "w.py": ["skipped"],
        "z.py": ["failure"],
    }
    told_by = {test: told.outcome for test, told in read_junit((ran / "run.xml").read_bytes()).items()}
    assert told_by == {
        "test.P0::u.py": "passed",
        f"test.P1::{SHOWN}": "failed",
        "test.P2::w.py": "skipped",
        "test.P2::z.py": "failed",
    }


def test_a_run_is_told_as_it_was_whatever_was_taken_back_since(ran: Path) -> None:
    codemods(ran, "report", "plan.yaml", "--junit", "before.xml", expect=1)
    codemods(ran, "rollback", "plan.yaml", "--phase", "P0", expect=0)
    told = codemods(ran, "report", "plan.yaml", "--junit", "run.xml", "--run", run_of(ran), "--markdown", expect=1)
    assert "\n## Where it stands\n" in told
    assert (ran / "run.xml").read_bytes() == (ran / "before.xml").read_bytes()


def test_a_run_with_nothing_to_do_is_not_the_one_that_is_told(ran: Path) -> None:
    codemods(ran, "report", "plan.yaml", "--junit", "before.xml", expect=1)
    codemods(ran, "apply", "plan.yaml", "--phase", "P1", expect=1)
    codemods(ran, "report", "plan.yaml", "--junit", "run.xml", expect=1)
    assert (ran / "run.xml").read_bytes() == (ran / "before.xml").read_bytes()


def test_a_plan_that_never_ran_has_nothing_to_report(make_repo: MakeRepo) -> None:
    root = make_repo({**BASE, "plan.yaml": plan_text()})
    told = codemods(root, "report", "plan.yaml", "--junit", "run.xml", expect=2)
    assert "There is no run of this plan yet." in told
    assert not (root / "run.xml").exists()


def test_a_run_of_another_plan_is_refused(ran: Path) -> None:
    (ran / "other.yaml").write_text(plan_text().replace("name: test", "name: other"), encoding="utf-8")
    told = codemods(ran, "report", "other.yaml", "--junit", "run.xml", "--run", run_of(ran), expect=2)
    assert "is no run of the plan other" in told
    assert "--run is for --html and --junit" in codemods(ran, "report", "plan.yaml", "--run", run_of(ran), expect=2)
