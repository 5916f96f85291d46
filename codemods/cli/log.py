"""`codemods log`: what was done here, read from the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codemods.cli import completing
from codemods.cli.inputs import AsJson, RepositoryFolder, open_journal, open_repository
from codemods.cli.saying import say


def log(
    operation: Annotated[
        str | None,
        typer.Argument(
            help="An operation: show what it did, with the evidence.",
            metavar="[ID]",
            show_default="all of them",
            autocompletion=completing.operations,
        ),
    ] = None,
    repo: RepositoryFolder = Path(),
    unit: Annotated[
        str | None,
        typer.Option("--unit", help="Of the operation, only this unit.", autocompletion=completing.units_of_operation),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Show the operations on this repository, newest first, or one of them with its diffs and validations.

    Example: codemods log

    Exit status: 0, or 2 error.
    """
    from codemods.engine.history import all_operations, details, plans_here
    from codemods.journal import holder_of
    from codemods.report.console import console
    from codemods.report.history import show_details, show_operations

    repository = open_repository(repo)
    journal = open_journal(repository)
    if operation is None:
        operations = all_operations(journal)
        if as_json:
            from codemods.report.to_json import operations_json

            say(operations_json(operations))
        else:
            if holder := holder_of(journal.folder):
                console().print(f"At work now: {holder}.")
            show_operations(console(), operations, () if operations else plans_here(repository))
        return 0
    found = details(repository, journal, operation, unit)
    if as_json:
        from codemods.report.to_json import operation_json

        say(operation_json(found))
    else:
        from codemods.cli.paging import paged

        with paged(repository) as out:
            show_details(out, found)
    return 0
