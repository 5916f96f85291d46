"""The files that a step which is no rule is run on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class Selection(Struct, frozen=True, kw_only=True, dict=True):
    """`files` are patterns in the style of `.gitignore`, `contains` words of which a file holds one. Empty: all."""

    files: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()

    @cached_property
    def _spec(self) -> GitIgnoreSpec | None:
        if not self.files:
            return None
        from pathspec import GitIgnoreSpec  # here, since it takes time to load

        return GitIgnoreSpec.from_lines(self.files)

    def is_for(self, path: str, content: bytes) -> bool:
        """Whether the file `path` with `content` is one of them."""
        if self._spec is not None and not self._spec.match_file(path):
            return False
        return not self.contains or any(word.encode() in content for word in self.contains)
