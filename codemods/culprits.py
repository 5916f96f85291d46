"""Which units of a failed batch break it: a search that asks about sets of units and is told the answers. Pure.

Units are 0 to n-1, in the order of their application; with none of them all is well (the baseline). A batch that fails
is bisected for its smallest failing prefix, whose last unit is what one-after-another application would have rejected
first: a culprit. It is taken out, and the rest is judged as a whole, until a whole holds.

- If a set fails exactly when it holds one of k culprits, that takes at most 1 + k * (ceil(log2 n) + 1) probes, one at
  a time. A culprit that only showed when a later one was out may take ceil(log2 n) more.
- If units fail only together, but none mends what others broke, the result is that of one after another.
- If units mask one another, what is kept held as a whole, and each culprit failed beside what is told. Culprits get a
  second look: all but the last together, then each, while the bound leaves probes for it, and in any case where the
  answers give reason to doubt. Not seen: units that hold only with others that are not kept, unless those are
  all culprits but the last; and, where the bound is used up, a unit that holds only with a later one.
- What no probe can tell is left open; a unit is blamed only for the step from an answer that holds to one that fails.

The idea is group testing by binary splitting (Hwang, 1972), on prefixes as in `git bisect`, so that the order alone
decides what is taken out. Unresolved answers and parts that fail only together come from delta debugging (Zeller and
Hildebrandt, 2002). What cannot be told is passed over as by `git bisect skip`, and can be the end, as in `jj bisect`.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from enum import Enum
from typing import TypeVar

from msgspec import Struct, field


class Answer(str, Enum):
    """What a probe says of its set of units. It has to be true, and the same each time, unless it is indeterminate."""

    HOLDS = "holds"
    FAILS = "fails"
    INDETERMINATE = "indeterminate"


class Probe(Struct, frozen=True):
    """A set of units to judge. If not as a whole, the tests that newly failed in the last whole probe are enough."""

    members: tuple[int, ...]  # the units that are applied, ascending
    is_whole: bool


class Culprit(Struct, frozen=True):
    """A unit that failed beside others that held, in some probe, without it."""

    unit: int
    beside: tuple[int, ...]


class Found(Struct, frozen=True):
    """What became of each unit: it is in exactly one of kept, culprits, open and left. All are ascending."""

    kept: tuple[int, ...]  # held together, as a whole; or empty
    culprits: tuple[Culprit, ...]
    open: tuple[int, ...]  # no probe could tell
    left: tuple[int, ...] = ()  # after the first culprit, not judged
    runs: int = 0  # probes that were answered


_Result = TypeVar("_Result")
_Units = tuple[int, ...]
_Asking = Generator[tuple[Probe, ...], Sequence[Answer], _Result]


def search(count: int, *, width: int = 1, first_only: bool = False) -> _Asking[Found]:
    """Yield probes, at most `width` to be answered together, take the answers in that order, and return what was found.

    With `first_only` the search ends at the first culprit, as a phase that stops at its first rejection.
    Whatever is answered, fewer than (count + 4) ** 2 probes are asked. Raises `ValueError` for a width below 1, and
    when there are not as many answers as probes.
    """
    if width < 1:
        raise ValueError(f"cannot ask {width} probes at once")
    task = _Search(_Memory(), count, width, first_only)
    kept = yield from task.judge((), tuple(range(count)))
    if not first_only:
        kept = yield from task.look_again(kept)
    end = count if task.end is None else task.end
    culprits = tuple(task.culprits[unit] for unit in sorted(task.culprits) if unit < end)
    still_open = tuple(unit for unit in sorted(task.open) if unit < end)
    return Found(kept, culprits, still_open, tuple(range(end, count)), task.memory.runs)


class _Memory:
    """What was answered, so that nothing is asked in vain."""

    def __init__(self) -> None:
        self.runs = 0
        self.steps = 0  # of probes that were asked together
        self.is_contradicted = False  # a set held though a part of it failed
        self.last_whole = Answer.HOLDS
        self._whole: dict[_Units, Answer] = {}
        self._parts: dict[_Units, Answer] = {}  # by the tests that failed in the last whole
        self._failed: set[_Units] = set()  # however it was asked

    def whole(self, members: _Units) -> _Asking[Answer]:
        """What all tests say of a set. What they cannot tell is asked once more."""
        if members not in self._whole:
            yield from self._ask((members,), is_whole=True)
            if self._whole[members] is Answer.INDETERMINATE:
                yield from self._ask((members,), is_whole=True)
            self.last_whole = self._whole[members]
        return self._whole[members]

    def parts(self, sets: Sequence[_Units]) -> _Asking[list[Answer]]:
        """What the tests that newly failed in the last whole say of each set."""
        yield from self._ask(tuple(members for members in sets if self._part(members) is None), is_whole=False)
        return [self._part(members) or Answer.INDETERMINATE for members in sets]

    def holds_now(self, members: _Units, *, quickly: bool) -> _Asking[bool]:
        """Whether a set holds as a whole that may have failed already, or fail by a few tests if asked `quickly`."""
        if members in self._failed:
            return False
        if quickly and (yield from self.parts((members,))) == [Answer.FAILS]:
            return False
        return (yield from self.whole(members)) is Answer.HOLDS

    def _part(self, members: _Units) -> Answer | None:
        # What held as a whole does not come up again but as the base of more.
        return Answer.FAILS if members in self._failed else self._parts.get(members)

    def _ask(self, sets: Sequence[_Units], *, is_whole: bool) -> _Asking[None]:
        if not sets:
            return
        answers = yield tuple(Probe(members, is_whole) for members in sets)
        if len(answers) != len(sets):
            raise ValueError(f"{len(sets)} probes were asked, and {len(answers)} answered")
        self.runs += len(sets)
        self.steps += 1
        for members, answer in zip(sets, answers, strict=True):
            self._note(members, answer, is_whole=is_whole)

    def _note(self, members: _Units, answer: Answer, *, is_whole: bool) -> None:
        if is_whole and answer is Answer.FAILS:
            self._parts.clear()  # other tests fail now: what the former ones said of a part is not the answer to these
        (self._whole if is_whole else self._parts)[members] = answer
        units = set(members)
        if answer is Answer.HOLDS:
            self.is_contradicted |= any(units.issuperset(other) for other in self._failed)
        elif answer is Answer.FAILS:
            self._failed.add(members)
            held = [other for known in (self._whole, self._parts) for other in known if known[other] is Answer.HOLDS]
            self.is_contradicted |= any(units.issubset(other) for other in held)


class _Search(Struct):
    memory: _Memory
    count: int
    width: int
    first_only: bool
    end: int | None = None  # after the first culprit, if no more than that is asked for
    culprits: dict[int, Culprit] = field(default_factory=dict)  # as they were found
    open: set[int] = field(default_factory=set)

    def judge(self, base: _Units, units: _Units) -> _Asking[_Units]:
        """What is kept of `units` on top of `base`, which held as a whole or is empty; with the base."""
        before = 0
        while units:
            answer = yield from self.memory.whole(base + units)
            if answer is Answer.HOLDS:
                return base + units
            if answer is Answer.INDETERMINATE:
                return (yield from self._judge_halves(base, units))
            before, after = yield from self._first_failure(base, units, before)
            self._take_out(base + units[:before], units[before:after])
            units = units[:before] if self.first_only else units[:before] + units[after:]
        return base

    def look_again(self, kept: _Units) -> _Asking[_Units]:
        """Try culprits once more on top of what is kept, as far as the bound allows or doubts demand it.

        All but the last together: that one was just seen to fail there. Then each of them, in order.
        """
        found = list(self.culprits)
        bound = 1 + len(found) * ((self.count - 1).bit_length() + 1)
        for trial in (found[:-1], *([unit] for unit in sorted(found))):
            units = [unit for unit in trial if unit in self.culprits]
            if not units or not (self._is_doubted(units, kept) or self.memory.steps < bound):
                continue
            members = tuple(sorted((*kept, *units)))
            # If all of them failed together just now, the tests that failed are enough to see that one of them does.
            quickly = trial != found[:-1] and self.memory.last_whole is Answer.FAILS
            if (yield from self.memory.holds_now(members, quickly=quickly)):
                kept = members
                for unit in units:
                    del self.culprits[unit]
        return kept

    def _judge_halves(self, base: _Units, units: _Units) -> _Asking[_Units]:
        if len(units) == 1:
            self.open.update(units)
            return base
        middle, end = len(units) // 2, self.end
        base = yield from self.judge(base, units[:middle])
        return base if self.end != end else (yield from self.judge(base, units[middle:]))

    def _first_failure(self, base: _Units, units: _Units, held: int) -> _Asking[tuple[int, int]]:
        """The lengths of a prefix that holds and of one that fails, with nothing in between that can be told.

        The prefix that `held` by other tests most likely holds by these, so the search starts there. It is asked for
        only if the search ends there, and if it fails after all, the search goes on below.
        """
        start = max(held - 1, 0)
        low, high = yield from self._narrow(base, units, start, len(units))
        if low == start > 0:
            low, high = yield from self._narrow(base, units, 0, high)
        return low, high

    def _narrow(self, base: _Units, units: _Units, low: int, high: int) -> _Asking[tuple[int, int]]:
        blind: set[int] = set()
        while points := _points(low, high, self.width, blind):
            answers = yield from self.memory.parts([base + units[:point] for point in points])
            told = dict(zip(points, answers, strict=True))
            high = min((point for point in points if told[point] is Answer.FAILS), default=high)
            low = max((point for point in points if told[point] is Answer.HOLDS and point < high), default=low)
            blind.update(point for point in points if told[point] is Answer.INDETERMINATE)
        return low, high

    def _take_out(self, beside: _Units, units: _Units) -> None:
        if len(units) == 1:
            self.culprits[units[0]] = Culprit(units[0], beside)
        else:
            self.open.update(units)
        if self.first_only:
            self.end = units[-1] + 1

    def _is_doubted(self, units: list[int], kept: _Units) -> bool:
        """Whether a unit may have been blamed for what others did."""
        besides = (self.culprits[unit].beside for unit in units)
        return self.memory.is_contradicted or any(not set(kept).issuperset(beside) for beside in besides)


def _points(low: int, high: int, width: int, blind: set[int]) -> list[int]:
    """Up to `width` points between two others, evenly spread, or those nearest to them that are not blind."""
    free = [point for point in range(low + 1, high) if point not in blind]
    parts = min(width, len(free)) + 1
    chosen: list[int] = []
    for number in range(1, parts):
        ideal = low + (high - low) * number // parts
        nearest = min(free, key=lambda point: abs(point - ideal))
        free.remove(nearest)
        chosen.append(nearest)
    return sorted(chosen)
