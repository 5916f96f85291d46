"""A validation in a folder that the test itself changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemods.validation.base import Ground, Result, Scope, Still, Validation
from tests.conftest import write_files

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


@dataclass(slots=True)
class Changing:
    """A ground whose files are those of `before`, or with the change those of `after`. `shown`: what it showed."""

    root: Path
    before: dict[str, str]
    after: dict[str, str]
    log: Path | None = None
    changed: bool = False
    shown: list[bool] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def show(self, *, changed: bool) -> None:
        for path in self.after.keys() - self.before.keys():
            (self.root / path).unlink(missing_ok=True)
        write_files(self.root, {**self.before, **self.after} if changed else self.before)
        self.changed = changed
        self.shown.append(changed)


@dataclass(slots=True)
class Trial:
    """`validation` over a tree and its change, in a folder."""

    validation: Validation
    ground: Ground

    def judge(self, scope: Scope | None = None) -> Result:
        """The verdict with the change, after a baseline without it."""
        scope = scope or Scope()
        self.ground.show(changed=False)
        self.validation.baseline(self.ground, scope)
        self.ground.show(changed=True)
        return self.validation.run(self.ground, scope)
