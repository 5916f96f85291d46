"""Places in the code, as reasons name them."""

from __future__ import annotations

import re
from typing import NamedTuple

_PLACE = re.compile(r"(?P<line>\d+)(?::\d+)?: (?P<text>.*)", re.DOTALL)


class Place(NamedTuple):
    """A line of a file, and what is said of it."""

    path: str
    line: int
    text: str


def place_of(reason: str, path: str) -> Place:
    """The place of a reason `path:line: why`; where it names none, the first line of the file `path`."""
    head, found, rest = path, reason.startswith(f"{path}:"), reason.removeprefix(f"{path}:")
    if not found:
        # It may be about another file.
        other = re.match(r"(?P<path>[^\n]+?):(?=\d+(?::\d+)?: )", reason)
        head, rest = (other["path"], reason[other.end() :]) if other else (path, reason)
    match = _PLACE.fullmatch(rest)
    return Place(head, int(match["line"]), match["text"]) if match else Place(path, 1, reason)
