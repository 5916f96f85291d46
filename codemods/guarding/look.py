"""The first look at a file: most are done with then, long before anything has to be understood of their code."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from codemods.guarding.rules import Rules
    from codemods.index.names import ModuleNames


class Look(Struct, frozen=True, dict=True):
    """What the bytes of a file and its name tell of whether it may break one of the `rules`: cheap, and on the safe
    side."""

    rules: Rules
    names: ModuleNames

    @cached_property
    def _needles(self) -> tuple[bytes, ...]:
        return tuple(word.encode() for word in self.rules.moves.words)

    @cached_property
    def _class_names(self) -> tuple[bytes, ...]:
        return tuple(sorted(name.encode() for name in self.rules.class_names))

    @cached_property
    def _classes(self) -> re.Pattern[bytes]:
        return re.compile(rb"\bclass[\s\\]+(?:" + b"|".join(map(re.escape, self._class_names)) + rb")\b")

    @cached_property
    def _defining(self) -> frozenset[str]:
        return frozenset((*self.rules.shims, *(dotted.rpartition(".")[0] for dotted in self.rules.symbols)))

    def may_define(self, path: str, content: bytes) -> bool:
        """Whether a file may hold a definition that breaks a rule."""
        is_named = any(name in content for name in self._class_names) and self._classes.search(content) is not None
        return is_named or (bool(self._defining) and self.names.name_of(path) in self._defining)

    def may_matter(self, path: str, content: bytes) -> bool:
        """Whether a file may hold such a definition, or a reference."""
        return any(needle in content for needle in self._needles) or self.may_define(path, content)
