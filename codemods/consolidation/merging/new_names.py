"""The imports that what was taken needs, and those that nothing needs any more; the entries of `__all__`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.consolidation.merging.annotations import has_future_annotations, unevaluated
from codemods.consolidation.merging.origins import Binding, bindings, star_of
from codemods.consolidation.merging.source import Source, is_executed, is_type_checking
from codemods.transforms.edits import Edit, apply_edits, compose
from codemods.transforms.imports import StatementChange, Wish, write_imports
from codemods.transforms.view import ModuleView, view_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.consolidation.merging.choice import Choice
    from codemods.consolidation.merging.source import Piece
    from codemods.index.resolve import Index
    from codemods.index.scopes import ImportSite

_TYPE_CHECKING = Wish("typing", "TYPE_CHECKING")


class NewNames:
    """The imports of `result`, which is `kept` with what `choice` takes from `theirs`. Raises Missing, Unspelled."""

    def __init__(self, kept: Source, result: Source, theirs: Source, choice: Choice, index: Index) -> None:
        self.kept = kept
        self.result = result
        self.theirs = theirs
        self.choice = choice
        self.index = index
        self.new: dict[Wish, int | None] = {}
        self.for_types: list[Wish] = []
        self.changes: dict[ast.stmt, StatementChange] = {}
        self.told: list[str] = []

    def edits(self) -> list[Edit]:
        """The edits of `result`."""
        for name, found in self.choice.imports.items():
            self._ask(name, found)
        for name, module in self.choice.stars.items():
            self._want(Wish(module, name), name)
        for name in self.choice.dropped:
            for binding in bindings(self.result, name):
                self._drop(binding.site, binding.alias)
        for binding in self._unneeded():
            self._drop(binding.site, binding.alias)
        block = self._type_checking_site()
        if block is not None:
            self._change(block).added += self.for_types
        elif self.for_types:
            self.new[_TYPE_CHECKING] = None
        view = self.result.view
        edits = write_imports(view, self.changes.values(), self.new, self.index.is_module)
        if block is None and self.for_types:
            text = apply_edits(view.source, edits)
            return compose(view.source, edits, [self._new_block(view_of(view.path, text, view.names))])
        return edits

    # What is imported

    def _ask(self, name: str, found: list[Binding]) -> None:
        there = bindings(self.kept, name)
        if any(binding.name is None and not binding.alias.asname and "." in binding.module for binding in found):
            # `import a.b` and `import a.c` both bind `a`.
            self._import(name, found)
        elif name in self.kept.scopes.module.bound:
            is_hidden = bool(there) and all(binding.is_for_types for binding in there)
            is_shown = not all(binding.is_for_types for binding in found)
            if is_hidden and is_shown and any(self._runs(piece, name) for piece in self._pieces()):
                # One import serves both.
                for binding in bindings(self.result, name):
                    self._drop(binding.site, binding.alias)
                self._import(name, found)
        elif not star_of(self.kept, name, self.index):
            self._import(name, found)

    def _import(self, name: str, found: list[Binding]) -> None:
        chains = [use.chain for piece in self._pieces() for use in self.theirs.free(piece.statement)]
        running = [binding for binding in found if not binding.is_for_types]
        whole = [b for b in running if b.name is None and not b.alias.asname and "." in b.module]
        used = [b for b in whole if any(c[: b.module.count(".") + 1] == tuple(b.module.split(".")) for c in chains)]
        for binding in running or found:
            if binding in whole and used and binding not in used:
                continue
            local = name if binding.alias.asname else None
            wish = Wish(binding.module, binding.name, local)
            if running:
                self._want(wish, name)
            else:
                self.for_types.append(wish)
                self.told.append(f"`{_dotted(wish)}`, for type checkers")
        self.told = list(dict.fromkeys(self.told))

    def _want(self, wish: Wish, name: str) -> None:
        self.new[wish] = self._first_use(name)
        self.told.append(f"`{_dotted(wish)}`" + (f" as `{wish.local}`" if wish.local else ""))

    def _first_use(self, name: str) -> int | None:
        """Where the name is needed first when the module runs."""
        uses = self.result.scopes.uses_of(name, self.result.scopes.module)
        uses = uses or self.result.scopes.uses.get(name, [])
        return min((self.result.offset(use) for use in uses if is_executed(use)), default=None)

    def _runs(self, piece: Piece, name: str) -> bool:
        """Whether a use of `name` in `piece` is looked up at some time when the code runs."""
        skipped = unevaluated(piece.statement, future=has_future_annotations(self.kept.view.tree))
        return any(
            use.name == name and not isinstance(use.container, ast.Constant) and use.node not in skipped
            for use in self.theirs.free(piece.statement)
        )

    def _pieces(self) -> Iterator[Piece]:
        yield from self.choice.added
        for pieces in (*self.choice.replaced.values(), *self.choice.replaced_members.values()):
            yield from pieces
        for class_name, member in self.choice.members:
            yield from self.theirs.pieces_of(f"{class_name}.{member}")

    # What is imported no more

    def _drop(self, site: ImportSite, alias: ast.alias) -> None:
        self._change(site).replaced[site.statement.names.index(alias)] = None

    def _change(self, site: ImportSite) -> StatementChange:
        return self.changes.setdefault(site.statement, StatementChange(site))

    def _unneeded(self) -> Iterator[Binding]:
        """The imports of the kept module that it used, and does not use any more."""
        before, after = self.kept.scopes, self.result.scopes
        module = self.kept.view.module
        exported = listed_in_all(self.kept.view.tree) or []
        for name, nodes in before.module.bound.items():
            if not all(isinstance(node, ast.alias) for node in nodes) or name in exported:
                continue
            if not before.uses_of(name, before.module) or after.uses_of(name, after.module):
                continue
            if name in self.choice.imports or name in self.choice.dropped:
                continue
            if module is None or self.index.surely_reached_from(module, name) is None:
                yield from bindings(self.result, name)

    # Under `if TYPE_CHECKING:`

    def _type_checking_site(self) -> ImportSite | None:
        """An import under `if TYPE_CHECKING:` that others may join."""
        if not self.for_types:
            return None
        blocks = [s.body for s in self.result.view.tree.body if is_type_checking(s) and isinstance(s, ast.If)]
        # The changes are those of the imports that the view itself knows.
        sites = [s for s in self.result.view.scopes.imports if any(s.block is block for block in blocks)]
        wanted = {wish.module for wish in self.for_types}
        same = [s for s in sites if isinstance(s.statement, ast.ImportFrom) and self._module(s.statement) in wanted]
        ordered = sorted(same or sites, key=lambda site: site.statement.lineno)
        return ordered[-1] if ordered else None

    def _module(self, statement: ast.ImportFrom) -> str | None:
        view = self.result.view
        return view.names.absolute(view.path, statement.level, statement.module)

    def _new_block(self, view: ModuleView) -> Edit:
        """The edit of `view` that makes `if TYPE_CHECKING:` behind its imports."""
        imports = [s for s in view.tree.body if isinstance(s, (ast.Import, ast.ImportFrom))]
        first = next((s for s in view.tree.body if isinstance(s, (ast.FunctionDef, ast.ClassDef))), None)
        header = [s for s in imports if first is None or s.lineno < first.lineno] or imports
        end = view.lines.line_end(view.lines.span(header[-1])[1])
        newline = view.lines.newline_at(end).decode()
        lines = [f"    from {wish.module} import {wish.alias}" for wish in self.for_types if wish.name]
        lines += [f"    import {wish.alias}" for wish in self.for_types if not wish.name]
        text = newline.join(("", "", "if TYPE_CHECKING:", *lines))
        following = view.source[end:].decode().lstrip(" \t")
        is_apart = not following.strip() or following.replace("\r\n", "\n").replace("\r", "\n").startswith("\n\n")
        return Edit(end, end, (text if is_apart else text + newline).encode())


def _dotted(wish: Wish) -> str:
    return f"{wish.module}.{wish.name}" if wish.name else wish.module


def listed_in_all(tree: ast.Module) -> list[str] | None:
    """The names in `__all__`, as far as they are written out; None where the module has none."""
    found: list[str] | None = None
    for statement in tree.body:
        value = all_value(statement)
        if value is not None:
            elements = value.elts if isinstance(value, (ast.List, ast.Tuple)) else []
            found = (found or []) + [str(e.value) for e in elements if isinstance(e, ast.Constant)]
    return found


def all_value(statement: ast.stmt) -> ast.expr | None:
    """What `statement` makes of `__all__`; None where it does nothing about it."""
    if isinstance(statement, ast.Assign):
        targets: list[ast.expr] = statement.targets
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        targets = [statement.target]
    else:
        return None
    return statement.value if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets) else None
