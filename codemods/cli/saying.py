"""What verbs print without a console: text, JSON, Markdown, messages of errors; and how far they are meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from codemods.model import visible
from codemods.report.volume import is_quiet

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print `text`, with controls and invisible letters spelled out: it may hold what others have written."""
    typer.echo(visible(text), err=err, nl=nl)


def note(text: str) -> None:
    """Say on stderr what is good to know, unless --quiet was given."""
    if not is_quiet():
        say(text, err=True)


def waiting(*, as_json: bool = False) -> AbstractContextManager[None]:
    """While this lasts, stderr tells how far a verb is, once that takes longer; nothing else is printed meanwhile."""
    from codemods.report.waiting import waiting as told  # where there is something to wait for

    return told(as_json=as_json)
