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
_HARMLESS = 5 * STEPS  # bytes: whatever they are, every Python survives them
# How a line begins that is a statement of its own, but in a string.
_HEADS = (b"\n    def ", b"\n    async def ", b"\ndef ", b"\nclass ", b"\n        return ", b"\n    try:")
_NESTING_WORDS = (b"and", b"await", b"elif", b"else", b"in", b"is", b"lambda", b"not", b"or")
_NESTING_WORD = re.compile(rb"\b(?:" + b"|".join(_NESTING_WORDS) + rb")\b")


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
    if len(source) < _HARMLESS and not _has_long_statement(source):
        return False
    signs = len(source) - len(source.translate(None, _NESTING))
    # By the letters alone, as in `string`, first: that is much cheaper.
    if signs + sum(map(source.count, _NESTING_WORDS)) <= STEPS:
        return False
    return signs > STEPS or signs + len(_NESTING_WORD.findall(source)) > STEPS


def _has_long_statement(source: bytes) -> bool:
    """Whether a statement may have `STEPS` bytes: by the letters, so that a string may hide one."""
    start = 0
    while len(source) - start > STEPS:
        places = (source.rfind(head, start + 1, start + STEPS) for head in _HEADS)
        start = next((place for place in places if place >= 0), -1)
        if start < 0:
            return True
    return False
