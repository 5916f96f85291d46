"""How a definition differs from the one proposed to keep, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.survey.compare import Status, compare_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.survey.outline import Part

_LISTED = 6  # names
_KINDS = {"class": "a class", "function": "a function", "async function": "an async function", "constant": "a value"}


def lacking(kept: Part, other: Part) -> tuple[str, ...]:
    """The members that `other` has and the kept class lacks."""
    return tuple(_members(kept, other, Status.ONLY_THEIRS))


def details(kept: Part, other: Part) -> tuple[str, ...]:
    """How `other` differs from `kept`; one line per kind of difference."""
    if kept.code == other.code and kept.code and not list(_members(kept, other, Status.DIFFERS)):
        return ("same code",)
    return tuple(_details(kept, other))


def _details(kept: Part, other: Part) -> Iterator[str]:
    whole = compare_parts(kept, other)[0]
    if kept.kind != other.kind:
        yield f"{_KINDS[other.kind]}, the kept one {_KINDS[kept.kind]}"
    elif kept.kind != "class":
        yield from (detail.replace("ours", "the kept one").replace("theirs", "this") for detail in whole.details)
    for status, words in (
        (Status.ONLY_OURS, "lacks"),
        (Status.ONLY_THEIRS, "alone has"),
        (Status.DIFFERS, "differs in"),
    ):
        if names := list(_members(kept, other, status)):
            yield f"{words} {_listed(names)}"


def _members(kept: Part, other: Part, status: Status) -> Iterator[str]:
    if kept.kind == other.kind == "class":
        for difference in compare_parts(kept, other)[1:]:
            if difference.status is status:
                yield difference.name.rpartition(".")[2]


def _listed(names: Iterable[str]) -> str:
    shown = [f"`{name}`" for name in names]
    more = f" and {len(shown) - _LISTED} more" if len(shown) > _LISTED else ""
    return ", ".join(shown[:_LISTED]) + more
