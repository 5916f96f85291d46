"""Validation by a suite of tests: judged test by test against a baseline, since real suites are red in places already.

What newly fails is tried again, with the change and without it, before it convicts: see `suspects`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from codemods.errors import ValidationSetupError
from codemods.validation.base import Result, Verdict
from codemods.validation.memory import Memory
from codemods.validation.outcomes import PASSED, SKIPPED, Suspect, Told, worse
from codemods.validation.session import EVERYTHING, Selection
from codemods.validation.suspects import Inquiry, is_bad

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from codemods.validation.base import Ground, Scope
    from codemods.validation.outcomes import Outcomes
    from codemods.validation.program import Completed
    from codemods.validation.session import Runner, Session

_SHOWN = 5  # tests in a summary
_LINES = 15  # of output in a message
_LAST = 2000  # characters of it in a result


class Suite:
    """Runs tests after each unit. What failed before may fail still; what is new, worse or gone rejects.

    What it learns of tests stays with it: see `Memory`.
    """

    def __init__(self, name: str, runner: Runner, reruns: int = 1) -> None:
        """`reruns` is how often a test that newly fails is tried again, with the change and without it."""
        self.name = name
        self.runner = runner
        self.reruns = reruns
        self.memory = Memory()
        self.absent: set[str] = set()

    compares = True

    @property
    def tests_before(self) -> tuple[int, int]:
        """Those that passed on the unchanged tree, and all of them."""
        outcomes = [told.outcome for told in self.memory.tests.values()]
        return outcomes.count(PASSED), len(outcomes)

    @property
    def seconds_before(self) -> float | None:
        """The time that the baseline took; None where there is none yet."""
        return self.memory.seconds

    def require(self, ground: Ground) -> None:
        """Raise ValidationSetupError where the runner cannot run."""
        self.runner.require(ground)

    def identity(self, ground: Ground) -> str:
        """The runner's: how often a test is tried again does not matter to what is remembered."""
        return self.runner.identity(ground)

    def remembered(self) -> object:
        """The outcome of each test on the unchanged tree, the time that it took, and what was learned of tests."""
        return self.memory.to_json()

    def recall(self, known: object) -> None:
        """Take that for known; what was learned of tests is added to what was learned since."""
        self.memory.recall(known)

    def baseline(self, ground: Ground, scope: Scope) -> None:
        """Remember the outcome of each test on the unchanged tree. Raises ValidationSetupError where none runs."""
        self.absent |= {path for path in scope.paths if not (ground.root / path).exists()}
        if self.memory.before is not None:
            return
        session = self.runner.session(ground, EVERYTHING)
        if session.fault or not session.tests:
            why = session.fault or "it runs no tests"
            what = f"The validation `{self.name}` fails before anything is changed: {why}."
            hint = "Correct `args:` or `timeout:` in the plan, or mend the suite. Nothing of the phase was changed."
            raise ValidationSetupError(what, hint=f"{session.completed.last_lines(_LINES)}\n{hint}".lstrip("\n"))
        self.memory.take(session)

    def run(self, ground: Ground, scope: Scope) -> Result:
        """Compare each test of the scope with the baseline; without a baseline every failure is new.

        Raises ValidationSetupError where the runner's program cannot be started.
        """
        started = time.monotonic()
        if scope.only:
            return self._probe(ground, scope, started)
        selection = self._selection(scope)
        expected = {test: told for test, told in self.memory.tests.items() if selection.holds(test, told)}
        if not selection.is_whole and not expected and not self._may_hold_tests(scope):
            return Result(self.name, Verdict.PASSED, "no test can be affected")
        session, evidence = self._session(ground, selection)
        if session.fault:
            return Result(self.name, _verdict(session.completed), session.fault, evidence, time.monotonic() - started)
        if selection.is_whole and not session.tests:
            summary = "no tests were collected any more"
            return Result(self.name, Verdict.FAILED, summary, evidence, time.monotonic() - started)
        return self._judge(ground, selection, expected, session, evidence, started)

    def _judge(
        self,
        ground: Ground,
        selection: Selection,
        expected: Outcomes,
        session: Session,
        evidence: str,
        started: float,
    ) -> Result:
        before = self.memory.tests
        # A test that nobody expected is compared, too, where it was there before.
        compared = {**expected, **{test: before[test] for test in session.tests.keys() & before.keys()}}
        suspects = worse(compared, session.tests)
        excused = self.memory.flaky if selection.is_whole else self.memory.flaky | self.memory.lonely
        known = {suspect.test for suspect in suspects if suspect.test in excused and not suspect.vanished}
        known_files = {suspect.file for suspect in suspects if suspect.test in known and suspect.told.whole}
        inquiry = Inquiry(self.runner, ground, before, session.tests, selection, self.reruns)
        inquiry.decide(
            suspect
            for suspect in suspects
            if suspect.test not in known and not (suspect.vanished and suspect.file in known_files)
        )
        self.memory.learn(inquiry, suspects)
        guilty = {suspect.test: suspect.how for suspect in suspects if suspect.test in inquiry.guilty}
        flaky = sorted({*inquiry.flaky, *(known & self.memory.flaky)})
        lonely = sorted({*inquiry.undecided, *(known - self.memory.flaky)})
        known_now = session.tests.keys() | {suspect.test for suspect in suspects}
        summary = _summary(len(known_now), guilty, flaky, lonely)
        verdict = Verdict.FAILED if guilty else Verdict.PASSED
        evidence = "\n".join([_list(guilty) + evidence, *inquiry.output])
        return self._result(verdict, summary, evidence, started, session, tuple(guilty), (*flaky, *lonely))

    def _session(self, ground: Ground, selection: Selection) -> tuple[Session, str]:
        """One session. One that crashed is tried once more: that may have been chance; a time limit is dear enough."""
        session = self.runner.session(ground, selection)
        if not session.fault or session.completed.timed_out or session.completed.aborted:
            return session, session.completed.output
        again = self.runner.session(ground, selection)
        title = f"--- once more, since it did not come to its end: {session.fault} ---"
        return again, f"{session.completed.output}\n{title}\n{again.completed.output}"

    def _probe(self, ground: Ground, scope: Scope, started: float) -> Result:
        """Whether the tests that newly failed fail here, too, in the company that convicted them."""
        tests = [test for test in scope.only if test not in self.memory.flaky]
        if not tests:
            return Result(self.name, Verdict.PASSED, f"flaky: {', '.join(scope.only[:_SHOWN])}", flaky=scope.only)
        selection = self.memory.company(tests) if self.runner.can_choose else EVERYTHING
        session = self.runner.session(ground, selection)
        evidence = session.completed.output
        bad, flaky = self._bad(tests, session), []
        if bad and not (session.completed.timed_out or session.completed.aborted):
            again = self.runner.session(ground, selection)
            evidence += f"\n--- once more ---\n{again.completed.output}"
            still = self._bad(bad, again)
            flaky = [test for test in bad if test not in still]
            self.memory.flaky.update(flaky)
            bad = still
        verdict = Verdict.FAILED if bad else Verdict.PASSED
        if session.completed.timed_out or session.completed.aborted:
            verdict = _verdict(session.completed)
        guilty = {test: told.outcome if (told := session.tests.get(test)) else "no outcome" for test in bad}
        summary = _summary(len(tests), guilty, flaky, ())
        if session.fault:
            summary = f"{session.fault}; {summary}"
        return self._result(verdict, summary, _list(guilty) + evidence, started, session, tuple(bad), tuple(flaky))

    def _bad(self, tests: Iterable[str], session: Session) -> list[str]:
        before = self.memory.tests
        bad = []
        for test in tests:
            file = self.memory.places.get(test, "")
            suspect = Suspect(test, "", test, Told("", file, self.runner.is_whole(test)), before.get(test))
            # A test that a change has added, or named anew, is not there without that change.
            is_new = test not in session.tests and test not in before
            if is_new and not session.fault and file not in session.unloaded:
                continue
            if is_bad(suspect, session, before):
                bad.append(test)
        return bad

    def _selection(self, scope: Scope) -> Selection:
        if not self.runner.can_choose:
            return EVERYTHING
        if scope.affected is None:
            return Selection(None, without=scope.unreached)
        # Nobody knows what a file that is not Python refers to, such as one with doctests.
        others = {file for file in self.memory.files if not file.endswith(".py")}
        return Selection(scope.affected | others, without=scope.unreached)

    def _may_hold_tests(self, scope: Scope) -> bool:
        """Whether a changed file may hold tests that the baseline does not know: a test file, or a new file."""
        known = self.memory.files | self.absent
        return self.memory.before is None or any(path in known for path in scope.paths)

    def _result(
        self,
        verdict: Verdict,
        summary: str,
        evidence: str,
        started: float,
        session: Session,
        guilty: tuple[str, ...],
        flaky: tuple[str, ...],
    ) -> Result:
        ran = [told for told in session.tests.values() if told.outcome != SKIPPED]
        passed = sum(told.outcome == PASSED for told in ran)
        seconds = time.monotonic() - started
        last = session.completed.output
        return Result(self.name, verdict, summary, evidence, seconds, guilty, flaky, passed, len(ran), last[-_LAST:])


def _verdict(completed: Completed) -> Verdict:
    """What a session says that did not come to its end."""
    if completed.aborted:
        return Verdict.ABORTED
    return Verdict.TIMED_OUT if completed.timed_out else Verdict.FAILED


def _list(guilty: Mapping[str, str]) -> str:
    return "".join(f"{test}: {how}\n" for test, how in guilty.items())


def _named(tests: Iterable[str]) -> str:
    tests = list(tests)
    more = f" and {len(tests) - _SHOWN} more" if len(tests) > _SHOWN else ""
    return f"{', '.join(tests[:_SHOWN])}{more}"


def _summary(total: int, guilty: Mapping[str, str], flaky: Sequence[str], lonely: Sequence[str]) -> str:
    text = f"{total} tests, none worse than before"
    if guilty:
        worse_ones = _named(f"{test} ({how})" for test, how in guilty.items())
        text = f"{len(guilty)} of {total} tests worse than before: {worse_ones}"
    if flaky:
        text += f"; flaky: {_named(flaky)}"
    return f"{text}; not judged, since tests that they need were left out: {_named(lonely)}" if lonely else text
