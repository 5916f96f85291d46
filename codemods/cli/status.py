"""`codemods status`: how far a plan is."""

from __future__ import annotations

from pathlib import Path

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
from codemods.cli.saying import say, waiting


def status(plan: PlanFile, repo: RepositoryFolder = Path(), as_json: AsJson = False, trust: Trust = False) -> int:
    """Show what of a plan is done, rejected, blocked and left, read from git and the journal.

    Example: codemods status migration.yaml

    Exit status: 0 nothing is left, 1 something is, 2 error.
    """
    loaded, repository = read_plan(plan), open_repository(repo)
    from codemods.engine.status import status_of
    from codemods.report.console import console
    from codemods.report.terminal import show_status

    loaded = require_trust(loaded, repository, trust=trust)
    with waiting(as_json=as_json):
        result = status_of(loaded, repository, open_journal(repository))
    if as_json:
        from codemods.report.to_json import status_json

        say(status_json(result))
    else:
        show_status(console(), result)
    return 0 if result.is_complete else 1
