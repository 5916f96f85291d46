"""Which of several places to keep: the most used or the most complete one, unless it calls itself old."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.survey.findings import Place

_OLD = re.compile(
    r"archive|archived|backup|backups|bak|compat|compatibility|copy|deprecated|legacy|obsolete|old|orig"
    r"|original|shim"
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MUCH_MORE_USED = 2  # times
_MUCH_LONGER = 1.25  # times


def old_word(dotted: str) -> str:
    """The word in a dotted name that says that it is old, such as `legacy`; empty where there is none."""
    return next((word for word in map(str.lower, _WORDS.findall(dotted)) if _OLD.fullmatch(word)), "")


def choose(places: Sequence[Place]) -> tuple[tuple[Place, ...], bool, str]:
    """`places` with the one to keep first, whether that is decided, and why."""
    ordered = sorted(places, key=lambda place: (bool(place.notes), -place.users, -place.lines, place.dotted))
    fresh = [place for place in ordered if not place.notes]
    if len(fresh) == 1:
        return tuple(ordered), True, f"the only one that nothing speaks against; {_facts(fresh[0])}"
    candidates = fresh or ordered
    used = candidates[0]
    longest = max(candidates, key=lambda place: (place.lines, place.users))
    if used.lines >= longest.lines:
        what = "most used and most complete" if used.users else "most complete; no file imports any of them"
        return tuple(ordered), True, f"{what}: {_facts(used)}"
    if longest.lines < _MUCH_LONGER * used.lines:
        return tuple(ordered), True, f"most used: {_facts(used)}"
    if used.users >= _MUCH_MORE_USED * longest.users + 2:
        return tuple(ordered), True, f"most used: {_facts(used)}; the longest one has {_facts(longest)}"
    if used.users <= longest.users + 1:
        ordered.remove(longest)
        return (longest, *ordered), True, f"most complete: {_facts(longest)}; the most used one has {_facts(used)}"
    return tuple(ordered), False, f"one is used more ({_facts(used)}), another is longer ({_facts(longest)})"


def _facts(place: Place) -> str:
    return f"{place.users} file(s), {place.lines} lines"
