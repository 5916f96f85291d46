"""From the text of a plan to a checked plan, or to all its mistakes at once, each with its place."""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from pydantic import BaseModel, ValidationError

from codemods.errors import Mistake, PlanError
from codemods.model import shortened
from codemods.plan import limits
from codemods.plan.check import check
from codemods.plan.nearest import nearest
from codemods.plan.positions import Document, Location, read_yaml
from codemods.plan.rewrites import STEPS, ArgumentEdit, Requires, Test, step_kind
from codemods.plan.schema import Commit, Keep, Phase, Plan, RedirectModule, RedirectSymbol, Strings
from codemods.plan.validations import (
    Appearance,
    CommandValidation,
    ImportsValidation,
    PytestValidation,
    Triggers,
    UnittestValidation,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codemods.plan.check_rewrites import Fault

_SECTIONS: dict[str, type[BaseModel]] = {"keep": Keep, "phases": Phase, "commit": Commit, "triggers": Triggers}
_LIMITS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "of at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "of at most"),
}
_WANTED = {
    "string_type": "text (put it in quotes)",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    **dict.fromkeys(
        (
            *("int_type", "int_parsing", "int_parsing_size", "int_from_float"),
            *("float_type", "float_parsing", "finite_number"),
        ),
        "a number",
    ),
}
_KINDS: dict[str, type[BaseModel]] = {
    "imports": ImportsValidation,
    "command": CommandValidation,
    "pytest": PytestValidation,
    "unittest": UnittestValidation,
}


class LoadedPlan(Struct, frozen=True):
    """A plan with where it came from: `where` names the file, `digest` its text, `document` knows positions.

    `is_trusted` says that the code which it names may be run.
    """

    plan: Plan
    where: str
    digest: str
    document: Document
    is_trusted: bool = False

    def position(self, *location: str | int) -> tuple[int, int]:
        """Line and column, from 1, of what stands at `location`, such as ("redirect", 0, "to")."""
        return self.document.position(location)

    def mistake(self, location: Location, message: str) -> Mistake:
        """A mistake in what stands at `location`."""
        line, column = self.position(*location)
        return Mistake(line, column, message)

    def fault(self, fault: Fault) -> Mistake:
        """A mistake in a snippet."""
        if not fault.line:
            return self.mistake(fault.location, fault.message)
        return Mistake(*self.document.within(fault.location, fault.line, fault.column), fault.message)


def load_plan(text: str, where: str) -> LoadedPlan:
    """The plan in `text`, from the file `where`.

    Raises PlanError with every mistake that can be found, up to a number of them. Runs nothing that the plan names;
    what a plan may be at most is in `plan/limits.py`.
    """
    if len(text) > limits.BYTES:
        what = f"the plan has {len(text)} characters, more than {limits.BYTES}: make two plans of it"
        raise PlanError(where, (Mistake(1, 1, what),))
    document = read_yaml(text)
    if document.mistakes and document.value is None:
        raise _refusal(where, document.mistakes)
    if not isinstance(document.value, dict):
        raise PlanError(where, (Mistake(1, 1, "expected keys such as `schema`, `name` and `redirect`"),))
    try:
        plan = Plan.model_validate(document.value)
    except ValidationError as error:
        errors = list(map(dict, error.errors(include_url=False, include_input=False)))
        own = [details for details in errors if not _is_echo(document, details)] or errors
        unread = {(mistake.line, mistake.column) for mistake in document.mistakes}
        found = [_mistake(document, details) for details in own[: limits.MISTAKES + 1]]
        mistakes = [mistake for mistake in found if (mistake.line, mistake.column) not in unread]
        raise _refusal(where, (*document.mistakes, *mistakes)) from None
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    loaded = LoadedPlan(plan, where, digest, document)
    # One more than is told, to know that there are more: to look for all may take long.
    found = [loaded.mistake(location, message) for location, message in islice(check(plan), limits.MISTAKES + 1)]
    found += [loaded.fault(fault) for fault in islice(_faults(plan), limits.MISTAKES + 1)]
    if document.mistakes or found:
        raise _refusal(where, (*document.mistakes, *found))
    return loaded


def _faults(plan: Plan) -> Iterator[Fault]:
    if plan.rewrite:
        # What reads patterns takes time to load, and many a plan has none.
        from codemods.plan.check_rewrites import check_rewrites

        yield from check_rewrites(plan)


def _refusal(where: str, mistakes: Iterable[Mistake]) -> PlanError:
    """The first mistakes, each in one line without anything that a terminal would obey."""
    told = sorted({Mistake(m.line, m.column, shortened(m.message, limits.MESSAGE)) for m in mistakes})
    if len(told) > limits.MISTAKES:
        last = told[limits.MISTAKES - 1]
        more = Mistake(last.line, last.column, "… and there are more, which are told once these are mended")
        told = [*told[: limits.MISTAKES], more]
    return PlanError(where, tuple(told))


def _is_echo(document: Document, details: Mapping[str, Any]) -> bool:
    """Whether an error only repeats that a list holds something wrong, which is reported by itself."""
    value = _value(document, _location(details["loc"]))
    return isinstance(value, list) and bool(value) and details["type"] in ("too_short", "literal_error")


def _mistake(document: Document, details: Mapping[str, Any]) -> Mistake:
    location = _location(details["loc"])
    kind = details["type"]
    while kind == "literal_error" and location and location not in document.values:
        # One word may stand for a list of it, or for a mapping.
        location = location[:-1]
    if kind == "extra_forbidden":
        line, column = document.position(location, of_key=True)
        return Mistake(line, column, _unknown_key(document, location))
    line, column = document.position(location)
    if kind == "missing":
        return Mistake(line, column, _missing(location))
    return Mistake(line, column, _expected(kind, location, details, _value(document, location)))


def _location(loc: tuple[str | int, ...]) -> Location:
    """`loc` without the words by which pydantic tells the members of a union apart."""
    if loc[:1] in (("redirect",), ("rewrite",), ("validation",)) and len(loc) > 2:
        loc = (*loc[:2], *loc[3:])
    if len(loc) > 3 and loc[0] == "phases" and loc[2] == "files":
        loc = (*loc[:3], *loc[4:])
    return tuple(part for part in loc if part != "[key]")


def _value(document: Document, location: Location) -> object:
    value: Any = document.value
    for part in location:
        is_there = part in value if isinstance(value, dict) else isinstance(value, list) and part in range(len(value))
        if not is_there:
            return None
        value = value[part]
    return value


def _model_at(document: Document, location: Location) -> type[BaseModel]:
    if not location:
        return Plan
    if location[0] == "redirect":
        if location[2:3] == ("strings",):
            return Strings
        entry = _value(document, location[:2])
        is_symbol = isinstance(entry, dict) and "symbol" in entry and "module" not in entry
        return RedirectSymbol if is_symbol else RedirectModule
    if location[0] == "rewrite":
        return _model_in_rewrite(document, location)
    if location[0] == "validation":
        if location[2:3] == ("pattern",):
            return Appearance
        entry = _value(document, location[:2])
        return _KINDS.get(str(entry.get("kind")) if isinstance(entry, dict) else "", CommandValidation)
    if location[0] == "phases" and location[2:3] == ("triggers",):
        return Triggers
    return _SECTIONS.get(str(location[0]), Plan)


def _model_in_rewrite(document: Document, location: Location) -> type[BaseModel]:
    for key, model in (("arguments", ArgumentEdit), ("where", Test), ("requires", Requires)):
        if location[2:3] == (key,):
            return model
    return STEPS[step_kind(_value(document, location[:2]))]


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _unknown_key(document: Document, location: Location) -> str:
    known = _keys(_model_at(document, location[:-1]))
    key = str(location[-1])
    return f"unknown key `{shortened(key)}`{nearest(key, known)}; valid here: {', '.join(known)}"


def _missing(location: Location) -> str:
    if location[0] == "redirect" and location[-1] == "module":
        return "expected `module:` or `symbol:`, and `to:`"
    return f"the key `{location[-1]}` is missing"


def _expected(kind: str, location: Location, details: Mapping[str, Any], value: object) -> str:
    context = details.get("ctx", {})
    found = f"found `{_shown(value)}`" if not isinstance(value, (dict, list)) else "found a list or mapping"
    if kind == "value_error":
        return f"{found}; {context['error']}"
    if location[:1] == ("phases",) and location[-1] == "files":
        return f"{found}; expected a list of paths and patterns, or the word `rest`"
    if kind in ("literal_error", "union_tag_invalid", "union_tag_not_found"):
        return _one_of(location, found, context, value)
    if kind == "too_short":
        return f"`{location[-1]}` is empty; give at least one"
    if kind in _LIMITS:
        key, words = _LIMITS[kind]
        return f"{found}; expected a number {words} {context[key]:g}"
    if kind in _WANTED:
        return f"{found}; expected {_WANTED[kind]}"
    if kind == "string_too_long":
        return f"{found}; expected at most {context['max_length']} characters"
    if kind == "tuple_type":
        return f"{found}; expected a list"
    return f"{found}; expected keys and values"


def _shown(value: object) -> str:
    return shortened(str(value), limits.SHOWN)


def _one_of(location: Location, found: str, context: Mapping[str, Any], value: object) -> str:
    if "kind" in str(context.get("discriminator", "")):
        words = list(_KINDS)
        value = value.get("kind", "nothing") if isinstance(value, dict) else value
        return f"`kind` is `{_shown(value)}`{nearest(str(value), words)}; expected one of {', '.join(words)}"
    words = [word.strip("'\" ") for word in str(context.get("expected", "")).replace(" or ", ", ").split(",")]
    return f"{found}{nearest(str(value), words)}; `{location[-1]}` is one of {', '.join(words)}"
