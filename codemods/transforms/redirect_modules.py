"""Settles names that stand for modules (`import m`, `import m as x`, `from pkg import m`), and what is read there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.model import Disposition, Finding, Form
from codemods.plan.schema import Strings
from codemods.transforms.findings import CHOICES, KEPT, PLANNED
from codemods.transforms.imports import Wish
from codemods.transforms.moves import is_there
from codemods.transforms.reads import Read, read_of
from codemods.transforms.renames import why_not_rename, why_reached, why_taken
from codemods.transforms.uses import INEXACT, locate, use_reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.index.resolve import Index
    from codemods.index.scopes import Scope
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves
    from codemods.transforms.references import Bindings, ModuleImport
    from codemods.transforms.view import ModuleView


def settle_modules(view: ModuleView, moves: Moves, index: Index, bindings: Bindings, settled: Settled) -> None:
    """Settle every chain that starts at an imported module, and the imports that bring these modules."""
    groups = [_Group(view, moves, index, *key, entries, settled) for key, entries in bindings.modules.items()]
    # Imports of the old modules themselves first: others may use the names that these get.
    for group in sorted(groups, key=lambda group: not any(moves.module(entry.full) for entry in group.entries)):
        if group.is_concerned():
            group.settle()


class _Group:
    """All imports that bind one local name to a module, in one scope."""

    def __init__(
        self,
        view: ModuleView,
        moves: Moves,
        index: Index,
        scope: Scope,
        local: str,
        entries: list[ModuleImport],
        settled: Settled,
    ) -> None:
        self.view = view
        self.moves = moves
        self.index = index
        self.scope = scope
        self.local = local
        self.entries = entries
        self.settled = settled
        prefix = entries[0].prefix
        uses = sorted(view.scopes.uses_of(local, scope), key=lambda use: (use.node.lineno, use.node.col_offset))
        self.reads = [read_of(view, use, prefix, moves, index) for use in uses]
        own = {entry.alias for entry in entries}
        self.other_bindings = [node for node in view.scopes.bindings(local, scope) if node not in own]

    def is_concerned(self) -> bool:
        """Whether anything here refers to what moves."""
        concerned = any(read.step.kind != "stays" or self.is_handed_over(read) for read in self.reads)
        concerned = concerned or bool(self.unloaded())
        return concerned or any(self.moves.module(entry.full) is not None for entry in self.entries)

    def settle(self) -> None:
        moving = self.sort_out()
        self.settled.names.add(self.local)
        if self.entries[0].form is Form.IMPORT:
            self.settle_dotted(moving)
        else:
            self.settle_named(moving)

    # Which reads move

    def sort_out(self) -> list[Read]:
        """The reads to rewrite; all others get their finding here."""
        moving = []
        several = len({entry.prefix for entry in self.entries}) > 1 or bool(self.other_bindings)
        for read in self.reads:
            step = read.step
            if step.kind == "re-export":
                self.found(read, Disposition.LEFT, f"`{step.module}` hands it on and keeps the name")
            elif step.kind == "module":
                self.found(read, Disposition.REVIEW, "the module itself is used: what is read from it cannot be told")
            elif step.kind == "apart":
                self.found(read, Disposition.REVIEW, "some of these names move and others do not: split the call")
            elif step.kind == "stays" and self.is_handed_over(read):
                self.found(read, Disposition.REVIEW, "the module itself is used, and a part of it moves")
            elif step.kind == "moves" and self.can_move(read, several):
                holder = self.holder_that_holds(read)
                if holder:
                    self.rewrite([read], holder)
                else:
                    moving.append(read)
        return moving

    def is_handed_over(self, read: Read) -> bool:
        """Whether the module is passed on as a value, in a file that reads a moving name from something unknown."""
        step = read.step
        names = {name for old, name in self.moves.symbols if old == step.module}
        if step.name or read.member is not None or not names:
            return False
        known = {attribute for other in self.reads for attribute in other.use.attributes}
        nodes = (node for node in self.view.surroundings.parents if isinstance(node, ast.Attribute))
        return any(node.attr in names and node not in known for node in nodes)

    def holder_that_holds(self, read: Read) -> str:
        """What the code calls the new module already, by the import as it is; empty where it does not reach it."""
        step, prefix = read.step, self.entries[0].prefix
        new = step.target.module if step.target else ""
        if new == step.module:
            return ".".join(read.use.chain[: step.length - 1])
        inside = new.startswith(f"{prefix}.") and step.module.startswith(f"{prefix}.")
        if inside and self.index.loads(prefix, new) and not self.is_loaded_by_entry(step.module):
            return self.local + new[len(prefix) :]
        return ""

    def is_loaded_by_entry(self, module: str) -> bool:
        """Whether an import of this group names `module` itself, and so follows it."""
        return any(entry.full == module or entry.full.startswith(f"{module}.") for entry in self.entries)

    def can_move(self, read: Read, several: bool) -> bool:
        step, target = read.step, read.step.target
        if target is None or (target.module == self.view.module and not target.is_granted):
            self.found(read, Disposition.LEFT, "this is the module that it moves to")
        elif several:
            reason = f"`{self.local}` is bound more than once, so it may be something else here"
            self.found(read, Disposition.REVIEW, reason)
        elif lacking := [s.target for s in read.steps or (step,) if s.target and not is_there(s.target, self.index)]:
            self.found(read, Disposition.BLOCKED, f"`{lacking[0].module}` has no name `{lacking[0].name}`")
        elif read.member is not None and target.strings.members != "rewrite":
            self.found(read, Disposition(CHOICES[target.strings.members]), PLANNED)
        elif read.member is not None and target.waits:
            self.found(read, Disposition.REVIEW, target.waits)
        elif read.is_assigned:
            self.found(read, Disposition.REVIEW, "it is assigned or deleted here: the module itself is changed")
        elif locate(self.view, [read.rewrite("x")]) is None and not self.locates_together(read):
            self.found(read, Disposition.REVIEW, INEXACT)
        else:
            return True
        return False

    def locates_together(self, read: Read) -> bool:
        """Whether the chains inside one formatted string can be replaced together, where one alone cannot."""
        same = [r.rewrite("x") for r in self.reads if r.use.container is read.use.container and r.step == read.step]
        return read.use.container is not None and locate(self.view, same) is not None

    def found(self, read: Read, disposition: Disposition, reason: str) -> None:
        for reference in read.references(self.view):
            self.settled.findings.append(Finding(reference, disposition, reason))
        if read.member is not None:
            self.settled.strings |= {node for _, node in read.member.names}

    def found_import(self, entry: ModuleImport, disposition: Disposition, reason: str) -> None:
        reference = self.view.reference(entry.alias, entry.form, entry.full)
        self.settled.findings.append(Finding(reference, disposition, reason))

    def rewrite(self, reads: Sequence[Read], holder: str) -> None:
        self.settled.rewrites += [read.rewrite(holder) for read in reads]
        for read in reads:
            self.found(read, Disposition.REWRITTEN, "")

    def reached(self) -> str:
        """A file that reaches the local name through this module, if one may."""
        if self.scope.kind != "module" or self.view.module is None:
            return ""
        return self.index.reached_from(self.view.module, self.local) or ""

    # `import m as x`, `from pkg import m`: the local name stands for the module

    def settle_named(self, moving: list[Read]) -> None:
        targets = _targets(moving)
        whole = {gone.module for entry in self.entries if (gone := self.moves.module(entry.full)) is not None}
        if not self.reads and len(whole) == 1:
            targets = sorted(whole)
        if self.is_replaceable(moving) and len(targets) == 1 and self.index.is_module(targets[0]):
            self.replace_named(moving, targets[0])
            return
        is_free = (
            self.scope.kind != "class"
            and len(moving) == len(self.reads)
            and not self.other_bindings
            and not self.reached()
        )
        for target in targets if moving else ():
            self.add_named([read for read in moving if _module(read) == target], target, replacing=is_free)
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
        if self.scope.kind == "class" and not all(self.moves.module(entry.full) for entry in self.entries):
            # It is an attribute of the class, which code outside may read.
            return False
        simple = all(read.step.length == 2 for read in moving)
        return direct and simple and len(moving) == len(self.reads) and not self.other_bindings and not self.reached()

    def keep_import(self, entry: ModuleImport, moving: list[Read]) -> None:
        target = self.moves.module(entry.full)
        if target is not None and not self.index.is_module(target.module):
            self.found_import(entry, Disposition.BLOCKED, f"there is no module `{target.module}`")
        elif len(moving) < len(self.reads):
            self.found_import(entry, Disposition.REVIEW, "other uses in this file still need it")
        else:
            reason = f"{self.reached() or 'other code'} still needs `{self.local}`"
            self.found_import(entry, Disposition.REVIEW, reason)

    def say_that_it_goes(self) -> None:
        if self.scope.kind == "module":
            self.settled.aliases.add(self.local)

    def replace_named(self, moving: list[Read], module: str) -> None:
        self.say_that_it_goes()
        parent, _, last = module.rpartition(".")
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
            if entry.form is Form.MODULE_FROM and parent:
                change.replaced[entry.index] = Wish(parent, last, None if holder == last else holder)
            else:
                change.replaced[entry.index] = Wish(module, None, None if holder == module else holder)
            self.found_import(entry, Disposition.REWRITTEN, kept)
        self.settled.names.add(holder)
        self.rewrite(moving, holder)

    def why_not_called(self, new: str, own: list[ast.alias], same: list[ast.AST]) -> str:
        return why_not_rename(
            self.view, self.index, self.scope, self.local, new, own=own, same=same, strings=Strings()
        ) or why_reached(self.view, self.index, self.scope, self.local)

    def add_named(self, reads: list[Read], module: str, *, replacing: bool) -> None:
        """Import `module` beside the old import or, as nothing else needs that, in its place; read what moved there."""
        parent, _, last = module.rpartition(".")
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
            if entry.form is Form.MODULE_FROM and parent:
                wish = Wish(parent, last, None if holder == last else holder)
            else:
                wish = Wish(module, None, None if holder == module else holder)
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

    def free_name(self, module: str, reads: list[Read]) -> str | None:
        """A local name for `module` that clashes with nothing where `reads` stand."""
        parts = module.split(".")
        candidates = [parts[-1], "_".join(parts[-2:]), "_".join(parts), f"new_{parts[-1]}"]
        for candidate in candidates:
            same = self.imports_of(module, candidate)
            taken = why_taken(self.view.scopes, self.scope, self.local, candidate, same)
            claimed = candidate in self.settled.names and candidate != self.local and not same
            if reads and candidate != self.local and not taken and not claimed:
                return candidate
        return None

    def imports_of(self, module: str, local: str) -> list[ast.AST]:
        """The names in import statements that already bind `local` to `module`."""
        found: list[ast.AST] = []
        for site in self.view.scopes.imports:
            statement = site.statement
            for alias in statement.names:
                if isinstance(statement, ast.Import):
                    dotted = alias.name
                else:
                    package = self.view.names.absolute(self.view.path, statement.level, statement.module)
                    dotted = f"{package}.{alias.name}"
                if dotted == module and (alias.asname or alias.name) == local:
                    found.append(alias)
        return found

    # `import a.b`: the local name is the root `a`, and many statements may bind it

    def settle_dotted(self, moving: list[Read]) -> None:
        staying = [read for read in self.reads if read not in moving]
        remaining = list(self.entries)
        for entry in self.entries:
            reads = [read for read in moving if read.step.module == entry.full]
            whole = self.moves.module(entry.full)
            if not reads and whole is None:
                continue
            targets = _targets(reads) or ([whole.module] if whole is not None else [])
            why_kept = self.why_kept(entry, staying, remaining, targets)
            if why_kept or not all(self.index.is_module(target) for target in targets):
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
        for module in _targets(moving):
            reads = [read for read in moving if _module(read) == module]
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


def _module(read: Read) -> str:
    return read.step.target.module if read.step.target else ""


def _targets(reads: Sequence[Read]) -> list[str]:
    """The modules that `reads` go to, in the order of the source."""
    return list(dict.fromkeys(_module(read) for read in reads))
