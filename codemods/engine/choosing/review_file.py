"""The file that keeps a review: JSON under a version. docs/review.md says what it holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from codemods.engine.choosing.saved import Edit, Review, ReviewedFile, ReviewedUnit, Terms
from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = 1
KIND = "review"
_Value = TypeVar("_Value")


def written(review: Review) -> bytes:
    """`review` as the bytes of a file."""
    values = {
        "version": VERSION,
        "kind": KIND,
        "codemods": review.release,
        "plan": {"name": review.plan, "digest": review.digest},
        "head": review.head,
        "select": list(review.terms.select),
        "deselect": list(review.terms.deselect),
        "non_python": review.terms.non_python,
        "units": [
            {"phase": unit.phase, "unit": unit.id, "digest": unit.digest, "files": [_file(file) for file in unit.files]}
            for unit in review.units
        ],
    }
    return f"{json.dumps(values, indent=1)}\n".encode()


def _file(file: ReviewedFile) -> dict[str, object]:
    encoding = _encoding(file.edits)
    return {
        "path": file.path,
        "before": file.before,
        "after": file.after or None,
        "encoding": encoding,
        "edits": [
            {"line": edit.line, "old": edit.old.decode(encoding), "new": edit.new.decode(encoding)}
            for edit in file.edits
        ],
    }


def _encoding(edits: tuple[Edit, ...]) -> str:
    """UTF-8 where all of the edits are; else each byte is the letter of its number."""
    try:
        for edit in edits:
            edit.old.decode()
            edit.new.decode()
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def read(content: bytes, where: str) -> Review:
    """The review that the bytes of the file `where` keep. Raises CodemodsError where they are none."""
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _wrong(where, "it is not JSON") from error
    if not isinstance(values, dict) or values.get("kind") != KIND:
        raise _wrong(where, f"it is not JSON of the kind `{KIND}`")
    if values.get("version") != VERSION:
        what = f"This review has version {values.get('version')!r}; this release of Codemods reads {VERSION}."
        raise CodemodsError(what, where=where, hint="Save it again with the release that is to carry it out.")
    try:
        return _review(values)
    except _BadValueError as error:
        raise _wrong(where, str(error)) from error


class _BadValueError(ValueError):
    """A value is missing, or of another type; its text says which."""


def _wrong(where: str, why: str) -> CodemodsError:
    hint = "Name a file that `codemods preview PLAN --save FILE` has written, as it was written."
    return CodemodsError(f"This is no review: {why}.", where=where, hint=hint)


def _review(values: dict[str, Any]) -> Review:
    plan = _get(values, "plan", dict)
    return Review(
        _get(plan, "name", str),
        _get(plan, "digest", str),
        _get(values, "codemods", str),
        _get(values, "head", str),
        Terms(_texts(values, "select"), _texts(values, "deselect"), _get(values, "non_python", bool)),
        _each(values, "units", _read_unit),
    )


def _read_unit(values: dict[str, Any]) -> ReviewedUnit:
    files = _each(values, "files", _read_file)
    return ReviewedUnit(_get(values, "phase", str), _get(values, "unit", str), _get(values, "digest", str), files)


def _read_file(values: dict[str, Any]) -> ReviewedFile:
    encoding = _get(values, "encoding", str)
    if encoding not in ("utf-8", "latin-1"):
        raise _BadValueError(f"`encoding` is {encoding!r}")

    def edit(entry: dict[str, Any]) -> Edit:
        return Edit(_get(entry, "line", int), _bytes(entry, "old", encoding), _bytes(entry, "new", encoding))

    after = "" if values.get("after") is None else _get(values, "after", str)
    return ReviewedFile(_get(values, "path", str), _get(values, "before", str), after, _each(values, "edits", edit))


def _bytes(values: dict[str, Any], name: str, encoding: str) -> bytes:
    try:
        return _get(values, name, str).encode(encoding)
    except UnicodeEncodeError as error:
        raise _BadValueError(f"`{name}` is not text in {encoding}") from error


def _texts(values: dict[str, Any], name: str) -> tuple[str, ...]:
    entries = _get(values, name, list)
    if not all(isinstance(entry, str) for entry in entries):
        raise _BadValueError(f"`{name}` holds something that is not text")
    return tuple(entries)


def _each(values: dict[str, Any], name: str, make: Callable[[dict[str, Any]], _Value]) -> tuple[_Value, ...]:
    entries = _get(values, name, list)
    if not all(isinstance(entry, dict) for entry in entries):
        raise _BadValueError(f"`{name}` holds something that is not an object")
    return tuple(make(entry) for entry in entries)


def _get(values: dict[str, Any], name: str, kind: type[_Value]) -> _Value:
    value = values.get(name)
    if type(value) is not kind:
        raise _BadValueError(f"`{name}` is missing, or of another type")
    return value
