"""The texts of files for a survey, and what has been found out about them before."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

from codemods.engine.facts import known
from codemods.limits import beyond
from codemods.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from codemods.engine.facts import Facts

Fact = TypeVar("Fact")

_ROOM = 256 * 1024 * 1024  # letters


class Texts(Struct):
    """The texts of files, read as Latin-1: one letter per byte, whatever the encoding, so that nothing fails to
    decode and names are found. Most are read several times: they are kept up to a limit. `skipped` files are empty.
    """

    read: Callable[[str], bytes]
    facts: Facts | None = None
    skipped: dict[str, Skipped] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    room: int = _ROOM

    def __call__(self, path: str) -> str:
        """The text of a file."""
        text = self.held.get(path)
        if text is None:
            try:
                content = self.read(path)
                reason = "it holds NUL bytes" if b"\0" in content else beyond(content)
            except OSError as error:
                content, reason = b"", f"cannot be read: {error.strerror or error}"
            if reason:
                self.skip(path, reason)
            text = "" if reason else content.decode("latin-1")
            if len(text) <= self.room:
                self.room -= len(text)
                self.held[path] = text
        return text

    def skip(self, path: str, reason: str) -> None:
        """List a file as skipped; from now on it is empty."""
        self.skipped[path] = Skipped(path, reason)
        self.held[path] = ""

    def recalled(self, kind: str, path: str, rest: Hashable, find: Callable[[], Fact]) -> Fact:
        """What `find` finds out of the text of a file and of `rest`, or has found out before."""
        return known(self.facts, (kind, path, rest), find, lambda _: path not in self.skipped)
