"""`codemods init`: a plan, drafted from what is there more than once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from codemods.cli.inputs import AsJson, RepositoryFolder
from codemods.cli.saying import note, say
from codemods.cli.scan import Exclude, IncludePrivate, IncludeTests, Limit, Roots, Wanted, surveyed
from codemods.errors import CodemodsError

_KEEPS_ONLY = (
    "This draft says what to keep, and changes nothing yet: which of the others are to lead there is for you to "
    "decide, under `redirect:`. Its comments name them."
)


def init(
    wanted: Wanted = None,
    repo: RepositoryFolder = Path(),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the plan to this new file.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="The name of the plan.")] = "",
    limit: Limit = 5,
    source_root: Roots = None,
    exclude: Exclude = None,
    include_tests: IncludeTests = False,
    include_private: IncludePrivate = False,
    as_json: AsJson = False,
) -> int:
    """Draft a plan from what is there more than once: the most used or most complete one is proposed to keep, with the
    reasons as comments. What a person has to decide is a comment.

    Example: codemods init ExecutionEngineFactory --output plan.yaml

    Exit status: 0 a plan was drafted, 2 error.
    """
    from codemods.engine.drafting import draft_of

    if output is not None and output.exists():
        raise CodemodsError("The file is there already.", where=str(output), hint="Name a new one with --output.")
    with surveyed(wanted, repo, None, source_root, exclude, include_tests, include_private, limit) as found:
        text = draft_of(found, limit=limit, name=name)
    if output is not None:
        _write(output, text)
    if as_json:
        from codemods.report.to_json import draft_json

        say(draft_json(text, None if output is None else str(output), len(found.findings)))
    elif output is None:
        say(text, nl=False)
    else:
        say(f"{output}: read its comments, then run `codemods preview {output} --summary`.")
    if not re.search(r"^(redirect|merge|delete):", text, re.MULTILINE):
        note(_KEEPS_ONLY)
    return 0


def _write(output: Path, text: str) -> None:
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        what = f"The plan cannot be written: {error.strerror or error}."
        raise CodemodsError(what, where=str(output), hint="Name another file with --output.") from error
