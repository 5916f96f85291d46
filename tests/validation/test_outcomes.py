"""What counts as worse, by the outcomes of tests alone."""

from __future__ import annotations

import pytest

from codemods.validation.outcomes import Outcomes, Told, find, spread, worse


def outcomes(**tests: str) -> Outcomes:
    return {f"t.py::{name}": Told(outcome, "t.py") for name, outcome in tests.items()}


@pytest.mark.parametrize(
    ("before", "after", "is_worse"),
    [
        ("passed", "failed", True),
        ("passed", "error", True),
        ("passed", "skipped", True),
        ("skipped", "failed", True),
        ("skipped", "skipped", False),
        ("failed", "failed", False),
        ("failed", "error", False),
        ("error", "skipped", False),
        ("failed", "passed", False),
        ("passed", "passed", False),
    ],
)
def test_one_test(before: str, after: str, is_worse: bool) -> None:
    found = worse(outcomes(a=before), outcomes(a=after))
    assert [(suspect.test, suspect.how, suspect.before) for suspect in found] == [
        ("t.py::a", after, "t.py::a")
    ] * is_worse


def test_what_is_new_or_gone() -> None:
    found = worse(outcomes(gone="passed", red="failed", left="skipped"), outcomes(new="failed", fine="passed"))
    told = {suspect.test.removeprefix("t.py::"): (suspect.how, suspect.before) for suspect in found}
    assert told == {"new": ("failed", ""), "gone": ("vanished", "t.py::gone"), "left": ("vanished", "t.py::left")}


def test_the_tests_of_a_file_that_could_not_be_loaded_before_may_fail() -> None:
    unloaded = {"t.py": Told("error", "t.py", whole=True)}
    assert worse(unloaded, outcomes(a="failed")) == []
    assert [suspect.test for suspect in worse({}, outcomes(a="failed"))] == ["t.py::a"]


def test_a_file_that_cannot_be_loaded_any_more_is_compared_with_itself() -> None:
    unloaded = {"t.py": Told("error", "t.py", whole=True), "new.py": Told("error", "new.py", whole=True)}
    found = worse(outcomes(a="passed"), unloaded)
    assert [(suspect.test, suspect.before) for suspect in found] == [
        ("new.py", ""),
        ("t.py", "t.py"),
        ("t.py::a", "t.py::a"),
    ]


def test_a_case_under_another_id_is_looked_for_among_those_that_nobody_knows() -> None:
    tests = {f"t.py::a[{name}]": Told(outcome) for name, outcome in {"1": "passed", "2": "failed"}.items()}
    assert find("t.py::a[0]", tests, {"t.py::a[2]"}) == Told("passed")
    assert find("t.py::a[0]", tests, ()) == Told("failed")
    assert find("t.py::a[0]", tests, tests) is None
    assert find("t.py::a[1]", tests, ()) == Told("passed")
    assert find("t.py::a", tests, ()) is None


def test_suspects_are_taken_from_each_file_in_turn() -> None:
    tests = {f"{test[0]}::{test}": Told("failed", test[0]) for test in ("a1", "a2", "a3", "b1", "c1", "c2")}
    assert [suspect.test[3:] for suspect in spread(worse({}, tests))] == ["a1", "b1", "c1", "a2", "c2", "a3"]
