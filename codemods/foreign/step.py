"""What a plan asks of a foreign codemod, and what came of it for one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ForeignStep:
    """A codemod that the team has.

    `target` is `package.module:CommandClass` for LibCST, `path.py:function` (from the repository's root) for Bowler;
    `args` are its arguments by name, of the kinds that JSON knows.
    """

    kind: Literal["libcst", "bowler"]
    target: str
    args: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """`warnings` are the codemod's own; `output` is all that was printed meanwhile, to stdout and stderr."""

    warnings: tuple[str, ...] = ()
    output: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten(_Told):
    """The codemod made another text of the file."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Untouched(_Told):
    """The codemod found nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped(_Told):
    """The codemod did not want the file, for this reason."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(_Told):
    """The codemod failed on the file: a sentence or two, and the complete traceback where there is one."""

    reason: str
    traceback: str = ""


Ran = Rewritten | Untouched | Skipped | Failed
RESULTS = (Rewritten, Untouched, Skipped, Failed)
