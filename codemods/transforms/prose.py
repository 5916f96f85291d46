"""What prose says of a name: a sentence that tells of a change is history, and would lie under the new name."""

from __future__ import annotations

import re

TOLD = "its line tells of a change: under the new name it would not be true"
INLINE = "quoted in a sentence: it may tell of what was"

_CHANGE = re.compile(
    r"\b(deprecat\w*|obsolet\w*|legacy|formerly|previously|originally|used to|no longer|instead of|replac\w*|renam\w*|"
    r"remov\w*|delet\w*|moved|migrat\w*|redirect\w*|superseded|old)\b|→",
    re.IGNORECASE,
)
# Names and paths say nothing of their own: `app.legacy.factory`, `docs/old/x.md`, and modules of an import.
_NAME = re.compile(r"[\w/-]+(?:[./:][\w-]+)+|\b(?:from|import)\s+[\w.]+")
_LEAD = re.compile(r"\s*(?:>>> |\.\.\. |\$ |> ?|[`\"']+|\d+: )?\s*(?:from|import)\b")


def tells_of_a_change(text: str, start: int) -> bool:
    """Whether the line of `text` that holds the offset `start` speaks of a change."""
    return _CHANGE.search(_NAME.sub(" ", _line(text, start))) is not None


def is_inline(text: str, start: int) -> bool:
    """Whether the import around the offset `start` stands behind other words on its line."""
    return _LEAD.match(_line(text, start)) is None


def _line(text: str, start: int) -> str:
    begin = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    end = text.find("\n", start)
    return text[begin : end if end >= 0 else len(text)]
