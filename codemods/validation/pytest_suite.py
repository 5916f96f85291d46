"""Validation by pytest: judged test by test against a baseline, since real suites are red in places already."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from codemods.errors import ValidationSetupError
from codemods.validation.base import Result, Verdict
from codemods.validation.program import Completed, project_python, run_program

# A plugin, since JUnit XML does not hold node ids. Only the controller of pytest-xdist writes.
_PLUGIN = """
import json, os
_rank = {"passed": 0, "skipped": 1, "failed": 2, "error": 3}
_told = {}
def _tell(nodeid, outcome):
    if _rank[outcome] >= _rank.get(_told.get(nodeid), -1):
        _told[nodeid] = outcome
        with open(os.environ["CODEMODS_REPORT"], "a", encoding="utf-8") as file:
            file.write(json.dumps([nodeid, outcome]) + "\\n")
def pytest_configure(config):
    if hasattr(config, "workerinput"):
        config.pluginmanager.unregister(name="codemods_report")
def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        _tell(report.nodeid, "error" if report.when != "call" and report.failed else report.outcome)
def pytest_collectreport(report):
    if report.failed:
        _tell(report.nodeid or "(collection)", "error")
"""
_COUNTED = (0, 1, 2)  # exit statuses of a session that has run: passed, failed, interrupted by collection errors
_BROKEN = ("failed", "error")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Session:
    outcomes: dict[str, str]
    completed: Completed


class PytestSuite:
    """Runs pytest after each unit. What failed before may fail still; what is new, worse or gone rejects."""

    def __init__(self, name: str, root: Path, arguments: tuple[str, ...], timeout: float) -> None:
        """`arguments` go to pytest; `timeout` is in seconds, for one session."""
        self.name = name
        self.root = root
        self.arguments = arguments
        self.timeout = timeout
        self.before: dict[str, str] | None = None

    def require(self) -> None:
        """Raise ValidationSetupError where the project's Python has no pytest."""
        completed = run_program([project_python(), "-c", "import pytest"], self.root, 60)
        if completed.status != 0:
            what = f"The validation `{self.name}` needs pytest, which {project_python()} does not have."
            raise ValidationSetupError(
                what, hint="Activate the project's virtual environment, or install pytest in it."
            )

    def baseline(self, paths: tuple[str, ...]) -> None:  # noqa: ARG002 - the suite looks at the whole tree
        """Remember the outcome of each test on the unchanged tree. Raises ValidationSetupError where none runs."""
        if self.before is not None:
            return
        session = self._session(self.arguments)
        if session.completed.status not in _COUNTED or not session.outcomes:
            lines = "\n".join(session.completed.output.splitlines()[-15:])
            what = f"The validation `{self.name}` runs no tests before anything is changed."
            raise ValidationSetupError(what, hint=f"{lines}\nCorrect `args:` in the plan. No file was changed.")
        self.before = session.outcomes

    def run(self, paths: tuple[str, ...]) -> Result:  # noqa: ARG002 - the suite looks at the whole tree
        """Compare each test's outcome with the baseline; a new failure is tried again alone before it counts."""
        started = time.monotonic()
        session = self._session(self.arguments)
        completed = session.completed
        if completed.timed_out:
            return self._result(Verdict.TIMED_OUT, f"no end after {self.timeout:g} s", completed.output, started)
        worse = _worse(self.before or {}, session.outcomes)
        flaky = {test for test, how in worse.items() if how != "vanished" and self._passes_alone(test)}
        guilty = {test: how for test, how in worse.items() if test not in flaky}
        if not guilty and completed.status not in _COUNTED:
            summary = f"pytest ended with exit status {completed.status}: {completed.last_line}"
            return self._result(Verdict.FAILED, summary, completed.output, started)
        summary = f"{len(session.outcomes)} tests, none worse than before"
        if guilty:
            named = [f"{test} ({how})" for test, how in sorted(guilty.items())]
            more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
            summary = f"{len(named)} worse than before: {', '.join(named[:_SHOWN])}{more}"
        if flaky:
            summary += f"; flaky, passed alone: {', '.join(sorted(flaky))}"
        return self._result(Verdict.FAILED if guilty else Verdict.PASSED, summary, completed.output, started)

    def _result(self, verdict: Verdict, summary: str, evidence: str, started: float) -> Result:
        return Result(self.name, verdict, summary, evidence, time.monotonic() - started)

    def _passes_alone(self, test: str) -> bool:
        if "::" not in test:
            return False
        session = self._session((test,))
        return session.completed.status == 0 and session.outcomes.get(test) == "passed"

    def _session(self, arguments: tuple[str, ...]) -> _Session:
        with tempfile.TemporaryDirectory(prefix="codemods-") as folder:
            (Path(folder) / "codemods_report.py").write_text(_PLUGIN)
            report = Path(folder) / "report"
            options = ["-p", "codemods_report", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
            completed = run_program(
                [project_python(), "-m", "pytest", *arguments, *options],
                self.root,
                self.timeout,
                {"CODEMODS_REPORT": str(report), "PYTHONPATH": _python_path(folder)},
            )
            lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
        return _Session(dict(json.loads(line) for line in lines), completed)


def _python_path(folder: str) -> str:
    import os

    return os.pathsep.join(part for part in (folder, os.environ.get("PYTHONPATH", "")) if part)


def _worse(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    """The tests that are worse than before, with what happened to them."""
    worse = {test: "vanished" for test in before if test not in after and before[test] == "passed"}
    for test, outcome in after.items():
        was = before.get(test)
        if (outcome in _BROKEN and was not in _BROKEN) or (outcome == "skipped" and was == "passed"):
            worse[test] = outcome
    return worse
