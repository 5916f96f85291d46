"""`codemods report`: the tracker of a migration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codemods.cli.inputs import (
    AsJson,
    PlanFile,
    RepositoryFolder,
    Trust,
    open_journal,
    open_repository,
    read_plan,
    require_trust,
)
from codemods.cli.saying import say


def report(
    plan: PlanFile,
    repo: RepositoryFolder = Path(),
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown (the default).")] = True,
    as_json: AsJson = False,
    trust: Trust = False,
) -> int:
    """Print the tracker of a migration: goal, what is done and open, compliance before and now, how to roll back.

    Example: codemods report migration.yaml --markdown > TRACKER.md

    Exit status: 0 nothing is left, 1 something is, 2 error.
    """
    loaded, repository = read_plan(plan), open_repository(repo)
    from codemods.engine.tracker import tracker
    from codemods.report.to_json import tracker_json
    from codemods.report.tracker import tracker_markdown

    loaded = require_trust(loaded, repository, trust=trust)
    result = tracker(loaded, repository, open_journal(repository))
    say(tracker_json(result) if as_json or not markdown else tracker_markdown(result), nl=False)
    return 0 if result.status.is_complete else 1
