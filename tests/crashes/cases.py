"""One case: a copy of the repository, a fault at one point, the command again, and what is wrong then."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.crashes.child import Ran, run_in_fork
from tests.crashes.points import COUNT, ERRORS, FULL, HALF, KILL, NONE, Fault, Point
from tests.crashes.scenarios import SCENARIOS, Command, Scenario
from tests.crashes.state import State, differences, fingerprint, git, left_over, state_of, under_way

_RESUMED = 20  # the attempt of what is run after a fault; before it come those that prepare, and the one that is struck
_STRUCK = 10
_GOOD = (0, 1, 2)
_TOLD = re.compile("killed|under way|cut short")  # how a command says that an earlier one did not come to its end


@dataclass(frozen=True)
class Case:
    """The point `number` of a scenario, called `point`, struck with a kind of fault."""

    scenario: str
    kind: str
    number: int
    point: str = ""


@dataclass(frozen=True)
class Undisturbed:
    """A scenario without a fault: the repository it starts from, what it meets, how it ends."""

    scenario: Scenario
    template: Path
    before: State
    points: tuple[Point, ...]
    after: State
    status: int | None
    resumed: State
    statuses: tuple[int | None, ...]

    def otherwise(self, state: State) -> list[str]:
        """In what `state`, after a fault and all the commands, is not as it has to be."""
        scenario = self.scenario
        found = differences(self.resumed if scenario.again else self.after, state, scenario.topics)
        # What was struck at its very end has ended: then it is run a second time.
        return [] if scenario.repeats and not differences(self.resumed, state, scenario.topics) else found

    def problems(self) -> list[str]:
        """What is wrong without any fault."""
        odd = [f"exit status {status}" for status in (self.status, *self.statuses) if status not in _GOOD]
        twice = () if self.scenario.again or self.scenario.repeats else differences(self.after, self.resumed)
        return odd + [f"not the same when run again: {line}" for line in twice]


@dataclass
class Bench:
    """Where cases are tried, one at a time, in a `folder` of their own."""

    folder: Path
    known: dict[str, Undisturbed] = field(default_factory=dict)
    attempt: int = 0

    @property
    def root(self) -> Path:
        """The repository that is worked on: always the same, since its name may be in what is compared."""
        return self.folder / "repo"

    def git(self, *arguments: str) -> str:
        """The output of git in it."""
        return git(self.root, *arguments)

    def codemods(self, *arguments: str) -> None:
        """Run a command that prepares a scenario."""
        self.attempt += 1
        ran = run_in_fork(self.root, arguments, self.attempt, Fault(NONE), self.folder, str)
        if ran.status not in _GOOD[:2]:
            raise RuntimeError(f"{' '.join(arguments)} ends with {ran.status}:\n{ran.output}")

    def undisturbed(self, name: str) -> Undisturbed:
        """What a scenario does without a fault."""
        if name not in self.known:
            scenario = next(scenario for scenario in SCENARIOS if scenario.name == name)
            template = self.folder / "templates" / str(len(self.known))
            self._clear()
            self.root.mkdir()
            self.attempt = 0
            scenario.prepare(self)
            shutil.copytree(self.root, template, symlinks=True)
            before = self._state()
            # The first time it imports what all later ones then have.
            self._run(scenario.command, _STRUCK, Fault(NONE))
            self._clear()
            shutil.copytree(template, self.root, symlinks=True)
            ran = self._run(scenario.command, _STRUCK, Fault(COUNT))
            after = self._state()
            statuses = tuple(
                self._run(command, attempt, Fault(NONE)).status for attempt, command in _resumption(scenario)
            )
            self.known[name] = Undisturbed(
                scenario, template, before, ran.points, after, ran.status, self._state(), statuses
            )
        return self.known[name]

    def problems(self, case: Case) -> list[str]:
        """What is wrong after the fault of `case`, and after the command has been run again."""
        known = self.undisturbed(case.scenario)
        self._clear()
        shutil.copytree(known.template, self.root, symlinks=True)
        point = known.points[case.number - 1]
        ran = self._run(known.scenario.command, _STRUCK, Fault(case.kind, case.number))
        if ran.struck != point.name:
            return [f"points: {point.name} was met as {ran.struck}"]
        is_killed = case.kind in (KILL, HALF)
        found = [] if is_killed else self._after_error(known, ran, point, case.kind)
        left = under_way(self.root) if is_killed else []
        told = []
        for index, (attempt, command) in enumerate(_resumption(known.scenario)):
            again = self._run(command, attempt, Fault(NONE))
            found += _crashes(again, f"then {command[0]}")
            told.append(f"then {command[0]} ended with {again.status}: {' / '.join(again.output.split(chr(10))[:9])}")
            if index == 0 and left and not _TOLD.search(again.output):
                found.append(f"then {command[0]}: it does not say that {', '.join(left)} was under way")
        unlike = [f"then {line}" for line in known.otherwise(self._state())]
        return [*found, *unlike, *(told if unlike else ())]

    def _after_error(self, known: Undisturbed, ran: Ran, point: Point, kind: str) -> list[str]:
        found = _crashes(ran, "")
        found += [f"not clean: {line}" for line in differences(known.before, self._state(), ("status",))]
        # What could not be removed is there, of course.
        if not point.name.startswith(("unlink", "rmdir")):
            found += [f"left over: {name}" for name in left_over(self.root)]
            found += [f"left over: tmp/{file.name}" for file in (self.folder / "tmp").iterdir()]
        if ran.status == known.status and not differences(known.after, self._state()):
            return found
        reason = os.strerror(ERRORS["ENOSPC" if kind == FULL else kind])
        if reason.lower() not in ran.output.lower():
            found.append("message: it does not say why")
        # On a full disk the next step may have failed, too, and be the one that is told.
        if kind != FULL and not _is_named(point.name, ran.output):
            found.append("message: it does not say which file or program")
        if ran.status not in (1, 2):
            found.append(f"exit status {ran.status}")
        return found

    def _run(self, command: Command, attempt: int, fault: Fault) -> Ran:
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        return run_in_fork(self.root, command, attempt, fault, self.folder, partial(fingerprint, self.root))

    def _state(self) -> State:
        return state_of(self.root, same_runs=True)

    def _clear(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


def _resumption(scenario: Scenario) -> list[tuple[int, Command]]:
    """The commands after a fault, each with its attempt: one that is run again has the time and id of the first time,
    so that its commits have the very same hashes."""
    return [
        (_STRUCK if command == scenario.command else _RESUMED + number, command)
        for number, command in enumerate(scenario.resumption)
    ]


def _crashes(ran: Ran, when: str) -> list[str]:
    """Whether a command ended as none may."""
    if ran.status is None:
        return [f"{when} no end"]
    if "Traceback (most recent call last)" in ran.output:
        return [f"{when} traceback: {ran.output.strip().splitlines()[-1]}".strip()]
    return [] if ran.status in _GOOD else [f"{when} exit status {ran.status}".strip()]


def _is_named(point: str, output: str) -> bool:
    """Whether `output` names what a point is about: the program or the file; for a random name, its folder."""
    program = re.fullmatch(r"(.*) \(\w+\)", point)
    if program is not None:
        return program[1] in output
    path = Path(point.partition(" ")[2])
    return (path.parent.name if "*" in path.name else path.name) in output
