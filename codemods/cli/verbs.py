"""The verbs by name: the module of one is imported where it is called, or its own help is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import Struct
from typer.core import TyperCommand, TyperGroup

from codemods.report.volume import Volume, is_quiet, is_verbose, set_volume

if TYPE_CHECKING:
    from collections.abc import Callable


class Verb(Struct, frozen=True):
    """A verb: the function of that name in a module of this package that carries it out, and the first lines of its
    docstring, by which it is listed."""

    home: str
    help: str

    @property
    def function(self) -> Callable[..., int]:
        """What carries it out."""
        function: Callable[..., int] = getattr(import_module(f"codemods.cli.{self.home}"), self.home)
        return function


# In the order in which they are listed.
VERBS = {
    "scan": Verb(
        "scan",
        "Find what is there more than once: classes and functions of one name, near duplicates, names that compete for "
        "one concept, modules that only forward, import paths that lead to one object. Needs no plan, writes nothing.",
    ),
    "init": Verb(
        "init",
        "Draft a plan from what is there more than once: the most used or most complete one is proposed to keep, with "
        "the reasons as comments. What a person has to decide is a comment.",
    ),
    "audit": Verb(
        "audit", "Hold a plan against the code before you believe it: what holds, is done already, or does not hold."
    ),
    "preview": Verb(
        "preview", "Show what a plan would change, as diffs, and what it would leave and why. Changes nothing."
    ),
    "apply": Verb(
        "apply",
        "Carry out a plan: each unit is written, validated, and committed or taken back. Run it again to go on.",
    ),
    "status": Verb("status", "Show what of a plan is done, rejected, blocked and left, read from git and the journal."),
    "report": Verb(
        "report",
        "Print the tracker of a migration: goal, what is done and open, compliance before and now, how to roll back.",
    ),
    "why": Verb("why", "Tell for each reference in a file what was or will be done about it, and why."),
    "try": Verb(
        "try_rule", "Try a rule: show each match with what its `$X` stand for, and a diff where there is a replacement."
    ),
    "rollback": Verb(
        "rollback",
        "Take back what a plan has committed on this branch, newest first: by revert commits, or by --reset.",
    ),
    "undo": Verb(
        "undo",
        "Take one operation back: a run, a rollback, or an undo. That is an operation itself, and can be undone.",
    ),
    "log": Verb(
        "log", "Show the operations on this repository, newest first, or one of them with its diffs and validations."
    ),
    "guard": Verb("guard", "Fail where something comes back that a plan has done away with."),
    "demo": Verb(
        "demo",
        "Build a small git repository and carry a plan out on it: preview, apply, status, rollback. Needs only git.",
    ),
    "schema": Verb("schema", "Print the JSON Schema of a plan, with which editors complete and check it."),
}


class Verbs(TyperGroup):
    """The verbs as a group of commands, which are listed by what the table says of them."""

    def __init__(self, **settings: Any) -> None:
        """As Typer makes it."""
        super().__init__(**settings)
        self.commands.update({name: TyperCommand(name, help=verb.help) for name, verb in VERBS.items()})

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The verb that is called, with its options and arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command if name is None else _command(name), rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the command."""
        _write_help(self, ctx, formatter)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write how the command is called."""
        _write_usage(self, ctx, formatter)


class VerbCommand(TyperCommand):
    """A verb with its options."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write how the verb is called."""
        _write_usage(self, ctx, formatter)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the verb."""
        _write_help(self, ctx, formatter)


def _write_usage(command: object, context: Any, formatter: Any) -> None:
    from codemods.cli.help import usage

    formatter.write_usage(context.command_path, usage(command, context))


def _write_help(command: object, context: object, formatter: Any) -> None:
    from codemods.cli.help import shown_help  # where help is asked for

    formatter.write(shown_help(command, context))


def _be_quiet(value: bool) -> None:
    _set(Volume.QUIET, is_other=is_verbose(), asked=value)


def _be_verbose(value: bool) -> None:
    _set(Volume.VERBOSE, is_other=is_quiet(), asked=value)


def _set(volume: Volume, *, is_other: bool, asked: bool) -> None:
    if asked and is_other:
        raise typer.BadParameter("Give one of --quiet and --verbose.")
    if asked:
        set_volume(volume)


def _everywhere(
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet",
            "-q",
            callback=_be_quiet,
            expose_value=False,
            help="Print errors, what failed and the outcome, and no progress.",
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            callback=_be_verbose,
            expose_value=False,
            help="Print lists whole, each validation, and what took how long.",
        ),
    ] = False,
) -> None:
    """The options that every verb has."""


def _command(name: str) -> object:
    made: Any = _made(name, VERBS[name].function)
    shared: Any = _made(name, _everywhere)
    made.params += [parameter for parameter in shared.params if parameter.name in ("quiet", "verbose")]
    return made


def _made(name: str, function: Callable[..., object]) -> object:
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name, cls=VerbCommand)(function)
    return typer.main.get_command(alone)
