"""What a command has found out about a repository, kept for the next time: the whole of it, as long as nothing changes,
and facts about files for when some do.

It lies in the git directory of the work tree, and may be deleted at any time. What is taken from it is what would be
found out again: what was asked, our own code, the files and what git says of them are the same.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from codemods.cache import Cache
from codemods.engine.facts import Facts, Stamp, key_of, unchanged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.engine.facts import Asked, Fact
    from codemods.engine.sources import Sources
    from codemods.vcs import Repository

VARIABLE = "CODEMODS_CACHE"  # "off" switches it off
_FOLDER = "codemods/cache"
_FEW = 32  # facts: those of some ten files


@dataclass(frozen=True, slots=True)
class Whole:
    """A result by what it depends on, with the stamps of the files that were read for it."""

    key: str
    stamps: Mapping[str, Stamp | None]
    result: object


@dataclass(frozen=True, slots=True)
class Parts:
    """The facts that were found out, and the stamps of the files that they are about."""

    stamps: Mapping[str, Stamp | None]
    facts: Mapping[Fact, object]
    lists: Mapping[str, Asked]


class ResultCache:
    """The results for one question, called `name`, about the files of a work tree.

    `asked` is all that a result depends on besides them: values whose `repr` says all. Results and facts consist of
    what Python has built in and of values of classes in `modules`, which do nothing when they are made. Questions may
    have facts in common, kept under the name `shared`.
    """

    def __init__(
        self,
        repository: Repository,
        sources: Sources,
        name: str,
        asked: tuple[object, ...],
        modules: frozenset[str] = frozenset(),
        shared: str = "",
    ) -> None:
        known = frozenset((__name__, Facts.__module__))
        self._cache = Cache(repository.git_dir / _FOLDER, known | modules)
        self._root = repository.root
        self._sources = sources
        self._seen: dict[str, Stamp | None] = {}
        self._whole, self._parts = f"whole {name}", f"parts {shared or name}"
        self._key = key_of(*asked, sources.paths, sorted(sources.fixed.items()), sorted(sources.blobs.items()))

    def whole(self) -> object | None:
        """The result as it was, where nothing has changed since; else None."""
        known = self._cache.find(self._whole)
        if not isinstance(known, Whole) or known.key != self._key:
            return None
        same = unchanged(self._root, self._sources.read, known.stamps, known.stamps, self._seen)
        return known.result if len(same) == len(known.stamps) else None

    def facts(self) -> Facts:
        """What is known about files that have not changed since."""
        facts = Facts(self._root, self._sources.read, look=self._sources.look, place=key_of(self._sources.paths))
        known = self._cache.find(self._parts)
        if isinstance(known, Parts):
            facts.known, facts.known_lists = known.facts, known.lists
            facts.before = unchanged(self._root, self._sources.read, known.stamps, self._sources.paths, self._seen)
        return facts

    def keep(self, facts: Facts, result: object | None) -> None:
        """Keep the facts that were found out, and the result, unless it is None: due to more than the files."""
        if not facts.is_steady:
            return
        stamps = {path: stamp for path, stamp in facts.stamps.items() if stamp is not None}
        found = {fact: value for fact, value in facts.found.items() if fact[1] in stamps}
        if _are_many(facts):
            self._cache.keep(self._parts, Parts(stamps, found, facts.lists))
        if result is not None and len(stamps) == len(facts.stamps):
            self._cache.keep(self._whole, Whole(self._key, stamps, result))


def _are_many(facts: Facts) -> bool:
    """Whether more was found out than is found out again sooner than all is written."""
    if not facts.lists.keys() <= facts.known_lists.keys():
        return True
    new = (1 for fact, value in facts.found.items() if facts.known.get(fact) is not value)
    return sum(islice(new, _FEW + 1)) > _FEW


def tidy(repository: Repository) -> None:
    """Remove what a killed command has left half written."""
    Cache(repository.git_dir / _FOLDER).remove_left()


def is_on() -> bool:
    """Whether the cache may be used, as the environment says."""
    return os.environ.get(VARIABLE, "").lower() not in ("off", "0", "no", "false")
