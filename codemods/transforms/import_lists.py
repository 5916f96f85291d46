"""The list of names in one import statement: take names out, put names in, keep comments in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.transforms.import_statement import Alias, Comma, Gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.transforms.import_statement import Statement

_NOTHING = Gap()
_BLANK = Gap(space=" ")


class Taken(Struct, frozen=True):
    """A name taken out of a list, with the comments above it and the one behind it."""

    above: tuple[str, ...] = ()
    behind: str = ""


def replace_alias(statement: Statement, index: int, name: str, local: str | None) -> Statement:
    """`statement` with its name at `index` replaced, and nothing else about it."""
    old = statement.aliases[index]
    return _with(statement, index, replace(_alias(name, local, old.renamed), comma=old.comma))


def _alias(name: str, local: str | None, renamed: str = "") -> Alias:
    return Alias(name, renamed or " as ", local) if local is not None else Alias(name)


def _with(statement: Statement, index: int, alias: Alias) -> Statement:
    names = statement.aliases
    return replace(statement, aliases=(*names[:index], alias, *names[index + 1 :]))


def _with_comma(statement: Statement, index: int, comma: Comma | None) -> Statement:
    return _with(statement, index, replace(statement.aliases[index], comma=comma))


def _with_before(statement: Statement, index: int, gap: Gap) -> Statement:
    """`statement` with `gap` before its name at `index`, where there is a comma or a parenthesis before."""
    if index:
        comma = statement.aliases[index - 1].comma
        return _with_comma(statement, index - 1, replace(comma, behind=gap) if comma else Comma(gap))
    return replace(statement, opening=gap) if statement.opening is not None else statement


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
    return {index: _comments(statement, index) for index in range(len(statement.aliases))}


def _comments(statement: Statement, index: int) -> Taken:
    return Taken(_above(_before(statement, index)), _behind(_after(statement, index)))


def _before(statement: Statement, index: int) -> Gap:
    if index:
        comma = statement.aliases[index - 1].comma
        return comma.behind if comma else _NOTHING
    return statement.opening or _NOTHING


def _after(statement: Statement, index: int) -> Gap:
    comma = statement.aliases[index].comma
    return comma.behind if comma else statement.closing or _NOTHING


def _above(gap: Gap) -> tuple[str, ...]:
    return tuple(line.comment for line in gap.lines[1:] if line.comment)


def _behind(gap: Gap) -> str:
    return gap.lines[0].comment if gap.lines else ""


def _without_behind(gap: Gap) -> Gap:
    if gap.lines:
        return replace(gap, lines=(replace(gap.lines[0], comment="", space=""), *gap.lines[1:]))
    return gap


def _without_above(gap: Gap) -> Gap:
    return replace(gap, lines=gap.lines[:1])


def _remove(statement: Statement, index: int) -> tuple[Statement, Taken]:
    names = statement.aliases
    taken, comma, is_last = _comments(statement, index), names[index].comma, index == len(names) - 1
    joined = _joined(_before(statement, index), _after(statement, index), is_last=is_last)
    statement = replace(statement, aliases=(*names[:index], *names[index + 1 :]))
    if index == 0 or comma is not None:
        return _with_before(statement, index, joined), taken
    closing = joined if statement.closing is not None else None
    return replace(_with_comma(statement, index - 1, None), closing=closing), taken


def _joined(before: Gap, after: Gap, *, is_last: bool) -> Gap:
    """What stands between the neighbours of a name that goes: its own comments go with it, theirs stay."""
    after = _without_behind(after)
    if not before.lines:
        return after if after.lines or is_last else before
    if after.lines:
        return replace(after, lines=(before.lines[0], *after.lines[1:]))
    if not is_last:
        return _without_above(before)
    # The closing parenthesis stood on the line of the name that goes.
    if not before.lines[0].comment:
        return after
    return Gap(before.lines[:1])


def append_alias(statement: Statement, name: str, local: str | None) -> Statement:
    """`statement` with one more name at the end of its list, laid out as the others are."""
    last = len(statement.aliases) - 1
    closing = _after(statement, last)
    new, after = _alias(name, local), _without_behind(closing)
    if statement.aliases[last].comma is not None:
        new = replace(new, comma=Comma(after))
    elif statement.closing is not None:
        statement = replace(statement, closing=after)
    statement = _with_comma(statement, last, Comma(_with_behind(_separator(statement), closing)))
    return replace(statement, aliases=(*statement.aliases, new))


def insert_alias(statement: Statement, index: int, name: str, local: str | None) -> Statement:
    """`statement` with one more name at `index` of its list, laid out as the others are."""
    names = statement.aliases
    if index == len(names):
        return append_alias(statement, name, local)
    before = _before(statement, index)
    # The comment behind the name before stays there; those above the name behind stay above it.
    behind = _without_behind(before) if before.lines else _between(statement)
    new = replace(_alias(name, local), comma=Comma(behind))
    statement = _with_before(statement, index, _without_above(before))
    return replace(statement, aliases=(*statement.aliases[:index], new, *names[index:]))


def _between(statement: Statement) -> Gap:
    """What stands between two names of a list that begins on the line of its statement."""
    last = len(statement.aliases) - 1
    between = _before(statement, last) if last else _BLANK
    return _without_above(_without_behind(between)) if between.lines else _BLANK


def _separator(statement: Statement) -> Gap:
    between = _before(statement, len(statement.aliases) - 1)
    return _without_above(_without_behind(between)) if between.lines else _BLANK


def _with_behind(separator: Gap, closing: Gap) -> Gap:
    """`separator` with the comment that stood behind the name which is no longer the last."""
    if not _behind(closing):
        return separator
    if separator.lines:
        return replace(separator, lines=(closing.lines[0], *separator.lines[1:]))
    return Gap(closing.lines[:1], "    ")
