"""What an imported name stands for: where it is defined, through all that hand it on."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.consolidation.merging.source import is_type_checking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.consolidation.merging.source import Source
    from codemods.index.resolve import Index
    from codemods.index.scopes import ImportSite

_STEPS = 20  # of a chain of re-exports


class Binding(Struct, frozen=True, eq=False):
    """An import of the module that binds a name: `module` and `name` are what it imports, by absolute names."""

    alias: ast.alias
    site: ImportSite
    module: str
    name: str | None
    is_plain: bool  # at the top level
    is_for_types: bool  # under `if TYPE_CHECKING:`

    @property
    def dotted(self) -> str:
        """The full name of what it binds."""
        if self.name is not None:
            return f"{self.module}.{self.name}"
        return self.module if self.alias.asname else self.module.partition(".")[0]


def bindings(source: Source, name: str) -> list[Binding]:
    """The imports at module level that bind `name`."""
    nodes = source.scopes.module.bound.get(name, [])
    aliases = {id(node) for node in nodes if isinstance(node, ast.alias)}
    return [binding for binding in all_bindings(source) if id(binding.alias) in aliases] if aliases else []


def all_bindings(source: Source) -> Iterator[Binding]:
    """All imports at module level, but for star imports."""
    tree = source.view.tree
    for_types = [statement.body for statement in tree.body if is_type_checking(statement)]  # type: ignore[attr-defined]
    for site in source.scopes.imports:
        if site.scope is not source.scopes.module:
            continue
        is_for_types = any(site.block is block for block in for_types)
        for alias in site.statement.names:
            module, name = imported(source, site.statement, alias)
            if module and name != "*":
                yield Binding(alias, site, module, name, site.block is tree.body, is_for_types)


def imported(source: Source, statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> tuple[str, str | None]:
    """The module and the name that `alias` imports; no module where that lies beyond the top level."""
    if isinstance(statement, ast.Import):
        return alias.name, None
    module = source.view.names.absolute(source.view.path, statement.level, statement.module)
    return module or "", alias.name


def origin(dotted: str, index: Index) -> str:
    """The full name of what `dotted` leads to, where it is defined. Raises Missing."""
    for _ in range(_STEPS):
        module, _, name = dotted.rpartition(".")
        if not module or index.is_module(dotted):
            return dotted
        summary = index.summary(module)
        if summary is None:
            return dotted
        export = summary.exports.get(name)
        if export is not None and export.origin is not None:
            step = f"{export.origin[0]}.{export.origin[1]}" if export.origin[1] else export.origin[0]
        elif export is None and (star := next((s for s in summary.stars if index.has(s, name)), None)):
            step = f"{star}.{name}"
        else:
            return dotted
        if step == dotted:
            return dotted
        dotted = step
    return dotted


def star_of(source: Source, name: str, index: Index) -> str | None:
    """The module whose star import brings `name`; None where none does, "" where that cannot be told."""
    doubt: str | None = None
    for module in reversed(source.outline.stars):
        names = index.star_names(module) if index.is_module(module) else None
        if names is None:
            doubt = ""
        elif name in names:
            return module
    return doubt


def meaning(source: Source, name: str, index: Index) -> str | None:
    """The full name of what the imports of the module make of `name`; None where it defines it, or has none."""
    if name in source.scopes.module.bound:
        nodes = source.scopes.module.bound[name]
        if not all(isinstance(node, ast.alias) for node in nodes):
            return None
        found = {origin(binding.dotted, index) for binding in bindings(source, name)}
        return found.pop() if len(found) == 1 else None
    module = star_of(source, name, index)
    return origin(f"{module}.{name}", index) if module else None
