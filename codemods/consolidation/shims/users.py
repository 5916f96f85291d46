"""Who takes names from an old module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from codemods.consolidation.shims.old_names import OldName
    from codemods.index.resolve import Index
    from codemods.transforms.moves import Target
    from codemods.transforms.view import ModuleView


class Users(Struct, frozen=True):
    """The files of the index that take names from the module of `view`."""

    view: ModuleView
    index: Index

    def of(self, name: OldName) -> str | None:
        """Another file that takes `name` from it. Raises Missing and Unspelled.

        A bare name in a string counts for what the module defines, and not for what it imports.
        """
        module = self.view.module or ""
        if self.index.surely_reached_from(module, name.name) is None:
            return None
        paths = (path for path in self.index.all_reaching(module, name.name) if path != self.view.path)
        return next((path for path in paths if name.origin is None or self.spells(path, name.name)), None)

    def spells(self, path: str, name: str) -> bool:
        """Whether `path` reaches `name` other than by a bare name in a string."""
        summary = self.index.summaries[path]
        dotted = replace(summary, strings=frozenset(text for text in summary.strings if "." in text))
        return self.index.is_reached_by(dotted, self.view.module or "", name)

    def lack(self, name: OldName, target: Target) -> str:
        """What to say where `target`, which takes the place of `name`, is not there. Raises Missing and Unspelled."""
        place = "" if name.name == target.name else f" to take the place of `{name.name}`"
        what = f"`{target.module}` has no `{target.name}`{place}"
        is_public = not (name.name.startswith("_") or name.is_incidental) and name.origin is None
        user = None if is_public else self.of(name)
        who = f", which {user} takes from here" if user else ""
        if name.origin is not None:
            return f"{what}{who}: import it there as well, or have its users take it from where it is defined"
        return f"{what}{who}: `merge:` it, or say under `symbols:` what takes its place"
