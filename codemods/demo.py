"""The demo: builds a small git repository from the fixtures and does the main job on it, through the command itself."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from collections.abc import Callable

_INTERRUPTED = 130  # the exit status of a verb that ^C has ended
_IDENTITY = {"user.name": "Codemods demo", "user.email": "demo@example.invalid", "commit.gpgsign": "false"}


def fixtures() -> Path:
    """The folder of the fixtures: inside the installed package, or beside it in a source checkout."""
    package = Path(str(files("codemods")))
    for folder in (package / "fixtures", package.parent / "fixtures"):
        if (folder / "demo").is_dir():
            return folder
    raise CodemodsError("The demo's files are not there.", where=str(package), hint="Install codemods again.")


def build_repository(folder: Path) -> Path:
    """Build the demo's repository in the empty `folder`, with its plan beside the code; the path of the plan."""
    source = fixtures() / "demo"
    for file in sorted((source / "before").rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            name = file.relative_to(source / "before").as_posix().removesuffix(".txt")
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    plan = folder / "plan.yaml"
    plan.write_bytes((source / "plan.yaml").read_bytes())
    _git(folder, "init", "--quiet")
    for name, value in _IDENTITY.items():
        _git(folder, "config", name, value)
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--no-verify", "--message", "The shop as it is")
    return plan


def _git(folder: Path, *arguments: str) -> None:
    completed = subprocess.run(
        [shutil.which("git") or "git", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if completed.returncode:
        raise CodemodsError(f"git {arguments[0]} failed: {completed.stderr.strip()}", where=str(folder))


def run_demo(folder: Path | None, run: Callable[[list[str]], int] | None) -> None:
    """Build the repository in `folder` (None: a new temporary one) and run the verbs on it, telling what they do.

    `run` is the command: arguments in, its exit status out; None: nothing is run.

    Raises CodemodsError where the folder is not empty, or a
    step does not end as the demo promises; KeyboardInterrupt where one was interrupted.
    """
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="codemods-demo-"))
    elif folder.exists() and any(folder.iterdir()):
        raise CodemodsError("The folder is not empty.", where=str(folder), hint="Name one that is new.")
    folder.mkdir(parents=True, exist_ok=True)
    build_repository(folder)
    typer.echo(f"A small repository with a deprecated module and its users is in {folder}.\n")
    if run is None:
        return
    for sentence, expected, arguments in _STEPS:
        typer.secho(f"\n# {sentence}", bold=True)
        typer.secho(f"$ codemods {shlex.join(arguments)}", bold=True)
        _step(folder, arguments, expected, run)
    typer.echo(f"\nThat was the main job. The repository stays in {folder}: look at `git log` there, or go on.")


# What is told, the exit status that proves it, and the command.
_STEPS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("What would the plan do? Nothing is written, nothing is run.", 1, ("preview", "plan.yaml")),
    (
        "Carry it out: one validated commit per file. One file breaks a check and is taken back.",
        1,
        ("apply", "plan.yaml", "--yes"),
    ),
    ("How far is it?", 1, ("status", "plan.yaml")),
    ("Take one phase back.", 0, ("rollback", "plan.yaml", "--phase", "P0")),
    ("And now?", 1, ("status", "plan.yaml")),
)


def _step(folder: Path, arguments: tuple[str, ...], expected: int, run: Callable[[list[str]], int]) -> None:
    before = Path.cwd()
    os.chdir(folder)
    try:
        status = run(list(arguments))
    finally:
        os.chdir(before)
    if status == _INTERRUPTED:
        raise KeyboardInterrupt
    if status != expected:
        what = f"`codemods {shlex.join(arguments)}` ended with {status} instead of {expected}."
        raise CodemodsError(what, where=str(folder), hint="Please report this with the output above.")
