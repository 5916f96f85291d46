"""The search for culprits, told by plain functions what holds: what it finds, on what grounds, and what that costs."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.culprits import Answer, Culprit, Found, Probe, search
from tests.conftest import examples

HOLDS, FAILS, INDETERMINATE = Answer
Units = frozenset[int]
Fails = Callable[[Units], bool]
Respond = Callable[[Probe], Answer]
Log = list[list[tuple[Probe, Answer]]]


def ask(respond: Respond, count: int, *, width: int = 1, first_only: bool = False) -> tuple[Found, Log]:
    """What the search finds when it is answered so, and what it asked together; its accounts are checked."""
    log: Log = []
    task = search(count, width=width, first_only=first_only)
    try:
        probes = next(task)
        while True:
            log.append([(probe, respond(probe)) for probe in probes])
            probes = task.send([answer for _, answer in log[-1]])
    except StopIteration as end:
        found: Found = end.value
    check_grounds(found, log, count, width)
    return found, log


def check_grounds(found: Found, log: Log, count: int, width: int) -> None:
    """Each unit is accounted for once, what is kept held as a whole, and each culprit made the difference somewhere."""
    asked = [entry for together in log for entry in together]
    assert found.runs == len(asked)
    assert all(0 < len(together) <= width for together in log)
    assert all(probe.members == tuple(sorted(set(probe.members))) != () for probe, _ in asked)
    assert sorted((*found.kept, *blamed(found), *found.open, *found.left)) == list(range(count))
    assert not found.kept or (Probe(found.kept, is_whole=True), HOLDS) in asked
    check_nothing_is_vain(asked)
    held = {probe.members for probe, answer in asked if answer is HOLDS}
    failed = {probe.members for probe, answer in asked if answer is FAILS}
    for culprit in found.culprits:
        assert not culprit.beside or culprit.beside in held
        assert tuple(sorted((*culprit.beside, culprit.unit))) in failed


def check_nothing_is_vain(asked: list[tuple[Probe, Answer]]) -> None:
    """No answer was known: some tests are asked anew when others have failed, and a whole when it could not be told."""
    wholes: dict[tuple[int, ...], list[Answer]] = {}
    parts: set[tuple[int, ...]] = set()
    failed: set[tuple[int, ...]] = set()
    for probe, answer in asked:
        told = wholes.get(probe.members, [])
        if probe.is_whole:
            assert told in ([], [INDETERMINATE])
            wholes[probe.members] = [*told, answer]
        else:
            assert HOLDS not in told
            assert probe.members not in parts
            assert probe.members not in failed
            parts.add(probe.members)
        if answer is FAILS:
            failed.add(probe.members)
            parts = set() if probe.is_whole else parts


def blamed(found: Found) -> list[int]:
    return [culprit.unit for culprit in found.culprits]


def answers(fails: Fails) -> Respond:
    """The same for all questions: what fails as a whole fails by the tests that failed before, too."""
    return lambda probe: FAILS if fails(frozenset(probe.members)) else HOLDS


def broken_by(culprits: Collection[int]) -> Respond:
    """Units fail independently."""
    return answers(lambda units: not units.isdisjoint(culprits))


def broken_together(*groups: Collection[int]) -> Respond:
    """Units fail where all of a group are."""
    return answers(lambda units: any(units.issuperset(group) for group in groups))


def bound(count: int, culprits: int) -> int:
    return 1 + culprits * (log2(count) + 1)


def log2(count: int) -> int:
    """Rounded up."""
    return next(power for power in range(count + 1) if 2**power >= count)


def one_after_another(respond: Respond, count: int) -> tuple[int, ...]:
    """What is kept if each unit is tried on top of those that were kept before."""
    kept: tuple[int, ...] = ()
    for unit in range(count):
        if respond(Probe((*kept, unit), is_whole=True)) is HOLDS:
            kept = (*kept, unit)
    return kept


@dataclass
class Suite:
    """Tests that fail with some units. A probe that is not whole runs those that failed in the last one that was."""

    tests: Sequence[Fails]
    hiding: Fails = lambda units: False  # where this is so, only the first test is seen
    failed: list[Fails] = field(default_factory=list)

    def __call__(self, probe: Probe) -> Answer:
        units = frozenset(probe.members)
        failing = [test for test in self.tests[: 1 if self.hiding(units) else None] if test(units)]
        if probe.is_whole:
            self.failed = failing
        return FAILS if any(test in self.failed for test in failing) else HOLDS


def all_of(*group: int) -> Fails:
    return lambda units: units.issuperset(group)


# What is asked


def test_no_units_ask_nothing() -> None:
    assert ask(broken_by([]), 0) == (Found((), (), (), runs=0), [])


@pytest.mark.parametrize("count", [1, 2, 64])
def test_a_batch_that_holds_is_asked_once(count: int) -> None:
    found, log = ask(broken_by([]), count)
    assert found == Found(tuple(range(count)), (), (), runs=1)
    assert log == [[(Probe(tuple(range(count)), is_whole=True), HOLDS)]]


def test_a_single_unit_that_fails_is_asked_once() -> None:
    assert ask(broken_by([0]), 1)[0] == Found((), (Culprit(0, ()),), (), runs=1)


def test_prefixes_are_asked_by_the_tests_that_failed_and_the_rest_by_all() -> None:
    found, log = ask(broken_by([2]), 4)
    assert [(probe.members, probe.is_whole, answer) for ((probe, answer),) in log] == [
        ((0, 1, 2, 3), True, FAILS),
        ((0, 1), False, HOLDS),
        ((0, 1, 2), False, FAILS),
        ((0, 1, 3), True, HOLDS),
    ]
    assert found == Found((0, 1, 3), (Culprit(2, (0, 1)),), (), runs=4)


def test_what_held_before_a_culprit_is_where_the_next_search_starts() -> None:
    found, log = ask(broken_by([4, 7]), 8)
    assert [(probe.members, answer) for ((probe, answer),) in log] == [
        (tuple(range(8)), FAILS),
        ((0, 1, 2, 3), HOLDS),
        ((0, 1, 2, 3, 4, 5), FAILS),
        ((0, 1, 2, 3, 4), FAILS),
        ((0, 1, 2, 3, 5, 6, 7), FAILS),
        ((0, 1, 2, 3, 5), HOLDS),
        ((0, 1, 2, 3, 5, 6), HOLDS),  # the whole that is kept, by some tests
        ((0, 1, 2, 3, 5, 6), HOLDS),  # and by all
        ((0, 1, 2, 3, 4, 5, 6), FAILS),  # the bound leaves one more: does 4 hold now?
    ]
    assert blamed(found) == [4, 7]


def test_probes_are_asked_together_as_far_as_the_width_goes() -> None:
    found, log = ask(broken_by([40]), 64, width=3)
    assert [len(together) for together in log] == [1, 3, 3, 3, 1]
    assert blamed(found) == [40]


@pytest.mark.parametrize("width", [0, -1])
def test_a_width_below_one_is_refused(width: int) -> None:
    with pytest.raises(ValueError, match=f"cannot ask {width} probes"):
        next(search(3, width=width))


def test_a_missing_answer_is_refused() -> None:
    task = search(3)
    next(task)
    with pytest.raises(ValueError, match="1 probes were asked, and 0 answered"):
        task.send([])


# Units that fail independently


def check_independent(count: int, culprits: Collection[int]) -> None:
    found, _ = ask(broken_by(culprits), count)
    assert blamed(found) == sorted(culprits)
    assert found.open == found.left == ()
    assert found.runs <= bound(count, len(culprits))


@pytest.mark.parametrize("count", range(1, 9))
def test_all_sets_of_culprits_among_few_are_found_within_the_bound(count: int) -> None:
    for size in range(count + 1):
        for culprits in combinations(range(count), size):
            check_independent(count, culprits)


@pytest.mark.parametrize("count", range(9, 65))
def test_one_culprit_and_two_neighbours_are_found_within_the_bound(count: int) -> None:
    for unit in range(count):
        check_independent(count, {unit})
        check_independent(count, {unit, (unit + 1) % count})


@pytest.mark.parametrize("size", [1, 3, 10, 64])
def test_culprits_of_64_are_found_within_the_bound(size: int) -> None:
    for seed in range(20):
        check_independent(64, random.Random(seed).sample(range(64), size))


@st.composite
def independent(draw: st.DrawFn, most: int = 200) -> tuple[int, frozenset[int]]:
    count = draw(st.integers(1, most))
    return count, draw(st.frozensets(st.integers(0, count - 1), max_size=12))


@given(independent())
def test_culprits_are_found_within_the_bound(case: tuple[int, frozenset[int]]) -> None:
    check_independent(*case)


@given(independent(), st.integers(2, 70))
def test_the_width_makes_no_difference_to_what_is_found(case: tuple[int, frozenset[int]], width: int) -> None:
    count, culprits = case
    narrow, _ = ask(broken_by(culprits), count)
    wide, log = ask(broken_by(culprits), count, width=width)
    assert (wide.kept, blamed(wide), wide.open) == (narrow.kept, blamed(narrow), ())
    assert len(log) <= bound(count, len(culprits))


# Units that fail together


@st.composite
def groups(draw: st.DrawFn) -> tuple[int, list[frozenset[int]]]:
    count = draw(st.integers(1, 20))
    units = st.integers(0, count - 1)
    return count, draw(st.lists(st.frozensets(units, min_size=1, max_size=4), max_size=6))


@given(groups(), st.integers(1, 5))
def test_units_that_fail_together_are_rejected_as_one_after_another(
    case: tuple[int, list[frozenset[int]]], width: int
) -> None:
    count, together = case
    found, _ = ask(broken_together(*together), count, width=width)
    assert found.kept == one_after_another(broken_together(*together), count)
    assert found.open == ()


@given(groups(), st.integers(1, 5))
def test_the_tests_that_failed_find_what_the_whole_selection_finds(
    case: tuple[int, list[frozenset[int]]], width: int
) -> None:
    count, together = case
    found, _ = ask(Suite([all_of(*group) for group in together]), count, width=width)
    assert found.kept == one_after_another(broken_together(*together), count)


def test_the_later_one_of_a_pair_is_the_culprit() -> None:
    found, _ = ask(broken_together({5, 40}), 64)
    assert found.culprits == (Culprit(40, tuple(range(40))),)
    assert found.runs <= bound(64, 1)


def test_a_unit_that_fails_with_either_of_two_is_the_culprit() -> None:
    assert blamed(ask(broken_together({3, 30}, {20, 30}), 64)[0]) == [30]
    assert blamed(ask(broken_together({3, 20}, {3, 30}), 64)[0]) == [20, 30]


# Units that hide what others do


@pytest.mark.parametrize(("hiding", "hidden"), [(5, 40), (40, 5), (0, 63), (63, 0), (31, 32), (32, 31)])
def test_a_culprit_behind_another_is_found_when_that_is_out(hiding: int, hidden: int) -> None:
    found, _ = ask(Suite([all_of(hiding), all_of(hidden)], hiding=all_of(hiding)), 64)
    assert blamed(found) == sorted([hiding, hidden])
    assert found.runs <= bound(64, 2) + (log2(64) if hidden < hiding else 0)


def test_a_unit_that_was_blamed_for_what_a_hidden_one_did_is_kept() -> None:
    # The first test fails with both; nothing else is seen then, until 6 is out.
    suite = Suite([all_of(2, 6), all_of(2)], hiding=all_of(2, 6))
    found, _ = ask(suite, 8)
    assert blamed(found) == [2]
    assert 6 in found.kept


def needs(unit: int, other: int) -> Fails:
    return lambda units: unit in units and other not in units


def any_of(*tests: Fails) -> Respond:
    return answers(lambda units: any(test(units) for test in tests))


def test_a_unit_that_needs_a_later_one_is_kept_with_it() -> None:
    assert ask(any_of(needs(5, 40)), 64)[0].kept == tuple(range(64))
    assert blamed(ask(any_of(needs(5, 20), all_of(40)), 64)[0]) == [40]


def test_a_unit_that_needs_a_culprit_goes_with_it() -> None:
    assert blamed(ask(any_of(needs(5, 40), all_of(40)), 64)[0]) == [5, 40]


def test_two_units_that_need_one_another_are_kept_beside_a_culprit() -> None:
    assert blamed(ask(any_of(needs(5, 20), needs(20, 5), all_of(40)), 64)[0]) == [40]


def test_answers_side_by_side_can_show_that_a_culprit_is_none() -> None:
    # 0 fails alone and holds with 1.
    assert blamed(ask(any_of(needs(0, 1), all_of(2), all_of(3)), 4, width=3)[0]) == [2, 3]


def test_a_culprit_that_holds_after_all_gives_each_other_one_another_try() -> None:
    # The bound leaves one probe for 0. That it holds now says that 2 may, too.
    found, _ = ask(any_of(needs(0, 5), needs(2, 5), all_of(1), all_of(4)), 6)
    assert blamed(found) == [1, 4]


def test_all_culprits_but_the_last_are_tried_at_once_then_each_by_the_tests_that_failed() -> None:
    found, log = ask(broken_by([4, 6, 9]), 10)
    *_, (held,), (together,), (first,), (second,) = log
    assert held == (Probe(found.kept, is_whole=True), HOLDS)
    assert together == (Probe(tuple(unit for unit in range(10) if unit != 9), is_whole=True), FAILS)
    assert first == (Probe(tuple(unit for unit in range(10) if unit not in (6, 9)), is_whole=False), FAILS)
    assert second == (Probe(tuple(unit for unit in range(10) if unit not in (4, 9)), is_whole=False), FAILS)


@st.composite
def arbitrary(draw: st.DrawFn) -> tuple[int, Fails]:
    count = draw(st.integers(1, 6))
    failing = draw(st.integers(0, 2 ** (2**count) - 1))
    return count, lambda units: bool(failing >> sum(2**unit for unit in units) & 1)


@settings(max_examples=examples(4))
@given(arbitrary(), st.integers(1, 4), st.booleans())
def test_whatever_fails_the_result_has_grounds(case: tuple[int, Fails], width: int, first_only: bool) -> None:
    count, fails = case
    found, _ = ask(answers(fails), count, width=width, first_only=first_only)
    assert found.open == ()
    assert found.runs < (count + 4) ** 2


@settings(max_examples=examples(2))
@given(arbitrary(), arbitrary(), arbitrary(), st.integers(1, 3))
def test_whatever_tests_hide_the_result_has_grounds(
    one: tuple[int, Fails], two: tuple[int, Fails], hiding: tuple[int, Fails], width: int
) -> None:
    count = min(one[0], two[0], hiding[0])
    found, _ = ask(Suite([one[1], two[1]], hiding[1]), count, width=width)
    assert found.open == ()
    assert found.runs < (count + 4) ** 2


# Probes that cannot tell


@settings(max_examples=examples(2))
@given(independent(most=30), st.integers(1, 4), st.randoms(use_true_random=False), st.floats(0, 1), st.booleans())
def test_what_cannot_be_told_is_blamed_on_nobody(
    case: tuple[int, frozenset[int]], width: int, chance: random.Random, share: float, first_only: bool
) -> None:
    count, culprits = case
    truth = broken_by(culprits)
    found, _ = ask(
        lambda probe: INDETERMINATE if chance.random() < share else truth(probe),
        count,
        width=width,
        first_only=first_only,
    )
    assert culprits.issuperset(blamed(found))
    assert culprits.isdisjoint(found.kept)
    assert found.runs < (count + 4) ** 2


@pytest.mark.parametrize("count", [1, 2, 7, 64])
def test_nothing_that_can_be_told_leaves_all_open(count: int) -> None:
    found, _ = ask(lambda probe: INDETERMINATE, count)
    assert found == Found((), (), tuple(range(count)), runs=found.runs)
    assert found.runs <= 4 * count


def test_a_whole_that_cannot_be_told_is_asked_once_more() -> None:
    told = iter([INDETERMINATE, HOLDS])
    assert ask(lambda probe: next(told), 8)[0] == Found(tuple(range(8)), (), (), runs=2)


def stopped_by(unit: int, respond: Respond) -> Respond:
    return lambda probe: INDETERMINATE if unit in probe.members else respond(probe)


@pytest.mark.parametrize("count", [1, 2, 3, 8, 13])
def test_a_unit_that_stops_all_from_being_told_is_open_and_the_others_are_judged(count: int) -> None:
    for unit in set(range(count)) - {2}:
        found, _ = ask(stopped_by(unit, broken_by({2})), count)
        assert found.open == (unit,)
        assert blamed(found) == [2] * (count > 2)


def untold(*prefixes: int) -> Respond:
    """One culprit of eight, where no prefix of these lengths can be told."""
    return lambda probe: (
        INDETERMINATE if len(probe.members) in prefixes and not probe.is_whole else broken_by({4})(probe)
    )


def test_the_points_nearest_to_one_that_cannot_be_told_are_tried() -> None:
    found, log = ask(untold(4), 8)
    assert [len(probe.members) for together in log for probe, _ in together][:4] == [8, 4, 3, 5]
    assert (found.culprits, found.open) == ((), (3, 4))
    assert found.kept == (0, 1, 2, 5, 6, 7)


def test_points_that_cannot_be_told_are_passed_over_where_others_decide() -> None:
    found, _ = ask(untold(2, 3, 6, 7), 8)
    assert (blamed(found), found.open) == ([4], ())


# The first culprit only


@given(independent(), st.integers(1, 4))
def test_the_first_culprit_ends_the_search(case: tuple[int, frozenset[int]], width: int) -> None:
    count, culprits = case
    found, log = ask(broken_by(culprits), count, width=width, first_only=True)
    first = min(culprits, default=count)
    assert found.kept == tuple(range(first))
    assert blamed(found) == sorted(culprits)[:1]
    assert found.left == tuple(range(first + 1, count))
    assert len(log) <= 1 + log2(count) + 1


def test_a_hidden_culprit_before_the_first_is_the_first() -> None:
    found, _ = ask(Suite([all_of(40), all_of(5)], hiding=all_of(40)), 64, first_only=True)
    assert found.kept == tuple(range(5))
    assert found.culprits == (Culprit(5, tuple(range(5))),)
    assert found.left == tuple(range(6, 64))


def test_units_of_which_one_is_the_first_culprit_end_the_search() -> None:
    found, _ = ask(untold(4), 8, first_only=True)
    assert found == Found((0, 1, 2), (), (3, 4), (5, 6, 7), runs=found.runs)
