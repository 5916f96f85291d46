"""What breaks a rule of a plan, and what it is known by when the code around it moves."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from msgspec import Struct

from codemods.model import printable

TOP = "<module>"  # the scope of what stands in no function or class


class Kind(str, Enum):
    """What a violation is."""

    IMPORT = "import"  # of an old, deleted or forbidden module or symbol
    USE = "use"  # of its name, or of a chain of names that leads there
    STRING = "string"  # that names it: patch("old.f"), import_module("old")
    MODULE = "module"  # that must not exist
    SYMBOL = "symbol"  # that must not be defined
    CLASS = "class"  # that must not be defined, or not here
    SHIM = "shim"  # a definition in an old module that is to forward only
    FILE = "file"  # that must not exist
    UNCLEAR = "unclear"  # may be a reference: the code does not prove it
    INDIRECT = "indirect"  # taken from a module that takes it from the old place


_TOLD = (Kind.UNCLEAR, Kind.INDIRECT)


class Identity(NamedTuple):
    """What a violation is known by: no line, no number. `scope` is the function or class that it stands in."""

    path: str
    kind: str
    target: str
    scope: str


class Violation(Struct, frozen=True, order=True):
    """One place that breaks a rule. `line` and `column` count from 1; `message` says what it is, and what to use."""

    path: str
    line: int
    column: int
    kind: Kind
    target: str
    scope: str
    message: str

    @property
    def identity(self) -> Identity:
        """What it is known by in a baseline."""
        return Identity(printable(self.path), self.kind.value, printable(self.target), self.scope)

    @property
    def fails(self) -> bool:
        """Whether it breaks a rule for certain; else it is told."""
        return self.kind not in _TOLD
