"""Settles names that `from old import f` binds, with all their uses."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.model import Disposition, Finding, Form
from codemods.transforms.findings import HANDED_ON, KEPT
from codemods.transforms.import_wishes import Wish
from codemods.transforms.moves import is_there
from codemods.transforms.renames import may_come_by_star, why_not_rename, why_reached
from codemods.transforms.uses import Rewrite, locate, use_reference

if TYPE_CHECKING:
    from codemods.index.resolve import Index
    from codemods.index.scopes import Scope
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves, Target
    from codemods.transforms.references import Bindings, SymbolImport
    from codemods.transforms.view import ModuleView

FOLLOWS = "follows its import, which keeps the local name"


def settle_symbols(view: ModuleView, moves: Moves, index: Index, bindings: Bindings, settled: Settled) -> None:
    """Settle every import of a moved symbol and every use of the name that it binds. Raises Missing."""
    claimed: dict[str, Target] = {}
    for (scope, local), entries in bindings.symbols.items():
        group = _Group(view, index, scope, local, entries, settled)
        granted = moves.symbols.get((view.module or "", local))
        # Where the plan redirects the name from here as well, those who reach it go elsewhere.
        group.is_granted = granted is not None
        group.settle(claimed)


class _Group:
    """All imports that bind one local name in one scope."""

    def __init__(
        self,
        view: ModuleView,
        index: Index,
        scope: Scope,
        local: str,
        entries: list[SymbolImport],
        settled: Settled,
    ) -> None:
        self.view = view
        self.index = index
        self.scope = scope
        self.local = local
        self.entries = entries
        self.settled = settled
        self.uses = view.scopes.uses_of(local, scope)
        self.is_granted = False

    def settle(self, claimed: dict[str, Target]) -> None:
        moving = [entry for entry in self.entries if entry.target is not None]
        for entry in self.entries:
            if entry.target is None:
                self.found(entry, Disposition.LEFT, f"`{entry.module}` {HANDED_ON}")
        if not moving:
            self.found_uses(Disposition.LEFT, "follows a re-export, which keeps the name")
            return
        if lacking := self.lacking(moving):
            for entry in moving:
                self.found(entry, Disposition.BLOCKED, lacking)
            self.found_uses(Disposition.BLOCKED, lacking)
            return
        if any(entry.target and entry.target.module == self.view.module for entry in moving):
            self.stay(moving, "this is the module that it moves to")
            return
        self.move(moving, claimed)

    def lacking(self, moving: list[SymbolImport]) -> str:
        """Why an import of the new name would fail; empty where it works."""
        for entry in moving:
            target = entry.target
            if target is not None and not is_there(target, self.index):
                return f"`{target.module}` has no name `{target.name}`"
        return ""

    def stay(self, moving: list[SymbolImport], reason: str) -> None:
        for entry in moving:
            self.found(entry, Disposition.LEFT, reason)
        self.found_uses(Disposition.LEFT, reason)

    def move(self, moving: list[SymbolImport], claimed: dict[str, Target]) -> None:
        target = moving[0].target
        new = (target.name if target else None) or self.local
        renamed, reason = False, ""
        if all(entry.alias.asname is None for entry in moving) and new != self.local and target is not None:
            reason = self.rename(moving, target, new, claimed)
            renamed = not reason
        for entry in moving:
            self.ask(entry, renamed)
            self.found(entry, Disposition.REWRITTEN, f"{KEPT}{reason}" if reason else "")
        if renamed:
            self.found_uses(Disposition.REWRITTEN, "")
        elif any(entry.target and entry.target.name != self.local for entry in moving):
            self.found_uses(Disposition.LEFT, FOLLOWS)
        else:
            self.found_uses(Disposition.REWRITTEN, "follows its import, under the same name")
        self.settled.names |= {self.local, new}

    def rename(self, moving: list[SymbolImport], target: Target, new: str, claimed: dict[str, Target]) -> str:
        """Rename all uses; the reason where that cannot be done, with nothing changed."""
        if target.keep:
            return "the plan says so"
        if len(moving) < len(self.entries) or any(entry.target != target for entry in moving):
            return "it is imported from several places"
        if claimed.get(new, target) != target:
            return f"`{new}` is imported from elsewhere"
        if self.is_interface() and target.strings.exports != "rewrite":
            return "a package hands on what it imports"
        own = [entry.alias for entry in moving]
        same = self.imports_of(target, new)
        reason = why_not_rename(
            self.view, self.index, self.scope, self.local, new, own=own, same=same, strings=target.strings
        )
        if reason:
            return reason
        rewrites = [Rewrite(use, 1, new) for use in self.uses]
        if locate(self.view, rewrites) is None:
            return "a use stands where it cannot be edited exactly"
        if not self.is_granted and (reason := why_reached(self.view, self.index, self.scope, self.local)):
            self.settled.held[self.local] = new
            return reason
        claimed[new] = target
        self.settled.rewrites += rewrites
        if self.scope.kind == "module":
            self.settled.renamed.add(self.local)
        return ""

    def is_interface(self) -> bool:
        """Whether the name is one that a package offers by importing it: public, and no `__all__` says otherwise."""
        is_package = self.view.path.rpartition("/")[2].startswith("__init__.")
        if self.scope.kind != "module" or not is_package or self.local.startswith("_"):
            return False
        summary = self.index.summaries.get(self.view.path)
        return summary is None or summary.public is None or self.local in summary.public

    def imports_of(self, target: Target, local: str) -> list[ast.AST]:
        """The names in import statements of this scope that already bind `local` to `target`."""
        view = self.view
        return [
            alias
            for site in view.scopes.imports
            if isinstance(site.statement, ast.ImportFrom)
            and view.names.absolute(view.path, site.statement.level, site.statement.module) == target.module
            for alias in site.statement.names
            if alias.name == target.name and (alias.asname or alias.name) == local
        ]

    def ask(self, entry: SymbolImport, renamed: bool) -> None:
        target = entry.target
        if target is None or target.name is None:
            return
        alias = entry.alias
        # `import f as f` says on purpose that the name is handed on.
        explicit = alias.asname is not None and alias.asname == alias.name
        local = None if renamed or (entry.local == target.name and not explicit) else entry.local
        wish = Wish(target.module, target.name, local, pinned=self.is_bound_again(local or target.name))
        self.settled.change(entry.site).replaced[entry.index] = wish

    def is_bound_again(self, local: str) -> bool:
        """Whether anything but these imports binds what they are to bind, so that the order of both counts."""
        own: set[ast.AST] = {entry.alias for entry in self.entries}
        if local != self.local:
            return False
        own |= {alias for entry in self.entries if entry.target for alias in self.imports_of(entry.target, local)}
        others = any(node not in own for node in self.view.scopes.bindings(local, self.scope))
        return others or bool(may_come_by_star(self.view, self.index, self.scope, local))

    def found(self, entry: SymbolImport, disposition: Disposition, reason: str) -> None:
        form = Form.FROM_IMPORT if entry.target is not None else Form.REEXPORT
        reference = self.view.reference(entry.alias, form, entry.dotted)
        is_late = entry.site.scope.kind == "function"
        self.settled.findings.append(Finding(reference, disposition, reason, is_late))

    def found_uses(self, disposition: Disposition, reason: str) -> None:
        target = self.entries[0].dotted
        for use in self.uses:
            self.settled.findings.append(Finding(use_reference(self.view, use, target, Form.NAME), disposition, reason))
