"""`codemods schema`: the JSON Schema of a plan."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

Of = Annotated[
    Literal["plan", "output"],
    typer.Argument(
        help="`plan`, or `output`: the schema of what verbs print with --json.",
        metavar="[plan|output]",
        show_default="plan",
    ),
]


def schema(of: Of = "plan") -> int:
    """Print the JSON Schema of a plan, with which editors complete and check it.

    Example: codemods schema > plan.schema.json
    """
    if of == "plan":
        from codemods.plan.json_schema import dumps
    else:
        from codemods.report.output_schema import dumps

    typer.echo(dumps(), nl=False)
    return 0
