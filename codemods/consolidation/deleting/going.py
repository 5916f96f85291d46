"""What a deletion takes away, and by which names others reach it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.transforms.moves import Moves, Target

if TYPE_CHECKING:
    from collections.abc import Iterable


class Going(Struct, frozen=True, dict=True):
    """The module `module`, with all in it, or its symbol `name`.

    `paths` are the files that define it; of a module they go, of a package with its `folder`. `aliases` are the names
    under which other modules hand it on, as (module, name).
    """

    module: str
    name: str | None
    paths: frozenset[str]
    folder: str = ""
    aliases: frozenset[tuple[str, str]] = frozenset()

    @property
    def dotted(self) -> str:
        """The full dotted name."""
        return f"{self.module}.{self.name}" if self.name else self.module

    @property
    def last(self) -> str:
        """The last name, which whoever refers to it spells, but for aliases."""
        return self.name or self.module.rpartition(".")[2]

    @property
    def package(self) -> str:
        """The module or package that holds it; empty for a module at the top."""
        return self.module if self.name else self.module.rpartition(".")[0]

    @cached_property
    def moves(self) -> Moves:
        """Redirects from each of its names to itself: what these find is what refers to it."""
        named = {*self.aliases, *([(self.module, self.name)] if self.name else [])}
        symbols = {(module, name): Target(module, name) for module, name in named}
        return Moves(symbols, {} if self.name else {self.module: Target(self.module, None)})

    def handed_on(self, aliases: Iterable[tuple[str, str]]) -> Going:
        """The same, handed on under `aliases` as well."""
        return replace(self, aliases=self.aliases | frozenset(aliases))

    def is_named_by(self, dotted: str) -> bool:
        """Whether `dotted` is it, or something in it."""
        return _is_in(dotted, self.dotted)

    def alias_of(self, dotted: str) -> str:
        """The alias that `dotted` is or goes through; empty where it is none."""
        full = (f"{module}.{name}" for module, name in self.aliases)
        return next((alias for alias in sorted(full) if _is_in(dotted, alias)), "")


def _is_in(dotted: str, whole: str) -> bool:
    return dotted == whole or dotted.startswith(f"{whole}.")
