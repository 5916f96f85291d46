"""What the names of one module mean to the rules: the symbols that its imports bring."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from codemods.rules.symbols import BUILT_IN, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.index.resolve import Index
    from codemods.index.scopes import ImportSite, Scope, Use
    from codemods.rules.symbols import Vocabulary
    from codemods.transforms.view import ModuleView

_SCOPED = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class FileNames:
    """The names of the module in `view`. Made once per file; `for_rule` gives what the matcher asks."""

    def __init__(self, view: ModuleView, index: Index) -> None:
        self.view = view
        self.index = index
        self._origins: dict[ast.expr, str | None] = {}

    @cached_property
    def uses(self) -> dict[ast.Name, Use]:
        """The use that each name is."""
        return {use.node: use for use in self.view.scopes.order}

    @cached_property
    def sites(self) -> dict[ast.alias, ImportSite]:
        """The import statement of each imported name."""
        return {alias: site for site in self.view.scopes.imports for alias in site.statement.names}

    @cached_property
    def scopes(self) -> dict[ast.AST, Scope]:
        """The scope that each function and class makes."""
        return {scope.node: scope for scope in self.view.scopes.all if scope.node is not None}

    def imported(self, alias: ast.alias) -> str | None:
        """The full dotted name that the local name of `alias` stands for; None where it cannot be told."""
        statement = self.sites[alias].statement
        if isinstance(statement, ast.Import):
            return alias.name if alias.asname else alias.name.partition(".")[0]
        module = self.view.names.absolute(self.view.path, statement.level, statement.module)
        return f"{module}.{alias.name}" if module else None

    def binding(self, use: Use) -> list[ast.alias]:
        """The imports that bind the name of `use`; none where something else than None is
        bound to it as well."""
        scope = self.view.scopes.resolve(use.name, use.scope)
        nodes = scope.bound.get(use.name, []) if scope is not None else []
        imports = [node for node in nodes if isinstance(node, ast.alias)]
        if len(imports) == len(nodes):
            return imports
        others = (node for node in nodes if not isinstance(node, ast.alias))
        return imports if imports and all(map(self._is_none, others)) else []

    def _is_none(self, node: ast.AST) -> bool:
        """Whether `node` binds a name to None, as where an import fails."""
        parent = self.view.surroundings.parents.get(node)
        return isinstance(parent, ast.Assign) and isinstance(parent.value, ast.Constant) and parent.value.value is None

    def origin(self, node: ast.expr) -> str | None:
        """The full dotted name that a chain stands for, where it is defined; None where it is local. Raises Missing."""
        if node not in self._origins:
            self._origins[node] = self._origin(node)
        return self._origins[node]

    def _origin(self, node: ast.expr) -> str | None:
        found = {canonical(spelled, self.index) if spelled else None for spelled in self._spelled(node)}
        return found.pop() if len(found) == 1 else None

    def written(self, node: ast.expr) -> str | None:
        """The full dotted name that a chain spells by the imports, before re-exports are followed; None as above."""
        found = set(self._spelled(node))
        return found.pop() if len(found) == 1 else None

    def _spelled(self, node: ast.expr) -> Iterator[str | None]:
        attributes: list[str] = []
        root = node
        while isinstance(root, ast.Attribute):
            attributes.append(root.attr)
            root = root.value
        use = self.uses.get(root) if isinstance(root, ast.Name) else None
        if use is None:
            return
        if self.view.scopes.resolve(use.name, use.scope) is None:
            start = self._from_elsewhere(use.name)
            yield ".".join((start, *reversed(attributes))) if start else None
        for alias in self.binding(use):
            start = self.imported(alias)
            yield ".".join((start, *reversed(attributes))) if start else None

    def _from_elsewhere(self, name: str) -> str | None:
        """The full name of what a star import brings, the last one that may, or of a built-in; None where that is not
        certain."""
        for module, names in reversed(self.stars):
            if names is None or module is None:
                return None
            if name in names:
                return f"{module}.{name}"
        return f"builtins.{name}" if name in BUILT_IN else None

    @cached_property
    def stars(self) -> list[tuple[str | None, frozenset[str] | None]]:
        """The modules of the star imports, in order, with the names that they bring: None where that is not known."""
        found: list[tuple[str | None, frozenset[str] | None]] = []
        for alias, site in self.sites.items():
            if alias.name == "*" and isinstance(site.statement, ast.ImportFrom):
                module = self.view.names.absolute(self.view.path, site.statement.level, site.statement.module)
                is_sure = module is not None and self.index.is_module(module) and site.block is self.view.tree.body
                found.append((module, self.index.star_names(module) if is_sure and module else None))
        return found

    def scope_at(self, node: ast.AST) -> Scope:
        """The scope in which the code of `node` runs."""
        for inner in _level(node):
            if isinstance(inner, ast.Name) and (use := self.uses.get(inner)) is not None:
                return use.scope
        below: ast.AST = node
        for above in self.view.surroundings.ancestors(node):
            if isinstance(above, _DEFINITIONS) and below in above.body:
                return self.scopes[above]
            below = above
        return self.view.scopes.module

    def for_rule(self, vocabulary: Vocabulary) -> RuleNames:
        """What a matcher asks about names, for one rule."""
        return RuleNames(self, vocabulary)


class RuleNames:
    """The names of a module and those of a rule's snippets."""

    def __init__(self, names: FileNames, vocabulary: Vocabulary) -> None:
        self.names = names
        self.vocabulary = vocabulary

    def symbol(self, chain: str) -> str | None:
        """The symbol that a chain of a snippet stands for."""
        return self.vocabulary.symbol(chain)

    def origin(self, node: ast.expr) -> str | None:
        """The symbol that a chain of the module stands for."""
        return self.names.origin(node)


def _level(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of `node` that are in the same scope as itself."""
    pending = [node]
    while pending:
        inner = pending.pop()
        yield inner
        if isinstance(inner, _DEFINITIONS):
            pending += inner.decorator_list
        elif not isinstance(inner, _SCOPED):
            pending += ast.iter_child_nodes(inner)
