"""What the code that is taken needs: helpers of the duplicate, and imports."""

from __future__ import annotations

import ast
from abc import abstractmethod
from typing import TYPE_CHECKING

from codemods.consolidation.merging.choice import DECIDE, Choosing
from codemods.consolidation.merging.members import MemberChooser
from codemods.consolidation.merging.origins import bindings, imported, meaning, origin, star_of
from codemods.rules.symbols import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.consolidation.merging.adapt import Adapted
    from codemods.consolidation.merging.origins import Binding
    from codemods.consolidation.merging.source import Piece, Source
    from codemods.index.resolve import Index

OF_EVERY_MODULE = frozenset(
    {"__name__", "__doc__", "__file__", "__package__", "__spec__", "__loader__", "__builtins__", "__debug__"}
    | {"__annotations__", "__path__", "__dict__", "__class__", "__module__", "__qualname__", "reveal_type"}
)


class Needs(Choosing):
    """Sees to it that each name of the duplicate that is used by what is taken means the same in the kept module."""

    def __init__(self, kept: Source, adapted: Adapted, duplicate: str | None, index: Index) -> None:
        super().__init__(kept, adapted, duplicate, index)
        self.members = MemberChooser(self)
        self.refused: set[str] = set()

    @abstractmethod
    def want(self, name: str, why: str = "") -> None:
        """Have what the duplicate defines as `name` in the kept module; `why` says what needs it."""

    def need_all(self, pieces: Sequence[Piece], by: str) -> None:
        """Have all that `pieces`, which define `by`, use."""
        own = {name for piece in pieces for name in piece.names}
        for piece in pieces:
            self.check_inner_imports(piece)
            for name in self.theirs.free_names(piece.statement):
                if name == "__file__":
                    what = f"{self.theirs.where(piece)}: `{by}` uses `__file__`, which is another file from now on"
                    self.made.warnings.append(what)
                if name not in own or "." in by:
                    self.need(name, f"needed by `{by}`")
        for class_name, member in self.members.named_in(pieces):
            self.members.need(class_name, member, f"needed by `{by}`")

    def check_inner_imports(self, piece: Piece) -> None:
        for node in ast.walk(piece.statement):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                found = [imported(self.theirs, node, alias) for alias in node.names]
                if any(self.duplicate in (module, f"{module}.{name}") for module, name in found):
                    place = f"{self.theirs.path}:{node.lineno}"
                    self.made.reasons.append(f"{place}: what is taken imports the duplicate itself; change that first")

    def need(self, name: str, why: str) -> None:
        """Have what `name` means in the duplicate in the kept module, by the same name."""
        if name in self.adapted.barred:
            self._refuse_name(name, f"{self.adapted.barred[name]} ({why}); {DECIDE}")
        elif name in self.theirs.scopes.module.bound:
            if name in self.adapted.direct and bindings(self.theirs, name):
                return
            if self.is_imported(name):
                self.need_import(name, why)
            elif self.theirs.pieces_of(name):
                self.want(name, why)
        elif name not in self.adapted.direct:
            self.need_unbound(name, why)

    def is_imported(self, name: str) -> bool:
        """Whether import statements of their own, or for type checkers, bind `name`; or the kept module has it from
        one of the modules that are tried."""
        found = bindings(self.theirs, name)
        if found and all(b.is_plain or b.is_for_types for b in found):
            return all(isinstance(node, ast.alias) for node in self.theirs.scopes.module.bound[name])
        ours = meaning(self.kept, name, self.index)
        return ours is not None and ours in {origin(binding.dotted, self.index) for binding in found}

    def need_import(self, name: str, why: str) -> None:
        if name in self.made.imports:
            return
        found = bindings(self.theirs, name)
        theirs = {origin(binding.dotted, self.index) for binding in found}
        if any(map(self._is_duplicate, found)):
            where = f"{self.theirs.path}:{found[0].site.statement.lineno}"
            self.made.reasons.append(f"{where}: `{name}` is the duplicate itself ({why}); change that first")
            return
        ours = meaning(self.kept, name, self.index)
        is_there = name in self.kept.scopes.module.bound
        if ours in theirs or (not is_there and not ours):
            self.made.imports[name] = found
        elif self.decision(name) != "ours":
            if name not in self.made.undecided:
                self.refuse_import(name, sorted(theirs), ours, why)
        else:
            said = f"theirs is {' or '.join(f'`{t}`' for t in sorted(theirs))}"
            self.warn_of_ours(name, why, (said,))

    def _is_duplicate(self, binding: Binding) -> bool:
        """Whether the duplicate is what `binding` imports, or what is used of it."""
        if binding.name is None and not binding.alias.asname:
            parts = tuple(binding.module.split("."))
            uses = self.theirs.scopes.uses.get(parts[0], ())
            return binding.module == self.duplicate and any(use.chain[: len(parts)] == parts for use in uses)
        dotted = origin(binding.dotted, self.index)
        return dotted == self.duplicate or dotted.startswith(f"{self.duplicate}.")

    def refuse_import(self, name: str, theirs: list[str], ours: str | None, why: str) -> None:
        other = f"`{ours}`" if ours else "the kept module's own"
        details = (f"theirs is {' or '.join(f'`{t}`' for t in theirs)}, ours is {other}",)
        where = self.kept.by_name.get(name, [])
        if self.decision(name) == "theirs":
            place = f"{self.theirs.path}:1"
            self.made.reasons.append(
                f"{place}: theirs only imports `{name}`: say `ours`, or `{{rename: …}}` to import it by another name"
            )
        else:
            self.leave_undecided(name, details, where, self.theirs.by_name.get(name, []), why)

    def need_unbound(self, name: str, why: str) -> None:
        """Have a name that nothing in the duplicate binds: a built-in one, or one that a star import brings."""
        is_there = name in self.kept.scopes.module.bound
        if name in BUILT_IN or name in OF_EVERY_MODULE:
            if is_there:
                self._refuse_name(
                    name, f"`{name}` is built in ({why}), and ours has another one; leave behind what uses it"
                )
            return
        module = star_of(self.theirs, name, self.index)
        if module:
            self._need_by_star(name, module, why)
        elif module == "" and not set(self.theirs.outline.stars) <= set(self.kept.outline.stars):
            self._refuse_name(name, f"which star import brings `{name}` ({why}) cannot be told; import it by its name")
        elif module is None and not is_there:
            if self.decision(name) == "theirs":
                self.made.warnings.append(f"{self._use_of(name)}: nothing binds `{name}` ({why})")
            else:
                reason = f"nothing in theirs binds `{name}` ({why}); say `{name}: theirs` under `take:` to leave it so"
                self._refuse_name(name, reason)

    def _need_by_star(self, name: str, module: str, why: str) -> None:
        ours = meaning(self.kept, name, self.index)
        if ours is None and name not in self.kept.scopes.module.bound:
            self.made.stars[name] = module
        elif ours != origin(f"{module}.{name}", self.index) and self.decision(name) != "ours":
            self._refuse_name(name, f"`{name}` is `{module}.{name}` ({why}), and ours has another one; {DECIDE}")

    def _refuse_name(self, name: str, why: str) -> None:
        if name not in self.refused:
            self.refused.add(name)
            self.made.reasons.append(f"{self._use_of(name)}: {why}")

    def _use_of(self, name: str) -> str:
        """Where the duplicate first uses `name`."""
        uses = self.theirs.scopes.uses.get(name, [])
        lines = [(use.container or use.node).lineno for use in uses]
        return f"{self.theirs.path}:{min(lines, default=1)}"
