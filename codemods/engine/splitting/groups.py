"""The groups that the units of a plan fall into: by who owns their files, or by folder. A unit is never split."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.choosing.choice import key_of
from codemods.engine.choosing.selection import NOBODY, read_owners
from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from codemods.engine.choosing.choice import Key
    from codemods.model import Unit
    from codemods.vcs import Repository

ROOT = "root"
_UNFIT = re.compile(r"[^a-z0-9._-]+")
_LONGEST = 60  # letters of a branch's own name


class Group(Struct, frozen=True):
    """The units that go into one branch: of these owners, or of that folder, which `name` says."""

    name: str
    units: tuple[Unit, ...]

    @property
    def keys(self) -> frozenset[Key]:
        """What its units are known by."""
        return frozenset(map(key_of, self.units))


def naming(by: str, repository: Repository) -> Callable[[Unit], str]:
    """What tells the group of a unit: `by` is `owners`, `folder` or `folder:DEPTH`. Raises CodemodsError."""
    kind, colon, depth = by.partition(":")
    if by == "owners":
        owners = read_owners(repository)
        return lambda unit: " ".join(owners.of_all(unit.paths)) or NOBODY
    if kind == "folder" and (not colon or (depth.isdecimal() and int(depth) > 0)):
        parts = int(depth) if colon else 1
        return lambda unit: "/".join(unit.paths[0].split("/")[:-1][:parts]) or ROOT
    what = f"`--split {by}` splits by nothing that is known."
    raise CodemodsError(what, hint="Say `--split owners`, `--split folder` or `--split folder:2`.")


def groups_of(units: Iterable[Unit], name: Callable[[Unit], str]) -> tuple[Group, ...]:
    """The groups of `units`, in the order of their first units."""
    found: dict[str, list[Unit]] = {}
    for unit in units:
        found.setdefault(name(unit), []).append(unit)
    return tuple(Group(label, tuple(own)) for label, own in found.items())


def prefix_of(plan: str) -> str:
    """How the branches of a split of `plan` begin."""
    return f"codemods/{plan}--"


def branches_of(plan: str, groups: Iterable[Group]) -> Mapping[str, str]:
    """The branch of each group, by name: alike in each call, whatever other groups there are."""
    short = {group.name: _short(group.name) for group in groups}
    alike = {word for word in short.values() if list(short.values()).count(word) > 1}
    return {
        name: prefix_of(plan) + (f"{word}-{hashlib.sha256(name.encode()).hexdigest()[:6]}" if word in alike else word)
        for name, word in short.items()
    }


def _short(name: str) -> str:
    word = _UNFIT.sub("-", name.lower().replace("/", "."))[:_LONGEST]
    word = re.sub(r"\.{2,}", ".", word).strip(".-").removesuffix(".lock")
    return word or "other"
