"""`codemods demo`: the main job on a small repository, from preview to rollback."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder", metavar="FOLDER", help="Where to build the repository.", show_default="a temporary folder"
        ),
    ] = None,
    only_build: Annotated[
        bool, typer.Option("--only-build", help="Build the repository and stop: to try things by hand.")
    ] = False,
) -> int:
    """Build a small git repository and carry a plan out on it: preview, apply, status, rollback. Needs only git.

    Example: codemods demo
    """
    from codemods.demo import run_demo

    run_demo(folder, None if only_build else context.obj)
    return 0
