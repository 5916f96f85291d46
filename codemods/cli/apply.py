"""`codemods apply`: carry a plan out."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

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
from codemods.cli.reviewing import FromFile, Interactive, read_review, require_one
from codemods.cli.saying import say
from codemods.cli.splitting import MaxOpen, SplitBy, apply_split, require_split


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
    from_file: FromFile = None,
    interactive: Interactive = False,
    split: SplitBy = None,
    max_open: MaxOpen = None,
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
    on_branch = {"--branch": branch is not None, "--here": here} if split is not None else {}
    others = {"--from": from_file is not None, "--split": split is not None, **on_branch}
    require_one(as_json=False, interactive=False, others={"--branch": branch is not None, "--here": here})
    require_split(split, max_open)
    require_one(as_json=as_json, interactive=interactive, others=others)
    loaded, repository = read_plan(plan, non_python=non_python), open_repository(repo)
    from codemods.engine.apply import ApplyOptions
    from codemods.engine.apply import apply as carry_out
    from codemods.engine.progress import RunEnd
    from codemods.journal import Lock
    from codemods.report.console import console
    from codemods.report.progress_lines import RunProgress
    from codemods.report.run import show_run

    review = None if from_file is None else read_review(from_file)
    loaded = require_agreement(loaded, repository, yes=yes, branch="" if here else branch)
    journal = open_journal(repository)
    options = ApplyOptions(
        "" if here else branch,
        retry,
        tuple(phase or ()),
        fresh_baseline,
        jobs,
        executor,
        review=review,
        retried=tuple(retry_file or ()),
    )
    again = _again(
        phase or [], from_file, retry_file or [], retry=retry, non_python=non_python, interactive=interactive
    )
    if split is not None:
        more = f" --split {split}" + (f" --max-open {max_open}" if max_open is not None else "")
        command = f"codemods apply {plan}{more}{again}"
        return apply_split(loaded, repository, journal, split, max_open, options, as_json=as_json, again=command)
    with Lock(journal.folder, journal.clock), RunProgress(console(stderr=as_json)) as progress:
        if interactive:
            from codemods.cli.interviewing import Interview

            options = replace(options, ask=Interview(console(), repository, progress.paused).ask)
        report = carry_out(loaded, repository, journal, progress.notify, options)
    if as_json:
        from codemods.report.to_json import run_json

        say(run_json(report))
    else:
        show_run(console(), report, str(plan), again)
    if report.end is RunEnd.INTERRUPTED:
        return 130
    return 0 if report.is_complete else 1


def _again(
    phases: list[str],
    from_file: Path | None,
    retried: list[str],
    *,
    retry: bool,
    non_python: bool,
    interactive: bool,
) -> str:
    """The options with which the command goes on."""
    words = [word for name in phases for word in ("--phase", name)]
    words += ["--retry"] if retry else []
    words += [word for name in retried for word in ("--retry-file", name)]
    words += ["--non-python"] if non_python else []
    words += ["--interactive"] if interactive else []
    words += ["--from", str(from_file)] if from_file is not None else []
    return "".join(f" {shlex.quote(word)}" for word in words)
