"""Text of others' in Markdown: names, code and reasons, so that none of it is read as markup or as HTML."""

from __future__ import annotations

import re

from codemods.model import printable

_RUN = re.compile("`+")
_MARKS = re.compile(r"[\\*_<>#\[\]~]")


def code(text: str) -> str:
    """`text` on one line as code, also where it holds backticks itself."""
    shown = printable(text)
    longest = max((len(run) for run in _RUN.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    # A space at both ends is taken away again by who reads it.
    gap = " " if not shown.strip() or shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{gap}{shown}{gap}{fence}"


def plain(text: str) -> str:
    """`text` on one line; what stands between single backticks is code, the rest holds no markup."""
    shown = printable(text)
    parts = shown.split("`")
    if "``" in shown or len(parts) % 2 == 0:
        return _escaped("'".join(parts))
    return "`".join(_escaped(part) if number % 2 == 0 else part for number, part in enumerate(parts))


def cell(text: str) -> str:
    """What `code` or `plain` has made, for a table."""
    return text.replace("|", "\\|")


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", text.replace("&", "&amp;"))
