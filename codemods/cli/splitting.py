"""The part of `apply --split`: a run for each branch, and the texts of their pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from codemods.cli.saying import say
from codemods.errors import CodemodsError
from codemods.model import printable

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.engine.apply import ApplyOptions
    from codemods.engine.progress import RunReport
    from codemods.engine.splitting.groups import Group
    from codemods.engine.splitting.split import Splitting
    from codemods.journal import Journal
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository

SplitBy = Annotated[
    str | None,
    typer.Option(
        "--split",
        help="Make a branch for each set of `owners` (of CODEOWNERS), for each `folder`, or `folder:DEPTH`, with a "
        "text for its pull request.",
        metavar="BY",
        show_default=False,
    ),
]
MaxOpen = Annotated[
    int | None,
    typer.Option("--max-open", min=1, help="How many branches of a split may wait to be merged.", show_default="all"),
]


def require_split(split: str | None, max_open: int | None) -> None:
    """Raise CodemodsError where a number is given of branches that nobody has asked for."""
    if max_open is not None and split is None:
        raise CodemodsError(
            "--max-open is about the branches of --split.", hint="Say `--split owners`, or leave it out."
        )


def apply_split(
    loaded: LoadedPlan,
    repository: Repository,
    journal: Journal,
    by: str,
    max_open: int | None,
    options: ApplyOptions,
    *,
    as_json: bool,
    again: str,
) -> int:
    """Carry a plan out in branches, and tell of them; the exit status."""
    from codemods.engine.apply import apply as carry_out
    from codemods.engine.splitting.split import split
    from codemods.journal import Lock
    from codemods.report.console import console
    from codemods.report.progress_lines import RunProgress
    from codemods.report.split import show_split, split_json

    def run(group: Group, branch: str, own: ApplyOptions) -> RunReport:
        out = console(stderr=as_json)
        out.print(f"\n{printable(group.name)}, on {branch}: {len(group.units)} unit(s)", style="bold")
        with RunProgress(out) as progress:
            return carry_out(loaded, repository, journal, progress.notify, own)

    with Lock(journal.folder, journal.clock):
        done = split(loaded, repository, journal, by, max_open, options, run)
        texts = _texts(loaded, repository, journal, done)
    told = {name: str(file) for name, file in texts.items()}
    if as_json:
        say(split_json(done, told))
    else:
        show_split(console(), done, told, again)
    if done.is_interrupted:
        return 130
    return 0 if done.is_complete else 1


def _texts(loaded: LoadedPlan, repository: Repository, journal: Journal, done: Splitting) -> dict[str, Path]:
    """The texts of pull requests, written to files in the git directory; by branch, for all that are open."""
    from codemods.engine.choosing.choice import Choice, preview_with
    from codemods.engine.progress import UnitState
    from codemods.engine.splitting.standing import commits_on, origins
    from codemods.journal import replay
    from codemods.report.pull_request import Landed, PullRequest, pull_request

    runs = {branch.name: branch.report for branch in done.branches if branch.is_there}
    names = dict.fromkeys((*runs, *done.open))
    if not names:
        return {}
    shown, events = preview_with(loaded, repository, Choice()), journal.events()
    operations, known = replay(events), origins(events, done.plan)
    files = {}
    for name in (name for name in names if name in known):
        commits = commits_on(repository, done.plan, f"refs/heads/{name}")
        landed = tuple(
            Landed(phase, commit.sha, run, repository.changed_paths(commit.sha))
            for (phase, _), (commit, run) in commits.items()
        )
        made_by = dict.fromkeys(one.run for one in landed)
        validations = tuple(v for run in made_by if run in operations for v in operations[run].validations)
        rejected = runs[name].in_state(UnitState.REJECTED) if name in runs else ()
        # One that was made by an earlier call begins where the base was then.
        start = next((commit.parent for commit, _ in commits.values() if commit.parent), done.head)
        request = PullRequest(known[name].group, done.base, start, shown, landed, validations, rejected)
        files[name] = journal.folder / "pull-requests" / f"{name}.md"
        files[name].parent.mkdir(parents=True, exist_ok=True)
        files[name].write_text(pull_request(request), encoding="utf-8")
    return files
