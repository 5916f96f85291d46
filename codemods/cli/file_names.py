"""The files that somebody means by what is typed on a command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.model import printable, unit_id

if TYPE_CHECKING:
    from collections.abc import Iterable


def named(text: str, known: Iterable[str], root: Path, folder: Path) -> str:
    """The one of `known`, which are paths from `root`, that `text` means; `text` itself where none is.

    It may be such a path, one from the folder that one is in or from `folder`, a full one, or the way that a name with
    unprintable characters is told. The file need not be there.
    """
    paths = list(known)
    if text in paths:
        return text
    resolved = root.resolve()
    for start in (Path(), folder, root):
        place = Path(os.path.abspath(start / text))  # noqa: PTH100 - a link is meant itself
        for base in (root, resolved):
            if place.is_relative_to(base) and (name := place.relative_to(base).as_posix()) in paths:
                return name
    told = [path for path in paths if text in (printable(path), unit_id(path))]
    return told[0] if len(told) == 1 else text
