"""One run of a suite of tests: what is asked of it, what it tells, and what every runner of tests offers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from codemods.validation.outcomes import BROKEN, RANK, Told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codemods.validation.base import Ground
    from codemods.validation.outcomes import Outcomes
    from codemods.validation.program import Completed


class Selection(Struct, frozen=True):
    """The tests that a session runs: of `files`, all but those `without`; and `tests`, which are in the files `at`.

    Files are named from the root. `files` is None where all count; then `tests` and `at` say nothing.
    """

    files: frozenset[str] | None = None
    tests: frozenset[str] = frozenset()
    at: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether it leaves nothing out."""
        return self.files is None and not self.without

    def holds(self, test: str, told: Told) -> bool:
        """Whether `test`, of which `told` was known before, runs."""
        if test in self.without:
            return False
        # Of a test whose file nobody knows, nobody knows either that it can be left out.
        return self.files is None or told.file in self.files or not told.file or test in self.tests

    def text(self) -> str:
        """It, for a runner's program."""
        files = self.files if self.files is None else sorted(self.files)
        return json.dumps([files, sorted(self.tests), sorted(self.at), sorted(self.without)])


EVERYTHING = Selection()


class Session(Struct, frozen=True):
    """What a session told of each test, and the test `files` that it looked at.

    `fault` is a line that says why it did not come to its end; empty: it did.
    """

    tests: Outcomes
    files: frozenset[str]
    completed: Completed
    fault: str = ""

    @property
    def unloaded(self) -> set[str]:
        """The files that could not be loaded."""
        return {told.file for told in self.tests.values() if told.whole and told.outcome in BROKEN and told.file}


class Runner(Protocol):
    """A program that runs tests. It is plain data, as a validation is."""

    can_choose: bool  # whether it can run some of the tests only

    def require(self, ground: Ground) -> None:
        """Raise ValidationSetupError where it cannot run at all."""

    def identity(self, ground: Ground) -> str:
        """What its outcome depends on besides the tree."""

    def is_whole(self, test: str) -> bool:
        """Whether the id is that of a file that could not be loaded: it has no outcome where all is well."""

    def session(self, ground: Ground, selection: Selection) -> Session:
        """Run the tests of `selection` once. Raises ValidationSetupError where its program cannot be started."""


class Report(Struct, frozen=True):
    """The lines that a runner's program has written: the worst outcome of each test, the file of each, the last test
    that started, and whether it came to its end."""

    outcomes: dict[str, str]
    places: dict[str, str]
    last_started: str
    has_ended: bool

    def tests(self, place: Callable[[str], str], is_whole: Callable[[str], bool]) -> Outcomes:
        """What is told of each test; `place` names what `places` has the file of a test under."""
        return {
            test: Told(outcome, self.places.get(place(test), ""), is_whole(test))
            for test, outcome in self.outcomes.items()
        }


def read_report(folder: Path) -> Report:
    """Read the files `report*` in `folder`: each process of the program writes its own."""
    report = Report({}, {}, "", has_ended=False)
    for file in sorted(folder.glob("report*")):
        # A process that was killed may have left half a line.
        for line in file.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]:
            what, test, value = json.loads(line)
            if what == "place":
                report.places[test] = value
            elif what == "outcome" and RANK[value] >= RANK.get(report.outcomes.get(test, ""), -1):
                report.outcomes[test] = value
            elif what == "start":
                report = replace(report, last_started=test)
            elif what == "end":
                report = replace(report, has_ended=True)
    return report
