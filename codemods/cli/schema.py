"""`codemods schema`: the JSON Schema of a plan."""

from __future__ import annotations

import typer


def schema() -> int:
    """Print the JSON Schema of a plan, with which editors complete and check it.

    Example: codemods schema > plan.schema.json
    """
    from codemods.plan.json_schema import dumps

    typer.echo(dumps(), nl=False)
    return 0
