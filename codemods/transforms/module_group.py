"""One local name that stands for a module, with all that is read through it: what moves, what stays, and why."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.model import Disposition, Finding
from codemods.transforms.findings import CHOICES, HANDED_ON, PLANNED
from codemods.transforms.moves import is_there
from codemods.transforms.reads import Read, read_of
from codemods.transforms.renames import why_taken
from codemods.transforms.uses import INEXACT, locate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.index.resolve import Index
    from codemods.index.scopes import Scope
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves
    from codemods.transforms.references import ModuleImport
    from codemods.transforms.view import ModuleView

ASSIGNED = "it is assigned or deleted here: the module itself is changed"


class ModuleGroup:
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
        return concerned or any(self.moves.module(entry.full) is not None for entry in self.entries)

    def settle(self) -> None:
        moving = self.sort_out()
        self.settled.names.add(self.local)
        self.settle_moving(moving)

    def settle_moving(self, moving: list[Read]) -> None:
        """Rewrite the reads in `moving`, and the imports that bring their module."""
        raise NotImplementedError

    # Which reads move

    def sort_out(self) -> list[Read]:
        """The reads to rewrite; all others get their finding here."""
        moving = []
        several = len({entry.prefix for entry in self.entries}) > 1 or bool(self.other_bindings)
        for read in self.reads:
            step = read.step
            if step.kind == "re-export":
                self.found(read, Disposition.LEFT, f"`{step.module}` {HANDED_ON}")
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
        if self.view.surroundings.is_asked_by_name(read.use.attributes[-1] if read.use.attributes else read.use.node):
            return True
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
            self.found(read, Disposition.BLOCKED, ASSIGNED)
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
        key = (self.view.module or "", self.local)
        if self.scope.kind != "module" or self.view.module is None or key in self.moves.released:
            return ""
        path = self.index.reached_from(self.view.module, self.local) or ""
        if path:
            self.settled.kept.add(self.local)
        return path

    def say_that_it_goes(self) -> None:
        if self.scope.kind == "module":
            self.settled.aliases.add(self.local)

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


def module_of(read: Read) -> str:
    return read.step.target.module if read.step.target else ""


def targets_of(reads: Sequence[Read]) -> list[str]:
    """The modules that `reads` go to, in the order of the source."""
    return list(dict.fromkeys(module_of(read) for read in reads))
