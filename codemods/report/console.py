"""What is printed on: a terminal by way of Rich, a pipe or a file without it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

from codemods.report.out import Plain

if TYPE_CHECKING:
    from codemods.report.out import Out


def console(*, stderr: bool = False) -> Out:
    """Where a report goes that stdout gets, or stderr."""
    if not is_terminal(sys.stderr if stderr else sys.stdout):
        return Plain(stderr=stderr)
    from codemods.report.screen import Screen  # it takes a while to load

    return Screen(stderr=stderr)


def is_terminal(stream: TextIO) -> bool:
    """Whether a terminal shows what is written to `stream`, or the environment says that one does."""
    told = os.environ.get("TTY_COMPATIBLE")
    if told in ("0", "1"):
        return told == "1"
    forced = os.environ.get("FORCE_COLOR")
    return stream.isatty() if forced is None else forced != ""
