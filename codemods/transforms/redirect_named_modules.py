"""Settles `import m as x` and `from pkg import m`: the local name stands for the module itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.model import Disposition, Finding, Form
from codemods.transforms.findings import KEPT
from codemods.transforms.import_wishes import Wish
from codemods.transforms.module_group import ModuleGroup, module_of, targets_of
from codemods.transforms.moves import StringChoices
from codemods.transforms.renames import why_not_rename, why_reached
from codemods.transforms.uses import use_reference

if TYPE_CHECKING:
    import ast

    from codemods.transforms.reads import Read
    from codemods.transforms.references import ModuleImport


class NamedModules(ModuleGroup):
    """All imports that bind one local name to a module, in one scope."""

    def settle_moving(self, moving: list[Read]) -> None:
        targets = targets_of(moving)
        whole = {gone.module for entry in self.entries if (gone := self.moves.module(entry.full)) is not None}
        if not self.reads and len(whole) == 1:
            targets = sorted(whole)
        if self.is_replaceable(moving) and len(targets) == 1 and self.index.may_be_module(targets[0]):
            self.replace_named(moving, targets[0])
            return
        is_free = (
            self.scope.kind != "class"
            and len(moving) == len(self.reads)
            and not self.other_bindings
            and not self.reached()
        )
        for target in targets if moving else ():
            self.add_named([read for read in moving if module_of(read) == target], target, replacing=is_free)
        for entry in self.entries:
            if self.moves.module(entry.full) is not None:
                self.keep_import(entry, moving)
        if self.scope.kind == "class":
            self.list_class_reads()

    def list_class_reads(self) -> None:
        """List the chains elsewhere that may read what moves through the class: `A.m.f`."""
        names = {name for old, name in self.moves.symbols if any(entry.full == old for entry in self.entries)}
        for use in self.view.scopes.order:
            for number, attribute in enumerate(use.attributes[:-1]):
                if attribute.attr == self.local and use.attributes[number + 1].attr in names:
                    dotted = f"{self.entries[0].full}.{use.attributes[number + 1].attr}"
                    reference = use_reference(self.view, use, dotted, Form.ATTRIBUTE)
                    reason = f"`{self.local}` may be the module that a class imports"
                    self.settled.findings.append(Finding(reference, Disposition.REVIEW, reason))

    def is_replaceable(self, moving: list[Read]) -> bool:
        """Whether nothing but what moves needs the local name as it is."""
        direct = all(self.moves.holds_module(entry.full) for entry in self.entries)
        renamed = {module for module, _ in self.moves.symbols}
        whole = all(self.moves.module(entry.full) and entry.full not in renamed for entry in self.entries)
        if self.scope.kind == "class" and not whole:
            # It is an attribute of the class, which code outside may read.
            return False
        simple = all(read.step.length == 2 for read in moving)
        return direct and simple and len(moving) == len(self.reads) and not self.other_bindings and not self.reached()

    def keep_import(self, entry: ModuleImport, moving: list[Read]) -> None:
        target = self.moves.module(entry.full)
        if target is not None and not self.index.may_be_module(target.module):
            self.found_import(entry, Disposition.BLOCKED, f"there is no module `{target.module}`")
        elif len(moving) < len(self.reads):
            self.found_import(entry, Disposition.REVIEW, "other uses in this file still need it")
        else:
            reason = f"{self.reached() or 'other code'} still needs `{self.local}`"
            self.found_import(entry, Disposition.REVIEW, reason)

    def replace_named(self, moving: list[Read], module: str) -> None:
        self.say_that_it_goes()
        last = module.rpartition(".")[2]
        first = self.entries[0]
        holder, kept = self.local, ""
        if first.form is Form.MODULE_FROM and all(entry.alias.asname is None for entry in self.entries):
            keep = any(read.step.target and read.step.target.keep for read in moving)
            same = self.imports_of(module, last)
            own = [entry.alias for entry in self.entries]
            reason = "" if last == self.local else self.why_not_called(last, own, same)
            holder = self.local if keep or reason else last
            reason = "the plan says so" if keep and last != self.local else reason
            kept = f"{KEPT}{reason}" if reason else ""
        for entry in self.entries:
            change = self.settled.change(entry.site)
            change.replaced[entry.index] = _wish(entry, module, holder)
            self.found_import(entry, Disposition.REWRITTEN, kept)
        self.settled.names.add(holder)
        self.rewrite(moving, holder)

    def why_not_called(self, new: str, own: list[ast.alias], same: list[ast.AST]) -> str:
        return why_not_rename(
            self.view, self.index, self.scope, self.local, new, own=own, same=same, strings=StringChoices()
        ) or ("" if not self.reached() else why_reached(self.view, self.index, self.scope, self.local))

    def add_named(self, reads: list[Read], module: str, *, replacing: bool) -> None:
        """Import `module` beside the old import or, as nothing else needs that, in its place; read what moved there."""
        if self.scope.kind == "module" and (known := self.asked_for(module, reads)):
            for entry in self.entries if replacing else ():
                if self.moves.module(entry.full) is None:
                    self.settled.change(entry.site).replaced.setdefault(entry.index, None)
            self.rewrite(reads, known)
            return
        holder = self.free_name(module, reads)
        if holder is None:
            for read in reads:
                self.found(read, Disposition.REVIEW, f"every short name for `{module}` is taken here")
            return
        for entry in self.entries:
            wish = _wish(entry, module, holder)
            change = self.settled.change(entry.site)
            if replacing:
                self.say_that_it_goes()
            if replacing and entry.index not in change.replaced and self.moves.module(entry.full) is None:
                change.replaced[entry.index] = wish
            else:
                change.added.append(wish)
        self.settled.names.add(holder)
        self.rewrite(reads, holder)

    def asked_for(self, module: str, reads: list[Read]) -> str:
        """What another import of the top level that is being written calls `module`; empty where none is above."""
        first = min(read.use.node.lineno for read in reads)
        for change in self.settled.statements.values():
            if change.site.block is self.view.tree.body and change.site.statement.lineno < first:
                for wish in (*change.replaced.values(), *change.added):
                    if wish is not None and f"{wish.module}.{wish.name}" == module:
                        return wish.binds
        return ""


def _wish(entry: ModuleImport, module: str, holder: str) -> Wish:
    """The import of `module` as `holder`, in the style of `entry`."""
    parent, _, last = module.rpartition(".")
    if entry.form is Form.MODULE_FROM and parent:
        return Wish(parent, last, None if holder == last else holder)
    return Wish(module, None, None if holder == module else holder)
