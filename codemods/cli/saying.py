"""What verbs print without a console: text, JSON, Markdown, messages of errors."""

from __future__ import annotations

import typer

from codemods.model import visible


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print `text`, with controls and invisible letters spelled out: it may hold what others have written."""
    typer.echo(visible(text), err=err, nl=nl)
