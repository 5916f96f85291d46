"""Whether a source is nested too deep to hand to a parser, which then takes quadratic time or ends the process."""

from __future__ import annotations

import re
from itertools import accumulate

# Of the steps that nest one in the other: far more than the converter, which recurses, can follow; LibCST itself
# dies at some three thousand. Brackets: as many as Python itself allows.
_STEPS = 2000
_BRACKETS = 200
_BRACES = {"{": 1, "}": -1}
_TOKEN = re.compile(
    r"""
    (?P<string> \"{3}(?:[^\\]|\\.)*?\"{3} | '{3}(?:[^\\]|\\.)*?'{3} | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*' )
    | (?P<blank> [ \t\f]+ | \#[^\r\n]* | \\(?:\r\n|\r|\n) )
    # No expression holds these words, so that a line that they begin is a new statement, whatever came before.
    | (?P<statement> [\r\n]\s*(?:class|def|import|raise|return|try|while|with)\b )
    | (?P<newline> [\r\n] )
    | (?P<separator> [,;] )
    | (?P<opening> [(\[{] )
    | (?P<closing> [)\]}] )
    | \w+ | .
    """,
    re.DOTALL | re.VERBOSE,
)


def is_deep(source: str, steps: int = _STEPS, brackets: int = _BRACKETS) -> bool:
    """Whether brackets, operators, attributes, calls or `elif` clauses in `source` may nest too deep: more than so many
    `steps` or `brackets`. Those that are left out are what LibCST can take.

    It counts the words and signs between commas and statements, on each level of brackets: an estimate from above.
    """
    if source.count("elif") > steps:
        return True
    counts = [0]
    total = 0
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup
        if kind == "string" and _depth(match.group()) > brackets:
            return True
        if kind == "blank" or (kind == "newline" and len(counts) > 1):
            continue
        if kind == "statement":
            counts, total = [0], 0
        elif kind == "opening":
            counts.append(1)
            total += 1
        elif kind == "closing" and len(counts) > 1:
            # What follows on the bracket, as in `a(b)(c)`, stands around it.
            total -= counts.pop() - 1
            counts[-1] += 1
        elif kind in {"newline", "separator"}:
            total -= counts[-1]
            counts[-1] = 0
        else:
            counts[-1] += 1
            total += 1
        if total > steps or len(counts) > brackets:
            return True
    return False


def _depth(string: str) -> int:
    """How deep braces nest in `string`, as they may in the format of a formatted string."""
    if "{" not in string:
        return 0
    return max(accumulate(_BRACES.get(letter, 0) for letter in string))
