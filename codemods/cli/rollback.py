"""`codemods rollback`: take committed units back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codemods.cli.inputs import AsJson, PlanFile, RepositoryFolder, open_journal, open_repository, read_plan


def rollback(
    plan: PlanFile,
    repo: RepositoryFolder = Path(),
    file: Annotated[
        str | None, typer.Option("--file", help="Take back this file, as a path in the repository.")
    ] = None,
    phase: Annotated[str | None, typer.Option("--phase", help="Take back this phase.")] = None,
    run: Annotated[str | None, typer.Option("--run", help="Take back this run.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Take back all that the plan has committed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be taken back, and stop.")] = False,
    as_json: AsJson = False,
) -> int:
    """Take back what a plan has committed on this branch, by revert commits, newest first.

    Stops, with nothing touched and the files named, where later edits to the same lines stand in the way.

    Example: codemods rollback migration.yaml --phase P1 --dry-run

    Exit status: 0 taken back, 2 error or conflict.
    """
    from codemods.engine import rollback as engine
    from codemods.engine.recovery import recover
    from codemods.engine.rollback_order import require_order
    from codemods.errors import CodemodsError
    from codemods.journal import Lock
    from codemods.report.terminal import console, show_steps
    from codemods.report.to_json import rollback_json

    if not (file or phase or run or everything):
        hint = "Give --file, --phase, --run or --all; add --dry-run to see what it would do."
        raise CodemodsError("What is to be taken back?", hint=hint)
    loaded, repository = read_plan(plan), open_repository(repo)
    journal = open_journal(repository)
    name = loaded.plan.name
    selection = engine.Selection(file, phase, run, everything)
    out = console(stderr=as_json)
    commits: tuple[str, ...] = ()
    with Lock(journal.folder, journal.clock):
        if not dry_run:
            recover(repository, journal)
            repository.require_clean()
        chosen = engine.select(repository, name, selection)
        require_order(repository, name, chosen)
        steps = engine.plan_rollback(repository, chosen)
        show_steps(out, steps, dry_run=dry_run)
        if not dry_run:
            commits = engine.rollback(repository, journal, name, steps, lambda _: None)
            out.print(f"Took back {len(steps)} commit(s) by {len(commits)} revert commit(s).")
    if as_json:
        typer.echo(rollback_json(steps, commits))
    return 0
