"""What `preview` and `apply` share: units that are selected, and reviews that are saved and carried out."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codemods.cli.saying import say
from codemods.cli.writing import to_file, write_report
from codemods.errors import CodemodsError
from codemods.version import VERSION

if TYPE_CHECKING:
    from codemods.engine.choosing.saved import Review
    from codemods.engine.shown import Preview
    from codemods.executors.opening import Crew
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository

_WORDS = "path:PATTERN, rule:NAME, form:FORM, phase:NAME or owner:NAME"
Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        help=f"Only units about {_WORDS} (of CODEOWNERS); may be given more than once.",
        metavar="KIND:VALUE",
        show_default="all",
    ),
]
Deselect = Annotated[
    list[str] | None,
    typer.Option("--deselect", help="Not the units about it, as for --select.", metavar="KIND:VALUE"),
]
SaveFile = Annotated[Path | None, to_file("--save", "the exact edits, for `apply --from`,")]
FromFile = Annotated[
    Path | None,
    typer.Option(
        "--from",
        help="Carry out exactly what this file of `preview --save` has, and stop where anything has changed since.",
        metavar="FILE",
        show_default=False,
    ),
]

Interactive = Annotated[
    bool,
    typer.Option("--interactive", help="Show each unit, and ask whether to carry it out, edit it or leave it."),
]


def require_one(*, as_json: bool, interactive: bool, others: dict[str, bool]) -> None:
    """Raise CodemodsError where options are given that mean different things."""
    given = [name for name, is_given in {**others, "--interactive": interactive}.items() if is_given]
    if len(given) > 1:
        raise CodemodsError(f"{' and '.join(given)} do not go together.", hint="Say one of them.")
    if interactive and as_json:
        raise CodemodsError("--interactive asks a person, --json tells a program.", hint="Say one of them.")


def selected_preview(
    loaded: LoadedPlan, repository: Repository, crew: Crew | None, select: list[str], deselect: list[str]
) -> Preview:
    """The preview of the units that are selected; how many they are is said where that is not all of them."""
    if not (select or deselect):
        from codemods.engine.preview_repository import preview_of

        return preview_of(loaded, repository, crew=crew)
    from codemods.engine.choosing.selection import selected, selection_of

    selection = selection_of(select, deselect, loaded.plan, repository)
    shown, everything = selected(loaded, repository, selection, crew)
    say(f"Selected {len(shown.units)} of {everything} unit(s).", err=True)
    return shown


def save_review(
    file: Path, shown: Preview, repository: Repository, plan: Path, select: list[str], deselect: list[str]
) -> None:
    """Write the units of `shown` to `file`, and say what carries them out."""
    from codemods.engine.choosing.review_file import written
    from codemods.engine.choosing.saved import Terms, review_of

    if (select or deselect) and not shown.units:
        hint = "`codemods preview PLAN --summary` with the same selection shows what it is about."
        raise CodemodsError("There is no unit to save.", where=str(file), hint=hint)
    non_python = shown.loaded.plan.non_python == "rewrite"
    terms = Terms(tuple(select), tuple(deselect), non_python)
    review = review_of(shown, VERSION, repository.head() or "", terms)
    write_report(file, [written(review)])
    more = ["--non-python"] if non_python else []
    command = shlex.join(["codemods", "apply", str(plan), "--from", str(file), *more])
    say(f"`{command}` carries out exactly these {len(review.units)} unit(s).", err=True)


def read_review(file: Path) -> tuple[Review, str]:
    """The review that `file` keeps, with its name. Raises CodemodsError where it keeps none."""
    from codemods.engine.choosing.review_file import read

    if not file.is_file():
        hint = "`codemods preview PLAN --save FILE` writes one."
        raise CodemodsError("There is no such file.", where=str(file), hint=hint)
    return read(file.read_bytes(), str(file)), str(file)
