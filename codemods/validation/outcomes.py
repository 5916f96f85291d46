"""What became of tests, before a change and after it, and which of them got worse: pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PASSED, SKIPPED, FAILED, ERROR = "passed", "skipped", "failed", "error"
VANISHED = "vanished"
BROKEN = (FAILED, ERROR)
RANK = {PASSED: 0, SKIPPED: 1, FAILED: 2, ERROR: 3}


class Told(NamedTuple):
    """What a session told of a test: the worst outcome that it had, and its file, from the root; "": not known.

    `whole`: it stands for a whole file, which could not be loaded.
    """

    outcome: str
    file: str = ""
    whole: bool = False


Outcomes = dict[str, Told]


class Suspect(Struct, frozen=True):
    """A test that is worse with a change: how it ended, how it `was`, and what it was called `before`; "": it was not
    there. `told` is what is known of it, where it has vanished: of before."""

    test: str
    how: str
    before: str
    told: Told
    was: Told | None

    @property
    def file(self) -> str:
        """The file that it is in."""
        return self.told.file

    @property
    def vanished(self) -> bool:
        """Whether it is not there any more."""
        return self.how == VANISHED


def worse(before: Outcomes, after: Outcomes) -> list[Suspect]:
    """The tests that are worse `after` than `before`: newly broken, newly skipped, then those that are gone.

    What was broken before may be so still. Tests of a file that could not be loaded before are new, and not the
    change's doing; any other new test that fails is.
    """
    renamed = renames(before, after)
    unloaded = {told.file for told in before.values() if told.whole and told.outcome in BROKEN and told.file}
    found = []
    for test, told in sorted(after.items()):
        old = renamed.get(test, test)
        was = before.get(old)
        if is_worse(told, was) and not (was is None and told.file in unloaded):
            found.append(Suspect(test, told.outcome, _name_before(before, old, told), told, was))
    kept = {*after, *renamed.values()}
    gone = [test for test in sorted(before.keys() - kept) if before[test].outcome not in BROKEN]
    found += [Suspect(test, VANISHED, test, before[test], before[test]) for test in gone]
    return found


def _name_before(before: Outcomes, test: str, told: Told) -> str:
    was_file = told.whole and told.file and any(other.file == told.file for other in before.values())
    return test if test in before or was_file else ""


def is_worse(told: Told, was: Told | None) -> bool:
    """Whether a test that `was` so, if it was there, now has a worse outcome that counts."""
    if told.outcome in BROKEN:
        return was is None or was.outcome not in BROKEN
    return told.outcome == SKIPPED and was is not None and was.outcome == PASSED


def renames(before: Mapping[str, Told], after: Mapping[str, Told]) -> dict[str, str]:
    """Each parametrised case that is new, with a case of the same test that is gone.

    The id of a case may hold the very string that the change rewrites, or an address that no two sessions share.
    """
    gone: dict[str, list[str]] = defaultdict(list)
    for test in _broken_first(before, before.keys() - after.keys()):
        gone[without_case(test)].append(test)
    renamed = {}
    for test in _broken_first(after, after.keys() - before.keys()):
        if "[" in test and gone[without_case(test)]:
            renamed[test] = gone[without_case(test)].pop(0)
    return renamed


def without_case(test: str) -> str:
    """The id of a test without that of its case: `t.py::test_a` of `t.py::test_a[1]`."""
    return test.partition("[")[0]


def find(test: str, among: Outcomes, known: Iterable[str]) -> Told | None:
    """What `among` tells of `test`. The id of a case may differ in each session: then of the cases not `known` yet."""
    if test in among or "[" not in test:
        return among.get(test)
    taken = set(known)
    cases = [told for other, told in among.items() if without_case(other) == without_case(test) and other not in taken]
    return max(cases, key=lambda told: RANK[told.outcome], default=None)


def spread(suspects: Iterable[Suspect]) -> list[Suspect]:
    """The suspects in an order that takes one of each file in turn."""
    seen: dict[str, int] = defaultdict(int)
    places = []
    for number, suspect in enumerate(suspects):
        places.append((seen[suspect.file], number, suspect))
        seen[suspect.file] += 1
    return [suspect for _, _, suspect in sorted(places, key=lambda place: place[:2])]


def _broken_first(outcomes: Mapping[str, Told], tests: Iterable[str]) -> list[str]:
    return sorted(tests, key=lambda test: (outcomes[test].outcome not in BROKEN, test))
