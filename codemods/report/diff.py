"""Changes as unified diffs that `git apply` accepts, byte for byte."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.model import Change, Removal

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def quoted(path: str) -> bytes:
    """`path` as git writes it into a diff: in quotes where something of it would not stay on its line, or be seen."""
    if path.isprintable() and not {*path} & {'"', "\\"}:
        return path.encode()
    shown = "".join(char if char.isprintable() and char not in '"\\' else _octal(char) for char in path)
    return f'"{shown}"'.encode()


def _octal(char: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))


def unified(change: Change | Removal, context: int = 3) -> Iterator[bytes]:
    """The lines of the unified diff of `change`, each with its newline; `context` lines around each hunk."""
    before, after = _LINE.findall(change.before), _LINE.findall(change.after or b"")
    old, new = quoted(f"a/{change.path}"), quoted(f"b/{change.path}")
    to = new if change.after is not None else b"/dev/null"
    if change.after is None:
        yield b"diff --git " + old + b" " + new + b"\ndeleted file mode 100644\n"
    for line in difflib.diff_bytes(difflib.unified_diff, before, after, old, to, n=context, lineterm=b"\n"):
        if line.endswith(b"\n"):
            yield line
        else:
            yield line + b"\n\\ No newline at end of file\n"
