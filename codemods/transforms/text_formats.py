"""What data files hold, read by their format's own parser: to judge that a rewrite changed names and nothing else."""

from __future__ import annotations

import importlib
import json
import sys
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

if TYPE_CHECKING:
    from collections.abc import Callable

_BOM = "\ufeff"


def fault_in(path: str, before: str, after: str, replace: Callable[[str], str]) -> str:
    """Why `after` is not the data of `before` with `replace` done in each string; empty where it is.

    Also empty where the format of `path` has no parser here, or did not parse to begin with.
    """
    name, read = _reader(path)
    if read is None or (old := _values(read, before)) is None:
        return ""
    new = _values(read, after)
    if new is None:
        return f"the result would not parse as {name}"
    if _mapped(old[0], replace) != new[0]:
        return f"the result would not hold the same {name} data under the new names: change it by hand"
    return ""


def has_escapes(path: str, text: str) -> bool:
    """Whether `text` is data of a format in whose strings a backslash begins an escape."""
    name, read = _reader(path)
    return name != "INI" and read is not None and _values(read, text) is not None


def _reader(path: str) -> tuple[str, Callable[[str], object] | None]:
    ending = path.rpartition("/")[2].rpartition(".")[2].lower()
    readers: dict[str, tuple[str, Callable[[str], object] | None]] = {
        "json": ("JSON", _json),
        "yaml": ("YAML", _yaml),
        "yml": ("YAML", _yaml),
        "ini": ("INI", _ini),
        "cfg": ("INI", _ini),
        "toml": ("TOML", _toml_reader() if ending == "toml" else None),
    }
    return readers.get(ending, ("", None))


def _values(read: Callable[[str], object], text: str) -> tuple[object] | None:
    """What `read` makes of `text`, in a tuple; None where it does not parse."""
    try:
        return (read(text.removeprefix(_BOM)),)
    except (ValueError, YAMLError, AttributeError, RecursionError):
        return None


def _mapped(value: object, replace: Callable[[str], str]) -> object:
    """`value` with `replace` done in each of its strings, keys too."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_mapped(item, replace) for item in value)
    return value


def _json(text: str) -> object:
    """Arrays as lists, objects as tuples of pairs (a key may stand twice), numbers as they are spelled."""
    return json.loads(text, object_pairs_hook=tuple, parse_int=str, parse_float=str, parse_constant=str)


def _yaml(text: str) -> object:
    """The parser's events (documents, tags, anchors, scalars): no tag is unknown to them, no key stands twice."""
    fields = ("anchor", "tag", "value", "style", "implicit", "flow_style")
    return [
        (type(event).__name__, *(getattr(event, field, None) for field in fields))
        for event in YAML(typ="safe", pure=True).parse(text)
    ]


def _ini(text: str) -> object:
    import configparser  # here, since it takes time to load

    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(str(error)) from error
    return [list(parser.defaults().items()), *((f"[{name}]", parser.items(name)) for name in parser.sections())]


def _toml_reader() -> Callable[[str], object] | None:
    """The standard library's parser, `tomli` before Python 3.11, or none."""
    try:
        module: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    except ModuleNotFoundError:
        return None
    return lambda text: _pairs(module.loads(text, parse_float=str))


def _pairs(value: object) -> object:
    if isinstance(value, dict):
        return tuple((key, _pairs(item)) for key, item in value.items())
    return [_pairs(item) for item in value] if isinstance(value, list) else value
