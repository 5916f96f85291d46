"""What the import statements of a module must bring for the replacements, and which of their names nothing needs then.

The writer of import statements does the rest.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.index.string_sites import Role
from codemods.rules.places import blocks_around
from codemods.rules.symbols import canonical
from codemods.transforms.imports import StatementChange, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.index.scopes import ImportSite, Scope, Use
    from codemods.rules.find import Match, Module
    from codemods.rules.symbols import Symbol


class Plan(Struct):
    """What is asked of the imports of one module. `fresh` maps what has no place yet to where it is first needed."""

    changes: dict[ast.stmt, StatementChange] = field(default_factory=dict)
    fresh: dict[Wish, int | None] = field(default_factory=dict)

    def change(self, site: ImportSite) -> StatementChange:
        """What is asked of the statement at `site`."""
        return self.changes.setdefault(site.statement, StatementChange(site))


class ImportPlanner:
    """Plans the imports of one module. `removed` tells whether the bytes at an offset go."""

    def __init__(self, module: Module, removed: Callable[[int], bool]) -> None:
        self.module = module
        self.view = module.view
        self.removed = removed
        self.plan = Plan()
        self.needed: set[ast.alias] = set()
        self.kept: dict[ast.alias, str] = {}
        self.wished: dict[tuple[Scope | None, str], Wish] = {}

    # Spelling a symbol where a match stands

    def spell(self, symbol: Symbol, match: Match) -> str | None:
        """How `symbol` is written at `match`, by an import that is there; None where there is none."""
        if symbol.module == "builtins" and symbol.name:
            scope = self.module.names.scope_at(match.first)
            is_free = self.view.scopes.resolve(symbol.name, scope) is None and not self.module.names.stars
            return ".".join((symbol.name, *symbol.attributes)) if is_free else None
        if self._is_own(symbol) and symbol.name:
            return ".".join((symbol.name, *symbol.attributes))
        for alias in self._visible(match):
            text = self._by(alias, symbol)
            if text is not None:
                self.needed.add(alias)
                return text
        return None

    def _is_own(self, symbol: Symbol) -> bool:
        return symbol.module == self.view.module and symbol.name is not None

    def misfit(self, symbol: Symbol, match: Match) -> str:
        """Why `symbol`, where this module defines it, cannot be named at `match`; empty where it can."""
        if not self._is_own(symbol) or symbol.name is None:
            return ""
        owner = self.view.scopes.resolve(symbol.name, self.module.names.scope_at(match.first))
        if owner is not self.view.scopes.module:
            return f"`{symbol.name}` means something else here"
        for above in self.view.surroundings.ancestors(match.first):
            if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)) and above in owner.bound[symbol.name]:
                return f"this is in `{symbol.name}` itself"
        return ""

    def _visible(self, match: Match) -> list[ast.alias]:
        """The imported names that may be used at `match`, the nearest first."""
        names = self.module.names
        scope = names.scope_at(match.first)
        blocks = blocks_around(self.view, match.first)
        used = {alias for use in self._uses_in(match) for alias in names.binding(use)}
        found: list[tuple[tuple[object, ...], ast.alias]] = []
        for alias, site in names.sites.items():
            if alias.name == "*" or site.container is not None:
                continue
            local = _local(alias, site)
            owner = self.view.scopes.resolve(local, scope)
            if owner is None or alias not in owner.bound[local] or not self._is_one(owner.bound[local]):
                continue
            depth = self._depth(site, blocks)
            if depth is not None and (owner is not scope or self._offset(alias) < self._offset(match.first)):
                # What the match itself is written with comes first, then a name before its module.
                rank = (alias not in used, isinstance(site.statement, ast.Import), depth, self._offset(alias))
                found.append((rank, alias))
        return [alias for _, alias in sorted(found, key=lambda entry: entry[0])]

    def _is_one(self, nodes: list[ast.AST]) -> bool:
        """Whether the bindings `nodes` of a name are all of the same thing: one, or `import a.b` and `import a.c`."""
        return len(nodes) == 1 or all(
            isinstance(node, ast.alias)
            and isinstance(self.module.names.sites[node].statement, ast.Import)
            and node.asname is None
            for node in nodes
        )

    def _depth(self, site: ImportSite, blocks: list[list[ast.stmt]]) -> int | None:
        """How far out of `blocks` the block of an import is; None where it may not have run."""
        for depth, block in enumerate(blocks):
            if site.block is block:
                return depth
            parent = self.view.surroundings.parents.get(site.statement)
            if isinstance(parent, ast.Try) and parent in block and site.block is parent.body:
                return depth
        return None

    def _offset(self, node: ast.AST) -> int:
        return self.view.lines.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]  # it has a place

    def _by(self, alias: ast.alias, symbol: Symbol) -> str | None:
        """How `symbol` is written by means of `alias`."""
        site = self.module.names.sites[alias]
        full = self.module.names.imported(alias)
        if full is None:
            return None
        if isinstance(site.statement, ast.Import) and alias.asname is None:
            # `import a.b` gives `a.b`, and `a`.
            is_path = (alias.name, symbol.module) == ("os", "os.path")
            reaches = is_path or alias.name == symbol.module or alias.name.startswith(f"{symbol.module}.")
            return _joined(symbol.module, symbol) if reaches else None
        local = alias.asname or alias.name
        if symbol.name and not symbol.whole and canonical(full, self.module.index) == self._name_of(symbol):
            return ".".join((local, *symbol.attributes))
        return _joined(local, symbol) if full == symbol.module else None

    def _name_of(self, symbol: Symbol) -> str:
        return canonical(f"{symbol.module}.{symbol.name}", self.module.index)

    # Asking for an import

    def wish(self, symbol: Symbol, match: Match, gone: dict[ast.alias, Scope]) -> str:
        """Ask for an import of `symbol` that `match` can use; why that cannot be, or nothing."""
        wish = Wish(symbol.module) if symbol.whole or not symbol.name else Wish(symbol.module, symbol.name)
        local = wish.binds
        owner = self.view.scopes.resolve(local, self.module.names.scope_at(match.first))
        if symbol.module == "builtins":
            is_gone = owner is not None and set(owner.bound[local]) <= set(gone)
            return "" if is_gone else f"`{local}` means something else here"
        if owner is not None and not self._is_free(owner, local, gone, wish):
            return f"`{local}` means something else here"
        site = self._site(symbol, match)
        if site is None or site.scope is self.view.scopes.module:
            taken = [use for use in self.view.scopes.uses.get(local, ()) if self._is_unbound(use)]
            if taken and owner is None:
                return f"an import of `{local}` would change its meaning in line {taken[0].node.lineno}"
        if site is None:
            first = self._first_use(match)
            before = self.plan.fresh.get(wish)
            self.plan.fresh[wish] = first if before is None else min(before, first or before)
        else:
            self._ask(site, wish, gone, match)
        return ""

    def _is_free(self, owner: Scope, local: str, gone: dict[ast.alias, Scope], wish: Wish) -> bool:
        nodes = owner.bound[local]
        if all(isinstance(node, ast.alias) and node in gone for node in nodes):
            return True
        return isinstance(nodes[0], ast.alias) and self._by(nodes[0], _symbol_of(wish)) == local

    def _is_unbound(self, use: Use) -> bool:
        return self.view.scopes.resolve(use.name, use.scope) is None and not self.removed(
            self._offset(use.container or use.node)
        )

    def _site(self, symbol: Symbol, match: Match) -> ImportSite | None:
        """The import of what the match is about, where the new one may stand beside it or in its place."""
        blocks = blocks_around(self.view, match.first)
        for use in self._uses_in(match):
            for alias in self.module.names.binding(use):
                site = self.module.names.sites[alias]
                full = self.module.names.imported(alias) or ""
                is_near = self._depth(site, blocks) is not None and full in match_roots(match)
                is_kin = full.partition(".")[0] == symbol.module.partition(".")[0]
                if is_near and (is_kin or site.scope is not self.view.scopes.module) and site.container is None:
                    return site
        return None

    def _uses_in(self, match: Match) -> Iterator[Use]:
        for node in match.nodes:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name) and (use := self.module.names.uses.get(inner)) is not None:
                    yield use

    def _first_use(self, match: Match) -> int | None:
        """Where the new name is needed first when the module runs; None where a function needs it."""
        scope = self.module.names.scope_at(match.first)
        while scope.parent is not None:
            if scope.kind == "function":
                return None
            scope = scope.parent
        return self._offset(match.first)

    def _ask(self, site: ImportSite, wish: Wish, gone: dict[ast.alias, Scope], match: Match) -> None:
        for other in self.plan.changes.values():
            asked = [*other.added, *(replaced for replaced in other.replaced.values() if replaced is not None)]
            is_early = self._offset(other.site.statement) < self._offset(match.first)
            if other.site.block is site.block and (is_early or other.site is site):
                if wish in asked:
                    return
                if wish.name is not None and any(w.name and w.module == wish.module for w in asked):
                    # One statement brings what comes from one module.
                    other.added.append(wish)
                    return
        change = self.plan.change(site)
        for number, alias in enumerate(site.statement.names):
            if alias in gone and change.replaced.get(number) is None:
                change.replaced[number] = wish
                return
        change.added.append(wish)

    # Names that nothing needs any more

    def unneeded(self) -> dict[ast.alias, Scope]:
        """The imported names whose uses all go, with the scopes that they are bound in. Raises Missing."""
        gone: dict[ast.alias, Scope] = {}
        for scope in self.view.scopes.all:
            for name, nodes in scope.bound.items():
                aliases = [node for node in nodes if isinstance(node, ast.alias)]
                if aliases and len(aliases) == len(nodes) and self._is_unneeded(name, scope, aliases):
                    gone.update((alias, scope) for alias in aliases if self._goes(alias, name, scope))
        return gone

    def _is_unneeded(self, name: str, scope: Scope, aliases: list[ast.alias]) -> bool:
        # All uses matter only where one goes, and those that do are seen: an excerpt is not asked for each name.
        if not any(map(self._is_removed, self.view.scopes.uses.get(name, ()))):
            return False
        uses = self.view.scopes.uses_of(name, scope)
        if not any(self._is_removed(use) for use in uses):
            return False
        if any(self.module.names.sites[alias].container is not None for alias in aliases):
            return False
        if scope is self.view.scopes.module:
            if self._is_exported(name):
                return False
            module = self.view.module
            path = self.module.index.surely_reached_from(module, name) if module is not None else None
            if path is not None and all(map(self._is_removed, uses)):
                self.kept[aliases[0]] = path
            return path is None
        return True

    def _goes(self, alias: ast.alias, name: str, scope: Scope) -> bool:
        uses = self.view.scopes.uses_of(name, scope)
        site = self.module.names.sites[alias]
        if isinstance(site.statement, ast.Import) and alias.asname is None and "." in alias.name:
            parts = tuple(alias.name.split("."))
            own = [use for use in uses if use.chain[: len(parts)] == parts]
            others = [node for node in scope.bound[name] if node is not alias]
            uses = own if own and others else uses
        return alias not in self.needed and all(map(self._is_removed, uses))

    def _is_removed(self, use: Use) -> bool:
        return self.removed(self._offset(use.container or use.node))

    def _is_exported(self, name: str) -> bool:
        surroundings = self.view.surroundings
        return any(
            string.value == name and surroundings.site(string).role is Role.EXPORT
            for string in self.view.scopes.strings
        )

    def drop(self, gone: dict[ast.alias, Scope]) -> None:
        """Ask that the names in `gone` go, apart from those that others take the place of."""
        for alias in gone:
            site = self.module.names.sites[alias]
            self.plan.change(site).replaced.setdefault(site.statement.names.index(alias), None)


def match_roots(match: Match) -> set[str]:
    """The full names that imports may bring the symbols of a match by."""
    found: set[str] = set()
    for symbol in match.rule.vocabulary.symbols.values():
        for dotted in (symbol.dotted, f"{symbol.module}.{symbol.name}"):
            parts = dotted.split(".")
            found.update(".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return found


def _symbol_of(wish: Wish) -> Symbol:
    from codemods.rules.symbols import Symbol

    dotted = f"{wish.module}.{wish.name}" if wish.name else wish.module
    return Symbol(wish.module, wish.name, (), dotted, wish.name is None)


def _joined(start: str, symbol: Symbol) -> str:
    rest = (symbol.name, *symbol.attributes) if symbol.name else ()
    return ".".join((start, *rest))


def _local(alias: ast.alias, site: ImportSite) -> str:
    if alias.asname:
        return alias.asname
    return alias.name.partition(".")[0] if isinstance(site.statement, ast.Import) else alias.name
