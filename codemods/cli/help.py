"""The help of the command and its verbs: plain text in the width of the terminal, the headings coloured on one.

Typer's own, by Rich, takes longer to load than all else that a help needs, and names types where one looks for values.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WIDEST = 100  # columns: longer lines are hard to read
_COLUMN = 28  # at most, for the names on the left
_EVERYWHERE = ("quiet", "verbose", "help")


def shown_help(command: Any, context: Any) -> str:
    """The help of a verb, as Typer has made it, or of the command with its verbs: what it does, its arguments and
    options, and the example."""
    lines = [f"{_heading('Usage:')} {context.command_path} {usage(command, context)}", ""]
    paragraphs = (command.help or "").split("\n\n")
    examples = [text for text in paragraphs if text.startswith("Example")]
    for text in paragraphs:
        if text not in examples:
            lines += [*_wrapped(text), ""]
    for text in examples:
        title, _, rest = text.partition(":")
        lines += [_heading(f"{title}:"), *(f"  {line.strip()}" for line in rest.strip().splitlines()), ""]
    parameters = [p for p in command.get_params(context) if not getattr(p, "hidden", False)]
    lines += _section("Arguments", [_argument(p) for p in parameters if p.param_type_name == "argument"])
    own: list[tuple[str, str]] = []
    everywhere: list[tuple[str, str]] = []
    for parameter in parameters:
        if parameter.param_type_name != "argument":
            (everywhere if parameter.name in _EVERYWHERE else own).append(_option(parameter))
    lines += _section("Options", own)
    lines += _section("Verbs", _verbs(command))
    lines += _section("Of every verb" if own else "Options", everywhere)
    lines += _wrapped(command.epilog or "")
    return "\n".join(lines).rstrip() + "\n"


def usage(command: Any, context: Any) -> str:
    """What comes after the name of the command, or of a verb."""
    pieces = ["[OPTIONS]"]
    if getattr(command, "commands", None):
        pieces += ["VERB", "[ARGUMENTS]"]
    pieces += [_placed(p) for p in command.get_params(context) if p.param_type_name == "argument"]
    return " ".join(pieces)


def _placed(argument: Any) -> str:
    name = str(argument.metavar or argument.name.upper())
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _argument(argument: Any) -> tuple[str, str]:
    return _placed(argument), _with_default(argument, argument.help or "")


def _option(option: Any) -> tuple[str, str]:
    names = ", ".join(sorted(option.opts, key=len))
    is_alone = all(len(name) > 2 for name in option.opts)
    value = "" if _is_flag(option) else f" {_value(option)}"
    text = str(option.help or "")
    if option.multiple and "more than once" not in text:
        text = f"{text.rstrip('.')}; may be given more than once."
    return f"{'    ' if is_alone else ''}{names}{value}", _with_default(option, text)


def _is_flag(option: Any) -> bool:
    return bool(getattr(option, "is_flag", False)) or getattr(option, "count", False)


def _value(option: Any) -> str:
    """What is written after an option."""
    if option.metavar:
        return str(option.metavar)
    kind = getattr(option, "type", None)
    if choices := getattr(kind, "choices", None) or getattr(getattr(option, "type_descriptor", None), "choices", None):
        return "|".join(map(str, choices))
    return str(option.name).upper()


def _with_default(parameter: Any, text: str) -> str:
    shown = parameter.show_default
    if isinstance(shown, str):
        return f"{text} [default: {shown}]"
    default = parameter.default
    is_told = shown and not callable(default) and default not in (None, "", ()) and not isinstance(default, bool)
    return f"{text} [default: {default}]" if is_told else text


def _verbs(command: Any) -> list[tuple[str, str]]:
    verbs: Mapping[str, Any] = getattr(command, "commands", {})
    return [(name, (verb.help or "").partition("\n\n")[0]) for name, verb in verbs.items()]


def _section(title: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    if not rows:
        return
    yield _heading(f"{title}:")
    width = min(max(len(name) for name, _ in rows), _COLUMN)
    for name, text in rows:
        first, *rest = _wrapped(text, width + 4) or [""]
        if len(name) > width:
            yield f"  {name}"
            yield f"{' ' * (width + 4)}{first}".rstrip()
        else:
            yield f"  {name:{width}}  {first}".rstrip()
        yield from (f"{' ' * (width + 4)}{line}" for line in rest)
    yield ""


def _wrapped(text: str, indent: int = 0) -> list[str]:
    columns = min(shutil.get_terminal_size().columns, _WIDEST) - indent
    return textwrap.wrap(" ".join(text.split()), max(columns, 20), break_on_hyphens=False, break_long_words=False)


def _heading(text: str) -> str:
    is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"\x1b[1m{text}\x1b[0m" if is_coloured else text
