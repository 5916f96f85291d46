"""`codemods undo`: take one operation back, whatever it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codemods.cli import completing
from codemods.cli.inputs import AsJson, RepositoryFolder, open_journal, open_repository
from codemods.cli.rollback import DryRun
from codemods.cli.saying import say, waiting
from codemods.report.volume import is_quiet

if TYPE_CHECKING:
    from codemods.journal import Operation


def undo(
    operation: Annotated[
        str | None,
        typer.Argument(
            help="An operation of `codemods log`; the last that is no undo, without it.",
            metavar="[ID]",
            show_default=False,
            autocompletion=completing.operations,
        ),
    ] = None,
    repo: RepositoryFolder = Path(),
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    """Take one operation back: a run, a rollback, or an undo. That is an operation itself, and can be undone.

    What others have committed since stays; where it changed the same lines, nothing is touched and the files are named.

    Example: codemods undo

    Exit status: 0 undone, 2 error or conflict.
    """
    from codemods.engine.recovery import recover
    from codemods.engine.rollback.operation import carry_out
    from codemods.engine.rollback.undoing import find, way_back
    from codemods.journal import Lock
    from codemods.report.console import console
    from codemods.report.terminal import show_recovered, show_taken_back, show_way

    repository = open_repository(repo)
    journal, out = open_journal(repository), console(stderr=as_json)
    if dry_run:
        found = find(repository, journal, operation)
        way = way_back(repository, found)
        out.print(f"{_named(found)} would be undone.")
        show_way(out, way, dry_run=True)
        if as_json:
            from codemods.report.to_json import rollback_json

            say(rollback_json(way, None))
        return 0
    with Lock(journal.folder, journal.clock):
        recovered = recover(repository, journal)
        show_recovered(out, recovered)
        if operation is None and any(sentence.endswith("it was finished.") for sentence in recovered):
            # What was killed may have been this very command: to go on would undo one more.
            out.print("Nothing else was undone: run the command again for that, or name an operation.")
            return 0
        repository.require_clean()
        found = find(repository, journal, operation)
        way = way_back(repository, found)
        if not is_quiet():
            out.print(f"{_named(found)} is undone.")
        show_way(out, way, dry_run=False)
        with waiting(as_json=as_json):
            done = carry_out(repository, journal, found.plan, way, kind="undo", undoes=found.id)
        show_taken_back(out, way, done)
    if as_json:
        from codemods.report.to_json import rollback_json

        say(rollback_json(way, done))
    return 0


def _named(operation: Operation) -> str:
    what = f" {operation.selected}" if operation.selected else ""
    return f"{operation.kind}{what} {operation.id}, of {operation.plan},"
