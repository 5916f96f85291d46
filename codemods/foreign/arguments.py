"""Fits the arguments that a plan gives to what a codemod takes, as its command line would."""

from __future__ import annotations

import inspect
from argparse import SUPPRESS, Action, ArgumentParser, ArgumentTypeError
from difflib import get_close_matches
from typing import TYPE_CHECKING

from codemods.errors import ForeignError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def command_arguments(command: type, given: Mapping[str, object]) -> dict[str, object]:
    """The keyword arguments for a LibCST command: `given`, and the defaults that its `add_args` declares.

    Raises ForeignError where a name is unknown, a required one is missing, or a value does not fit.
    """
    actions, values = _declared(command)
    accepted = _parameters(command)
    known = {*actions, *(name for name in accepted if name not in ("self", "context"))}
    unknown = [name for name in given if name not in known]
    if unknown and not _takes_any(command):
        raise ForeignError(_unknown(unknown[0], known), hint="Correct `args:` in the plan.")
    missing = [name for name, action in actions.items() if action.required and name not in given]
    if missing:
        raise ForeignError(f"It needs the argument `{missing[0]}`.", hint=f"Add it: `args: {{{missing[0]}: ...}}`.")
    for name, value in given.items():
        values[name] = _fitted(name, value, actions[name]) if name in actions else value
    check_call(command, ("context",), values)
    return values


def check_call(called: Callable[..., object], first: tuple[object, ...], given: Mapping[str, object]) -> None:
    """Raise ForeignError where `called(*first, **given)` is no call that its signature allows."""
    try:
        inspect.signature(called).bind(*first, **given)
    except TypeError as error:
        names = ", ".join(f"`{name}`" for name in _parameters(called) if name != "context") or "none"
        hint = f"It takes: {names}. Correct `args:` in the plan."
        raise ForeignError(f"The arguments do not fit: {error}.", hint=hint) from error
    except ValueError:
        return  # a callable without a signature, as some that are written in C: the call itself will tell


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint at the word that was meant; the empty string where none is near."""
    found = get_close_matches(word, list(known), n=1)
    return f" Did you mean `{found[0]}`?" if found else ""


def _declared(command: type) -> tuple[dict[str, Action], dict[str, object]]:
    """What `add_args` declares, by the name it has in `__init__`, and the values when nothing is given."""
    parser = ArgumentParser(add_help=False)
    if hasattr(command, "add_args"):
        command.add_args(parser)
    actions = {action.dest: action for action in parser._actions if action.dest != SUPPRESS}
    required = [action for action in actions.values() if action.required]
    # The parser itself applies its defaults: those of `set_defaults` count, too, and text is converted by `type`.
    for action in required:
        action.required = False
    for group in parser._mutually_exclusive_groups:
        group.required = False
    values = dict(vars(parser.parse_args([])))
    for action in required:
        action.required = True
        values.pop(action.dest, None)
    return actions, values


def _parameters(called: Callable[..., object]) -> list[str]:
    try:
        parameters = inspect.signature(called).parameters.values()
    except ValueError:
        return []
    return [each.name for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]


def _takes_any(called: Callable[..., object]) -> bool:
    return any(each.kind is each.VAR_KEYWORD for each in inspect.signature(called).parameters.values())


def _unknown(name: str, known: set[str]) -> str:
    takes = ", ".join(f"`{each}`" for each in sorted(known)) or "none"
    return f"It has no argument `{name}`; it takes {takes}.{nearest(name, known)}"


def _fitted(name: str, value: object, action: Action) -> object:
    """`value` as the command line would hand it over: text is converted by the argument's `type`."""
    values = value if isinstance(value, list) and action.nargs is not None else [value]
    fitted = [_converted(name, each, action) for each in values]
    for each in fitted:
        if action.choices is not None and each not in action.choices:
            allowed = ", ".join(f"`{choice}`" for choice in action.choices)
            raise ForeignError(f"The argument `{name}` is {each!r}, which is none of {allowed}.")
    return fitted if values is value else fitted[0]


def _converted(name: str, value: object, action: Action) -> object:
    if not isinstance(value, str) or not callable(action.type):
        return value
    try:
        return action.type(value)
    except (TypeError, ValueError, ArgumentTypeError) as error:
        raise ForeignError(f"The argument `{name}` cannot be {value!r}: {error}.") from error
