"""What a file may have to be looked at: more of it would take more time and memory than one file is worth.

The bytes are asked before anything parses them. What is beyond a limit is skipped, with the reason that stands here.
"""

from __future__ import annotations

import re

MEGABYTE = 1024 * 1024

FILE = 10 * MEGABYTE  # bytes; whatever the file is
LINE = MEGABYTE  # bytes of a line of Python
WORDS = 500_000  # words and signs of a Python file: their tree takes a gigabyte
STEPS = 20_000  # words and signs that nest in one another in one statement: Python 3.10 dies at some 300,000

_WORD = re.compile(rb"\w+|[^\s\w]")
_LINE_END = re.compile(rb"[\r\n]")
_NESTING = b".+-*/%@&|^~<>=([{:?!"
_OTHERS = bytes(set(range(256)).difference(_NESTING))
_NESTING_WORD = re.compile(rb"\b(?:and|await|elif|else|in|is|lambda|not|or)\b")


def too_large(size: int) -> str:
    """Why a file of `size` bytes is not read; empty where it is."""
    return f"it is larger than {FILE // MEGABYTE} MB" if size > FILE else ""


def beyond(content: bytes) -> str:
    """Why Python source is not parsed, by its size alone; empty where it is."""
    if reason := too_large(len(content)):
        return reason
    if len(content) > LINE and max(map(len, _LINE_END.split(content))) > LINE:
        return f"it has a line of more than {LINE // MEGABYTE} MB"
    if len(content) > WORDS and sum(1 for _ in _WORD.finditer(content)) > WORDS:
        return f"it has more than {WORDS:,} words and signs"
    return ""


def may_be_deep(source: bytes) -> bool:
    """Whether `source` holds enough of what nests to go beyond `STEPS`; cheap, and on the safe side."""
    if len(source) < STEPS:
        return False
    signs = len(source.translate(None, _OTHERS))
    return signs > STEPS or signs + len(_NESTING_WORD.findall(source)) > STEPS
