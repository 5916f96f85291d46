"""`codemods scan`: what a repository has more than once."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codemods.cli.inputs import AsJson, RepositoryFolder, open_repository
from codemods.cli.saying import say, waiting
from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.survey import Survey
    from codemods.survey.findings import Kind

Wanted = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAMES|PATHS]...",
        help="Only findings that concern one of these names, or one of these files or folders.",
        show_default=False,
    ),
]
Roots = Annotated[
    list[str] | None,
    typer.Option(
        "--source-root", metavar="FOLDER", help="A folder that dotted names start from; else they are guessed."
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="PATTERN", help="Files to leave alone, as a pattern in the style of .gitignore."),
]
IncludeTests = Annotated[bool, typer.Option("--include-tests", help="Also what tests and examples define.")]
IncludePrivate = Annotated[bool, typer.Option("--include-private", help="Also names that begin with an underscore.")]
Limit = Annotated[int, typer.Option("--limit", min=0, metavar="N", help="How many findings of each kind; 0 for all.")]


def scan(
    wanted: Wanted = None,
    repo: RepositoryFolder = Path(),
    as_json: AsJson = False,
    draft: Annotated[bool, typer.Option("--draft", help="Print a plan instead, as `codemods init` does.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="KIND", help="Only one kind of findings: duplicate, near, concept, forwarder or paths."
        ),
    ] = None,
    limit: Limit = 10,
    source_root: Roots = None,
    exclude: Exclude = None,
    include_tests: IncludeTests = False,
    include_private: IncludePrivate = False,
) -> int:
    """Find what is there more than once: classes and functions of one name, near duplicates, names that compete for
    one concept, modules that only forward, import paths that lead to one object. Needs no plan, writes nothing.

    Example: codemods scan app/services --only duplicate

    Exit status: 0 nothing found, 1 there are findings, 2 error.
    """
    with surveyed(wanted, repo, only, source_root, exclude, include_tests, include_private, limit) as found:
        if draft:
            from codemods.engine.drafting import draft_of

            say(draft_of(found, limit=limit), nl=False)
        elif as_json:
            from codemods.report.survey_json import survey_json

            say(survey_json(found, limit=limit))
        else:
            from codemods.report.console import console
            from codemods.report.survey import show_survey

            show_survey(console(), found, limit=limit)
    return 1 if found.findings else 0


@contextmanager
def surveyed(
    wanted: list[str] | None,
    repo: Path,
    only: list[str] | None,
    source_root: list[str] | None,
    exclude: list[str] | None,
    include_tests: bool,
    include_private: bool,
    limit: int,
) -> Iterator[Survey]:
    """The survey of a repository, as the options of a command ask for it, for what the block tells of it."""
    from codemods.engine.sources import sources_of
    from codemods.engine.survey import Wish
    from codemods.engine.survey_repository import surveying
    from codemods.index.names import is_python

    repository = open_repository(repo)
    names, paths = _wanted(wanted or [], repository.root, repo)
    wish = Wish(
        roots=tuple(_inside(root, repository.root, repo) for root in source_root or ()),
        exclude=tuple(exclude or ()),
        kinds=_kinds(only or []),
        names=names,
        paths=paths,
        include_tests=include_tests,
        include_private=include_private,
    )
    sources = sources_of(repository)
    tracked = sources.paths
    if not any(map(is_python, tracked)):
        hint = "`git add` the files first: only what git tracks is looked at."
        raise CodemodsError("git tracks no Python file here.", where=str(repository.root), hint=hint)
    with ExitStack() as stack:
        with waiting():
            found = stack.enter_context(surveying(repository, sources, wish, limit))
        if found.unknown:
            hint = "Name a class, a function or a module as the code spells it, or a path."
            listed = ", ".join(f"`{name}`" for name in found.unknown)
            raise CodemodsError(f"Nothing here is called {listed}.", hint=hint)
        yield found


def _kinds(only: list[str]) -> tuple[Kind, ...]:
    from codemods.plan.nearest import nearest
    from codemods.survey.findings import Kind

    known = [kind.value for kind in Kind]
    for word in only:
        if word not in known:
            raise CodemodsError(
                f"There is no kind of findings `{word}`{nearest(word, known)}.", hint=f"There are: {', '.join(known)}."
            )
    return tuple(kind for kind in Kind if not only or kind.value in only)


def _wanted(given: list[str], root: Path, repo: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names and the paths among what is given: what exists is a path, and so is what cannot be a name."""
    names: list[str] = []
    paths: list[str] = []
    for text in given:
        is_name = all(part.isidentifier() for part in text.split("."))
        if any((folder / text).exists() for folder in (Path(), repo)):
            paths.append(_inside(text, root, repo))
        elif is_name:
            names.append(text)
        else:
            hint = "Give names of classes, functions or modules, or paths in the repository."
            raise CodemodsError("There is no such file or folder, and it is no name.", where=text, hint=hint)
    return tuple(names), () if "." in paths else tuple(paths)


def _inside(text: str, root: Path, repo: Path) -> str:
    for folder in (Path(), repo):
        place = (folder / text).resolve()
        if place.exists() and place.is_relative_to(root.resolve()):
            return place.relative_to(root.resolve()).as_posix()
    raise CodemodsError(
        "There is no such file or folder in the repository.", where=text, hint="Name one that git tracks."
    )
