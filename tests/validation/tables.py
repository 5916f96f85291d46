"""A suite of tests as a table, run by a runner of its own: so that every way to fail can be tried in no time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.validation.outcomes import Told
from codemods.validation.program import Completed
from codemods.validation.session import Selection, Session
from tests.validation.bound import Changing

if TYPE_CHECKING:
    from codemods.validation.base import Ground

# Whether a test fails, given whether the tree is changed, which tests run beside it, and how often it ran before.
Behaviour = Callable[[bool, frozenset[str], int], bool]


@dataclass
class TableRunner:
    """`tests` by id, `file::name`. `sessions` are those that ran: whether with the change, and which tests."""

    tests: Mapping[str, Behaviour]
    can_choose: bool = True
    sessions: list[tuple[bool, frozenset[str]]] = field(default_factory=list)
    runs: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def require(self, ground: Ground) -> None:
        """Nothing to do."""

    def identity(self, ground: Ground) -> str:
        return "table"

    def is_whole(self, test: str) -> bool:
        return "::" not in test

    def session(self, ground: Ground, selection: Selection) -> Session:
        assert isinstance(ground, Changing)
        places = {test: test.partition("::")[0] for test in self.tests}
        chosen = frozenset(test for test in self.tests if selection.holds(test, Told("", places[test])))
        self.sessions.append((ground.changed, chosen))
        told = {}
        for test in sorted(chosen):
            fails = self.tests[test](ground.changed, chosen, self.runs.get(test, 0))
            told[test] = Told("failed" if fails else "passed", places[test])
            self.runs[test] = self.runs.get(test, 0) + 1
        fault = self.faults.pop(0) if self.faults else ""
        completed = Completed(1, "", timed_out=False, seconds=0.1)
        return Session({} if fault else told, frozenset(places.values()), completed, fault)


def ground() -> Changing:
    return Changing(Path(), {}, {})


def sound(changed: bool, beside: frozenset[str], run: int) -> bool:
    return False


def broken(changed: bool, beside: frozenset[str], run: int) -> bool:
    return changed


def red(changed: bool, beside: frozenset[str], run: int) -> bool:
    return True


def fails_on(*runs: int) -> Behaviour:
    """Fails in these of its runs, whatever the tree is: the baseline is run 0."""
    return lambda changed, beside, run: run in runs


def needs(*others: str, breaks: bool = False) -> Behaviour:
    """Fails without the tests `others`, and where it `breaks`, with the change."""
    return lambda changed, beside, run: not beside.issuperset(others) or (breaks and changed)


def suffers_from(*others: str) -> Behaviour:
    """With the change, fails beside the tests `others`."""
    return lambda changed, beside, run: changed and beside.issuperset(others)
