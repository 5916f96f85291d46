"""`codemods why`: what becomes of each reference in one file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from codemods.cli.inputs import (
    AsJson,
    NonPython,
    PlanFile,
    RepositoryFolder,
    Trust,
    open_journal,
    open_repository,
    read_plan,
    require_trust,
)
from codemods.cli.saying import say, waiting


def why(
    plan: PlanFile,
    file: Annotated[Path, typer.Argument(help="A file that git tracks.", metavar="FILE", show_default=False)],
    repo: RepositoryFolder = Path(),
    as_json: AsJson = False,
    non_python: NonPython = False,
    trust: Trust = False,
) -> int:
    """Tell for each reference in a file what was or will be done about it, and why.

    Example: codemods why migration.yaml app/routes/websocket.py

    Exit status: 0, or 2 error.
    """
    repository = open_repository(repo)
    loaded = read_plan(plan, non_python=non_python)
    from codemods.engine.why import why as explain

    loaded = require_trust(loaded, repository, trust=trust)
    with waiting(as_json=as_json):
        reasons = explain(loaded, repository, open_journal(repository), _tracked_name(repository.root, repo, file))
    if as_json:
        from codemods.report.to_json import why_json

        say(why_json(reasons))
    else:
        from codemods.report.console import console
        from codemods.report.terminal import show_why

        show_why(console(), reasons)
    return 0


def _tracked_name(root: Path, folder: Path, file: Path) -> str:
    """`file` as git names it: from the root of the repository, where it is there, or else as it was given."""
    for start in (Path(), folder, root):
        candidate = Path(os.path.abspath(start / file))  # noqa: PTH100 - `resolve` would follow the file if it is a link
        real_root = root.resolve()
        parent = candidate.parent.resolve()
        if candidate.exists() and parent.is_relative_to(real_root):
            return (parent / candidate.name).relative_to(real_root).as_posix()
    return file.as_posix()
