"""The command, its verbs, and the one place where errors become messages and exit statuses."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Annotated

import typer
import typer.main

from codemods.cli.saying import say
from codemods.cli.verbs import Verbs
from codemods.errors import CodemodsError
from codemods.interrupts import is_interrupt
from codemods.model import printable
from codemods.report.volume import own_volume
from codemods.version import VERSION

# Typer has click inside it from some release on, and beside it before: only the base of its own errors is the same.
_UsageError: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")

_INTERRUPTED = 130
_INTERRUPTION = "Interrupted; nothing is half done. Run the command again to go on."

app = typer.Typer(
    name="codemods",
    cls=Verbs,
    help="Carry out code migrations: a YAML plan becomes validated git commits, one per file, that can be taken back.",
    epilog="Start with `codemods demo`. Exit status: 0 nothing (left) to do, 1 there is, 2 error, 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(value: bool) -> None:
    if value:
        say(f"codemods {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Carry out code migrations: a YAML plan becomes validated git commits, one per file, that can be taken back."""


@cache
def command() -> Callable[..., object]:
    """What Typer makes of the verbs: it would do so at each call, which takes longer than many of them."""
    return typer.main.get_command(app)


def run(arguments: list[str]) -> int:
    """Run the command with `arguments`; its exit status."""
    try:
        # `demo` runs other verbs.
        with own_volume():
            result = command()(args=arguments, prog_name="codemods", standalone_mode=False, obj=run)
    except CodemodsError as error:
        return _told(error, arguments)
    except _UsageError as error:
        told = io.StringIO()
        error.show(told)  # type: ignore[attr-defined]  # see above
        say(told.getvalue(), err=True, nl=False)
        return 2
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            # The reader, such as `head`, has seen enough.
            sys.stderr.close()
            return 1
        return _told(_refused(error), arguments)
    except (KeyboardInterrupt, RuntimeError) as error:  # Typer's Abort is one
        if not (isinstance(error, typer.Abort) or is_interrupt(error)):
            raise
        say(_INTERRUPTION, err=True)
        return _INTERRUPTED
    if result == _INTERRUPTED and arguments[:1] != ["apply"]:
        # Typer makes this status of ^C; `apply` tells more of its own.
        say(_INTERRUPTION, err=True)
    return result if isinstance(result, int) else 0


def _told(error: CodemodsError, arguments: list[str]) -> int:
    """Say what is wrong, also as JSON to a program that waits for it; the exit status."""
    say(_shown(error), err=True)
    if "--json" in arguments:
        from codemods.report.json_text import error_json

        say(error_json(error))
    return error.exit_status


def _shown(error: CodemodsError) -> str:
    return "\n".join(printable(line.expandtabs()) for line in str(error).split("\n"))


def _refused(error: OSError) -> CodemodsError:
    """What the system has refused, in words."""
    what = f"The system refused: {error.strerror or error}."
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, (str, bytes))]
    hint = "Mend that, then run the command again: it finds out whether something was half done."
    return CodemodsError(what, where=" and ".join(names), hint=hint)
