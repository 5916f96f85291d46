"""`codemods rollback`: take committed units back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codemods.cli import completing
from codemods.cli.inputs import AsJson, PlanFile, RepositoryFolder, open_journal, open_repository, read_plan
from codemods.cli.saying import say, waiting
from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.rollback.operation import TakenBack
    from codemods.engine.rollback.selection import Selection
    from codemods.engine.rollback.way import Way
    from codemods.journal import Journal
    from codemods.plan.schema import Plan
    from codemods.report.out import Out
    from codemods.vcs import Repository

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be taken back, and stop.")]


def rollback(
    plan: PlanFile,
    repo: RepositoryFolder = Path(),
    file: Annotated[
        list[str] | None,
        typer.Option(
            "--file",
            help="Take back this file, as a path in the repository; may be given more than once.",
            autocompletion=completing.committed_files,
        ),
    ] = None,
    but: Annotated[
        list[str] | None,
        typer.Option(
            "--but",
            metavar="FILE",
            help="Of all that, leave the units that change this file; may be given more than once.",
            autocompletion=completing.committed_files,
        ),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option("--unit", help="Take back this unit, as `status` names it.", autocompletion=completing.units),
    ] = None,
    phase: Annotated[
        str | None, typer.Option("--phase", help="Take back this phase.", autocompletion=completing.phases)
    ] = None,
    run: Annotated[
        str | None, typer.Option("--run", metavar="ID", help="Take back this run.", autocompletion=completing.runs)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Take back all that the plan has committed.")] = False,
    reset: Annotated[
        bool,
        typer.Option("--reset", help="Drop the commits, instead of reverting them: only where nobody has them yet."),
    ] = False,
    dry_run: DryRun = False,
    script: Annotated[
        bool, typer.Option("--script", help="Print the plain git commands that do the same, and stop.")
    ] = False,
    validate: Annotated[bool, typer.Option("--validate", help="Run the validations of the phases afterwards.")] = False,
    as_json: AsJson = False,
) -> int:
    """Take back what a plan has committed on this branch, newest first: by revert commits, or by --reset.

    Stops, with nothing touched and the files named, where later edits to the same lines stand in the way.

    Examples:
      codemods rollback migration.yaml --phase P1 --dry-run
      codemods rollback migration.yaml --file app/a.py --file app/b.py
      codemods rollback migration.yaml --all --but app/c.py

    Exit status: 0 taken back, 1 taken back, but a validation does not hold, 2 error or conflict.
    """
    if not (file or unit or phase or run or everything):
        hint = "Give --file, --unit, --phase, --run or --all; add --dry-run to see what it would do."
        raise CodemodsError("What is to be taken back?", hint=hint)
    loaded, repository = read_plan(plan), open_repository(repo)
    from codemods.engine.recovery import recover
    from codemods.engine.rollback.operation import carry_out
    from codemods.engine.rollback.script import script_of
    from codemods.engine.rollback.selection import Selection
    from codemods.journal import Lock
    from codemods.report.console import console
    from codemods.report.terminal import show_recovered, show_taken_back, show_way

    files, left = (tuple(_named(repository, loaded.plan.name, paths or [], repo)) for paths in (file, but))
    selection = Selection(files, unit, phase, run, everything, left)
    journal, name, out = open_journal(repository), loaded.plan.name, console(stderr=as_json)
    if dry_run or script:
        with waiting(as_json=as_json):
            way = _way(repository, journal, name, selection, reset=reset)
        if script:
            say(script_of(way, repository.branch()), nl=False)
        else:
            show_way(out, way, dry_run=True)
        if as_json:
            from codemods.report.to_json import rollback_json

            say(rollback_json(way, None))
        return 0
    with Lock(journal.folder, journal.clock):
        recovered = recover(repository, journal)
        show_recovered(out, recovered)
        repository.require_clean()
        try:
            with waiting(as_json=as_json):
                way = _way(repository, journal, name, selection, reset=reset)
        except CodemodsError as error:
            if recovered and error.what.startswith("There is nothing to take back"):
                out.print(error.what)
                return 0
            raise
        show_way(out, way, dry_run=False)
        if validate:
            done = _validated(loaded.plan, repository, journal, way, str(selection), out)
        else:
            with waiting(as_json=as_json):
                done = carry_out(repository, journal, name, way, selected=str(selection))
        show_taken_back(out, way, done)
    if as_json:
        from codemods.report.to_json import rollback_json

        say(rollback_json(way, done))
    return 0 if done.holds else 1


def _validated(plan: Plan, repository: Repository, journal: Journal, way: Way, selected: str, out: Out) -> TakenBack:
    # Only here, since what validates takes longer to load than all else takes.
    from codemods.engine.rollback.operation import carry_out
    from codemods.engine.rollback.validating import Check
    from codemods.report.progress_lines import RunProgress

    with RunProgress(out) as progress:
        check = Check(plan, repository, journal, progress.notify, way.acts)
        return carry_out(repository, journal, plan.name, way, selected=selected, check=check)


def _named(repository: Repository, plan: str, files: list[str], folder: Path) -> Iterator[str]:
    from codemods.cli.file_names import named
    from codemods.engine.reverting.standing import live_acts

    if not files:
        return
    shas = [act.commit.sha for act in live_acts(repository, plan) if act.commit.sha not in repository.shallow()]
    known = {change.path for changes in repository.differences(shas).values() for change in changes}
    yield from (named(file, known, repository.root, folder) for file in files)


def _way(repository: Repository, journal: Journal, plan: str, selection: Selection, *, reset: bool) -> Way:
    from codemods.engine.rollback.way import way_of

    return way_of(repository, journal, plan, selection, reset=reset)
