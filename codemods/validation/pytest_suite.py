"""Validation by pytest: judged test by test against a baseline, since real suites are red in places already."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.errors import ValidationSetupError
from codemods.validation.base import Result, Verdict
from codemods.validation.program import Completed, project_python, run_program

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from codemods.validation.base import Ground, Scope

# A plugin, since JUnit XML does not hold node ids. Under pytest-xdist only the controller writes.
_PLUGIN = """
import json, os
import pytest

FOLDER = os.environ["CODEMODS_PYTEST"]
RANK = {"passed": 0, "skipped": 1, "failed": 2, "error": 3}

class Writer:
    def __init__(self):
        self.told = {}

    def write(self, *values):
        with open(os.path.join(FOLDER, "report"), "a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\\n")

    def tell(self, nodeid, outcome):
        # A test has up to three reports, and more with subtests or reruns: the worst counts.
        if RANK.get(outcome, -1) > RANK.get(self.told.get(nodeid), -1):
            self.told[nodeid] = outcome
            self.write("outcome", nodeid, outcome)

    def pytest_runtest_logstart(self, nodeid, location):
        self.write("start", nodeid, "")

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            self.tell(report.nodeid, "error" if report.when != "call" and report.failed else report.outcome)

    def pytest_collectreport(self, report):
        if report.failed:
            self.tell(report.nodeid or "(collection)", "error")

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Writer(), "codemods-writer")

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    wanted = os.path.join(FOLDER, "only")
    if os.path.exists(wanted):
        with open(wanted, encoding="utf-8") as file:
            only = set(json.load(file))
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in only])
        items[:] = [item for item in items if item.nodeid in only]
"""
_RAN = (0, 1)  # exit statuses of a session that ran to its end: all passed, some failed
_NO_TESTS = 5
_BROKEN = ("failed", "error")
_VANISHED = "vanished"
_SHOWN = 5  # tests in a summary
_LINES = 15  # of output in a message


@dataclass(frozen=True, slots=True)
class _Session:
    """One run of pytest: the worst outcome of each test by node id, of a file that cannot be collected by its path."""

    outcomes: Mapping[str, str]
    last_started: str
    completed: Completed


class PytestSuite:
    """Runs pytest after each unit. What failed before may fail still; what is new, worse or gone rejects."""

    compares = True
    seconds_before = 0.0

    @property
    def tests_before(self) -> tuple[int, int]:
        """Those that passed on the unchanged tree, and all of them."""
        outcomes = list((self.before or {}).values())
        return outcomes.count("passed"), len(outcomes)

    def __init__(
        self, name: str, args: Sequence[str], timeout: float, environment: Mapping[str, str | None] | None = None
    ) -> None:
        """`args` go to pytest; `timeout` is in seconds, for one session; `environment` is added to ours."""
        self.name = name
        self.environment = dict(environment or {})
        self.arguments = tuple(args)
        self.timeout = timeout
        self.before: Mapping[str, str] | None = None

    def require(self, ground: Ground) -> None:
        """Raise ValidationSetupError where the project's Python has no pytest."""
        python = project_python()
        try:
            has_pytest = run_program([python, "-c", "import pytest"], ground.root, 60, self.environment).status == 0
        except OSError:
            has_pytest = False
        if not has_pytest:
            what = f"The validation `{self.name}` needs pytest, which {python} does not have."
            hint = "Activate the project's virtual environment, or install pytest in it."
            raise ValidationSetupError(what, hint=hint)

    def identity(self, ground: Ground) -> str:  # noqa: ARG002 - the same in every checkout
        """The Python, the arguments, the environment."""
        return repr((project_python(), self.arguments, self.timeout, sorted(self.environment.items())))

    def remembered(self) -> object:
        """The outcome of each test."""
        return self.before and dict(self.before)

    def recall(self, known: object) -> None:
        """Take the outcome of each test for known."""
        if isinstance(known, dict):
            self.before = known

    def baseline(self, ground: Ground, scope: Scope) -> None:  # noqa: ARG002 - the suite looks at the whole tree
        """Remember the outcome of each test on the unchanged tree. Raises ValidationSetupError where none runs."""
        if self.before is not None:
            return
        session = self._session(ground.root)
        completed = session.completed
        if completed.status not in _RAN or not session.outcomes:
            why = "it runs no tests" if completed.status in (*_RAN, _NO_TESTS) else self._ending(session)
            what = f"The validation `{self.name}` fails before anything is changed: {why}."
            hint = "Correct `args:` or `timeout:` in the plan, or mend the suite. Nothing of the phase was changed."
            raise ValidationSetupError(what, hint=f"{completed.last_lines(_LINES)}\n{hint}".lstrip("\n"))
        self.before = session.outcomes
        self.seconds_before = completed.seconds

    def run(self, ground: Ground, scope: Scope) -> Result:  # noqa: ARG002 - the suite looks at the whole tree
        """Compare each test with the baseline; what newly fails is run once more, without the others, before it counts.

        Without a baseline every failure is new. Raises ValidationSetupError where Python cannot be started.
        """
        started = time.monotonic()
        session = self._session(ground.root)
        evidence = session.completed.output
        if session.completed.status not in _RAN:
            verdict = Verdict.TIMED_OUT if session.completed.timed_out else Verdict.FAILED
            return Result(self.name, verdict, self._ending(session), evidence, time.monotonic() - started)
        worse = _worse(self.before or {}, session.outcomes)
        flaky: list[str] = []
        if suspects := sorted(test for test, how in worse.items() if how != _VANISHED):
            again = self._session(ground.root, suspects)
            evidence += f"\n--- run again: {len(suspects)} ---\n{again.completed.output}"
            flaky = [test for test in suspects if _passes(test, again)]
        guilty = {test: how for test, how in worse.items() if test not in flaky and _file(test) not in flaky}
        if guilty:
            evidence = "".join(f"{test}: {how}\n" for test, how in guilty.items()) + evidence
        verdict = Verdict.FAILED if guilty else Verdict.PASSED
        summary = _summary(len(session.outcomes), guilty, flaky)
        passed = list(session.outcomes.values()).count("passed")
        return Result(
            self.name,
            verdict,
            summary,
            evidence,
            time.monotonic() - started,
            tuple(guilty),
            tuple(flaky),
            passed,
            len(session.outcomes),
        )

    def _ending(self, session: _Session) -> str:
        """How pytest ended where it did not come to its end, and the test that ran then."""
        completed = session.completed
        if completed.status == _NO_TESTS:
            return "no tests were collected any more"
        is_sudden = completed.status is None or completed.status < 0
        detail = f"in {session.last_started}" if is_sudden else completed.last_line
        ending = f"pytest: {completed.ending(self.timeout)}"
        return f"{ending}, {detail}" if detail and (not is_sudden or session.last_started) else ending

    def _session(self, root: Path, only: Sequence[str] = ()) -> _Session:
        """Run pytest with the plan's arguments; `only` are node ids that it then leaves out all others for."""
        with tempfile.TemporaryDirectory(prefix="codemods-") as name:
            folder = Path(name)
            (folder / "codemods_pytest.py").write_text(_PLUGIN, encoding="utf-8")
            if only:
                (folder / "only").write_text(json.dumps(only), encoding="utf-8")
            completed = self._run(root, folder)
            report = folder / "report"
            # A process that was killed may have left half a line.
            lines = report.read_text(encoding="utf-8").split("\n")[:-1] if report.exists() else []
        told = [json.loads(line) for line in lines]
        outcomes = {test: outcome for what, test, outcome in told if what == "outcome"}
        return _Session(outcomes, next((test for what, test, _ in reversed(told) if what == "start"), ""), completed)

    def _run(self, root: Path, folder: Path) -> Completed:
        python = project_python()
        options = ["-p", "codemods_pytest", "--continue-on-collection-errors"]
        # Else a first failure would make all tests after it vanish.
        options += ["--maxfail=0"]
        # Not `-p no:cacheprovider`: a project that sets `cache_dir` and is strict about its settings refuses that.
        options += ["-o", f"cache_dir={folder / 'cache'}"]
        found = {**os.environ, **self.environment}.get("PYTHONPATH")
        environment: dict[str, str | None] = {
            **self.environment,
            "CODEMODS_PYTEST": str(folder),
            "PYTHONPATH": f"{folder}{os.pathsep}{found}" if found else str(folder),
        }
        try:
            command = [python, "-m", "pytest", *self.arguments, *options]
            return run_program(command, root, self.timeout, environment)
        except OSError as error:
            what = f"The validation `{self.name}` cannot start {python}: {error}"
            raise ValidationSetupError(what, hint="Activate the project's virtual environment, or mend it.") from error


def _worse(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """The tests that are worse than before, with what happened to them; those that are gone come last."""
    renamed = _renamed(before, after)
    worse = {}
    for test, outcome in sorted(after.items()):
        # The tests of a file that could not be collected before are new, and not the change's doing.
        was = before.get(renamed.get(test, test), before.get(_file(test)))
        if (outcome in _BROKEN and was not in _BROKEN) or (outcome == "skipped" and was == "passed"):
            worse[test] = outcome
    kept = {*after, *renamed.values()}
    for test in sorted(before.keys() - kept):
        if before[test] not in _BROKEN:
            worse[test] = _VANISHED
    return worse


def _renamed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """Each parametrised case that is new, with a case of the same test that is gone.

    The id of a case may hold the very string that the change rewrites, or an address that no two sessions share.
    """
    gone: dict[str, list[str]] = defaultdict(list)
    for test in _broken_first(before, before.keys() - after.keys()):
        gone[test.partition("[")[0]].append(test)
    renamed = {}
    for test in _broken_first(after, after.keys() - before.keys()):
        if "[" in test and gone[test.partition("[")[0]]:
            renamed[test] = gone[test.partition("[")[0]].pop(0)
    return renamed


def _broken_first(outcomes: Mapping[str, str], tests: Iterable[str]) -> list[str]:
    return sorted(tests, key=lambda test: (outcomes[test] not in _BROKEN, test))


def _file(test: str) -> str:
    return test.partition("::")[0]


def _passes(test: str, again: _Session) -> bool:
    """Whether `test` passed in a session of its own; a file that can be collected has no outcome then."""
    if again.completed.status not in (*_RAN, _NO_TESTS):
        return False
    return again.outcomes.get(test, "" if "::" in test else "passed") == "passed"


def _summary(total: int, guilty: Mapping[str, str], flaky: Sequence[str]) -> str:
    text = f"{total} tests, none worse than before"
    if guilty:
        named = [f"{test} ({how})" for test, how in list(guilty.items())[:_SHOWN]]
        more = f" and {len(guilty) - _SHOWN} more" if len(guilty) > _SHOWN else ""
        text = f"{len(guilty)} of {total} tests worse than before: {', '.join(named)}{more}"
    return f"{text}; flaky, passed alone: {', '.join(flaky)}" if flaky else text
