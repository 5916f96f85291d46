"""What a plan asks of a foreign codemod, and what came of it for one file."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class ForeignStep(Struct, frozen=True):
    """A codemod that the team has.

    `target` is `package.module:CommandClass` for LibCST, `path.py:function` (from the repository's root) for Bowler;
    `args` are its arguments by name, of the kinds that JSON knows.
    """

    kind: Literal["libcst", "bowler"]
    target: str
    args: tuple[tuple[str, object], ...] = ()


class _Told(Struct, frozen=True, kw_only=True):
    """`warnings` are the codemod's own; `output` is all that was printed meanwhile, to stdout and stderr."""

    warnings: tuple[str, ...] = ()
    output: str = ""


class Rewritten(_Told, frozen=True, kw_only=True):
    """The codemod made another text of the file."""

    text: str


class Untouched(_Told, frozen=True, kw_only=True):
    """The codemod found nothing to do."""


class Skipped(_Told, frozen=True, kw_only=True):
    """The codemod did not want the file, for this reason."""

    reason: str


class Failed(_Told, frozen=True, kw_only=True):
    """The codemod failed on the file: a sentence or two, and the complete traceback where there is one."""

    reason: str
    traceback: str = ""


Ran = Rewritten | Untouched | Skipped | Failed
RESULTS = (Rewritten, Untouched, Skipped, Failed)
