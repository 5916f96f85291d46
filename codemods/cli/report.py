"""`codemods report`: the tracker of a migration, and reports of its runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codemods.cli import completing
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
from codemods.cli.writing import to_file, write_report
from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from codemods.engine.run_history import RunHistory


def report(
    plan: PlanFile,
    repo: RepositoryFolder = Path(),
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown: the default, unless a file is written.")
    ] = False,
    as_json: AsJson = False,
    html: Annotated[Path | None, to_file("--html", "a page about the newest run")] = None,
    junit: Annotated[Path | None, to_file("--junit", "that run as JUnit XML")] = None,
    run: Annotated[
        str,
        typer.Option(
            "--run",
            help="Another run than the newest one.",
            metavar="ID",
            show_default=False,
            autocompletion=completing.runs,
        ),
    ] = "",
    trust: Trust = False,
) -> int:
    """Print the tracker of a migration: goal, what is done and open, compliance before and now, how to roll back.

    Example: codemods report migration.yaml --markdown > TRACKER.md

    Exit status: 0 nothing is left, 1 something is, 2 error.
    """
    loaded, repository = read_plan(plan), open_repository(repo)
    from codemods.engine.run_history import compliance_points, run_history
    from codemods.engine.tracker import tracker
    from codemods.report.to_json import tracker_json
    from codemods.report.tracker import tracker_markdown

    loaded = require_trust(loaded, repository, trust=trust)
    journal = open_journal(repository)
    if run and not (html or junit):
        raise CodemodsError("--run is for --html and --junit.", hint="Name the file to write with one of them.")
    history = _required(run_history(loaded, repository, journal, run), loaded.where) if html or junit else None
    with waiting(as_json=as_json):
        result = tracker(loaded, repository, journal)
    if html is not None and history is not None:
        from codemods.report.html.run_page import run_page

        points = compliance_points(loaded, repository, history)
        write_report(html, [run_page(result, history, points).encode()])
    if junit is not None and history is not None:
        from codemods.report.junit import run_junit

        write_report(junit, [run_junit(history).encode()])
    if as_json:
        say(tracker_json(result), nl=False)
    elif markdown or history is None:
        say(tracker_markdown(result), nl=False)
    return 0 if result.status.is_complete else 1


def _required(history: RunHistory | None, where: str) -> RunHistory:
    if history is None:
        hint = f"`codemods apply {where}` makes one; `codemods preview {where} --html FILE` shows what it would do."
        raise CodemodsError("There is no run of this plan yet.", where=where, hint=hint)
    return history
