"""Files that take from a module only names that nobody asks about: told by their letters, without a tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# No star, and no letters but ASCII's: others may spell the same name in another way.
_IMPORTED = re.compile(rb"\w+[ \t]+import(?:[ \t]*\([\w\s,]*\)|[ \t]+[\w \t,]+(?=[\r\n#;]|\Z))")
_LONGEST = 300  # bytes from `from` to the last name of a module
_FROM = re.compile(rb"(?<![\w.])from[ \t]+(?:[\w.]*\.)?\Z")


def takes_only_others(source: bytes, places: Iterable[int]) -> bool:
    """Whether each of `places` in `source` is the last name of a module that names are imported from.

    The places are those of all words that matter, of modules and of names in them: so none of these names is among
    the imported ones, and no module is there as such, in whose attributes it could be.
    """
    return all(_is_left(source, place) for place in places)


def _is_left(source: bytes, place: int) -> bool:
    if _IMPORTED.match(source, place) is None:
        return False
    # A line may be as long as a file, with many places.
    return _FROM.search(source, max(place - _LONGEST, 0), place) is not None
