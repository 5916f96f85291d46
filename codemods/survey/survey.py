"""The survey of a code base: everything that is there more than once, ranked by how many files use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.survey.concepts import concepts
from codemods.survey.duplicates import duplicates
from codemods.survey.findings import Kind
from codemods.survey.forwarders import forwarders
from codemods.survey.near import near_duplicates
from codemods.survey.paths import paths

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from codemods.survey.context import Context
    from codemods.survey.findings import Finding

SEARCHES: dict[Kind, Callable[[Context], list[Finding]]] = {
    Kind.DUPLICATE: duplicates,
    Kind.NEAR: near_duplicates,
    Kind.CONCEPT: concepts,
    Kind.FORWARDER: forwarders,
    Kind.PATHS: paths,
}


def survey(context: Context, kinds: Collection[Kind] = tuple(Kind)) -> tuple[Finding, ...]:
    """All findings of `kinds`, kind by kind, those first that most files use."""
    found: list[Finding] = []
    for kind, search in SEARCHES.items():
        if kind in kinds:
            found += sorted(search(context), key=lambda finding: (-finding.weight, finding.name))
    return tuple(found)
