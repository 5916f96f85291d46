"""Changes as unified diffs that `git apply` accepts, byte for byte."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.model import Change, Removal

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def unified(change: Change | Removal, context: int = 3) -> Iterator[bytes]:
    """The lines of the unified diff of `change`, each with its newline; `context` lines around each hunk."""
    before, after = _LINE.findall(change.before), _LINE.findall(change.after or b"")
    path = change.path.encode("utf-8", "surrogateescape")
    to = b"b/" + path if change.after is not None else b"/dev/null"
    if change.after is None:
        yield b"diff --git a/" + path + b" b/" + path + b"\ndeleted file mode 100644\n"
    for line in difflib.diff_bytes(difflib.unified_diff, before, after, b"a/" + path, to, n=context, lineterm=b"\n"):
        if line.endswith(b"\n"):
            yield line
        else:
            yield line + b"\n\\ No newline at end of file\n"
