"""Exceptions as text; those of the team's code may fail even at that."""

from __future__ import annotations

import traceback

_LONGEST = 300  # characters of a reason
_LONGEST_TRACEBACK = 200_000  # characters; a codemod may put a whole tree into its message


def last_line(error: BaseException) -> str:
    """The exception in one line: its type and what it says."""
    try:
        told = str(error)
    except Exception:
        told = "<no text: its __str__ failed>"
    name = type(error).__qualname__
    return short(f"{name}: {told}" if told else name)


def short(text: str) -> str:
    """`text` in one line, cut where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def traceback_text(error: BaseException) -> str:
    """The complete traceback, the middle cut out only where it is gigantic."""
    text = "".join(traceback.format_exception(error))
    if len(text) <= _LONGEST_TRACEBACK:
        return text
    half = _LONGEST_TRACEBACK // 2
    return f"{text[:half]}\n... cut ...\n{text[-half:]}"
