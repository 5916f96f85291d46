"""Guesses the folders that dotted names start from, by what the files of a repository import."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.survey.context import is_test

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_DEEPEST = 3  # folders: `a/b/package`


def packages_below(paths: Iterable[str]) -> tuple[PurePosixPath, ...]:
    """The packages of which no folder above is one, and that do not lie at the top: `src/package`."""
    folders = {PurePosixPath(path).parent for path in paths if path.endswith("/__init__.py")}
    below = (folder for folder in folders if 1 < len(folder.parts) <= _DEEPEST and folder.parent not in folders)
    return tuple(sorted(folder for folder in below if folder.name.isidentifier() and not is_test(f"{folder}/")))


def source_roots(paths: Collection[str], imported: Iterable[Collection[str]]) -> tuple[str, ...]:
    """The source roots: the top folder, and those from which packages in them are imported, such as `src`.

    `imported` are the modules that each file imports by their full names.
    """
    below = packages_below(paths)
    if not below:
        return (".",)
    at_top = {PurePosixPath(path).parts[0] for path in paths if path.count("/") == 1 and path.endswith("/__init__.py")}
    count: Counter[str] = Counter()
    for modules in imported:
        parts = [module.split(".") for module in modules]
        count.update({".".join(part[:length]) for part in parts for length in range(1, _DEEPEST + 1)})
    found = (top.parent for top in below if top.name not in at_top and count[top.name] > count[".".join(top.parts)])
    return (".", *dict.fromkeys(map(str, found)))
