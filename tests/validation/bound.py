"""A validation in a folder that the test itself changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.validation.base import Result, Scope, Still, Validation

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class Bound:
    """`validation` in the folder `root`; the paths are those that the change concerns."""

    validation: Validation
    root: Path

    def require(self) -> None:
        self.validation.require(Still(self.root))

    def baseline(self, paths: tuple[str, ...] = ()) -> None:
        self.validation.baseline(Still(self.root), Scope(paths))

    def run(self, paths: tuple[str, ...] = ()) -> Result:
        return self.validation.run(Still(self.root), Scope(paths))
