"""Carries out edits of arguments that a plan asks for at one call."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.rules.argument_edits import (
    Add,
    Default,
    MakeKeyword,
    Remove,
    Rename,
    Reorder,
    ReplaceNone,
    edit_arguments,
)
from codemods.rules.argument_lists import PositionError, arguments, rearranged
from codemods.rules.templates import Template, Unwritable

if TYPE_CHECKING:
    from codemods.patterns.language import Snippet
    from codemods.plan.rewrites import ArgumentEdit
    from codemods.rules.argument_edits import Operation
    from codemods.rules.find import Match, Module
    from codemods.rules.pieces import Pieces
    from codemods.rules.style import Style
    from codemods.transforms.edits import Edit, Splice


def argument_edits(module: Module, match: Match, pieces: Pieces, style: Style) -> list[Edit | Splice]:
    """The edits of the arguments of the call that matched. Raises Unwritable."""
    call = match.node
    if not isinstance(call, ast.Call):
        raise Unwritable("it is no call")
    asked = zip(match.rule.text.edits, match.rule.text.values, strict=True)
    operations = [_operation(edit, _value(snippet, match, module, pieces, style)) for edit, snippet in asked]
    if any(edit.of is not None and not _has(call, edit.of) for edit in match.rule.text.edits):
        return []
    try:
        given = arguments(module.view.lines, call)
    except PositionError as error:
        raise Unwritable(str(error)) from error
    found = edit_arguments(given, operations)
    if isinstance(found, str):
        raise Unwritable(found)
    return rearranged(module.view.lines, call, found)


def _has(call: ast.Call, count: int) -> bool:
    """Whether `call` has `count` positional arguments, for certain."""
    return len(call.args) == count and not any(isinstance(argument, ast.Starred) for argument in call.args)


def _value(snippet: Snippet | None, match: Match, module: Module, pieces: Pieces, style: Style) -> bytes:
    if snippet is None or snippet.expression is None:
        return b""
    return Template(snippet, match, module, pieces, style).text(snippet.expression)


def _operation(edit: ArgumentEdit, value: bytes) -> Operation:
    """What `edit` asks for; `value` is the text of its value."""
    if edit.add is not None:
        return Add(edit.add, value)
    if edit.insert is not None:
        return Add("", value, edit.insert)
    if edit.default is not None:
        return Default(edit.default, value, edit.position)
    if edit.remove is not None:
        return Remove(*_named(edit.remove, edit.position))
    if edit.rename is not None:
        return Rename(edit.rename, edit.to or "")
    if edit.keyword is not None:
        return MakeKeyword(edit.keyword, edit.position or 0)
    if edit.reorder is not None:
        return Reorder(edit.reorder)
    return ReplaceNone(value, *_named(edit.replace_none, edit.position))


def _named(which: str | int | None, position: int | None) -> tuple[str | None, int | None]:
    return (which, position) if isinstance(which, str) else (None, which)
