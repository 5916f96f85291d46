"""`codemods apply`: carry a plan out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codemods.cli import completing
from codemods.cli.inputs import (
    AsJson,
    ExecutorName,
    Jobs,
    NonPython,
    PlanFile,
    RepositoryFolder,
    Yes,
    open_journal,
    open_repository,
    read_plan,
    require_agreement,
)
from codemods.cli.saying import say


def apply(
    plan: PlanFile,
    repo: RepositoryFolder = Path(),
    as_json: AsJson = False,
    non_python: NonPython = False,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch to commit to.", show_default="codemods/<plan>")
    ] = None,
    here: Annotated[bool, typer.Option("--here", help="Commit to the branch that is checked out.")] = False,
    yes: Yes = False,
    phase: Annotated[
        list[str] | None,
        typer.Option(
            "--phase",
            help="Go on to this phase, through its gate, and no further; may be given more than once.",
            autocompletion=completing.phases,
        ),
    ] = None,
    fresh_baseline: Annotated[
        bool, typer.Option("--fresh-baseline", help="Validate the unchanged tree again, whatever is known of it.")
    ] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Try changes again that an earlier run rejected.")] = False,
    retry_file: Annotated[
        list[str] | None,
        typer.Option(
            "--retry-file",
            metavar="FILE",
            help="Of what was rejected, try only this unit again; may be given more than once.",
            autocompletion=completing.rejected_units,
        ),
    ] = None,
    jobs: Jobs = 1,
    executor: ExecutorName = None,
) -> int:
    """Carry out a plan: each unit is written, validated, and committed or taken back. Run it again to go on.

    Shows what the plan runs, and asks, before its first run in a repository and whenever that has changed. --trust, of
    other verbs, is for codemods alone; --yes is for all that the list shows.

    Example: codemods apply migration.yaml

    Exit status: 0 all done, 1 something was rejected or is left, 2 error, 130 interrupted (the tree is clean).
    """
    loaded, repository = read_plan(plan, non_python=non_python), open_repository(repo)
    from codemods.engine.apply import ApplyOptions
    from codemods.engine.apply import apply as carry_out
    from codemods.engine.progress import RunEnd
    from codemods.journal import Lock
    from codemods.report.progress_lines import RunProgress
    from codemods.report.run import show_run
    from codemods.report.screen import console

    loaded = require_agreement(loaded, repository, yes=yes, branch="" if here else branch)
    journal = open_journal(repository)
    retried = tuple(retry_file or ())
    options = ApplyOptions("" if here else branch, retry, tuple(phase or ()), fresh_baseline, jobs, executor, retried)
    with Lock(journal.folder, journal.clock), RunProgress(console(stderr=as_json)) as progress:
        report = carry_out(loaded, repository, journal, progress.notify, options)
    if as_json:
        from codemods.report.to_json import run_json

        say(run_json(report))
    else:
        again = "".join(f" --phase {name}" for name in phase or ()) + (" --retry" if retry else "")
        show_run(console(), report, str(plan), again)
    if report.end is RunEnd.INTERRUPTED:
        return 130
    return 0 if report.is_complete else 1
