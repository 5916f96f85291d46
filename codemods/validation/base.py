"""What every kind of validation offers, what it is given, and the verdict that it gives.

A validation is plain data and knows no folder: it is handed a `Ground`, so that it can run in any checkout, on any
machine.
"""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


_TAIL = 6  # lines


class Verdict(str, Enum):
    """What a validation says of a tree. Only `passed` holds."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"  # it ran, and tells nothing about the tree
    TIMED_OUT = "timed-out"
    ABORTED = "aborted"  # somebody ended it before it could tell


class Ground(Protocol):
    """The checkout that a validation runs in. It shows the tree with the change, or without it."""

    @property
    def root(self) -> Path:
        """The folder of the checkout."""

    @property
    def log(self) -> Path | None:
        """The file that programs write their output to while they run; None: nobody reads it before they end."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What programs find in their environment in this checkout; see `environment_of`."""

    def show(self, *, changed: bool) -> None:
        """Make the files what they are with the change, or what they were without it."""


def environment_of(ground: Ground, own: Mapping[str, str | None]) -> dict[str, str | None]:
    """The environment of a validation whose own it is, where it runs on `ground`, to be added to ours.

    What the ground has wins. Its PYTHONPATH comes before the validation's own, or else ours.
    """
    given = dict(ground.environment)
    path = given.pop("PYTHONPATH", "")
    return with_python_path(path, {**own, **given}) if path else {**own, **given}


def with_python_path(path: str, own: Mapping[str, str | None]) -> dict[str, str | None]:
    """The environment `own`, to be added to ours, with `path` before the PYTHONPATH that it or else ours has."""
    after = own["PYTHONPATH"] if "PYTHONPATH" in own else os.environ.get("PYTHONPATH")
    return {**own, "PYTHONPATH": f"{path}{os.pathsep}{after}" if after else path}


class Scope(Struct, frozen=True):
    """What a validation has to look at. Paths are relative to the root, with `/`.

    `paths` are the files that the change concerns. `affected` are those files and all that reach them by imports; None:
    nobody knows, so everything counts. `unreached` are tests that are known not to touch `paths`, from recorded
    coverage. `only` are the tests that newly failed: no others are of interest. `dependants` are files that import one
    of `paths`, directly or by others, nearest first and tests last.
    """

    paths: tuple[str, ...] = ()
    affected: frozenset[str] | None = None
    unreached: frozenset[str] = frozenset()
    only: tuple[str, ...] = ()
    dependants: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`all`, `affected` or `only`, for the journal."""
        if self.only:
            return "only"
        return "all" if self.affected is None else "affected"


class Result(Struct, frozen=True):
    """One validation of one candidate. `summary` is a line, `evidence` the whole output, `seconds` the time it took.

    `guilty` are the tests or modules that convict it, `flaky` those that failed at times and do not. Of `total` tests,
    `passed` have passed; both are 0 where a validation does not know tests. `last` are the last lines of what tells why
    it failed, where the evidence ends with something else; `learned` is what a validation elsewhere has to `remember`.
    """

    name: str
    verdict: Verdict
    summary: str
    evidence: str = ""
    seconds: float = 0.0
    guilty: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    passed: int = 0
    total: int = 0
    last: str = ""
    learned: object = None

    def __repr__(self) -> str:
        """All but what was learned, which is long."""
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if name != "learned")
        return f"Result({', '.join(shown)})"

    @property
    def tail(self) -> tuple[str, ...]:
        """The last lines that tell why it failed."""
        lines = (line.rstrip() for line in (self.last or self.evidence).splitlines())
        return tuple(line for line in lines if line)[-_TAIL:]

    @property
    def holds(self) -> bool:
        """Whether the unit may be committed as far as this validation goes."""
        return self.verdict is Verdict.PASSED


class Validation(Protocol):
    """A validation, ready to run. It can be pickled, with what it knows of the unchanged tree."""

    name: str

    @property
    def seconds_before(self) -> float | None:
        """How long it takes on the unchanged tree; None where nobody knows."""

    @property
    def tests_before(self) -> tuple[int, int]:
        """Those that passed on the unchanged tree, and all of them; 0 where it knows no tests."""

    @property
    def compares(self) -> bool:
        """Whether it holds where nothing is worse than on the unchanged tree."""

    def require(self, ground: Ground) -> None:
        """Raise ValidationSetupError where it cannot run at all, such as without its program. Runs nothing else."""

    def identity(self, ground: Ground) -> str:
        """What its outcome on a given tree depends on besides the tree, as a text: its program, arguments, Python."""

    def remembered(self) -> object:
        """What it knows of the unchanged tree, as JSON can hold it; None: nothing that is worth keeping."""

    def recall(self, known: object) -> None:
        """Take for known what `remembered` gave for the same tree and identity."""

    def baseline(self, ground: Ground, scope: Scope) -> None:
        """Look at the unchanged tree, before the first change to the files of `scope`; what is known is not run again.

        Raises ValidationSetupError where it could tell nothing about a change.
        """

    def run(self, ground: Ground, scope: Scope) -> Result:
        """Judge the tree with the change, which `ground` shows. It may be shown without it in between; in the end it is
        shown with it again.

        Raises ValidationSetupError where its program cannot be started any more: no verdict on the change.
        """


class Still(Struct):
    """A ground that shows the same all the time: somebody else changes it."""

    root: Path
    log: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def show(self, *, changed: bool) -> None:
        """Nothing to do."""
