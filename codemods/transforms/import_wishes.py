"""What is asked of the writer of import statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from codemods.index.scopes import ImportSite


class Wish(Struct, frozen=True):
    """`from module import name as local`, or `import module as local` where `name` is None.

    A `pinned` one stays in its own place: its local name is bound by something else as well, and the order counts.
    """

    module: str
    name: str | None = None
    local: str | None = None
    pinned: bool = False

    @property
    def binds(self) -> str:
        """The local name that it binds."""
        return self.local or self.name or self.module.partition(".")[0]

    @property
    def alias(self) -> str:
        """How it stands in the list of a statement: `name as local`."""
        imported = self.name or self.module
        return f"{imported} as {self.local}" if self.local and self.local != self.name else imported


class StatementChange(Struct):
    """What is asked of one statement: the wish that replaces each of its names, by index (None: it goes), and more."""

    site: ImportSite
    replaced: dict[int, Wish | None] = field(default_factory=dict)
    added: list[Wish] = field(default_factory=list)
