"""Reports that verbs write to files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codemods.cli.saying import note
from codemods.errors import CodemodsError
from codemods.model import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

LinkTemplate = Annotated[
    str,
    typer.Option(
        "--link",
        help="What the places in a page lead to, such as vscode://file/{path}:{line}; {file} is the path in the "
        "repository.",
        metavar="TEMPLATE",
        show_default="nothing",
    ),
]


def to_file(option: str, what: str) -> object:
    """The option that names a file to write `what` to."""
    return typer.Option(option, help=f"Write {what} to this file.", metavar="FILE", show_default=False)


def write_report(path: Path, content: Iterable[bytes]) -> None:
    """Write the file `path` and say so. Nothing is written where making the content fails.

    Raises CodemodsError where it cannot be written.
    """
    made = b"".join(content)
    try:
        path.write_bytes(made)
    except OSError as error:
        what = f"It cannot be written: {error.strerror or error}."
        raise CodemodsError(what, where=printable(str(path)), hint="Name a file in a folder that is there.") from error
    note(f"Wrote {printable(str(path))} ({len(made):,} bytes).")
