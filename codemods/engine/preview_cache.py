"""What a preview has found out, kept for the next one: the whole of it, as long as nothing changes, and facts about
files for when some do.

It lies in the git directory of the work tree, and may be deleted at any time. What is taken from it is what would be
found out again: the plan, our own code, the files and what git says of them are the same.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.cache import Cache
from codemods.engine.bounded import is_lasting
from codemods.engine.facts import Facts, Stamp, key_of, unchanged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.engine.facts import Asked, Fact
    from codemods.engine.shown import Preview
    from codemods.engine.sources import Sources
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository

VARIABLE = "CODEMODS_CACHE"  # "off" switches it off
_FOLDER = "codemods/cache"
# What previews and facts consist of: values that do nothing when they are made.
_MODULES = frozenset(
    {
        "codemods.engine.facts",
        "codemods.engine.preview_cache",
        "codemods.engine.scan",
        "codemods.engine.shown",
        "codemods.index.definitions",
        "codemods.index.names",
        "codemods.index.summary",
        "codemods.model",
        "codemods.plan.consolidation",
        "codemods.plan.rewrites",
        "codemods.plan.schema",
        "codemods.plan.types",
        "codemods.plan.validations",
    }
)


@dataclass(frozen=True, slots=True)
class Whole:
    """A preview, without its plan, by what it depends on, with the stamps of the files that were read for it."""

    key: str
    stamps: Mapping[str, Stamp | None]
    shown: Preview


@dataclass(frozen=True, slots=True)
class Parts:
    """The facts that a preview has found out, and the stamps of the files that they are about."""

    stamps: Mapping[str, Stamp | None]
    facts: Mapping[Fact, object]
    lists: Mapping[str, Asked]


class PreviewCache:
    """The cache of the previews of one plan in one work tree."""

    def __init__(self, repository: Repository, loaded: LoadedPlan, sources: Sources) -> None:
        self._cache = Cache(repository.git_dir / _FOLDER, _MODULES)
        self._root = repository.root
        self._sources = sources
        self._loaded = loaded
        self._name = loaded.plan.name
        self._key = key_of(
            loaded.digest,
            loaded.plan.non_python,
            loaded.where,
            sources.paths,
            sorted(sources.fixed.items()),
            sorted(sources.blobs.items()),
        )

    def whole(self) -> Preview | None:
        """The preview as it was, where nothing has changed since."""
        known = self._cache.find(f"whole {self._name}")
        if not isinstance(known, Whole) or known.key != self._key:
            return None
        same = unchanged(self._root, self._sources.read, known.stamps, known.stamps)
        if len(same) < len(known.stamps):
            return None
        return replace(known.shown, loaded=self._loaded)

    def facts(self) -> Facts:
        """What is known about files that have not changed since."""
        facts = Facts(self._root, self._sources.read, look=self._sources.look, place=key_of(self._sources.paths))
        known = self._cache.find(f"parts {self._name}")
        if isinstance(known, Parts):
            facts.known, facts.known_lists = known.facts, known.lists
            facts.before = unchanged(self._root, self._sources.read, known.stamps, self._sources.paths)
        return facts

    def keep(self, shown: Preview, facts: Facts) -> None:
        """Keep a preview, and the facts that were found out for it."""
        if not facts.is_steady:
            return
        stamps = {path: stamp for path, stamp in facts.stamps.items() if stamp is not None}
        found = {fact: value for fact, value in facts.found.items() if fact[1] in stamps}
        self._cache.keep(f"parts {self._name}", Parts(stamps, found, facts.lists))
        if len(stamps) == len(facts.stamps) and _is_lasting(shown):
            self._cache.keep(f"whole {self._name}", Whole(self._key, stamps, replace(shown, loaded=None)))  # type: ignore[arg-type]  # it is put back


def tidy(repository: Repository) -> None:
    """Remove what a killed preview has left half written."""
    Cache(repository.git_dir / _FOLDER).remove_left()


def is_on() -> bool:
    """Whether the cache may be used, as the environment says."""
    return os.environ.get(VARIABLE, "").lower() not in ("off", "0", "no", "false")


def _is_lasting(shown: Preview) -> bool:
    """Whether a preview is due to the files alone."""
    outcomes = (outcome for phase in shown.phases for outcome in phase.outcomes)
    return not shown.evidence and all(is_lasting(outcome) for outcome in (*outcomes, *shown.skipped))
