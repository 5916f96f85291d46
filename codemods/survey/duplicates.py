"""Classes and functions that several modules define under one name."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.survey.choice import choose
from codemods.survey.context import is_test
from codemods.survey.findings import Finding, Kind, joined
from codemods.survey.inheritance import ancestors
from codemods.survey.likeness import likened, likeness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.survey.context import Context
    from codemods.survey.findings import Place
    from codemods.survey.sketch import Definition

_ALIKE = 0.5
# What a user of a namesake with other code weighs: of one in the same folder, of another.
_NEIGHBOUR, _NAME_ONLY = 0.5, 0.08
_SOME_METHODS = 3


def duplicates(context: Context) -> list[Finding]:
    """One finding for each name; one for all names that the same modules define."""
    by_modules: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for name, group in _groups(context):
        if (finding := _finding(context, name, group)) is not None:
            by_modules[tuple(sorted(place.module for place in finding.places))].append(finding)
    return [joined(findings) for findings in by_modules.values()]


def _groups(context: Context) -> Iterator[tuple[str, list[Definition]]]:
    groups: dict[str, list[Definition]] = defaultdict(list)
    for definition in context.definitions:
        groups[definition.name].append(definition)
    for name, group in groups.items():
        # A stand-in for something from a library is no duplicate of another one.
        if len(group) > 1 and not all(definition.is_conditional for definition in group):
            yield name, group
    if not context.include_tests:
        tests = Counter(d.name for d in context.code.definitions() if is_test(d.path))
        repeated = sum(1 for count in tests.values() if count > 1)
        context.leave_out(repeated, "name(s) that tests or examples define more than once (--include-tests shows them)")


def _finding(context: Context, name: str, group: list[Definition]) -> Finding | None:
    group = _independent(context, group)
    if len(group) < 2:
        context.leave_out(1, "name(s) of classes that extend one another")
        return None
    places, decided, reason = choose([context.place(definition) for definition in group])
    by_dotted = {definition.dotted: definition for definition in group}
    kept = by_dotted[places[0].dotted]
    # Those who implement one base class have its methods on purpose.
    shared = set.intersection(*(set(ancestors(context.code, definition)) for definition in group))
    others = [likened(context.bodies, kept, by_dotted[p.dotted], p, members=not shared) for p in places[1:]]
    if max(map(likeness, others)) < _ALIKE and (why := _is_on_purpose(context, group, has_base=bool(shared))):
        context.leave_out(1, why)
        return None
    places = (places[0], *others)
    return Finding(Kind.DUPLICATE, name, places, decided, reason, _weight(places, by_dotted))


def _weight(places: tuple[Place, ...], group: dict[str, Definition]) -> float:
    """What moves when all use the first place: the users of the others, the more the more alike they are, and the
    more there is to them."""
    kept = group[places[0].dotted]
    weight = 0.0
    for place in places[1:]:
        namesake = _NEIGHBOUR if _folder(place.path) == _folder(kept.path) else _NAME_ONLY
        close = namesake + (1 - namesake) * likeness(place)
        weight += (
            (place.users + 1 + 0.05 * places[0].users * likeness(place)) * close * _size(kept, group[place.dotted])
        )
    return weight


def _size(one: Definition, other: Definition) -> float:
    """From 1 for a few lines to 2 for hundreds; twice that for classes that do something."""
    lines = min(one.lines, other.lines)
    has_behaviour = min(len(one.members), len(other.members)) >= _SOME_METHODS
    return (1 + min(math.log10(max(lines, 10) / 10), 1)) * (2 if has_behaviour else 1)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _independent(context: Context, group: list[Definition]) -> list[Definition]:
    """Those that do not derive from another of the group: a class may have the name of its base."""
    own = {definition.dotted for definition in group}
    return [d for d in group if d.is_deprecated or not own.intersection(ancestors(context.code, d)) - {d.dotted}]


def _is_on_purpose(context: Context, group: list[Definition], *, has_base: bool) -> str:
    """Why different code has one name: words for what is left out; empty where nothing explains it."""
    if context.is_conventional(group[0].name) or not any(
        context.users.of(definition.module, definition.name).files for definition in group
    ):
        return "name(s) that no file imports, or that programs have by convention, with different code"
    if has_base and _is_parallel([PurePosixPath(definition.path) for definition in group]):
        return "name(s) of parallel implementations of one base class"
    return ""


def _is_parallel(paths: list[PurePosixPath]) -> bool:
    """Whether files stand side by side: one name in sibling folders, or many names in one folder."""
    folders = {path.parent for path in paths}
    if len(folders) == 1:
        return len(paths) > 2
    return len({path.stem for path in paths}) == 1 or len({folder.parent for folder in folders}) == 1
