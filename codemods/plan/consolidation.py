"""The schema of what ends duplicates: `merge`, `delete`, `forbid`, and the figures that `audit` compares."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from codemods.plan.types import Dotted, Identifier, Model, Pattern, Symbol

_FIGURE = re.compile(r"(?P<low>\d+(?:\.\d+)?)\.\.(?P<high>\d+(?:\.\d+)?)|(?P<sign>>=|<=)\s*(?P<bound>\d+(?:\.\d+)?)")


def _member(text: str) -> str:
    parts = text.split(".")
    if len(parts) > 2 or not all(part.isidentifier() for part in parts):
        raise ValueError("expected a name of the module, or `Class.member`")
    return text


Member = Annotated[str, AfterValidator(_member)]


class RenameTo(Model):
    """Take the duplicate's definition under another name."""

    rename: Identifier = Field(description="The name that it gets in the kept module, or in the kept class.")


def _take(value: Any) -> Any:
    if isinstance(value, (dict, RenameTo)) or value in ("ours", "theirs"):
        return value
    raise ValueError("expected `ours`, `theirs` or `{rename: other}`")


_Take = Literal["ours", "theirs"] | RenameTo
Take = Annotated[_Take, BeforeValidator(_take, json_schema_input_type=_Take)]


class Merge(Model):
    """What a duplicate has and the kept module lacks is moved there, with the imports and helpers that it needs."""

    module: Dotted = Field(description="The duplicate.")
    into: Dotted = Field(description="The module that is kept.")
    names: tuple[Member, ...] = Field(
        (),
        description="Only these names, or `Class.member`. Without any: everything that the duplicate has and the kept "
        "module lacks.",
    )
    take: dict[Member, Take] = Field(
        default_factory=dict,
        description="What holds where both define a name differently: `ours` is the kept module's, `theirs` the "
        "duplicate's; `{rename: other}` takes theirs under another name. Each such name has to be decided. `ours` for "
        "a name that only the duplicate has leaves it behind.",
    )


class DeleteModule(Model):
    """A module to delete once nothing refers to it."""

    module: Dotted = Field(description="The module. Its package goes as well where nothing is left in it.")
    ignore: tuple[Pattern, ...] = Field(
        (), description="Files whose references do not count, as patterns in the style of `.gitignore`."
    )


class DeleteSymbol(Model):
    """A symbol to delete from its module once nothing refers to it."""

    symbol: Symbol = Field(description="The symbol, as `package.module.name`.")
    ignore: tuple[Pattern, ...] = Field((), description="As for a module.")


def _delete_kind(value: Any) -> str:
    if isinstance(value, dict):
        return "symbol" if "symbol" in value and "module" not in value else "module"
    return "symbol" if isinstance(value, DeleteSymbol) else "module"


Delete = Annotated[
    Annotated[DeleteModule, Tag("module")] | Annotated[DeleteSymbol, Tag("symbol")], Discriminator(_delete_kind)
]


class Forbid(Model):
    """What must not be there."""

    modules: tuple[Dotted, ...] = Field((), description="Modules and packages, by their dotted names.")
    classes: tuple[Identifier, ...] = Field((), description="Classes, by their plain names, wherever they are defined.")
    files: tuple[Pattern, ...] = Field((), description="Files, as patterns in the style of `.gitignore`.")


def _figure(value: Any) -> Any:
    if isinstance(value, bool) or not (isinstance(value, (int, float)) or _FIGURE.fullmatch(str(value).strip())):
        raise ValueError("expected a number, a range such as `10..20`, or a bound such as `>=99`")
    return value


# A number, `10..20`, `>=99` or `<=20`.
Figure = Annotated[int | float | str, BeforeValidator(_figure)]


def figure_holds(figure: int | float | str, actual: float) -> bool:
    """Whether `actual` is what `figure` says: that number, in that range, or within that bound."""
    match = _FIGURE.fullmatch(figure.strip()) if isinstance(figure, str) else None
    if match is None:
        return actual == float(figure)
    if match["sign"]:
        return actual >= float(match["bound"]) if match["sign"] == ">=" else actual <= float(match["bound"])
    return float(match["low"]) <= actual <= float(match["high"])


class PhaseExpect(Model):
    """Figures for one phase."""

    files: Figure | None = Field(None, description="How many files have references to what the plan moves.")
    references: Figure | None = Field(None, description="How many references there are.")
    forms: dict[str, Figure] = Field(
        default_factory=dict, description="How many references of each form, such as `from-import`."
    )


class Expect(PhaseExpect):
    """Figures for the whole plan."""

    paths: dict[Dotted, Figure] = Field(
        default_factory=dict, description="How many references to each old module or symbol."
    )
    compliance: Figure | None = Field(
        None, description="The share of references that use the canonical path, in percent."
    )
