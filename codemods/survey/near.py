"""Classes and functions of different names with similar bodies, or with the same methods."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from codemods.survey.choice import choose
from codemods.survey.findings import Finding, Kind
from codemods.survey.inheritance import ancestors
from codemods.survey.likeness import likened, likeness, members_alike

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from codemods.survey.context import Context
    from codemods.survey.sketch import Definition

_FEWEST_LINES = 6
_ALIKE = 0.7
_SAME_MEMBERS = 0.8
_SAME_CODE = 0.9
_COMMON = 12  # what more definitions share tells nothing about two of them

_Pair = tuple[int, int]


def near_duplicates(context: Context) -> list[Finding]:
    """One finding for each group of definitions that are alike, of different modules and names."""
    definitions = [d for d in context.definitions if not (d.is_conditional or context.is_conventional(d.name))]
    groups = _Groups()
    for one, other in _pairs(context, definitions):
        groups.join(one, other)
    return [f for group in groups.all() if (f := _finding(context, [definitions[number] for number in group]))]


def _pairs(context: Context, definitions: list[Definition]) -> Iterator[_Pair]:
    long = (n for n, definition in enumerate(definitions) if definition.lines > _FEWEST_LINES)
    lines = {n: context.bodies.lines(definitions[n]) for n in long}
    sizes = {n: body.total() for n, body in lines.items()}
    bodies = ((n, body) for n, body in lines.items() if sizes[n] >= _FEWEST_LINES)
    for (one, other), shared in _shared(bodies).items():
        # Rare lines find the pair, all lines decide.
        ours, theirs = definitions[one], definitions[other]
        is_close = 4 * shared >= sizes[one] and _may_pair(context, ours, theirs)
        if is_close and context.bodies.alike(ours, theirs) >= _ALIKE:
            yield one, other
    members = ((n, [m for m in d.members if not m.startswith("_")]) for n, d in enumerate(definitions))
    for one, other in _shared((n, m) for n, m in members if len(m) > 3):
        ours, theirs = definitions[one], definitions[other]
        if members_alike(ours, theirs) >= _SAME_MEMBERS and _may_pair(context, ours, theirs):
            yield one, other


def _shared(items: Iterable[tuple[int, Iterable[Hashable]]]) -> Counter[_Pair]:
    """How much each pair has in common, among what few have."""
    holders: dict[Hashable, list[int]] = defaultdict(list)
    for number, parts in items:
        for part in set(parts):
            holders[part].append(number)
    pairs: Counter[_Pair] = Counter()
    for numbers in holders.values():
        if 1 < len(numbers) <= _COMMON:
            pairs.update(combinations(numbers, 2))
    return pairs


def _may_pair(context: Context, one: Definition, other: Definition) -> bool:
    if one.name == other.name or one.module == other.module or one.is_class != other.is_class:
        return False
    ours, theirs = set(ancestors(context.code, one)), set(ancestors(context.code, other))
    return not (ours & theirs or one.dotted in theirs or other.dotted in ours)


def _finding(context: Context, group: list[Definition]) -> Finding | None:
    places, decided, reason = choose([context.place(definition) for definition in group])
    by_dotted = {definition.dotted: definition for definition in group}
    kept = by_dotted[places[0].dotted]
    others = [likened(context.bodies, kept, by_dotted[place.dotted], place) for place in places[1:]]
    alike = max(map(likeness, others))
    if alike < _ALIKE or (alike < _SAME_CODE and not any(place.users for place in places)):
        return None
    weight = sum((place.users + 1) * likeness(place) for place in others)
    return Finding(Kind.NEAR, places[0].name, (places[0], *others), decided, reason, weight)


class _Groups:
    """Joins pairs to groups."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}

    def find(self, number: int) -> int:
        while (parent := self.parent.setdefault(number, number)) != number:
            self.parent[number] = self.parent[parent]
            number = parent
        return number

    def join(self, one: int, other: int) -> None:
        self.parent[self.find(one)] = self.find(other)

    def all(self) -> list[list[int]]:
        groups: dict[int, list[int]] = defaultdict(list)
        for number in sorted(self.parent):
            groups[self.find(number)].append(number)
        return list(groups.values())
