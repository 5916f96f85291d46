"""What several verbs take: a plan file and a repository."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from codemods.cli.saying import say, waiting
from codemods.cli.words import plans
from codemods.errors import CodemodsError
from codemods.model import printable

if TYPE_CHECKING:
    from codemods.engine.trust import Runs
    from codemods.journal import Journal
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository

PlanFile = Annotated[
    Path,
    typer.Argument(help="The plan, a YAML file.", metavar="PLAN", show_default=False, autocompletion=plans),
]
RepositoryFolder = Annotated[
    Path, typer.Option("--repo", help="A folder in the repository to work on.", metavar="FOLDER", show_default="here")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead, for programs.")]


NonPython = Annotated[
    bool,
    typer.Option("--non-python", help="Also rewrite exact dotted names in files that are not Python."),
]


Trust = Annotated[bool, typer.Option("--trust", help="Run the codemods that the plan names without asking.")]
Yes = Annotated[bool, typer.Option("--yes", help="Run what the plan names, its codemods too, without asking: for CI.")]


Jobs = Annotated[
    int,
    typer.Option(
        "--jobs", min=1, metavar="N", help="How many files, or batches of units, are worked on at a time here."
    ),
]
ExecutorName = Annotated[
    str | None,
    typer.Option(
        "--executor",
        help="A Dask cluster that does the work: dask://HOST:PORT.",
        metavar="URL",
        show_default="this machine",
    ),
]


def read_plan(path: Path, *, non_python: bool = False) -> LoadedPlan:
    """The plan in the file `path`; `non_python` says more than the plan that files outside Python are rewritten.

    Raises CodemodsError where it cannot be read, PlanError where it is wrong. A verb imports what carries the plan out
    after this: a mistake in a plan is told in a fraction of the time that loading the rest takes.
    """
    from codemods.plan.load import load_plan

    loaded = load_plan(_plan_text(path), str(path))
    if non_python:
        return replace(loaded, plan=replace(loaded.plan, non_python="rewrite"))
    return loaded


def _plan_text(path: Path) -> str:
    """The text of a plan; no more of the file is read than a plan may have."""
    from codemods.plan import limits

    hint = "Name the YAML file of the plan."
    try:
        # What is no file is told from one before it is read: a pipe would be waited for, a device has no end.
        more = (getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
        handle = os.open(path, sum(more, os.O_RDONLY))
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise CodemodsError("The plan is not a file.", where=str(path), hint=hint)
        with os.fdopen(handle, "rb") as file:
            content = file.read(limits.BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CodemodsError(f"The plan cannot be read: {reason}.", where=str(path), hint=hint) from error
    if len(content) > limits.BYTES:
        what = f"The plan has more than {limits.BYTES:,} bytes."
        raise CodemodsError(what, where=str(path), hint="Make two plans of it; patterns may stand for files.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeError as error:
        raise CodemodsError("The plan is not UTF-8 text.", where=str(path), hint="Save it as UTF-8.") from error


def require_trust(loaded: LoadedPlan, repository: Repository, *, trust: bool) -> LoadedPlan:
    """`loaded`, trusted: since it names no codemods, or its reader trusts them, now or before.

    Asks on a terminal. Raises CodemodsError where nobody trusts it.
    """
    from codemods.engine.trust import untrusted

    return _agreed(loaded, repository, agreed=trust, applying=False, refusal=lambda _: untrusted(loaded))


def require_agreement(
    loaded: LoadedPlan, repository: Repository, *, yes: bool, branch: str | None = None
) -> LoadedPlan:
    """`loaded`, to be applied to `branch`, "" where HEAD is: since it runs nothing, or its reader agrees to what it
    runs, now or before.

    Shows before its first run what it does and the list. Asks on a terminal. Raises CodemodsError where nobody agrees.
    """
    from codemods.engine.trust import not_agreed

    return _agreed(
        loaded,
        repository,
        agreed=yes,
        applying=True,
        refusal=lambda runs: not_agreed(loaded, runs),
        branch=branch,
    )


def _agreed(
    loaded: LoadedPlan,
    repository: Repository,
    *,
    agreed: bool,
    applying: bool,
    refusal: Callable[[Runs], CodemodsError],
    branch: str | None = None,
) -> LoadedPlan:
    from codemods.engine.trust import is_trusted, remember, runs_of, told

    runs = runs_of(loaded, repository.root, applying=applying)
    if not runs.lines:
        return loaded
    journal = open_journal(repository)
    if not is_trusted(runs, journal):
        if not agreed and not sys.stdin.isatty():
            raise refusal(runs)
        if applying and not agreed:
            _say_what_it_does(loaded, repository, branch)
        say(f"{printable(loaded.where)} has not been run like this in this repository before. It runs:", err=True)
        say(told(runs), err=True)
        if applying:
            say(f"What it changes: `codemods preview {printable(loaded.where)}`.", err=True)
        if not agreed and not typer.confirm("Go on?", err=True):
            raise CodemodsError("Nothing was run.", hint="Read what it runs, then run the command again.")
    for known in (runs, runs_of(loaded, repository.root, applying=False)):
        if known.lines:
            remember(known, journal)
    return replace(loaded, is_trusted=True)


def _say_what_it_does(loaded: LoadedPlan, repository: Repository, branch: str | None) -> None:
    """What somebody is about to agree to: the plan, its phases with their files, and where the commits go."""
    from codemods.engine.preview_repository import preview_of
    from codemods.engine.trust import named_code
    from codemods.report.first_run import first_run

    # Where a preview would run what is asked about, it has to wait.
    shown = None
    if not named_code(loaded.plan):
        with waiting():
            shown = preview_of(loaded, repository)
    where = branch if branch is not None else f"codemods/{loaded.plan.name}"
    say("\n".join(first_run(loaded.plan, shown, where or repository.branch() or "a detached HEAD")), err=True)


def open_repository(folder: Path) -> Repository:
    """The git repository that `folder` is in."""
    from codemods.vcs import Repository

    return Repository.discover(folder)


def open_journal(repository: Repository) -> Journal:
    """The journal of a repository."""
    from datetime import datetime, timezone

    from codemods.journal import Journal

    return Journal(repository.common_dir / "codemods", lambda: datetime.now(timezone.utc))
