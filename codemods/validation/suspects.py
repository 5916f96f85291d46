"""What of the tests that are worse with a change is the change's doing.

A test is tried again in widening company: *alone* (the suspects only, in a session of their own), *with its file* (all
tests of the suspects' files), and with *all* that ran when it failed. In each company it is looked at with the change
and, where it is bad there, without it:

| with the change | without it | then |
| --- | --- | --- |
| bad every time | well every time | it is guilty |
| bad at times, well at times | | it is flaky |
| bad every time | bad at times, well at times | it is flaky |
| bad every time | bad every time | this company cannot tell: the next one |
| well every time | | it needs company to be bad: the next one |

Among *all*, the session in which it failed counts as a try with the change, and the baseline as one without it: a test
that is well in the second try is flaky, and one that is bad again is guilty. Only one that was bad without the change
in smaller company is looked at among *all* without the change, too: where it is bad there, something beside the tree
has changed since the baseline, and it is flaky; where not all tests ran, it lacks those that did not, and is
*undecided*: it does not convict here.

A test that was not there before has no tries without the change. One that has vanished has none either, since the
baseline knows that it was there: it is guilty unless it is back in a later try.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.validation.base import Still
from codemods.validation.outcomes import find, is_worse, spread
from codemods.validation.session import Selection

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from codemods.validation.base import Ground
    from codemods.validation.outcomes import Outcomes, Suspect
    from codemods.validation.session import Runner, Session

ALONE, FILE, ALL = "alone", "with its file", "with all"
# Where a change breaks everything, some tests of each file show it as well as all of them.
_AT_ONCE = 60


class Inquiry(Struct):
    """Tries suspects again, and sorts them. `selection` is what ran when they failed, `ran` what it told, `before` what
    the baseline told.

    In the end `guilty` holds the company that convicted each test, `output` what the sessions printed.
    """

    runner: Runner
    ground: Ground
    before: Outcomes
    ran: Outcomes
    selection: Selection
    reruns: int
    guilty: dict[str, str] = field(default_factory=dict)
    flaky: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    output: list[str] = field(default_factory=list)
    bad_without: set[str] = field(default_factory=set)

    def decide(self, suspects: Iterable[Suspect]) -> None:
        """Sort the suspects. Where some are guilty, the rest of very many is taken for guilty, too, untried.

        Tests that have vanished with their file share its lot.
        """
        suspects = list(suspects)
        unloaded = {suspect.file: suspect.test for suspect in suspects if suspect.told.whole}
        followers = [suspect for suspect in suspects if suspect.vanished and suspect.file in unloaded]
        waiting = spread(suspect for suspect in suspects if not (suspect.vanished and suspect.file in unloaded))
        while waiting and not self.guilty:
            pending, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            for company in self._companies(pending):
                pending = self._in_company(pending, company)
            self.undecided += [suspect.test for suspect in pending]
        self.guilty.update((suspect.test, ALONE) for suspect in waiting)
        for suspect in followers:
            if (file := unloaded[suspect.file]) in self.guilty:
                self.guilty[suspect.test] = self.guilty[file]

    def _companies(self, suspects: list[Suspect]) -> tuple[str, ...]:
        if not self.runner.can_choose:
            return (ALL,)
        files = {suspect.file for suspect in suspects}
        # With their files is with all, where these are all.
        return (ALONE, ALL) if all(told.file in files for told in self.ran.values()) else (ALONE, FILE, ALL)

    def _in_company(self, suspects: list[Suspect], company: str) -> list[Suspect]:
        """Try the suspects in one company; those that it cannot decide."""
        if company == FILE:
            # A test whose file nobody knows has no company but all.
            return self._tried([s for s in suspects if s.file], company) + [s for s in suspects if not s.file]
        return self._tried(suspects, company)

    def _tried(self, suspects: list[Suspect], company: str) -> list[Suspect]:
        first: set[bool] = {True} if company == ALL else set()
        bad = self._tries(suspects, company, first, changed=True)
        self._name_flaky(suspects, bad)
        compared = [s for s in suspects if bad[s.test] == {True} and self._can_compare(s, company)]
        # What the baseline ran is in this company, too, if nothing was left out.
        first = {False} if company == ALL and self.selection.is_whole else set()
        without = self._without_change(compared, company, first)
        self._name_flaky(compared, without)
        for suspect in suspects:
            if bad[suspect.test] == {True} and without.get(suspect.test, {False}) == {False}:
                self.guilty[suspect.test] = company
        self.bad_without |= {test for test, tries in without.items() if True in tries}
        decided = {*self.guilty, *self.flaky}
        return [suspect for suspect in suspects if suspect.test not in decided]

    def _name_flaky(self, suspects: list[Suspect], bad: dict[str, set[bool]]) -> None:
        self.flaky += [suspect.test for suspect in suspects if len(bad[suspect.test]) > 1]

    def _can_compare(self, suspect: Suspect, company: str) -> bool:
        """Whether a try without the change can tell more than the baseline does."""
        if not suspect.before or suspect.vanished or isinstance(self.ground, Still):
            return False
        return company != ALL or suspect.test in self.bad_without or not self.runner.can_choose

    def _without_change(self, suspects: list[Suspect], company: str, first: set[bool]) -> dict[str, set[bool]]:
        if not suspects:
            return {}
        try:
            self.ground.show(changed=False)
            return self._tries(suspects, company, first, changed=False)
        finally:
            self.ground.show(changed=True)

    def _tries(self, suspects: list[Suspect], company: str, first: set[bool], *, changed: bool) -> dict[str, set[bool]]:
        """For each suspect, whether it was bad: in the tries here and as in `first`."""
        bad: dict[str, set[bool]] = {suspect.test: set(first) for suspect in suspects}
        for number in range(1 if company == ALL else self.reruns):
            left = [suspect for suspect in suspects if len(bad[suspect.test]) < 2]
            if not left:
                break
            session = self.runner.session(self.ground, self._selection(left, company, changed=changed))
            how = "with" if changed else "without"
            title = f"{company}, {how} the change, {number + 1}: {len(left)} to try again"
            self.output.append(f"--- {title} ---\n{session.completed.output}")
            for suspect in left:
                known = self.before | self.ran
                tried = is_bad(suspect, session, known) if changed else is_bad_without(suspect, session, known)
                bad[suspect.test].add(tried)
        return bad

    def _selection(self, suspects: list[Suspect], company: str, *, changed: bool) -> Selection:
        if company == ALL:
            return self.selection
        tests = {suspect.test for suspect in suspects} | {suspect.before for suspect in suspects if not changed}
        places = frozenset(suspect.file for suspect in suspects)
        if company == FILE:
            return Selection(places, without=self.selection.without - tests)
        return Selection(frozenset(), frozenset(tests), places)


def is_bad(suspect: Suspect, session: Session, known: Collection[str]) -> bool:
    """Whether `suspect` is worse in `session` than it was, or missing."""
    told = find(suspect.test, session.tests, known)
    if told is None:
        # A file has no outcome where it was loaded; neither has one in a session that did not get there.
        return not suspect.told.whole or bool(session.fault)
    return is_worse(told, suspect.was)


def is_bad_without(suspect: Suspect, session: Session, known: Collection[str]) -> bool:
    """Whether `suspect` is worse without the change than the baseline told.

    Where it is missing, it has no such name there, and nothing to compare: but for a file that was not loaded.
    """
    told = session.tests.get(suspect.before) or find(suspect.test, session.tests, known)
    if told is None:
        return bool(session.fault) or suspect.file in session.unloaded
    return is_worse(told, suspect.was)
