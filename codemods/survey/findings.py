"""What a survey finds: values, the same for every kind, so that one report and one draft serve all of them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Sequence


class Kind(str, Enum):
    """What is there more than once."""

    DUPLICATE = "duplicate"
    NEAR = "near"
    CONCEPT = "concept"
    FORWARDER = "forwarder"
    PATHS = "paths"


class Place(Struct, frozen=True):
    """One of several that mean the same: a definition, a module that forwards, or a path that an object has.

    `module` and `name` are its dotted name (a module has no `name`), `path` and `line` where it is written, `lines` its
    length. `users` is how many files use it, `users_outside_tests` how many of these are no tests. `alike` is the share
    of its code that it has in common with the place proposed to keep; 1 is the same code.
    `members_alike` is the same for the methods of classes. `notes` say what speaks against keeping it, such as that it
    calls itself deprecated, `differences` in words how it differs from the place proposed to keep, and
    `extra` names the members that only it has.
    """

    module: str
    name: str
    path: str
    line: int
    lines: int
    users: int
    users_outside_tests: int
    alike: float | None = None
    members_alike: float = 0.0
    notes: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def dotted(self) -> str:
        """Its full dotted name."""
        return f"{self.module}.{self.name}" if self.name else self.module


class Finding(Struct, frozen=True):
    """One finding: the place proposed to keep comes first where `is_decided`; `reason` says why that one, or why
    a person has to decide. `names` are all names concerned where whole modules are defined twice. `weight` is what
    findings are ranked by."""

    kind: Kind
    name: str
    places: tuple[Place, ...]
    is_decided: bool
    reason: str
    weight: float
    names: tuple[str, ...] = ()

    @property
    def users(self) -> int:
        """How many files use one of the places; a file that uses two counts twice."""
        return sum(place.users for place in self.places)


def joined(findings: Sequence[Finding]) -> Finding:
    """Findings of the same modules as one: that of the most used name, with the names of all.

    Each further name adds to the weight, and at most 1.
    """
    if len(findings) == 1:
        return findings[0]
    ordered = sorted(findings, key=lambda finding: (-finding.weight, finding.name))
    names = tuple(dict.fromkeys(finding.name for finding in ordered))
    return replace(
        ordered[0], names=names, weight=ordered[0].weight + sum(min(finding.weight, 1.0) for finding in ordered[1:])
    )


class LeftOut(Struct, frozen=True):
    """What a survey has passed over, as a count and in words."""

    count: int
    what: str
