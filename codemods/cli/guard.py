"""`codemods guard`: what must not come back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from codemods.cli.inputs import AsJson, PlanFile, RepositoryFolder, open_repository, read_plan
from codemods.cli.saying import say, waiting
from codemods.cli.writing import to_file, write_report
from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.engine.guard_run import Tree
    from codemods.vcs import Repository

Tool = Literal["ruff", "import-linter", "pytest"]
_FILES = "Check only these files, and those in these folders."


def guard(
    plan: PlanFile,
    files: Annotated[list[Path] | None, typer.Argument(help=_FILES, metavar="[FILES]...", show_default=False)] = None,
    repo: RepositoryFolder = Path(),
    staged: Annotated[
        bool, typer.Option("--staged", help="Check what is staged for the next commit, as it is staged.")
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="A file with what is known already: that does not fail."),
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Make that file; where it is there, take out what is gone.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail also on what may be a reference, or is one through another module.")
    ] = False,
    emit: Annotated[
        Tool | None, typer.Option("--emit", help="Print the rules for another tool instead.", show_default=False)
    ] = None,
    sarif: Annotated[Path | None, to_file("--sarif", "what is found, for code hosts,")] = None,
    as_json: AsJson = False,
) -> int:
    """Fail where something comes back that a plan has done away with.

    That is: a reference to what is redirected or deleted, a forbidden module, class or file, a second definition of a
    class that is kept. Reads only; runs nothing.

    Example: codemods guard migration.yaml --baseline guard.txt

    Exit status: 0 nothing new, 1 there is, 2 error.
    """
    _refuse(baseline, write=write_baseline, partial=bool(files) or staged)
    index = os.environ.get("GIT_INDEX_FILE")  # of the commit whose hook this is; opening a repository forgets it
    loaded, repository = read_plan(plan), open_repository(repo)
    if emit is not None:
        from codemods.engine.guard_emit import emitted

        say(emitted(emit, loaded, repository, baseline), nl=False)
        return 0
    from codemods.engine.guard_run import guard_tree, staged_tree, work_tree

    if index:
        repository.use_index(Path(index))
    changed = repository.staged_paths() if staged else ()
    tree = staged_tree(repository, changed) if staged else work_tree(repository)
    only = tuple(_asked(files, repository, repo, tree)) if files else changed if staged else None
    with waiting(as_json=as_json):
        report = guard_tree(loaded, tree, only, baseline, write=write_baseline)
    if sarif is not None:
        from codemods.report.sarif import guard_sarif

        write_report(sarif, [guard_sarif(report).encode()])
    if as_json:
        from codemods.report.guard import guard_json

        say(guard_json(report, strict=strict))
    else:
        from codemods.report.guard import guard_lines

        say("\n".join(guard_lines(report, strict=strict)))
    return 1 if report.fails(strict=strict) else 0


def _refuse(baseline: Path | None, *, write: bool, partial: bool) -> None:
    if write and baseline is None:
        raise CodemodsError("It is not said which file to write.", hint="Name it with --baseline.")
    if write and partial:
        hint = "Leave --staged and the files away: a baseline is that of the whole repository."
        raise CodemodsError("A baseline cannot be written from some files alone.", hint=hint)


def _asked(files: Iterable[Path], repository: Repository, folder: Path, tree: Tree) -> Iterator[str]:
    """The files asked for, by their paths from the root of the repository."""
    root = repository.root.resolve()
    for file in files:
        # `resolve` of the whole would follow the file if it is a link.
        starts = (Path(os.path.abspath(start / file)) for start in (Path(), folder, root))  # noqa: PTH100
        found = next((start for start in starts if start.exists()), None)
        if found is None and (absent := _tracked(file, folder, root, tree)):
            yield absent
            continue
        if found is None:
            raise CodemodsError("There is no such file or folder.", where=str(file))
        path = (found.parent.resolve() / found.name) if found.resolve() != root else root
        if not path.is_relative_to(root):
            raise CodemodsError("It is not in the repository.", where=str(file))
        name = path.relative_to(root).as_posix()
        if path.is_dir():
            yield from (p for p in tree.paths if name == "." or p.startswith(f"{name}/"))
        elif not path.is_symlink():
            yield name


def _tracked(file: Path, folder: Path, root: Path, tree: Tree) -> str:
    """The path of a file that git tracks and has not checked out; empty where there is none."""
    for start in (Path(), folder, root):
        place = Path(os.path.abspath(start / file))  # noqa: PTH100 - there is nothing to resolve
        if place.is_relative_to(root) and (name := place.relative_to(root).as_posix()) in tree.paths:
            return name
    return ""
