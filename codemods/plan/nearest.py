"""The nearest valid word, for messages."""

from __future__ import annotations

import difflib
from itertools import islice
from typing import TYPE_CHECKING

from codemods.model import shortened
from codemods.plan import limits

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?` with the nearest of `known`, or nothing. Of very many the first are looked through."""
    if len(word) > limits.NAME:
        return ""
    others = [other for other in islice(known, limits.NEAREST) if other != word]
    found = difflib.get_close_matches(word, others, n=1)
    return f"; did you mean `{shortened(found[0])}`?" if found else ""
