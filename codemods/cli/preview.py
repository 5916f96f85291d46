"""`codemods preview`: what a plan would change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codemods.cli.inputs import (
    AsJson,
    ExecutorName,
    Jobs,
    NonPython,
    PlanFile,
    RepositoryFolder,
    Trust,
    open_repository,
    read_plan,
    require_trust,
)
from codemods.cli.saying import say


def preview(
    plan: PlanFile,
    repo: RepositoryFolder = Path(),
    as_json: AsJson = False,
    non_python: NonPython = False,
    trust: Trust = False,
    summary: Annotated[bool, typer.Option("--summary", help="Leave the diffs out.")] = False,
    jobs: Jobs = 1,
    executor: ExecutorName = None,
) -> int:
    """Show what a plan would change, as diffs, and what it would leave and why. Writes nothing.

    Runs nothing, but for the codemods that a plan names: those it asks about first, unless you say --trust.

    Example: codemods preview migration.yaml --summary

    Exit status: 0 nothing to do, 1 there are changes, 2 error.
    """
    loaded, repository = read_plan(plan, non_python=non_python), open_repository(repo)
    from codemods.engine.preview_repository import preview_of
    from codemods.executors.opening import open_analysis

    loaded = require_trust(loaded, repository, trust=trust)
    with open_analysis(executor, jobs) as crew:
        shown = preview_of(loaded, repository, crew=crew)
    if as_json:
        from codemods.report.to_json import preview_json

        say(preview_json(shown))
    else:
        from codemods.report.screen import console
        from codemods.report.terminal import show_preview

        show_preview(console(), shown, diffs=not summary)
    return 1 if shown.units else 0
