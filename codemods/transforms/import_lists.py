"""The list of names in one import statement, with LibCST: take names out, put names in, keep comments in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Sequence

Statement = cst.Import | cst.ImportFrom
Whitespace = cst.BaseParenthesizableWhitespace


@dataclass(frozen=True, slots=True)
class Taken:
    """A name taken out of a list, with the comments above it and the one behind it."""

    above: tuple[str, ...] = ()
    behind: str = ""


def parse_import(text: str) -> tuple[cst.Module, Statement]:
    """The import statement `text`, and the module to generate its code with (it knows the newlines)."""
    module = cst.parse_module(text)
    line = cst.ensure_type(module.body[0], cst.SimpleStatementLine)
    statement = line.body[0]
    if isinstance(statement, (cst.Import, cst.ImportFrom)):
        return module, statement
    message = f"not an import statement: {text!r}"
    raise ValueError(message)


def dotted(name: str) -> cst.Name | cst.Attribute:
    """The node for a dotted name."""
    head, *rest = name.split(".")
    node: cst.Name | cst.Attribute = cst.Name(head)
    for part in rest:
        node = cst.Attribute(node, cst.Name(part))
    return node


def as_name(local: str | None) -> cst.AsName | None:
    """The node for ` as local`."""
    if local is None:
        return None
    space = cst.SimpleWhitespace(" ")
    return cst.AsName(cst.Name(local), whitespace_before_as=space, whitespace_after_as=space)


def _lpar(statement: Statement) -> cst.LeftParen | None:
    return statement.lpar if isinstance(statement, cst.ImportFrom) else None


def _rpar(statement: Statement) -> cst.RightParen | None:
    return statement.rpar if isinstance(statement, cst.ImportFrom) else None


def aliases(statement: Statement) -> list[cst.ImportAlias]:
    """The names of a statement that is no star import."""
    if isinstance(statement.names, cst.ImportStar):
        return []
    return list(statement.names)


def replace_alias(statement: Statement, index: int, name: str, local: str | None) -> Statement:
    """`statement` with its name at `index` replaced, and nothing else about it."""
    names = aliases(statement)
    old = names[index]
    asname = old.asname
    if local is None or asname is None:
        asname = as_name(local)
    elif isinstance(asname.name, cst.Name) and asname.name.value != local:
        asname = asname.with_changes(name=cst.Name(local))
    new_name = old.name if _is(old.name, name) else dotted(name)
    names[index] = old.with_changes(name=new_name, asname=asname)
    return statement.with_changes(names=names)


def _is(node: cst.BaseExpression, name: str) -> bool:
    return cst.Module([]).code_for_node(node) == name


def set_module(statement: cst.ImportFrom, level: int, module: str) -> cst.ImportFrom:
    """`statement` importing from `module`, with `level` leading dots."""
    return statement.with_changes(module=dotted(module) if module else None, relative=[cst.Dot()] * level)


def is_from(statement: cst.ImportFrom, level: int, module: str) -> bool:
    """Whether `statement` imports from `module`, written with `level` leading dots."""
    written = cst.Module([]).code_for_node(statement.module) if statement.module is not None else ""
    return len(statement.relative) == level and written == module


def remove_aliases(statement: Statement, indices: Sequence[int]) -> tuple[Statement, dict[int, Taken]]:
    """`statement` without the names at `indices`, and the comments that belong to each.

    At least one name must stay.
    """
    taken: dict[int, Taken] = {}
    for index in sorted(indices, reverse=True):
        statement, taken[index] = _remove(statement, index)
    return statement, taken


def comments(statement: Statement) -> dict[int, Taken]:
    """The comments that belong to each name."""
    names = aliases(statement)
    return {
        index: Taken(_above(_before(statement, names, index)), _behind(_after(statement, names, index)))
        for index in range(len(names))
    }


def _before(statement: Statement, names: list[cst.ImportAlias], index: int) -> Whitespace:
    if index:
        comma = names[index - 1].comma
        return comma.whitespace_after if isinstance(comma, cst.Comma) else cst.SimpleWhitespace("")
    lpar = _lpar(statement)
    return lpar.whitespace_after if lpar else cst.SimpleWhitespace("")


def _after(statement: Statement, names: list[cst.ImportAlias], index: int) -> Whitespace:
    comma = names[index].comma
    if isinstance(comma, cst.Comma):
        return comma.whitespace_after
    rpar = _rpar(statement)
    return rpar.whitespace_before if rpar else cst.SimpleWhitespace("")


def _above(space: Whitespace) -> tuple[str, ...]:
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return ()
    return tuple(line.comment.value for line in space.empty_lines if line.comment)


def _behind(space: Whitespace) -> str:
    if isinstance(space, cst.ParenthesizedWhitespace) and space.first_line.comment:
        return space.first_line.comment.value
    return ""


def _without_behind(space: Whitespace) -> Whitespace:
    if isinstance(space, cst.ParenthesizedWhitespace):
        line = space.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
        return space.with_changes(first_line=line)
    return space


def _remove(statement: Statement, index: int) -> tuple[Statement, Taken]:
    names = aliases(statement)
    before, after = _before(statement, names, index), _after(statement, names, index)
    taken = Taken(_above(before), _behind(after))
    joined = _joined(before, after, is_last=index == len(names) - 1)
    had_comma = isinstance(names[index].comma, cst.Comma)
    is_last = index == len(names) - 1
    del names[index]
    if index == 0:
        lpar = _lpar(statement)
        if lpar is not None:
            statement = statement.with_changes(lpar=lpar.with_changes(whitespace_after=joined))
    elif not is_last or had_comma:
        comma = cst.ensure_type(names[index - 1].comma, cst.Comma).with_changes(whitespace_after=joined)
        names[index - 1] = names[index - 1].with_changes(comma=comma)
    else:
        names[index - 1] = names[index - 1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        rpar = _rpar(statement)
        if rpar is not None:
            statement = statement.with_changes(rpar=rpar.with_changes(whitespace_before=joined))
    return statement.with_changes(names=names), taken


def _joined(before: Whitespace, after: Whitespace, *, is_last: bool) -> Whitespace:
    """What stands between the neighbours of a name that goes: its own comments go with it, theirs stay."""
    after = _without_behind(after)
    if not isinstance(before, cst.ParenthesizedWhitespace):
        is_plain = not isinstance(after, cst.ParenthesizedWhitespace)
        return before if is_plain and not is_last else after
    if isinstance(after, cst.ParenthesizedWhitespace):
        return after.with_changes(first_line=before.first_line)
    if not is_last:
        return before.with_changes(empty_lines=[])
    # The closing parenthesis stood on the line of the name that goes.
    if before.first_line.comment is None:
        return after
    return before.with_changes(empty_lines=[], indent=True, last_line=cst.SimpleWhitespace(""))


def append_alias(statement: Statement, name: str, local: str | None) -> Statement:
    """`statement` with one more name at the end of its list, laid out as the others are."""
    names = aliases(statement)
    last = names[-1]
    rpar = _rpar(statement)
    separator = _separator(statement, names)
    new = cst.ImportAlias(dotted(name), as_name(local), comma=cst.MaybeSentinel.DEFAULT)
    if isinstance(last.comma, cst.Comma):
        closing = last.comma.whitespace_after
        names[-1] = last.with_changes(comma=cst.Comma(whitespace_after=_with_behind(separator, closing)))
        new = new.with_changes(comma=cst.Comma(whitespace_after=_without_behind(closing)))
    else:
        closing = rpar.whitespace_before if rpar else cst.SimpleWhitespace("")
        names[-1] = last.with_changes(comma=cst.Comma(whitespace_after=_with_behind(separator, closing)))
        if rpar is not None:
            statement = statement.with_changes(rpar=rpar.with_changes(whitespace_before=_without_behind(closing)))
    return statement.with_changes(names=[*names, new])


def insert_alias(statement: Statement, index: int, name: str, local: str | None) -> Statement:
    """`statement` with one more name at `index` of its list, laid out as the others are."""
    names = aliases(statement)
    if index == len(names):
        return append_alias(statement, name, local)
    before = _before(statement, names, index)
    # The comment behind the name before stays there; those above the name behind stay above it.
    behind = _without_behind(before) if isinstance(before, cst.ParenthesizedWhitespace) else _between(statement, names)
    if isinstance(before, cst.ParenthesizedWhitespace):
        before = before.with_changes(empty_lines=[])
    names.insert(index, cst.ImportAlias(dotted(name), as_name(local), comma=cst.Comma(whitespace_after=behind)))
    lpar = _lpar(statement)
    if index:
        comma = cst.ensure_type(names[index - 1].comma, cst.Comma).with_changes(whitespace_after=before)
        names[index - 1] = names[index - 1].with_changes(comma=comma)
    elif lpar is not None:
        statement = statement.with_changes(lpar=lpar.with_changes(whitespace_after=before))
    return statement.with_changes(names=names)


def _between(statement: Statement, names: list[cst.ImportAlias]) -> Whitespace:
    """What stands between two names of a list that begins on the line of its statement."""
    between = _before(statement, names, len(names) - 1) if len(names) > 1 else cst.SimpleWhitespace(" ")
    if isinstance(between, cst.ParenthesizedWhitespace):
        return _without_behind(between).with_changes(empty_lines=[])
    return cst.SimpleWhitespace(" ")


def _separator(statement: Statement, names: list[cst.ImportAlias]) -> Whitespace:
    lpar = _lpar(statement)
    opening = lpar.whitespace_after if lpar else None
    between = _before(statement, names, len(names) - 1) if len(names) > 1 else opening
    if isinstance(between, cst.ParenthesizedWhitespace):
        return _without_behind(between).with_changes(empty_lines=[])
    return cst.SimpleWhitespace(" ")


def _with_behind(separator: Whitespace, closing: Whitespace) -> Whitespace:
    """`separator` with the comment that stood behind the name which is no longer the last."""
    if isinstance(closing, cst.ParenthesizedWhitespace) and closing.first_line.comment:
        if isinstance(separator, cst.ParenthesizedWhitespace):
            return separator.with_changes(first_line=closing.first_line)
        return closing.with_changes(empty_lines=[], last_line=cst.SimpleWhitespace("    "))
    return separator
