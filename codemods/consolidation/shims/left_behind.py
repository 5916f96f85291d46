"""What is left at the path of a module that has moved, or why nothing can be left there."""

from __future__ import annotations

from msgspec import Struct


class LeftBehind(Struct, frozen=True):
    """The whole new text of the old module; equal to the text that stands there where nothing is to be done.

    It has the newlines of the old text, and is meant to be written as UTF-8 without a byte order mark. `stub` is the
    text of the `.pyi` file beside it, for where there is one. `notes` tell what a reader should know, as
    `path:line: what`.
    """

    text: str
    stub: str
    notes: tuple[str, ...] = ()


class Refused(Struct, frozen=True):
    """Nothing can be left there that keeps the users of the old module working. `reasons` are `path:line: why`, and
    what to do next."""

    reasons: tuple[str, ...]


class Forward(Struct, frozen=True):
    """A name of the old module and where it is now: a name of `module`, or the module itself without an `attribute`.

    `is_own` says that the old module defined it, rather than imported it. `is_typing` that it is there for type
    checkers only.
    """

    name: str
    module: str
    attribute: str | None
    is_own: bool = True
    is_typing: bool = False

    @property
    def target(self) -> str:
        """As it is written in the shim: `module:name`, or `module`."""
        return self.module if self.attribute is None else f"{self.module}:{self.attribute}"

    @property
    def dotted(self) -> str:
        """Its full name."""
        return self.target.replace(":", ".")
