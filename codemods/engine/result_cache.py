"""What a command has found out about a repository, kept for the next time: the whole of it, as long as nothing changes,
and facts about files for when some do.

It lies in the git directory of the work tree, and may be deleted at any time. What is taken from it is what would be
found out again: what was asked, our own code, the files and what git says of them are the same.
"""

from __future__ import annotations

import hashlib
import os
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.cache import Cache
from codemods.engine.facts import Facts, key_of
from codemods.engine.stamps import Stamps, Watched, in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.engine.facts import Fact
    from codemods.engine.sources import Sources
    from codemods.vcs import Repository

VARIABLE = "CODEMODS_CACHE"  # "off" switches it off
_FOLDER = "codemods/cache"
_FEW = 32  # facts: those of some ten files


class Ground(Struct, frozen=True):
    """What a result depends on: all that its `key` stands for, which files there are too, and those that were read for
    it, by their stamps."""

    key: str
    stamps: Stamps


class Parts(Struct, frozen=True):
    """The facts that were found out about the files `listed`, and the stamps of those that they are about."""

    listed: bytes
    stamps: Stamps
    facts: Mapping[Fact, object]
    lists: Mapping[str, bytes | bytearray]


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
        known = frozenset((__name__, Stamps.__module__))
        self._cache = Cache(repository.git_dir / _FOLDER, known | modules)
        self._root = repository.root
        self._sources = sources
        self._watched = Watched(repository.root, sources.paths, sources.read)
        self._whole, self._parts = f"whole {name}", f"parts {shared or name}"
        self._listed = os.fsencode("\0".join(sources.paths))
        self._place = hashlib.blake2b(self._listed, digest_size=16).hexdigest()
        self._key = key_of(*asked, self._place, sorted(sources.fixed.items()), sorted(sources.blobs.items()))

    def whole(self) -> object | None:
        """The result as it was, where nothing has changed since; else None."""
        return self._cache.find(self._whole, self._is_same)

    def _is_same(self, ground: object) -> bool:
        """Whether a result on this ground would be found again."""
        if not isinstance(ground, Ground) or ground.key != self._key:
            return False
        return ground.stamps.fit(len(self._sources.paths)) and self._watched.all_same(ground.stamps)

    def facts(self) -> Facts:
        """What is known about files that have not changed since."""
        sources, known = self._sources, self._cache.find(self._parts)
        facts = Facts(self._root, sources.read, sources.paths, self._place, sources.look)
        if isinstance(known, Parts) and (placed := self._placed(known)) is not None:
            self._watched.forget_changed(placed.stamps)
            facts.recall(placed.stamps, placed.facts, placed.lists)
        return facts

    def _placed(self, known: Parts) -> Parts | None:
        """`known` with the files that there are now, in their order; None where it does not fit together."""
        if known.listed != self._listed:
            numbers = {path: number for number, path in enumerate(os.fsdecode(known.listed).split("\0"))}
            order = [numbers.get(path, len(known.stamps.by)) for path in self._sources.paths]
            lists = {what: in_order(answers, order) for what, answers in known.lists.items()}
            known = Parts(self._listed, known.stamps.in_order(order), known.facts, lists)
        count = len(self._sources.paths)
        fit = known.stamps.fit(count) and all(len(answers) == count for answers in known.lists.values())
        return known if fit else None

    def keep(self, facts: Facts, result: object | None) -> None:
        """Keep the facts that were found out, and the result, unless it is None: due to more than the files."""
        if not facts.is_steady:
            return
        stamps = facts.noted()
        if _are_many(facts):
            self._cache.keep(self._parts, Parts(self._listed, stamps, facts.lasting(), facts.lists))
        if result is not None and not facts.unread:
            self._cache.keep(self._whole, result, Ground(self._key, stamps))


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
