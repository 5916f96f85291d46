"""The kinds of values that the keys of a plan hold."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from codemods.plan import limits
from codemods.plan.expressions import check_expression, check_pattern
from codemods.plan.template import is_trailer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping


class Check(Struct, frozen=True):
    """Something else that a text has to be: `of` gives the text, or raises ValueError with words for its author."""

    of: Callable[[str], str]


class Shorthand(Struct, frozen=True):
    """Another way to write a value: `of` gives it in full, and what is in full already as it is. `also` is the type of
    what may stand there beside it."""

    of: Callable[[Any], Any]
    also: Any


class Either(Struct, frozen=True):
    """Which member of a union a value is read as: `of` tells, or raises ValueError with words for its author."""

    of: Callable[[Any], Any]


def module_or_symbol(of_module: type[Model], of_symbol: type[Model]) -> Either:
    """What names a symbol, and no module, is read as `of_symbol`."""

    def of(value: Any) -> type[Model]:
        is_symbol = isinstance(value, dict) and "symbol" in value and "module" not in value
        return of_symbol if is_symbol else of_module

    return Either(of)


class Tagged(Struct, frozen=True):
    """Which member of a union a mapping is read as: the word under `key` tells."""

    key: str
    members: Mapping[str, type[Model]]


class Model(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts of a plan have in common: frozen, and no key but the declared ones.

    The types say what each key may hold: `plan/reading.py` reads plain values by them, `plan/json_schema.py` tells
    others of them. They are evaluated when a part is first read: many a plan has few. A constructor checks nothing.
    A subclass says again that it is frozen, for mypy, and that its own fields are named.
    """

    def check(self, given: Collection[str]) -> None:
        """Raise ValueError, with words for the author, where it holds what does not go together.

        `given` are the names of the fields that the plan gives.
        """


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


Dotted = Annotated[str, Check(_dotted)]
Symbol = Annotated[str, Check(_symbol)]
Identifier = Annotated[str, Check(_identifier)]
Pattern = Annotated[str, Check(check_pattern)]
File = Annotated[str, Check(_path)]
Expression = Annotated[str, Meta(min_length=1), Check(check_expression)]
Remote = Annotated[str, Check(_remote)]
Line = Annotated[str, Check(_line)]
Seconds = Annotated[float, Meta(gt=0, le=limits.TIMEOUT)]
Slug = Annotated[str, Check(_slug)]
PhaseName = Annotated[str, Check(_phase_name)]
NonEmpty = Annotated[str, Meta(min_length=1)]
