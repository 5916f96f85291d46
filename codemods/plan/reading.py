"""From plain values to a model, or to all that is wrong with them, each with its place.

Libraries that convert values tell the first mistake only (msgspec), or take as long to load and to prepare as all else
before the first file is read (pydantic). So the types of a plan, of which there are few kinds, are read here.
"""

from __future__ import annotations

import contextlib
import math
import operator
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import Meta, Struct

from codemods.model import shortened
from codemods.plan import limits
from codemods.plan.fields import annotated, fields
from codemods.plan.nearest import nearest
from codemods.plan.types import Check, Either, Model, Shorthand, Tagged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.plan.positions import Location

_SCALARS: dict[Any, str] = {
    str: "text (put it in quotes)",
    bool: "`true` or `false`",
    int: "a number",
    float: "a number",
    Any: "",
}
_BOUNDS = {
    "gt": (operator.gt, "above"),
    "ge": (operator.ge, "of at least"),
    "lt": (operator.lt, "below"),
    "le": (operator.le, "of at most"),
}
_WORDS = {
    **dict.fromkeys(("true", "yes", "on", "t", "y", "1"), True),
    **dict.fromkeys(("false", "no", "off", "f", "n", "0"), False),
}


class Problem(Struct, frozen=True):
    """What is wrong with the value at `location`, or with the key there."""

    location: Location
    message: str
    is_of_key: bool = False


class _WrongError(Exception):
    """What cannot be read, and has been told. Never leaves this module."""


class _EnoughError(Exception):
    """More is wrong than anybody is told at once. Never leaves this module."""


def read(kind: Any, value: object) -> tuple[Any, list[Problem]]:
    """What `value`, of plain values, is as a `kind`: a model or another type of a plan. Or None, and what is wrong with
    it, up to a number."""
    reading = _Reading()
    try:
        return reading.value(kind, value, ()), []
    except (_WrongError, _EnoughError):
        return None, reading.problems


class _Reading:
    """Reads one value. `problems` is what was wrong so far; at the locations in `short` stands a shorthand."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.short: set[Location] = set()

    def value(self, kind: Any, value: object, at: Location) -> Any:
        """`value` as `kind` says. Raises _WrongError, after telling what is wrong.

        What this calls may raise ValueError instead, with what was expected: what was found is told here.
        """
        base, further = annotated(kind)
        try:
            full = self.in_full(further, value, at)
            found = self.plain(self.member(base, further, full, at), full, at)
            for each in further:
                if isinstance(each, Meta):
                    self.measure(each, found, at)
                elif isinstance(each, Check):
                    found = each.of(found)
        except ValueError as error:
            raise self.wrong(at, f"{_found(value)}; {error}") from None
        return found

    def in_full(self, further: tuple[Any, ...], value: object, at: Location) -> object:
        """`value` without a shorthand."""
        for each in further:
            if isinstance(each, Shorthand) and (full := each.of(value)) is not value:
                self.short.add(at)
                return full
        return value

    def member(self, base: Any, further: tuple[Any, ...], value: object, at: Location) -> Any:
        """The member of the union `base` that `value` is; `base` where it is none."""
        for each in further:
            if isinstance(each, Either):
                return each.of(value)
            if isinstance(each, Tagged):
                return self.tagged(each, value, at)
        return base

    def plain(self, kind: Any, value: object, at: Location) -> Any:
        """`value` as a kind to which nothing is annotated, or one that was chosen."""
        origin = get_origin(kind)
        if origin is Annotated:
            return self.value(kind, value, at)
        if origin is None and kind in _SCALARS:
            return _scalar(kind, value)
        if origin in (Union, UnionType):
            (other,) = (each for each in get_args(kind) if each is not NoneType)
            return None if value is None else self.value(other, value, at)
        if origin is Literal:
            return self.literal(get_args(kind), value, at)
        if origin is tuple and isinstance(value, list | tuple):
            return tuple(self.all(((get_args(kind)[0], each, number) for number, each in enumerate(value)), at))
        if origin is dict and isinstance(value, dict):
            of_keys, of_values = get_args(kind)
            return self.mapping(of_keys, of_values, value, at)
        if origin is None and isinstance(value, dict):
            return self.model(kind, value, at)
        raise ValueError(f"expected {'a list' if origin is tuple else 'keys and values'}")

    def mapping(self, of_keys: Any, of_values: Any, value: dict[str, object], at: Location) -> dict[Any, Any]:
        """A mapping by names of the author's own."""
        keys = ((of_keys, key, key) for key in value)
        read = self.all((*keys, *((of_values, each, key) for key, each in value.items())), at)
        return dict(zip(read[: len(value)], read[len(value) :], strict=True))

    def model(self, model: type[Model], value: dict[str, object], at: Location) -> Model:
        """A model by its keys."""
        known = fields(model)
        before = len(self.problems)
        given = [(known[key], each) for key, each in value.items() if key in known]
        read: list[Any] = []
        with contextlib.suppress(_WrongError):
            read = self.all(((field.kind, each, field.key) for field, each in given), at)
        for key in value:
            if key not in known:
                words = f"unknown key `{shortened(key)}`{nearest(key, known)}; valid here: {', '.join(known)}"
                self.tell(Problem((*at, key), words, is_of_key=True))
        for field in known.values():
            if field.is_required and field.key not in value:
                self.tell(Problem(at, field.if_missing))
        if len(self.problems) > before:
            raise _WrongError
        made = model(**{field.name: each for (field, _), each in zip(given, read, strict=True)})
        made.check({field.name for field, _ in given})
        return made

    def all(self, parts: Iterable[tuple[Any, object, str | int]], at: Location) -> list[Any]:
        """Each part of the value at `at`; raises _WrongError after the last where one is wrong."""
        found = []
        before = len(self.problems)
        for kind, value, part in parts:
            with contextlib.suppress(_WrongError):
                found.append(self.value(kind, value, at if at in self.short else (*at, part)))
        if len(self.problems) > before:
            raise _WrongError
        return found

    def tagged(self, tagged: Tagged, value: object, at: Location) -> type[Model]:
        """The member that a mapping names; any for what is none, which each of them refuses."""
        if not isinstance(value, dict):
            return next(iter(tagged.members.values()))
        word = value.get(tagged.key, "nothing")
        if isinstance(word, str) and word in tagged.members:
            return tagged.members[word]
        expected = f"{nearest(str(word), tagged.members)}; expected one of {', '.join(tagged.members)}"
        raise self.wrong(at, f"`{tagged.key}` is `{_shown(word)}`{expected}")

    def literal(self, words: tuple[Any, ...], value: object, at: Location) -> Any:
        """One of some words."""
        for word in words:
            if type(word) is type(value) and word == value:
                return word
        known = [str(word) for word in words]
        raise self.wrong(at, f"{_found(value)}{nearest(str(value), known)}; `{_name(at)}` is one of {', '.join(known)}")

    def measure(self, meta: Meta, value: Any, at: Location) -> None:
        """Raise where a value is too long, too short, too large or too small."""
        if isinstance(value, str):
            if len(value) < (meta.min_length or 0):
                raise ValueError("expected some text")
            if meta.max_length is not None and len(value) > meta.max_length:
                raise ValueError(f"expected at most {meta.max_length} characters")
        elif isinstance(value, tuple) and len(value) < (meta.min_length or 0):
            raise self.wrong(at, f"`{_name(at)}` is empty; give at least one")
        elif isinstance(value, int | float):
            for name, (holds, words) in _BOUNDS.items():
                bound = getattr(meta, name)
                if bound is not None and not holds(value, bound):
                    raise ValueError(f"expected a number {words} {bound:g}")

    def tell(self, problem: Problem) -> None:
        """Note a problem. Raises _EnoughError after one more than are told."""
        self.problems.append(problem)
        if len(self.problems) > limits.MISTAKES:
            raise _EnoughError

    def wrong(self, at: Location, message: str) -> _WrongError:
        """The error to raise for what is wrong at `at`, which is noted."""
        self.tell(Problem(at, message))
        return _WrongError()


def _scalar(kind: Any, value: object) -> Any:
    """A text, a number, yes or no, or anything. A number in quotes is one, too."""
    if kind is Any or (kind is str and isinstance(value, str)):
        return value
    if kind is bool and (isinstance(value, bool) or str(value).lower() in _WORDS):
        return value if isinstance(value, bool) else _WORDS[str(value).lower()]
    if kind in (int, float) and isinstance(value, str | int | float) and not isinstance(value, bool):
        with contextlib.suppress(ValueError, OverflowError):
            number = float(value)
            if kind is float and math.isfinite(number):
                return number
            if kind is int and number.is_integer():
                return int(value)
    raise ValueError(f"expected {_SCALARS[kind]}")


def _name(at: Location) -> str:
    return next((part for part in reversed(at) if isinstance(part, str)), "plan")


def _found(value: object) -> str:
    return "found a list or mapping" if isinstance(value, dict | list | tuple) else f"found `{_shown(value)}`"


def _shown(value: object) -> str:
    return shortened(str(value), limits.SHOWN)
