"""A codemod from elsewhere as a step: what it is asked for, and what it has made of a file."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

from codemods.steps.selection import Selection
from codemods.transforms.edits import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator


class ForeignStep(Selection, frozen=True):
    """A step of `rewrite:` that runs somebody's code. `target` is written as in the plan."""

    name: str
    kind: Literal["libcst", "bowler"]
    target: str
    args: tuple[tuple[str, object], ...] = ()
    timeout: float = 60


class Output(Struct, frozen=True):
    """What a codemod made of a file: another `text`, or nothing; `failed` and `skipped` say why it made none.

    `evidence` is what it told about a failure: its traceback, what it printed.
    """

    text: str | None = None
    failed: str = ""
    skipped: str = ""
    evidence: str = ""


class Wanted(LookupError):  # noqa: N818 - a request for one more output, not an error
    """The answer needs what `step` makes of `text`, the file `path`."""

    def __init__(self, step: ForeignStep, path: str, text: str) -> None:
        super().__init__(step.name, path)
        self.step = step
        self.path = path
        self.text = text


class Outputs(Protocol):
    """What codemods made of files, as far as they have been run."""

    def of(self, step: ForeignStep, path: str, text: str) -> Output:
        """What `step` makes of `text`. Raises Wanted where it has not been run on it."""


class NoOutputs:
    """The outputs of a plan without foreign codemods."""

    def of(self, step: ForeignStep, path: str, text: str) -> Output:
        """None are known."""
        raise Wanted(step, path, text)


def edits_between(before: str, after: str) -> Iterator[Edit]:
    """The edits, line by line, that make `after` of `before`."""
    old, new = before.encode().splitlines(keepends=True), after.encode().splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Edit(starts[a], starts[b], b"".join(new[c:d]))
