"""Which files and folders a file reaches, by what it says: it imports them, may load them otherwise, or reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.selection.mentions import Mentions
    from codemods.selection.places import Places

_LOADED_WITH_APP = ("apps", "models")


class Edges(Struct, frozen=True):
    """The files that are reached, and folders, with a slash at the end: all that lies in them.

    What is imported or named can run: whoever reaches it is reached, too. What is only read cannot.
    """

    imports: frozenset[str]
    names: frozenset[str]
    reads: frozenset[str]

    @property
    def ways(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """All three."""
        return self.imports, self.names, self.reads


def edges(path: str, said: Mentions, places: Places) -> Edges:
    """What `path`, which says `said`, reaches in the tree of `places`."""
    imports = frozenset[str]().union(*(places.named(name, path) for name in said.imports))
    imports = imports.union(places.packages_around(path)) - {path}
    names = frozenset[str]().union(
        *(places.named(name, path, anywhere=False) for name in (*said.strings, *said.words)),
        *(places.files(text, path) for text in said.files),
        *(places.ending(name) for name in said.endings),
        _packages(path, said, places),
    )
    if said.apps:
        apps = (f"{app}.{name}" for app in (*said.strings, *said.words) for name in _LOADED_WITH_APP)
        names = names.union(*(places.named(name, path, anywhere=False) for name in apps))
    reads = frozenset(_listed(path, said, places))
    return Edges(imports, names - imports - {path}, reads)


def _packages(path: str, said: Mentions, places: Places) -> Iterator[str]:
    """The folders of which every module may be imported."""
    if said.computes:
        yield f"{path.rpartition('/')[0]}/"
    for name in said.below:
        folder = places.folder_of(name, path)
        if folder is not None:
            yield f"{folder}/"


def _listed(path: str, said: Mentions, places: Places) -> Iterator[str]:
    folders = {folder for chain in said.folders for folder in places.listed(chain, path)}
    yield from (f"{folder}/" for folder in folders)
    if said.lists and not folders:
        yield f"{path.rpartition('/')[0]}/"
