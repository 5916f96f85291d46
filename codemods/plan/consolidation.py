"""The schema of what ends duplicates: `merge`, `delete`, `forbid`, and the figures that `audit` compares."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, field

from codemods.plan.types import Check, Dotted, Either, Identifier, Model, Pattern, Symbol, module_or_symbol

_FIGURE = re.compile(r"(?P<low>\d+(?:\.\d+)?)\.\.(?P<high>\d+(?:\.\d+)?)|(?P<sign>>=|<=)\s*(?P<bound>\d+(?:\.\d+)?)")


def _member(text: str) -> str:
    parts = text.split(".")
    if len(parts) > 2 or not all(part.isidentifier() for part in parts):
        raise ValueError("expected a name of the module, or `Class.member`")
    return text


Member = Annotated[str, Check(_member)]


class RenameTo(Model, frozen=True, kw_only=True):
    """Take the duplicate's definition under another name."""

    rename: Annotated[Identifier, Meta(description="The name that it gets in the kept module, or in the kept class.")]


Side = Literal["ours", "theirs"]


def _take(value: Any) -> Any:
    if isinstance(value, dict):
        return RenameTo
    if value in get_args(Side):
        return Side
    raise ValueError("expected `ours`, `theirs` or `{rename: other}`")


Take = Annotated[Side | RenameTo, Either(_take)]


class Merge(Model, frozen=True, kw_only=True):
    """What a duplicate has and the kept module lacks is moved there, with the imports and helpers that it needs."""

    module: Annotated[Dotted, Meta(description="The duplicate.")]
    into: Annotated[Dotted, Meta(description="The module that is kept.")]
    names: Annotated[
        tuple[Member, ...],
        Meta(
            description="Only these names, or `Class.member`. Without any: everything that the duplicate has and the "
            "kept module lacks."
        ),
    ] = ()
    take: Annotated[
        dict[Member, Take],
        Meta(
            description="What holds where both define a name differently: `ours` is the kept module's, `theirs` the "
            "duplicate's; `{rename: other}` takes theirs under another name. Each such name has to be decided. `ours` "
            "for a name that only the duplicate has leaves it behind."
        ),
    ] = field(default_factory=dict)


class DeleteModule(Model, frozen=True, kw_only=True):
    """A module to delete once nothing refers to it."""

    module: Annotated[
        Dotted,
        Meta(
            description="The module. Its package goes as well where nothing is left in it.",
            extra={"missing": "expected `module:` or `symbol:`"},
        ),
    ]
    ignore: Annotated[
        tuple[Pattern, ...],
        Meta(description="Files whose references do not count, as patterns in the style of `.gitignore`."),
    ] = ()


class DeleteSymbol(Model, frozen=True, kw_only=True):
    """A symbol to delete from its module once nothing refers to it."""

    symbol: Annotated[Symbol, Meta(description="The symbol, as `package.module.name`.")]
    ignore: Annotated[tuple[Pattern, ...], Meta(description="As for a module.")] = ()


Delete = Annotated[DeleteModule | DeleteSymbol, module_or_symbol(DeleteModule, DeleteSymbol)]


class Forbid(Model, frozen=True, kw_only=True):
    """What must not be there."""

    modules: Annotated[tuple[Dotted, ...], Meta(description="Modules and packages, by their dotted names.")] = ()
    classes: Annotated[
        tuple[Identifier, ...], Meta(description="Classes, by their plain names, wherever they are defined.")
    ] = ()
    files: Annotated[tuple[Pattern, ...], Meta(description="Files, as patterns in the style of `.gitignore`.")] = ()


def _figure(value: Any) -> Any:
    if isinstance(value, bool) or not (isinstance(value, (int, float)) or _FIGURE.fullmatch(str(value).strip())):
        raise ValueError("expected a number, a range such as `10..20`, or a bound such as `>=99`")
    return type(value)


# A number, `10..20`, `>=99` or `<=20`.
Figure = Annotated[int | float | str, Either(_figure)]


def figure_holds(figure: int | float | str, actual: float) -> bool:
    """Whether `actual` is what `figure` says: that number, in that range, or within that bound."""
    match = _FIGURE.fullmatch(figure.strip()) if isinstance(figure, str) else None
    if match is None:
        return actual == float(figure)
    if match["sign"]:
        return actual >= float(match["bound"]) if match["sign"] == ">=" else actual <= float(match["bound"])
    return float(match["low"]) <= actual <= float(match["high"])


class PhaseExpect(Model, frozen=True, kw_only=True):
    """Figures for one phase."""

    files: Annotated[Figure | None, Meta(description="How many files have references to what the plan moves.")] = None
    references: Annotated[Figure | None, Meta(description="How many references there are.")] = None
    forms: Annotated[
        dict[str, Figure], Meta(description="How many references of each form, such as `from-import`.")
    ] = field(default_factory=dict)


class Expect(PhaseExpect, frozen=True, kw_only=True):
    """Figures for the whole plan."""

    paths: Annotated[dict[Dotted, Figure], Meta(description="How many references to each old module or symbol.")] = (
        field(default_factory=dict)
    )
    compliance: Annotated[
        Figure | None, Meta(description="The share of references that use the canonical path, in percent.")
    ] = None
