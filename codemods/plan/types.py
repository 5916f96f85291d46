"""The kinds of values that the keys of a plan hold."""

from __future__ import annotations

import keyword
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in text.split("."))


def _dotted(text: str) -> str:
    if not _is_dotted(text):
        raise ValueError("expected a dotted name such as `package.module`")
    return text


def _symbol(text: str) -> str:
    if not _is_dotted(text) or "." not in text:
        raise ValueError("expected the dotted name of a symbol, such as `package.module.name`")
    return text


def _identifier(text: str) -> str:
    if not _is_dotted(text) or "." in text:
        raise ValueError("expected a plain name, without dots")
    return text


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text) or ".." in text or text.endswith((".", ".lock")):
        raise ValueError("expected lower-case letters, digits, `-`, `_` and `.`, such as `sender-factory`")
    return text


def _phase_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", text):
        raise ValueError("expected letters, digits, `-` and `_`, such as `P0`")
    return text


def _inside(text: str) -> str:
    pattern = text.removeprefix("!")
    if not pattern or pattern.startswith(("/", "~")) or "\\" in pattern or ".." in pattern.split("/"):
        raise ValueError("expected a path inside the repository, relative to its root, with `/` between folders")
    return text


Dotted = Annotated[str, AfterValidator(_dotted)]
Symbol = Annotated[str, AfterValidator(_symbol)]
Identifier = Annotated[str, AfterValidator(_identifier)]
Pattern = Annotated[str, AfterValidator(_inside)]
Seconds = Annotated[float, Field(gt=0)]
Slug = Annotated[str, AfterValidator(_slug)]
PhaseName = Annotated[str, AfterValidator(_phase_name)]
NonEmpty = Annotated[str, Field(min_length=1)]


class Model(BaseModel):
    """What all parts of a plan have in common: frozen, and no key but the declared ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, strict=False)
