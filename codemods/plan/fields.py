"""The keys of a model, as its annotations declare them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, get_origin

from msgspec import NODEFAULT, Meta, Struct, structs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.plan.types import Model


class Field(Struct, frozen=True):
    """One key: the field that holds its value, what it may hold, and what it holds where it is not given."""

    key: str
    name: str
    kind: Any
    default: object
    is_required: bool

    @property
    def description(self) -> str:
        """What it is for."""
        return next((meta.description for meta in self._metas if meta.description), "")

    @property
    def if_missing(self) -> str:
        """What is told where it is not given and has to be."""
        said = (meta.extra["missing"] for meta in self._metas if meta.extra)
        return next(said, f"the key `{self.key}` is missing")

    @property
    def _metas(self) -> Iterator[Meta]:
        return (each for each in annotated(self.kind)[1] if isinstance(each, Meta))


@cache
def fields(model: type[Model]) -> dict[str, Field]:
    """The keys of `model`, in the order of their declaration."""
    found = {}
    for each in structs.fields(model):
        default = each.default if each.default_factory is NODEFAULT else each.default_factory()
        found[each.encode_name] = Field(each.encode_name, each.name, each.type, default, each.required)
    return found


def annotated(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type without what is annotated to it, and that."""
    return (kind.__origin__, kind.__metadata__) if get_origin(kind) is Annotated else (kind, ())
