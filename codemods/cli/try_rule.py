"""`codemods try`: where a rule matches, and what it would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codemods.cli import completing
from codemods.cli.inputs import AsJson, RepositoryFolder, open_repository, read_plan
from codemods.cli.saying import say, waiting
from codemods.cli.words import plans
from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.plan.rewrites import ArgumentRule, Rule

    _Tried = tuple[Rule | ArgumentRule, bool, tuple[str, ...], tuple[str, ...]]


def try_rule(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MATCH [REPLACE]] [PATHS]...",
            help="The Python to look for, what to put there, and files or folders to look in.",
            show_default=False,
        ),
    ] = None,
    repo: RepositoryFolder = Path(),
    plan: Annotated[
        Path | None, typer.Option("--plan", help="Take the rule from this plan.", autocompletion=plans)
    ] = None,
    rule: Annotated[
        str | None, typer.Option("--rule", help="The name of the rule in the plan.", autocompletion=completing.rules)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Try a rule: show each match with what its `$X` stand for, and a diff where there is a replacement.

    An argument that is the path of a file or folder is one; write `./x` where it may be both. Writes nothing.

    Example: codemods try 'os.path.join($A, $B)' 'pathlib.Path($A) / $B' src

    Exit status: 0 no match, 1 matches, 2 error.
    """
    from codemods.engine.sources import sources_of
    from codemods.engine.trial import try_rule as carry_out

    repository = open_repository(repo)
    given = list(arguments or [])
    tried, rewrites, roots, libraries = _rule(given, plan, rule, repo)
    sources = sources_of(repository)
    tracked = list(sources.paths)
    wanted = _wanted(given, repository.root, repo, tracked)
    with waiting(as_json=as_json):
        trial = carry_out(
            tried,
            tracked,
            wanted,
            sources.read,
            source_roots=roots,
            libraries=libraries,
            rewrites=rewrites,
        )
    if as_json:
        from codemods.report.to_json import trial_json

        say(trial_json(trial))
    else:
        from codemods.cli.paging import paged
        from codemods.report.trial import show_trial

        with paged(repository) as out:
            show_trial(out, trial, rewrites=rewrites)
    return 1 if trial.matches else 0


def _rule(given: list[str], plan: Path | None, name: str | None, repo: Path) -> _Tried:
    """The rule to try, whether to carry it out, the source roots and the libraries; what it takes leaves `given`."""
    from codemods.engine.trial import snippet_rule

    if plan is not None or name is not None:
        return _planned(plan, name)
    if not given:
        hint = "Write codemods try 'MATCH' ['REPLACE'] [PATHS], or give --plan and --rule."
        raise CodemodsError("There is no rule to try.", hint=hint)
    match = given.pop(0)
    replace = given.pop(0) if given and not (repo / given[0]).exists() and not Path(given[0]).exists() else None
    return snippet_rule(match, replace), replace is not None, (".",), ()


def _planned(plan: Path | None, name: str | None) -> _Tried:
    from codemods.plan.nearest import nearest
    from codemods.plan.rewrites import ArgumentRule, Rule

    if plan is None:
        raise CodemodsError(f"In which plan is the rule `{name}`?", hint="Give --plan, too.")
    loaded = read_plan(plan)
    rules = {step.name: step for step in loaded.plan.rewrite if isinstance(step, (Rule, ArgumentRule))}
    if name is None and len(rules) == 1:
        name = next(iter(rules))
    if name not in rules:
        there = f"There are: {', '.join(rules)}." if rules else "It has no rules."
        what = f"The plan has no rule `{name}`{nearest(name, rules)}." if name else "Which rule of the plan?"
        raise CodemodsError(what, where=str(plan), hint=f"{there} Name one with --rule.")
    return rules[name], True, loaded.plan.source_roots, loaded.plan.libraries


def _wanted(paths: list[str], root: Path, repo: Path, tracked: list[str]) -> Callable[[str], bool]:
    """Whether a tracked file is one of `paths`, or in one of them."""
    inside: list[str] = []
    for path in paths:
        start = next((folder for folder in (Path(), repo) if (folder / path).exists()), None)
        if start is None or not (start / path).resolve().is_relative_to(root.resolve()):
            hint = "Name files and folders of the repository; quote MATCH and REPLACE."
            raise CodemodsError("There is no such file or folder in the repository.", where=path, hint=hint)
        inside.append((start / path).resolve().relative_to(root.resolve()).as_posix())
    if not inside or "." in inside:
        return lambda _: True
    chosen = {path for path in tracked if any(path == name or path.startswith(f"{name}/") for name in inside)}
    return chosen.__contains__
