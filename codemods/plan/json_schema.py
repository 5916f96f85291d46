"""The JSON Schema of a plan, generated from the models, for editors and other checkers."""

from __future__ import annotations

import inspect
import json
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import Meta, to_builtins

from codemods.plan.fields import Field, annotated, fields
from codemods.plan.schema import Plan
from codemods.plan.types import Either, Model, Shorthand, Tagged

_REFERENCES = "#/$defs/"
_TYPES: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Any: {},
}
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_LENGTHS = {"string": ("minLength", "maxLength"), "array": ("minItems", "maxItems")}


def json_schema() -> dict[str, Any]:
    """The schema, by the keys that a plan uses."""
    parts: dict[str, dict[str, Any]] = {}
    whole = _of_model(Plan, parts)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": dict(sorted(parts.items())),
        **whole,
        "title": "Codemods plan",
    }


def dumps() -> str:
    """The schema as the committed text."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _of_model(model: type[Model], parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    known = fields(model)
    required = [key for key, field in known.items() if field.is_required]
    return {
        "additionalProperties": False,
        "description": inspect.cleandoc(model.__doc__ or ""),
        "properties": {key: _of_field(field, parts) for key, field in known.items()},
        **({"required": required} if required else {}),
        "title": model.__name__,
        "type": "object",
    }


def _of_field(field: Field, parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    default = {} if field.is_required else {"default": to_builtins(field.default)}
    return {**_of_type(field.kind, parts), **default, "description": field.description}


def _of_type(kind: Any, parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    base, further = annotated(kind)
    found = _of_plain(base, parts)
    for each in further:
        if isinstance(each, Tagged | Either) and all("$ref" in member for member in found["anyOf"]):
            found = {"oneOf": found["anyOf"]}
        elif isinstance(each, Shorthand):
            found = {"anyOf": [_of_type(each.also, parts), found]}
        elif isinstance(each, Meta):
            bounds = {word: getattr(each, name) for name, word in _BOUNDS.items()}
            lengths = zip(_LENGTHS.get(found.get("type", ""), ()), (each.min_length, each.max_length), strict=False)
            found |= {word: bound for word, bound in (*bounds.items(), *lengths) if bound is not None}
    return found


def _of_plain(kind: Any, parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _of_type(kind, parts)
    if origin is None and kind in _TYPES:
        return dict(_TYPES[kind])
    if origin is Literal:
        (of_words,) = {type(word) for word in arguments}
        return {**_TYPES[of_words], **({"const": arguments[0]} if len(arguments) == 1 else {"enum": [*arguments]})}
    if origin in (Union, UnionType):
        members = [_of_type(each, parts) for each in arguments]
        flat = [inner for each in members for inner in (each["anyOf"] if set(each) == {"anyOf"} else [each])]
        return {"anyOf": flat}
    if origin is tuple:
        return {"type": "array", "items": _of_type(arguments[0], parts)}
    if origin is dict:
        of_keys, of_values = arguments
        return _of_mapping(of_keys, of_values, parts)
    if kind.__name__ not in parts:
        parts[kind.__name__] = {}
        parts[kind.__name__] = _of_model(kind, parts)
    return {"$ref": _REFERENCES + kind.__name__}


def _of_mapping(of_keys: Any, of_values: Any, parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    names = {word: bound for word, bound in _of_type(of_keys, parts).items() if word != "type"}
    found = {"type": "object", "additionalProperties": _of_type(of_values, parts) or True}
    return {**found, "propertyNames": names} if names else found
