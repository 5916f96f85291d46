"""Text between two marks in a page: what a benchmark measures is put there, and the rest of the page is left alone."""

from __future__ import annotations


def replaced(text: str, name: str, content: str) -> str:
    """`text` with `content` between its marks of that name. Raises ValueError where they are not there."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end {name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"there is no <!-- {name} --> with <!-- end {name} --> after it")
    return f"{before}{begin}{content}{end}{after}"
