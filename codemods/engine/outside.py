"""Which dotted names are modules outside the repository, found without importing any of them."""

from __future__ import annotations

import re
import sys
import sysconfig
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

from codemods.rules.symbols import Outside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


def outside_of(chains: Iterable[str], libraries: Iterable[str]) -> Outside:
    """The modules of the standard library that begin one of `chains`, such as `os.path` in `os.path.join`, and the
    other `libraries`, by their first names."""
    found: set[str] = set()
    for chain in chains:
        parts = chain.split(".")
        if parts[0] in sys.stdlib_module_names:
            found.update(_modules(parts))
    return Outside(frozenset(found), frozenset(libraries))


def imported_roots(roots: Collection[str], contents: Iterable[bytes | None]) -> set[str]:
    """Those of `roots` that some of `contents`, Python files, import by their full names."""
    if not roots:
        return set()
    names = "|".join(map(re.escape, sorted(roots)))
    pattern = re.compile(rf"^[ \t]*(?:from|import)[ \t]+({names})\b".encode(), re.MULTILINE)
    return {match.group(1).decode() for content in contents if content for match in pattern.finditer(content)}


def _modules(parts: list[str]) -> Iterable[str]:
    yield parts[0]
    if parts[:2] == ["os", "path"]:
        yield "os.path"
        return
    folders: Sequence[str] | None = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    for length in range(1, len(parts) + 1):
        name = ".".join(parts[:length])
        spec = PathFinder.find_spec(name, folders)
        if spec is None:
            return
        yield name
        folders = spec.submodule_search_locations
        if folders is None:
            return
