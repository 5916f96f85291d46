"""What says of itself that it is deprecated: in the first lines of a docstring, by a decorator, by a warning."""

from __future__ import annotations

import re

_SAYS_SO = re.compile(r"(?im:^[\W_]*deprecat(?:ed|ion)\b)|(?i:\b(?:is|are|now|been) deprecated\b)|\bDEPRECATED\b")
_WARNS = re.compile(r"\b(?:_?warnings\.)?_?warn\w*\([^()]*(?:\([^()]*\)[^()]*)*DeprecationWarning")
_DOCSTRING = re.compile(r"\s*[rRuU]?(?P<quotes>\"\"\"|'''|\"|')")
_SIGNATURE = re.compile(r"[^\n]*(?:\n[ \t]*(?![ \t\"'])[^\n]*){0,40}?:[ \t]*(?:#[^\n]*)?\n")
_HEAD = 1500  # letters: as much of a body as a warning at its beginning takes
_FIRST_LINES = 3  # of a docstring


def is_documented(text: str, start: int = 0) -> bool:
    """Whether the docstring that begins at `start` says so in its first lines."""
    match = _DOCSTRING.match(text, start)
    if match is None:
        return False
    end = text.find(match["quotes"], match.end())
    first = text[match.end() : end if end >= 0 else len(text)].strip().split("\n")[:_FIRST_LINES]
    return _SAYS_SO.search("\n".join(first)) is not None


def warns(text: str, start: int) -> bool:
    """Whether the statement at `start` gives a DeprecationWarning."""
    return _WARNS.match(text, start) is not None


def is_deprecated(text: str, start: int, end: int, decorators: str, *, is_class: bool) -> bool:
    """Whether the definition whose name stands at `start` says so: of a class, its `__init__` counts."""
    if "deprecated" in decorators:
        return True
    # Most do not hold the word in any form.
    head = min(end, start + _HEAD)
    if not any(text.find(word, start, head) >= 0 for word in ("eprecat", "DEPRECATED")):
        return False
    signature = _SIGNATURE.match(text, start)
    if signature is not None and is_documented(text, signature.end()):
        return True
    if is_class:
        start = text.find("def __init__", start, head)
        following = text.find("\n    def ", max(start, 0), head)
        head = following if following >= 0 else head
    return start >= 0 and _WARNS.search(text, start, head) is not None
