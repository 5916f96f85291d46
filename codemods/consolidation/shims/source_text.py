"""What the text of a module that is written anew keeps of the old one: its first comments, and its newlines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.transforms.view import ModuleView

_ENCODING = re.compile(rb"#.*?coding[:=]")


def header_of(view: ModuleView) -> str:
    """The comments that the module begins with, such as its licence; not the one that declares an encoding."""
    lines: list[bytes] = []
    for line in view.source.splitlines():
        if not line.startswith(b"#"):
            break
        if not (line.startswith(b"#!") or (len(lines) < 2 and _ENCODING.match(line))):
            lines.append(line.rstrip())
    return "".join(f"{line.decode()}\n" for line in lines)


def with_newlines_of(view: ModuleView, text: str) -> str:
    """`text` with the newlines that most lines of the module have."""
    windows = view.source.count(b"\r\n")
    newline = "\r\n" if windows * 2 > view.source.count(b"\n") else "\n"
    return text.replace("\n", newline)
