"""Which points of a scenario are struck, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.crashes.cases import Case
from tests.crashes.points import ERRORS, FULL, HALF, KILL, Point

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Places = set[tuple[str, str]]  # in our code, and what it does there


def one_in(count: int, cases: Sequence[Case], shift: int) -> Sequence[Case]:
    """One of `count` cases each; which one depends on `shift`."""
    return cases[shift * 17 % count :: count]


def cases_of(
    scenario: str, points: Sequence[Point], kinds: Sequence[str], *, every: bool = False, seen: Places | None = None
) -> list[Case]:
    """The cases of a scenario, of these kinds.

    Unless `every` one is asked for, those go that show nothing new: a kill where the disk holds the same as at the
    point before it, errors of a place in the code between the first and the last time, and all errors but one of each.
    So do errors of the places in `seen`, to which those of this scenario are added.
    """
    found = [
        *(Case(scenario, KILL, point.number, point.name) for point in (points if every else _killed(points))),
        *(Case(scenario, HALF, point.number, point.name) for point in points if _is_torn(point, every=every)),
    ]
    if every:
        found += [Case(scenario, kind, point.number, point.name) for point in points for kind in _errors(point)]
    else:
        found += _told_apart(scenario, points, set() if seen is None else seen)
    return [case for case in found if case.kind in kinds]


def _killed(points: Sequence[Point]) -> Iterator[Point]:
    last = ""
    for point in points:
        if point.is_running or (point.state and point.state != last):
            yield point
        last = point.state or last


def _is_torn(point: Point, *, every: bool) -> bool:
    return point.is_torn and (every or not _is_temporary(point))


def _is_temporary(point: Point) -> bool:
    return point.name.partition(" ")[2].startswith("tmp")


def _errors(point: Point) -> tuple[str, ...]:
    """With what a step can fail; a disk that is full stays so."""
    return tuple(kind for kind in (*ERRORS, FULL) if point.fails and (point.space or kind not in ("ENOSPC", FULL)))


def _told_apart(scenario: str, points: Sequence[Point], seen: Places) -> list[Case]:
    """Each place of the code fails in two ways, the first and the last time that it is met, and on a full disk."""
    met: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        # Where temporary files fail, no state is at stake: once for all that ask for one.
        site = "" if _is_temporary(point) else point.site
        met.setdefault((site, point.name.partition(" ")[0]), []).append(point)
    found = []
    for turn, (place, those) in enumerate(met.items()):
        for point in dict.fromkeys((those[0], those[-1])):
            once = [kind for kind in _errors(point) if kind != FULL]
            kinds = [once[(turn + (point is those[0])) % len(once)]] if once else []
            kinds += [FULL] if FULL in _errors(point) else []
            found += [Case(scenario, kind, point.number, point.name) for kind in kinds if place not in seen]
    seen.update(met)
    return found
