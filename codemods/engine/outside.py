"""Which dotted names are modules of the standard library, found without importing any of them."""

from __future__ import annotations

import sys
import sysconfig
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

from codemods.rules.symbols import Outside

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def standard_modules(chains: Iterable[str]) -> Outside:
    """The modules of the standard library that begin one of `chains`, such as `os.path` in `os.path.join`."""
    found: set[str] = set()
    for chain in chains:
        parts = chain.split(".")
        if parts[0] in sys.stdlib_module_names:
            found.update(_modules(parts))
    return Outside(frozenset(found))


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
