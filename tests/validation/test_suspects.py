"""What newly fails is tried in widening company, with the change and without it, before it convicts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.validation.base import Result, Scope, Verdict
from codemods.validation.suite import Suite
from tests.validation import tables
from tests.validation.bound import Trial
from tests.validation.tables import Behaviour, TableRunner, broken, fails_on, needs, red, sound, suffers_from


def trial(tests: dict[str, Behaviour], reruns: int = 1, *, can_choose: bool = True) -> tuple[Trial, TableRunner]:
    runner = TableRunner({"f.py::x": sound, "g.py::y": sound, "h.py::z": sound, **tests}, can_choose)
    return Trial(Suite("unit", runner, reruns), tables.ground()), runner


def judge(tests: dict[str, Behaviour], reruns: int = 1, scope: Scope | None = None) -> tuple[Result, list[str]]:
    """The verdict, and the sessions after the first: `with` or `without` the change, and how many tests ran."""
    judged, runner = trial(tests, reruns)
    result = judged.judge(scope)
    assert judged.ground.changed
    return result, [f"{'with' if changed else 'without'} {len(ran)}" for changed, ran in runner.sessions[2:]]


def test_a_test_that_the_change_breaks_costs_two_short_sessions() -> None:
    result, sessions = judge({"f.py::t": broken})
    assert (result.verdict, result.guilty, result.flaky) == (Verdict.FAILED, ("f.py::t",), ())
    assert sessions == ["with 1", "without 1"]
    assert (result.passed, result.total) == (3, 4)


def test_nothing_is_tried_again_where_nothing_is_worse() -> None:
    result, sessions = judge({"f.py::t": red})
    assert (result.verdict, sessions) == (Verdict.PASSED, [])


def test_each_is_tried_as_often_as_the_plan_says() -> None:
    _, sessions = judge({"f.py::t": broken}, 3)
    assert sessions == ["with 1"] * 3 + ["without 1"] * 3


def test_a_test_that_fails_once_is_flaky() -> None:
    result, sessions = judge({"f.py::t": fails_on(1)})
    assert (result.verdict, result.guilty, result.flaky) == (Verdict.PASSED, (), ("f.py::t",))
    # Alone, with its file, with all: only then the same was seen to fail and to pass.
    assert sessions == ["with 1", "with 2", "with 4"]


def test_a_test_that_is_seen_to_pass_and_to_fail_alone_is_flaky_at_once() -> None:
    result, sessions = judge({"f.py::t": fails_on(1, 2)}, 2)
    assert (result.verdict, result.flaky, sessions) == (Verdict.PASSED, ("f.py::t",), ["with 1"] * 2)


def test_a_test_that_fails_without_the_change_at_times_is_flaky() -> None:
    result, sessions = judge({"f.py::t": fails_on(1, 2, 3, 4)}, 2)
    assert (result.verdict, result.flaky) == (Verdict.PASSED, ("f.py::t",))
    assert sessions == ["with 1"] * 2 + ["without 1"] * 2


def test_a_flaky_test_does_not_excuse_a_broken_one() -> None:
    result, _ = judge({"f.py::flaky": fails_on(1), "f.py::t": broken})
    assert (result.verdict, result.guilty, result.flaky) == (Verdict.FAILED, ("f.py::t",), ("f.py::flaky",))


def test_a_test_that_needs_another_of_its_file_is_compared_there() -> None:
    result, sessions = judge({"f.py::t": needs("f.py::x", breaks=True)})
    assert (result.verdict, result.guilty) == (Verdict.FAILED, ("f.py::t",))
    assert sessions == ["with 1", "without 1", "with 2", "without 2"]


def test_a_test_that_needs_one_of_another_file_is_compared_with_all() -> None:
    result, sessions = judge({"f.py::t": needs("g.py::y", breaks=True)})
    assert (result.verdict, result.guilty) == (Verdict.FAILED, ("f.py::t",))
    assert sessions[-2:] == ["with 4", "without 4"]


def test_a_test_that_fails_without_the_change_now_though_all_run_is_flaky() -> None:
    # Such as one that needs a service that has gone since the baseline.
    result, sessions = judge({"f.py::t": fails_on(*range(1, 20))})
    assert (result.verdict, result.flaky) == (Verdict.PASSED, ("f.py::t",))
    assert sessions[-2:] == ["with 4", "without 4"]


@pytest.mark.parametrize("polluter", ["f.py::x", "g.py::y"])
def test_a_test_that_fails_beside_another_because_of_the_change_is_guilty(polluter: str) -> None:
    result, _ = judge({"f.py::t": suffers_from(polluter)})
    assert (result.verdict, result.guilty) == (Verdict.FAILED, ("f.py::t",))


def test_a_test_whose_needs_were_left_out_does_not_convict_there() -> None:
    judged, runner = trial({"f.py::t": needs("g.py::y", breaks=True)})
    selected = Scope(("f.py",), frozenset({"f.py"}))
    result = judged.judge(selected)
    assert (result.verdict, result.guilty, result.flaky) == (Verdict.PASSED, (), ("f.py::t",))
    assert "since tests that they need were left out: f.py::t" in result.summary
    done = len(runner.sessions)
    assert judged.validation.run(judged.ground, selected).holds
    assert len(runner.sessions) == done + 1  # it is not tried all over again
    assert judged.validation.run(judged.ground, Scope()).guilty == ("f.py::t",)


def test_what_was_found_flaky_is_named_and_not_tried_again() -> None:
    judged, runner = trial({"f.py::t": fails_on(1, 5), "g.py::t": fails_on(1)})
    assert judged.judge().flaky == ("f.py::t", "g.py::t")
    done = len(runner.sessions)
    result = judged.validation.run(judged.ground, Scope())
    assert (result.verdict, result.flaky, len(runner.sessions)) == (Verdict.PASSED, ("f.py::t",), done + 1)


def test_a_test_that_is_new_and_fails_is_tried_with_the_change_only() -> None:
    judged, runner = trial({})
    judged.ground.show(changed=False)
    judged.validation.baseline(judged.ground, Scope())
    runner.tests = {**runner.tests, "f.py::new": broken}
    judged.ground.show(changed=True)
    assert judged.validation.run(judged.ground, Scope()).guilty == ("f.py::new",)
    assert [changed for changed, _ in runner.sessions] == [False, True, True]


def test_what_cannot_choose_is_run_whole_with_the_change_and_without() -> None:
    judged, runner = trial({"f.py::t": broken, "f.py::flaky": fails_on(1)}, can_choose=False)
    result = judged.judge()
    assert (result.guilty, result.flaky) == (("f.py::t",), ("f.py::flaky",))
    assert [(changed, len(ran)) for changed, ran in runner.sessions[2:]] == [(True, 5), (False, 5)]


def test_of_very_many_some_of_each_file_are_tried() -> None:
    many = {f"{'fg'[number % 2]}.py::t{number}": broken for number in range(300)}
    result, sessions = judge(many)
    assert (result.verdict, len(result.guilty)) == (Verdict.FAILED, 300)
    assert sessions == ["with 60", "without 60"]


@pytest.mark.parametrize(
    ("how", "ran"),
    [
        (broken, 1),
        (needs("f.py::x", breaks=True), 2),
        (needs("g.py::y", breaks=True), 4),
        (suffers_from("f.py::x"), 2),
        (suffers_from("g.py::y"), 4),
    ],
)
def test_a_probe_is_one_session_in_the_company_that_convicted(how: Behaviour, ran: int) -> None:
    judged, runner = trial({"f.py::t": how})
    guilty = judged.judge().guilty
    done = len(runner.sessions)
    assert judged.validation.run(judged.ground, Scope(only=guilty)).guilty == guilty
    assert [len(tests) for _, tests in runner.sessions[done:]] == [ran] * 2  # once more before it says so
    judged.ground.show(changed=False)
    done = len(runner.sessions)
    result = judged.validation.run(judged.ground, Scope(only=guilty))
    assert (result.verdict, result.guilty) == (Verdict.PASSED, ())
    assert [len(tests) for _, tests in runner.sessions[done:]] == [ran]


def test_a_probe_elsewhere_knows_the_company_by_what_is_remembered() -> None:
    judged, _ = trial({"f.py::t": suffers_from("f.py::x")})
    guilty = judged.judge().guilty
    elsewhere, runner = trial({"f.py::t": suffers_from("f.py::x")})
    elsewhere.ground.show(changed=True)
    elsewhere.validation.recall(judged.validation.remembered())
    assert elsewhere.validation.run(elsewhere.ground, Scope(only=guilty)).guilty == guilty
    assert [len(tests) for _, tests in runner.sessions] == [2, 2]


def test_a_probe_whose_test_then_passes_finds_it_flaky() -> None:
    judged, _ = trial({"f.py::t": broken})
    guilty = judged.judge().guilty
    runner = TableRunner({"f.py::t": fails_on(0)})
    judged.validation.runner = runner
    result = judged.validation.run(judged.ground, Scope(only=guilty))
    assert (result.verdict, result.flaky) == (Verdict.PASSED, ("f.py::t",))
    assert judged.validation.run(judged.ground, Scope(only=guilty)).holds
    assert len(runner.sessions) == 2


def test_a_crash_is_tried_once_more() -> None:
    judged, runner = trial({})
    runner.faults = ["", "killed"]
    assert judged.judge().holds
    runner.faults = ["killed"] * 2
    assert judged.validation.run(judged.ground, Scope()).summary == "killed"


HOW = {
    "sound": (sound, False),
    "broken": (broken, True),
    "red": (red, False),
    "needs its file": (needs("f.py::x"), False),
    "needs another file": (needs("g.py::y"), False),
    "needs its file, broken": (needs("f.py::x", breaks=True), True),
    "needs another file, broken": (needs("g.py::y", "h.py::z", breaks=True), True),
    "polluted in its file": (suffers_from("f.py::x"), True),
    "polluted by another file": (suffers_from("g.py::y"), True),
    "failed once": (fails_on(1), False),
}


@given(st.lists(st.tuples(st.sampled_from("fgh"), st.sampled_from(sorted(HOW))), max_size=6), st.integers(1, 3))
def test_exactly_those_that_the_change_breaks_are_guilty(tests: list[tuple[str, str]], reruns: int) -> None:
    named = {f"{file}.py::t{number}": how for number, (file, how) in enumerate(tests)}
    result, _ = judge({test: HOW[how][0] for test, how in named.items()}, reruns)
    assert set(result.guilty) == {test for test, how in named.items() if HOW[how][1]}
    assert set(result.flaky) == {test for test, how in named.items() if how == "failed once"}
