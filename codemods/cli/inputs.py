"""What several verbs take: a plan file and a repository."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codemods.cli.saying import say
from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from codemods.journal import Journal
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository

PlanFile = Annotated[Path, typer.Argument(help="The plan, a YAML file.", metavar="PLAN", show_default=False)]
RepositoryFolder = Annotated[
    Path, typer.Option("--repo", help="A folder in the repository to work on.", show_default="here")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead, for programs.")]


NonPython = Annotated[
    bool,
    typer.Option("--non-python", help="Also rewrite exact dotted names in files that are not Python."),
]


Trust = Annotated[bool, typer.Option("--trust", help="Run the codemods that the plan names without asking.")]


Jobs = Annotated[int, typer.Option("--jobs", min=1, help="How much is done at a time on this machine.")]
ExecutorName = Annotated[
    str | None,
    typer.Option(
        "--executor", help="A Dask cluster that does the work: dask://HOST:PORT.", show_default="this machine"
    ),
]


def read_plan(path: Path, *, non_python: bool = False) -> LoadedPlan:
    """The plan in the file `path`; `non_python` says more than the plan that files outside Python are rewritten.

    Raises CodemodsError where it cannot be read, PlanError where it is wrong.
    """
    from codemods.plan.load import load_plan

    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        what = f"The plan cannot be read: {error.strerror or error}."
        raise CodemodsError(what, where=str(path), hint="Name the YAML file of the plan.") from error
    except UnicodeError as error:
        raise CodemodsError("The plan is not UTF-8 text.", where=str(path), hint="Save it as UTF-8.") from error
    loaded = load_plan(text, str(path))
    if non_python:
        return replace(loaded, plan=loaded.plan.model_copy(update={"non_python": "rewrite"}))
    return loaded


def require_trust(loaded: LoadedPlan, repository: Repository, *, trust: bool) -> LoadedPlan:
    """`loaded`, trusted: since it names no code to run, or its reader trusts that, now or before.

    Asks on a terminal. Raises CodemodsError where nobody trusts it.
    """
    from codemods.engine.trust import is_trusted, named_code, remember, untrusted

    named = named_code(loaded.plan)
    if not named:
        return loaded
    journal = open_journal(repository)
    if not (trust or is_trusted(loaded, repository.root, journal)):
        if not sys.stdin.isatty():
            raise untrusted(loaded)
        say("This plan runs code that it names, in this repository and with your rights:", err=True)
        say("\n".join(f"  {what}" for what in named), err=True)
        if not typer.confirm("Do you trust it?", err=True):
            raise untrusted(loaded)
    remember(loaded, repository.root, journal)
    return replace(loaded, is_trusted=True)


def open_repository(folder: Path) -> Repository:
    """The git repository that `folder` is in."""
    from codemods.vcs import Repository

    return Repository.discover(folder)


def open_journal(repository: Repository) -> Journal:
    """The journal of a repository."""
    from datetime import datetime, timezone

    from codemods.journal import Journal

    return Journal(repository.common_dir / "codemods", lambda: datetime.now(timezone.utc))
