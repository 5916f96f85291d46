"""What a suite of tests knows of the unchanged tree, and what it has learned of its tests since."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import asdict

from codemods.validation.outcomes import Told, without_case
from codemods.validation.session import EVERYTHING, Selection
from codemods.validation.suspects import ALL, ALONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codemods.validation.outcomes import Outcomes, Suspect
    from codemods.validation.session import Session
    from codemods.validation.suspects import Inquiry


class Memory(Struct):
    """`before` is what the baseline told of each test, `files` the test files that it looked at, `seconds` its time.

    `flaky` tests do not convict any more; `lonely` ones do not where others are left out. `places` has the file of
    each test that was convicted, `needs` the files all of whose tests have to run beside it so that it tells, where it
    does not tell alone; None: everything.
    """

    before: Outcomes | None = None
    files: frozenset[str] = frozenset()
    seconds: float | None = None
    flaky: set[str] = field(default_factory=set)
    lonely: set[str] = field(default_factory=set)
    places: dict[str, str] = field(default_factory=dict)
    needs: dict[str, list[str] | None] = field(default_factory=dict)

    @property
    def tests(self) -> Outcomes:
        """What is known of each test; nothing without a baseline."""
        return self.before or {}

    def take(self, session: Session) -> None:
        """Take `session` for the baseline."""
        self.before, self.files, self.seconds = session.tests, session.files, session.completed.seconds

    def to_json(self) -> object:
        """All of it, as JSON can hold it; None without a baseline."""
        if self.before is None:
            return None
        values = deepcopy(asdict(self))  # it may outlast what is known now
        lists = {name: sorted(values[name]) for name in ("files", "flaky", "lonely")}
        return {**values, **lists, "before": {test: list(told) for test, told in self.before.items()}}

    def recall(self, known: object) -> None:
        """Add what `to_json` gave. What was learned of tests since is kept."""
        if not isinstance(known, dict) or not known.get("before"):
            return
        self.before = {test: Told(*told) for test, told in known["before"].items()}
        self.files, self.seconds = frozenset(known["files"]), known["seconds"]
        self.flaky |= set(known["flaky"])
        self.lonely |= set(known["lonely"])
        self.places = {**known["places"], **self.places}
        self.needs = {**known["needs"], **self.needs}

    def learn(self, inquiry: Inquiry, suspects: Iterable[Suspect]) -> None:
        """Remember what became of the suspects."""
        self.flaky.update(inquiry.flaky)
        self.lonely.update(inquiry.undecided)
        everything = None if inquiry.selection.files is None else sorted(inquiry.selection.files)
        for suspect in suspects:
            company = inquiry.guilty.get(suspect.test)
            if company is None:
                continue
            self.places[suspect.test] = suspect.file
            self.needs.pop(suspect.test, None)
            if company != ALONE:
                self.needs[suspect.test] = everything if company == ALL else [suspect.file]

    def company(self, tests: Sequence[str]) -> Selection:
        """The tests, with the company that they need so that they tell."""
        files: set[str] = set()
        for test in tests:
            needed = self.needs.get(test, [])
            if needed is None:
                return EVERYTHING
            files.update(needed)
        places = frozenset(self._place(test) for test in tests)
        return Selection(frozenset(files), frozenset(tests), places)

    def _place(self, test: str) -> str:
        if test in self.places:
            return self.places[test]
        if test in self.tests:
            return self.tests[test].file
        # A test that was convicted elsewhere, and is new: its file is known by other tests, or has its name.
        file = without_case(test).partition("::")[0]
        same = (told.file for other, told in self.tests.items() if other.partition("::")[0] == file)
        return next(same, file)
