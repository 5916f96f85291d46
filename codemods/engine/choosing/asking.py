"""A person decides unit by unit, before anything is carried out. Each decision is written down as it is made."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.engine.choosing.choice import Choice, Key, key_of
from codemods.engine.choosing.decisions import EDITED, NO, YES
from codemods.engine.recovery import change_digest
from codemods.errors import CodemodsError
from codemods.index.names import ModuleNames, is_python
from codemods.index.text import UndecodableError
from codemods.model import Change, Removal, Unit, printable
from codemods.transforms.view import UnparsableError, view_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.engine.shown import PhasePreview, Preview


class Answer(str, Enum):
    """What somebody says to a unit."""

    YES = "yes"
    NO = "no"
    ALL = "all"  # yes to it and to the rest of its phase
    SKIP = "skip"  # no to it and to the rest of its phase
    QUIT = "quit"  # neither, and no more questions


class Question(Struct, frozen=True):
    """One unit of a phase, the `number`th of `total`. `declined` is when somebody said no to it before, if they did."""

    unit: Unit
    phase: PhasePreview
    number: int
    total: int
    declined: str = ""


# A unit in the place of an answer is what is carried out instead.
Ask = Callable[[Question], "Answer | Unit"]
Record = Callable[[Unit, str], None]


def decided(
    shown: Preview,
    choice: Choice,
    before: Mapping[Key, str],
    phases: frozenset[str],
    ask: Ask,
    record: Record,
    again: Callable[[Choice], Preview],
) -> tuple[Preview, Choice, int]:
    """What is left to carry out of `shown` when somebody was asked about all its units but those that are passed over,
    and about how many they were not, since they quit.

    Phases that the run does not come to are not asked about: those from a gate on, and after the last of `phases`,
    which were asked for. `before` is when units were declined earlier; `again` tells what the plan has to do under
    another choice: what depends on a unit that is declined is not asked about.
    """
    asking = _Asking(choice, before, ask, record)
    depends = bool(shown.loaded.plan.merge or shown.loaded.plan.delete)
    reached = _reached(shown, choice, phases)
    for number in range(reached):
        known = len(asking.declined)
        asking.ask_about(shown, number, reached)
        if asking.is_over:
            break
        if depends and len(asking.declined) > known:
            shown = again(asking.so_far)
    else:
        asking.agreed |= {key_of(unit) for phase in shown.phases[reached:] for unit in phase.units}
    final = replace(asking.so_far, units=frozenset(asking.agreed | asking.declined), edited=asking.edited)
    not_asked = sum(not choice.is_passed_over(u) and not final.is_chosen(u) for u in shown.units)
    made = again(final)
    if not (depends and asking.declined):
        _require_same(made, asking.digests)
    return final.of(made), final, not_asked


def _require_same(made: Preview, digests: Mapping[Key, str]) -> None:
    """Raise CodemodsError where what somebody has agreed to is not what there is to do by now."""
    now = {key_of(unit): change_digest(unit) for unit in made.units}
    if other := [key[1] for key, digest in digests.items() if now.get(key) != digest]:
        what = f"What becomes of {printable(other[0])} has changed while you were asked"
        what += f", and of {len(other) - 1} more unit(s)." if other[1:] else "."
        hint = "Nothing was carried out. Run the command again, to be shown what there is to do now."
        raise CodemodsError(what, hint=hint)


def _reached(shown: Preview, choice: Choice, asked: frozenset[str]) -> int:
    """How many phases, from the first on, a run comes to."""
    last = max((number for number, phase in enumerate(shown.phases, 1) if phase.phase.name in asked), default=None)
    for number, phase in enumerate(shown.phases):
        is_closed = phase.phase.gate == "manual" and phase.phase.name not in asked
        if number == last or (is_closed and any(not choice.is_passed_over(unit) for unit in phase.units)):
            return number
    return len(shown.phases)


class _Asking(Struct):
    """The answers so far."""

    choice: Choice
    before: Mapping[Key, str]
    ask: Ask
    record: Record
    agreed: set[Key] = field(default_factory=set)
    declined: set[Key] = field(default_factory=set)
    edited: dict[str, Unit] = field(default_factory=dict)
    digests: dict[Key, str] = field(default_factory=dict)
    asked: int = 0
    is_over: bool = False

    @property
    def so_far(self) -> Choice:
        return replace(self.choice, declined=frozenset(self.declined))

    def ask_about(self, shown: Preview, number: int, end: int) -> None:
        """Ask about the units of one phase, of those before the phase `end`."""
        phase = shown.phases[number]
        left = [unit for unit in phase.units if not self.choice.is_passed_over(unit)]
        later = sum(not self.choice.is_passed_over(u) for other in shown.phases[number + 1 : end] for u in other.units)
        total = self.asked + len(left) + later
        for position, unit in enumerate(left):
            self.asked += 1
            answer = self.ask(Question(unit, phase, self.asked, total, self.before.get(key_of(unit), "")))
            if answer is Answer.QUIT:
                self.is_over = True
                return
            if isinstance(answer, Unit):
                self.edited[change_digest(unit)] = answer
                self._decide([unit], EDITED)
            elif answer in (Answer.ALL, Answer.SKIP):
                rest = left[position:]
                self.asked += len(rest) - 1
                self._decide(rest, YES if answer is Answer.ALL else NO)
                return
            else:
                self._decide([unit], answer.value)

    def _decide(self, units: Iterable[Unit], decision: str) -> None:
        for unit in units:
            (self.declined if decision == NO else self.agreed).add(key_of(unit))
            if decision != NO:
                self.digests[key_of(unit)] = change_digest(unit)
            self.record(unit, decision)


def with_contents(unit: Unit, contents: Mapping[str, bytes]) -> Unit:
    """`unit` with other results in some of its files, by their paths."""
    return replace(unit, changes=tuple(_with(change, contents) for change in unit.changes))


def _with(change: Change | Removal, contents: Mapping[str, bytes]) -> Change | Removal:
    is_other = change.after is not None and change.path in contents
    return Change(change.path, change.before, contents[change.path]) if is_other else change


def fault_of(unit: Unit) -> str:
    """Why an edited unit cannot be carried out: a file that does not parse, or nothing that changes; empty: it can."""
    for change in unit.changes:
        if change.after == change.before:
            return f"{change.path} is as it was before"
        if change.after is not None and is_python(change.path):
            try:
                view_of(change.path, change.after, ModuleNames())
            except (UnparsableError, UndecodableError) as error:
                return f"{change.path} does not parse: {error}"
    return ""
