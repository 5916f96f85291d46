"""`codemods preview`: what a plan would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from codemods.cli.reviewing import Deselect, SaveFile, Select, save_review, selected_preview
from codemods.cli.saying import say, waiting
from codemods.cli.writing import LinkTemplate, to_file, write_report

if TYPE_CHECKING:
    from codemods.engine.shown import Preview
    from codemods.report.html.links import Links
    from codemods.vcs import Repository


def preview(
    plan: PlanFile,
    repo: RepositoryFolder = Path(),
    as_json: AsJson = False,
    non_python: NonPython = False,
    trust: Trust = False,
    summary: Annotated[bool, typer.Option("--summary", help="Leave the diffs out.")] = False,
    html: Annotated[Path | None, to_file("--html", "a page to review it in")] = None,
    sarif: Annotated[Path | None, to_file("--sarif", "all references, for code hosts,")] = None,
    patch: Annotated[Path | None, to_file("--patch", "the commits, for `git am` and `git apply`,")] = None,
    save: SaveFile = None,
    select: Select = None,
    deselect: Deselect = None,
    link: LinkTemplate = "",
    jobs: Jobs = 1,
    executor: ExecutorName = None,
) -> int:
    """Show what a plan would change, as diffs, and what it would leave and why. Changes nothing.

    What it finds out is kept in the git directory for the next time, unless CODEMODS_CACHE=off is in the environment.

    Runs nothing, but for the codemods that a plan names: those it asks about first, unless you say --trust.

    With --html, --sarif, --patch or --save, only the summary is printed.

    Example: codemods preview migration.yaml --summary

    Exit status: 0 nothing to do, 1 there are changes, 2 error.
    """
    loaded, repository = read_plan(plan, non_python=non_python), open_repository(repo)
    from codemods.executors.opening import open_analysis
    from codemods.report.html.links import Links

    links = Links.of(link)
    loaded = require_trust(loaded, repository, trust=trust)
    with open_analysis(executor, jobs) as crew, waiting(as_json=as_json):
        shown = selected_preview(loaded, repository, crew, select or [], deselect or [])
    if html is not None:
        _write_html(html, shown, repository, links)
    if sarif is not None:
        from codemods.report.sarif import preview_sarif

        write_report(sarif, [preview_sarif(shown).encode()])
    if patch is not None:
        _write_patch(patch, shown, repository)
    if save is not None:
        save_review(save, shown, repository, plan, select or [], deselect or [])
    _say(shown, repository, as_json=as_json, diffs=not (summary or html or sarif or patch or save))
    return 1 if shown.units else 0


def _say(shown: Preview, repository: Repository, *, as_json: bool, diffs: bool) -> None:
    if as_json:
        from codemods.report.to_json import preview_json

        say(preview_json(shown))
    else:
        from codemods.cli.paging import paged
        from codemods.report.terminal import show_preview

        with paged(repository) as out:
            show_preview(out, shown, diffs=diffs)


def _write_html(file: Path, shown: Preview, repository: Repository, links: Links) -> None:
    from codemods.report.html.preview_page import preview_page

    place = f"{repository.branch() or 'a detached HEAD'} at {(repository.head() or 'no commit')[:12]}"
    write_report(file, [preview_page(shown, place, links.at(repository.root)).encode()])


def _write_patch(file: Path, shown: Preview, repository: Repository) -> None:
    from codemods.engine.stored import stored
    from codemods.report.patch import format_patch

    if shown.units:
        write_report(file, format_patch(shown, repository.identity("AUTHOR"), stored(repository, shown)))
        say(
            f"`git am {file}` makes {len(shown.units)} commit(s) of it, `git apply {file}` the changes alone.", err=True
        )
    else:
        write_report(file, [])
