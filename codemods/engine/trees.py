"""Trees of files that have been parsed once and will be looked at again, as far as memory allows."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from codemods.transforms.view import Parsed

_SIZE = 2_000_000  # bytes of source; their trees take some twenty times as much


class Trees(Struct):
    """Parsed files by path. The first ones are kept, since they are asked for in the same order."""

    kept: dict[str, Parsed] = field(default_factory=dict)
    size: int = 0

    def keep(self, path: str, parsed: Parsed) -> None:
        """Keep what `path` was parsed to, if there is room."""
        if path not in self.kept and self.size + parsed.size <= _SIZE:
            self.kept[path] = parsed
            self.size += parsed.size

    def of(self, path: str, source: bytes) -> Parsed | None:
        """What `path` was parsed to, if that was `source`."""
        parsed = self.kept.get(path)
        return parsed if parsed is not None and parsed.source == source else None

    def drop(self, path: str) -> None:
        """Let go of one that nobody will ask for again."""
        if (parsed := self.kept.pop(path, None)) is not None:
            self.size -= parsed.size


@lru_cache(maxsize=1)
def trees_for(words: frozenset[str]) -> Trees:  # noqa: ARG001 - it is what they are found by
    """The trees of files looked at for `words` that this process keeps for another one, which asks for them again."""
    return Trees()
