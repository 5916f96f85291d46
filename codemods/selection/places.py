"""Where the files of a tree are: by the dotted names that lead to them, by paths, and by folders."""

from __future__ import annotations

import sys
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from codemods.index.names import is_python

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Found = frozenset[str]
_NONE: Found = frozenset()
_MANY = 8  # files of one name: a name alone tells nothing any more


class Places:
    """The files `paths` of a tree; dotted names start at the folders `source_roots`, and where else they can.

    That is in the folder of the file itself (scripts, and test files that pytest puts on the path), and for names that
    lead nowhere otherwise in any folder that holds them: somebody puts that on the path.
    """

    def __init__(self, paths: Iterable[str], source_roots: Sequence[str]) -> None:
        self.paths = frozenset(paths)
        self.roots = tuple(dict.fromkeys("" if root in (".", "") else root.strip("/") for root in source_roots))
        self.modules: dict[str, list[str]] = {}  # by path without suffix: a package by its folder
        self.folders: set[str] = set()  # that hold Python files, also further down
        for path in self.paths:
            if is_python(path):
                stem = path.rpartition(".")[0]
                self.modules.setdefault(_parent(path) if _last(stem) == "__init__" else stem, []).append(path)
                self._add_folder(_parent(path))
        self._known: dict[str, Found] = {}

    def _add_folder(self, folder: str) -> None:
        while folder and folder not in self.folders:
            self.folders.add(folder)
            folder = _parent(folder)

    @cached_property
    def _holders(self) -> dict[str, list[str]]:
        """The folders that hold a module or package of a name."""
        holders: dict[str, list[str]] = defaultdict(list)
        for place in self.folders.union(self.modules):
            holders[_last(place)].append(_parent(place))
        return holders

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        named: dict[str, list[str]] = defaultdict(list)
        for path in self.paths:
            named[_last(path)].append(path)
        return named

    def package_of(self, path: str) -> str:
        """The folder that relative imports in `path` start from."""
        return _parent(path)

    def named(self, dotted: str, path: str, *, anywhere: bool = True) -> Found:
        """The files that are loaded for `dotted` in the file `path`: of the longest name that is a module, and of the
        packages around it. Without `anywhere`, names start at source roots and beside `path` only."""
        folder = _parent(path)
        if not dotted:
            return _NONE
        if dotted[0] == ".":
            rest = dotted.lstrip(".")
            return self._below(_ancestor(folder, len(dotted) - len(rest) - 1), rest)
        head = dotted.partition(".")[0]
        found = self._everywhere(dotted, head, anywhere=anywhere)
        if folder not in self.roots and self._holds(folder, head) and not self._is_standard(folder, head):
            found |= self._below(folder, dotted)
        return found

    def _is_standard(self, folder: str, head: str) -> bool:
        # In a package, the name means the standard library; a script finds what lies beside it first.
        return head in sys.stdlib_module_names and folder in self.modules

    def _everywhere(self, dotted: str, head: str, *, anywhere: bool) -> Found:
        known = self._known.get(dotted)
        if known is None:
            known = _NONE.union(*(self._below(root, dotted) for root in self.roots))
            if not known and not any(self._holds(root, head) for root in self.roots) and anywhere:
                known = self._somewhere(dotted, head)
            if anywhere:
                self._known[dotted] = known
        return known

    def _somewhere(self, dotted: str, head: str) -> Found:
        if head in sys.stdlib_module_names:
            return _NONE
        return _NONE.union(*(self._below(folder, dotted) for folder in self._holders.get(head, ())))

    def _holds(self, folder: str, head: str) -> bool:
        place = f"{folder}/{head}" if folder else head
        return place in self.modules or place in self.folders

    def _below(self, folder: str, dotted: str) -> Found:
        found: list[str] = self.modules.get(folder, []) if not dotted else []
        for part in dotted.split(".") if dotted else ():
            folder = f"{folder}/{part}" if folder else part
            files = self.modules.get(folder)
            if files is not None:
                found = found + files
            elif folder not in self.folders:
                break
        return frozenset(found)

    def ending(self, dotted: str) -> Found:
        """The modules whose full names end in `dotted`."""
        parts = dotted.split(".")
        inner = "/".join(parts)
        found = (f"{folder}/{parts[0]}" for folder in self._holders.get(parts[0], ()))
        places = (place + inner[len(parts[0]) :] for place in found)
        return frozenset(path for place in places for path in self.modules.get(place, ()))

    def folder_of(self, dotted: str, path: str) -> str | None:
        """The folder of the package `dotted`, as the file `path` names it."""
        rest = dotted.lstrip(".")
        dots = len(dotted) - len(rest)
        starts = (_ancestor(_parent(path), dots - 1),) if dots else (*self.roots, _parent(path))
        inner = rest.replace(".", "/")
        folders = (f"{start}/{inner}".strip("/") for start in starts)
        return next((folder for folder in folders if folder in self.folders), None)

    def packages_around(self, path: str) -> list[str]:
        """The `__init__` files that are loaded before the module in `path`."""
        found: list[str] = []
        folder = _parent(path)
        while folder in self.modules and folder:
            found += (other for other in self.modules[folder] if other != path)
            folder = _parent(folder)
        return found

    def files(self, text: str, path: str) -> Found:
        """The files that the path `text` in a string of the file `path` can mean: from the root, from its folder, or
        one that it is the end of, or that is its end. A plain name that many files have means the one beside `path`."""
        parts = [part for part in text.split("/") if part not in ("", ".", "..")]
        wanted = "/".join(parts)
        folder = _parent(path)
        exact = {wanted, f"{folder}/{wanted}" if folder else wanted} & self.paths
        if exact or not parts:
            return frozenset(exact)
        candidates = self._by_name.get(parts[-1], ())
        found = [c for c in candidates if c.endswith(f"/{wanted}") or ("/" in c and wanted.endswith(f"/{c}"))]
        return frozenset(found) if len(found) <= _MANY or len(parts) > 1 else _NONE

    def listed(self, chain: Sequence[str], path: str) -> set[str]:
        """The folders that the chain of path components `chain` in the file `path` can mean."""
        found: set[str] = set()
        start = 0
        while start < len(chain):
            for end in range(len(chain), start, -1):
                place = "/".join(
                    part for text in chain[start:end] for part in text.split("/") if part not in ("..", ".")
                )
                matching = {place, f"{_parent(path)}/{place}"} & self.folders
                if matching:
                    found |= matching
                    start = end - 1
                    break
            start += 1
        return found


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _ancestor(folder: str, steps: int) -> str:
    for _ in range(steps):
        folder = _parent(folder)
    return folder
