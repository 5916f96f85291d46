"""Settles `import a.b`: the local name is the root `a`, and many statements may bind it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.model import Disposition, Form
from codemods.transforms.import_wishes import Wish
from codemods.transforms.module_group import ModuleGroup, module_of, targets_of
from codemods.transforms.renames import why_taken

if TYPE_CHECKING:
    from codemods.transforms.reads import Read
    from codemods.transforms.references import ModuleImport


class DottedModules(ModuleGroup):
    """All statements `import a.…` that bind one root, in one scope."""

    def is_concerned(self) -> bool:
        """Whether anything here refers to what moves, or depends on an import that does."""
        return super().is_concerned() or bool(self.unloaded())

    def settle_moving(self, moving: list[Read]) -> None:
        staying = [read for read in self.reads if read not in moving]
        remaining = list(self.entries)
        for entry in self.entries:
            reads = [read for read in moving if read.step.module == entry.full]
            whole = self.moves.module(entry.full)
            if not reads and whole is None:
                continue
            targets = targets_of(reads) or ([whole.module] if whole is not None else [])
            why_kept = self.why_kept(entry, staying, remaining, targets)
            if why_kept or not all(self.index.may_be_module(target) for target in targets):
                self.keep_dotted(entry, reads, targets, why_kept)
            else:
                remaining.remove(entry)
                self.replace_dotted(entry, targets)
        self.rewrite_dotted(moving)
        self.settled.change(self.entries[0].site).added += [Wish(module) for module in self.unloaded()]

    def unloaded(self) -> list[str]:
        """The old modules that stay in use here, and that only imports which move away have loaded."""
        if self.entries[0].form is not Form.IMPORT:
            return []
        gone = {
            self.view.names.absolute(self.view.path, statement.level, statement.module)
            for statement, change in self.settled.statements.items()
            if isinstance(statement, ast.ImportFrom) and len(change.replaced) == len(statement.names)
        }
        used = dict.fromkeys(read.step.module for read in self.reads if read.step.kind == "stays" and read.step.name)
        return [
            module
            for module in used
            if module in gone
            and self.moves.module(module) is None
            and not any(f"{entry.full}.".startswith(f"{module}.") for entry in self.entries)
        ]

    def why_kept(
        self, entry: ModuleImport, staying: list[Read], remaining: list[ModuleImport], targets: list[str]
    ) -> str:
        """What still needs `import a.b` as it stands; empty where nothing does."""
        if self.scope.kind == "class":
            return f"`{self.local}` is an attribute of a class"
        if self.other_bindings:
            return f"`{self.local}` is also bound in line {getattr(self.other_bindings[0], 'lineno', '?')}"
        for read in staying:
            dotted = ".".join((self.entries[0].prefix, *read.use.chain[1:]))
            if dotted == entry.full or dotted.startswith(f"{entry.full}."):
                return f"line {read.use.node.lineno} still needs it"
        same_root = any(target.partition(".")[0] == self.local for target in targets)
        if staying and len(remaining) == 1 and not same_root:
            return f"line {staying[0].use.node.lineno} still needs `{self.local}`"
        if not same_root and (path := self.reached()):
            return f"{path} reaches `{self.local}` through this module"
        return ""

    def keep_dotted(self, entry: ModuleImport, reads: list[Read], targets: list[str], reason: str) -> None:
        if not reason:
            self.found_import(entry, Disposition.BLOCKED, f"there is no module `{targets[0]}`")
        elif self.moves.module(entry.full) is not None:
            self.found_import(entry, Disposition.REVIEW, reason)
        if reads:
            self.settled.change(entry.site).added += [self.dotted_wish(target) for target in targets]

    def replace_dotted(self, entry: ModuleImport, targets: list[str]) -> None:
        self.say_that_it_goes()
        change = self.settled.change(entry.site)
        first, *others = targets
        change.replaced[entry.index] = self.dotted_wish(first)
        change.added += [self.dotted_wish(target) for target in others]
        self.found_import(entry, Disposition.REWRITTEN, "")

    def dotted_wish(self, module: str) -> Wish:
        holder = self.dotted_holder(module)
        return Wish(module, None, None if holder == module else holder)

    def dotted_holder(self, module: str) -> str:
        """What the code calls `module`: its full name, or an alias where the first part of that is taken."""
        root = module.partition(".")[0]
        if root == self.local:
            return module
        same = [
            alias
            for site in self.view.scopes.imports
            if isinstance(site.statement, ast.Import)
            for alias in site.statement.names
            if alias.asname is None and alias.name.partition(".")[0] == root
        ]
        if not why_taken(self.view.scopes, self.scope, self.local, root, same):
            return module
        return self.free_name(module, self.reads) or module.replace(".", "_")

    def rewrite_dotted(self, moving: list[Read]) -> None:
        for module in targets_of(moving):
            reads = [read for read in moving if module_of(read) == module]
            if any(not self.is_imported_before(read) for read in reads):
                # The old module is loaded by somebody else; the new one must not depend on that.
                self.settled.change(self.entries[0].site).added.append(self.dotted_wish(module))
            holder = self.dotted_holder(module)
            self.settled.names |= {holder.partition(".")[0]}
            self.rewrite(reads, holder)

    def is_imported_before(self, read: Read) -> bool:
        """Whether an import of the very module that `read` goes through stands before it."""
        return any(
            entry.full == read.step.module and entry.alias.lineno <= read.use.node.lineno for entry in self.entries
        )
