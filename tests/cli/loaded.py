"""Imported in the process from which commands are forked: what Typer makes of the verbs is there for all of them."""

from codemods.cli import app

app.command()
