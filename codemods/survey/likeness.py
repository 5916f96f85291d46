"""How much of their code two definitions have in common, line by line, whatever its layout and comments."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.survey.findings import Place
    from codemods.survey.sketch import Definition

_DOCUMENTATION = re.compile(
    r"(?:(?<=\n)|^)[ \t]*[rRbBuU]?(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?''')[ \t]*(?=\n|$)|#[^\n\"']*(?=\n|$)"
)
_SAYS_NOTHING = frozenset(
    (
        "pass",
        ")",
        "]",
        "}",
        "),",
        "],",
        "},",
        "):",
        "else:",
        "try:",
        "return",
        "...",
        "@property",
        "@staticmethod",
        "@classmethod",
    )
)


class Bodies:
    """The lines of code of definitions. `read` gives the text of a file, read as Latin-1."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self.read = read
        self.path = ""
        self.file: list[str] = []
        self.known: dict[tuple[str, int], Counter[str]] = {}

    def lines(self, definition: Definition) -> Counter[str]:
        """The lines of its body that say something, without comments, docstrings and indentation."""
        key = (definition.path, definition.line)
        if key not in self.known:
            if self.path != definition.path:
                self.path, self.file = definition.path, self.read(definition.path).split("\n")
            body = "\n".join(self.file[definition.line : definition.end])
            plain = (line.strip() for line in _DOCUMENTATION.sub("", body).split("\n"))
            self.known[key] = Counter(line for line in plain if line and line not in _SAYS_NOTHING)
        return self.known[key]

    def alike(self, one: Definition, other: Definition) -> float:
        """From 0, nothing in common, to 1: the same lines. Two empty bodies are the same."""
        ours, theirs = self.lines(one), self.lines(other)
        total = ours.total() + theirs.total()
        return 2 * (ours & theirs).total() / total if total else 1.0


def members_alike(one: Definition, other: Definition) -> float:
    """The share of public methods that two classes have in common, where they have some to speak of."""
    ours, theirs = (set(filter(_is_public, definition.members)) for definition in (one, other))
    return len(ours & theirs) / len(ours | theirs) if min(len(ours), len(theirs)) >= 3 else 0.0


def _is_public(name: str) -> bool:
    return not name.startswith("_")


_NAMESAKE = 0.2


def is_namesake(place: Place) -> bool:
    """Whether a place has hardly more in common with the kept one than its name."""
    return place.alike is not None and likeness(place) < _NAMESAKE


def likened(bodies: Bodies, kept: Definition, definition: Definition, place: Place, *, members: bool = True) -> Place:
    """`place`, that of `definition`, with how much it has in common with `kept`."""
    return replace(
        place,
        alike=bodies.alike(kept, definition),
        members_alike=members_alike(kept, definition) if members else 0.0,
    )


def likeness(place: Place) -> float:
    """How alike a place is to the kept one, by its code or by its methods."""
    return max(place.alike or 0.0, 0.9 * place.members_alike)
