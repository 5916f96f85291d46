"""Settles names that stand for modules (`import m`, `import m as x`, `from pkg import m`), and what is read there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.model import Form
from codemods.transforms.redirect_dotted_modules import DottedModules
from codemods.transforms.redirect_named_modules import NamedModules

if TYPE_CHECKING:
    from codemods.index.resolve import Index
    from codemods.transforms.findings import Settled
    from codemods.transforms.module_group import ModuleGroup
    from codemods.transforms.moves import Moves
    from codemods.transforms.references import Bindings
    from codemods.transforms.view import ModuleView


def settle_modules(view: ModuleView, moves: Moves, index: Index, bindings: Bindings, settled: Settled) -> None:
    """Settle every chain that starts at an imported module, and the imports that bring these modules."""
    groups: list[ModuleGroup] = []
    for (scope, local), entries in bindings.modules.items():
        kind = DottedModules if entries[0].form is Form.IMPORT else NamedModules
        groups.append(kind(view, moves, index, scope, local, entries, settled))
    # Imports of the old modules themselves first: others may use the names that these get.
    for group in sorted(groups, key=lambda group: not any(moves.module(entry.full) for entry in group.entries)):
        if group.is_concerned():
            group.settle()
