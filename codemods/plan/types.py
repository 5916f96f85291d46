"""The kinds of values that the keys of a plan hold."""

from __future__ import annotations

import keyword
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from codemods.plan import limits
from codemods.plan.expressions import check_expression, check_pattern
from codemods.plan.template import is_trailer

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
    if len(text) > limits.NAME or not _SLUG.fullmatch(text) or ".." in text or text.endswith((".", ".lock")):
        raise ValueError("expected lower-case letters, digits, `-`, `_` and `.`, such as `sender-factory`")
    return text


def _phase_name(text: str) -> str:
    if len(text) > limits.NAME or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", text):
        raise ValueError("expected letters, digits, `-` and `_`, such as `P0`")
    return text


def _path(text: str) -> str:
    if set("*?[!").intersection(check_pattern(text)):
        raise ValueError("expected the path of one file or folder, without `*`, `?`, `[` and `!`")
    return text


def _remote(text: str) -> str:
    # A helper such as `ext::` runs what the address says.
    if not text or text.startswith("-") or "::" in text or not text.isprintable():
        raise ValueError("expected the name of a remote, or a URL or path that git can push to without a helper")
    return text


def _line(text: str) -> str:
    if len(text) > limits.LINE or not text.isprintable():
        raise ValueError(f"expected one line of at most {limits.LINE} printable characters")
    if is_trailer(text):
        raise ValueError("trailers that begin with `Codemods-` are how the state of a migration is read from git")
    return text


Dotted = Annotated[str, AfterValidator(_dotted)]
Symbol = Annotated[str, AfterValidator(_symbol)]
Identifier = Annotated[str, AfterValidator(_identifier)]
Pattern = Annotated[str, AfterValidator(check_pattern)]
File = Annotated[str, AfterValidator(_path)]
Expression = Annotated[str, Field(min_length=1), AfterValidator(check_expression)]
Remote = Annotated[str, AfterValidator(_remote)]
Line = Annotated[str, AfterValidator(_line)]
Seconds = Annotated[float, Field(gt=0, le=limits.TIMEOUT, allow_inf_nan=False)]
Slug = Annotated[str, AfterValidator(_slug)]
PhaseName = Annotated[str, AfterValidator(_phase_name)]
NonEmpty = Annotated[str, Field(min_length=1)]


class Model(BaseModel):
    """What all parts of a plan have in common: frozen, and no key but the declared ones.

    Validators are made when the first plan is read, all at once: one for each part as it is declared would take most of
    the time that reading a plan takes. So a default is made by `model_construct`, which needs none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, strict=False, defer_build=True)
