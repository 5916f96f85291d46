"""Names that compete for one concept: `ExecutionFactory` beside `ExecutionEngineFactory`, `UnifiedX` beside `X`."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from codemods.survey.choice import choose
from codemods.survey.findings import Finding, Kind

if TYPE_CHECKING:
    from codemods.survey.context import Context
    from codemods.survey.sketch import Definition

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|\d+")
# Last words that say what part a class plays, of which a concept usually needs one.
_ROLES = re.compile(
    r"adapter|bridge|builder|coordinator|dispatcher|engine|executor|factory|gateway|loader|manager"
    r"|orchestrator|pool|provider|registry|repository|resolver|router|scheduler|store"
)
# Words that only say that this is the better, or the other, one.
_QUALIFIERS = re.compile(
    r"abstract|advanced|async|base|basic|canonical|central|centralized|common|consolidated|core|default"
    r"|enhanced|extended|generic|improved|legacy|modern|modular|new|old|optimized|real|simple|simplified"
    r"|smart|ssot|standard|sync|unified|v1|v2|v3"
)
_SAME, _PART, _HEAD = 1.0, 0.4, 0.3  # what rivals weigh that differ by a qualifier, by more words, in all but the head


def concepts(context: Context) -> list[Finding]:
    """One finding for each concept that classes of several names and the same role stand for."""
    joined = _joined_words(context)
    groups: dict[tuple[str, str], dict[str, list[Definition]]] = defaultdict(lambda: defaultdict(list))
    stems: dict[str, frozenset[str]] = {}
    for definition in context.definitions:
        concept = _concept(definition.name, joined) if definition.is_class and not definition.is_conditional else None
        if concept is not None:
            head, role, stems[definition.name] = concept
            groups[head, role][definition.name].append(definition)
    found = (_finding(context, key, names, stems) for key, names in groups.items() if len(names) > 1)
    return [finding for finding in found if finding is not None]


def _joined_words(context: Context) -> frozenset[str]:
    """The words that modules spell as one, such as `websocket`, and classes perhaps as two."""
    return frozenset(word for module in context.code.modules for word in re.split(r"[._]", module))


def _concept(name: str, joined: frozenset[str]) -> tuple[str, str, frozenset[str]] | None:
    """The head of a name, its role, and all its words that say what it is about."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if len(words) < 2 or not _ROLES.fullmatch(words[-1]):
        return None
    stem = [word for word in words[:-1] if not _QUALIFIERS.fullmatch(word)]
    if not stem:
        return None
    if "".join(stem[:2]) in joined:
        stem[:2] = ["".join(stem[:2])]
    return stem[0], words[-1], frozenset(stem)


def _finding(
    context: Context, key: tuple[str, str], names: dict[str, list[Definition]], stems: dict[str, frozenset[str]]
) -> Finding | None:
    head, role = key
    strength: dict[str, float] = {}
    for one, other in combinations(names, 2):
        both = _strength(stems[one], stems[other], role)
        strength[one], strength[other] = (max(both, strength.get(name, 0.0)) for name in (one, other))
    rivals = [name for name, value in strength.items() if value]
    if not rivals:
        return None
    places, _, _ = choose([context.place(definition) for name in rivals for definition in names[name]])
    if sum(1 for place in places if place.users) < 2:
        return None
    users = {name: sum(place.users for place in places if place.name == name) for name in rivals}
    most = max(users, key=lambda name: users[name])
    weight = sum(strength[name] * (count + 1) for name, count in users.items() if name != most)
    reason = f"{len(rivals)} names for a {role} of `{head}`: whether they mean one thing, a person decides"
    return Finding(Kind.CONCEPT, f"{head} … {role}", places, False, reason, weight)


def _strength(one: frozenset[str], other: frozenset[str], role: str) -> float:
    if one == other:
        return _SAME
    if one < other or other < one:
        return _PART
    return _HEAD if role == "factory" else 0.0
