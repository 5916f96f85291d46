"""The local names that import statements bind to something that a redirect concerns."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.model import Form
from codemods.transforms.chains import is_handed_on, module_behind

if TYPE_CHECKING:
    from codemods.index.resolve import Index
    from codemods.index.scopes import ImportSite, Scope
    from codemods.transforms.moves import Moves, Target
    from codemods.transforms.view import ModuleView


class SymbolImport(Struct, frozen=True, eq=False):
    """`from module import name [as local]`, where `name` goes to `target` (None: only handed on by `module`)."""

    site: ImportSite
    index: int
    alias: ast.alias
    module: str
    target: Target | None

    @property
    def local(self) -> str:
        """The local name."""
        return self.alias.asname or self.alias.name

    @property
    def dotted(self) -> str:
        """The full name that it imports."""
        return f"{self.module}.{self.alias.name}"


class ModuleImport(Struct, frozen=True, eq=False):
    """An import of a module. The local name stands for `prefix`; `full` is the module that is loaded."""

    site: ImportSite
    index: int
    alias: ast.alias
    form: Form
    prefix: str
    full: str


class StarImport(Struct, frozen=True, eq=False):
    """`from module import *`."""

    site: ImportSite
    alias: ast.alias
    module: str


class Bindings(Struct):
    """The imports of one module by the scope and local name that they bind, and its star imports.

    `quoted` are imports in docstrings that cannot be edited, with the full name of what moves.
    """

    symbols: dict[tuple[Scope, str], list[SymbolImport]] = field(default_factory=dict)
    modules: dict[tuple[Scope, str], list[ModuleImport]] = field(default_factory=dict)
    stars: list[StarImport] = field(default_factory=list)
    quoted: list[tuple[ImportSite, str]] = field(default_factory=list)
    held_modules: set[str] = field(default_factory=set)


def bindings_of(view: ModuleView, moves: Moves, index: Index) -> Bindings:
    """The bindings of `view` that `moves` concerns, in the order of the source."""
    bindings = Bindings()
    for site in sorted(view.scopes.imports, key=_place):
        for number, alias in enumerate(site.statement.names):
            if site.container is not None:
                _read_quoted(view, moves, bindings, site, alias)
            elif isinstance(site.statement, ast.Import):
                _read_import(view, moves, bindings, ModuleImportDraft(site, number, alias))
            else:
                _read_from(view, moves, index, bindings, ModuleImportDraft(site, number, alias))
    return bindings


def _place(site: ImportSite) -> tuple[int, int, int, int]:
    node = site.statement
    return node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0


class ModuleImportDraft(Struct, frozen=True):
    """One name of one import statement, before it is known what it stands for."""

    site: ImportSite
    index: int
    alias: ast.alias


def _owner(view: ModuleView, site: ImportSite, local: str) -> Scope:
    return view.scopes.resolve(local, site.scope) or site.scope


def _read_quoted(view: ModuleView, moves: Moves, bindings: Bindings, site: ImportSite, alias: ast.alias) -> None:
    statement = site.statement
    module, name = alias.name, ""
    if isinstance(statement, ast.ImportFrom):
        module = view.names.absolute(view.path, statement.level, statement.module) or ""
        name = alias.name
    dotted = f"{module}.{name}" if name else module
    if moves.symbol(module, name) is not None or moves.holds_module(dotted):
        bindings.quoted.append((site, dotted))


def _read_import(view: ModuleView, moves: Moves, bindings: Bindings, draft: ModuleImportDraft) -> None:
    name, local = draft.alias.name, draft.alias.asname
    root = name.partition(".")[0]
    concerned = name if local else root
    if not (moves.holds_module(concerned) or moves.leads_to(concerned) or _may_lead(view, moves, local or root)):
        return
    form = Form.IMPORT_AS if local else Form.IMPORT
    entry = ModuleImport(draft.site, draft.index, draft.alias, form, concerned, name)
    _add_module(view, moves, bindings, entry, local or root)


def _may_lead(view: ModuleView, moves: Moves, local: str) -> bool:
    """Whether a chain that starts at `local` spells a name that moves: it may come to it through other modules."""
    return any(moves.words.intersection(use.chain[1:]) for use in view.scopes.uses.get(local, ()))


def _add_module(view: ModuleView, moves: Moves, bindings: Bindings, entry: ModuleImport, local: str) -> None:
    bindings.modules.setdefault((_owner(view, entry.site, local), local), []).append(entry)
    if moves.holds_module(entry.full):
        bindings.held_modules.add(entry.full)


def _read_from(view: ModuleView, moves: Moves, index: Index, bindings: Bindings, draft: ModuleImportDraft) -> None:
    statement = draft.site.statement
    if not isinstance(statement, ast.ImportFrom):
        return
    module = view.names.absolute(view.path, statement.level, statement.module)
    if module is None:
        return
    name = draft.alias.name
    local = draft.alias.asname or name
    full = f"{module}.{name}"
    if name == "*":
        if moves.holds_module(module):
            bindings.stars.append(StarImport(draft.site, draft.alias, module))
        return
    target = moves.symbol(module, name)
    leads = moves.holds_module(full) or moves.leads_to(full) or _may_lead(view, moves, local)
    taken = _module_taken(module, name, moves, index) if target is None and leads else ""
    if taken:
        entry = ModuleImport(draft.site, draft.index, draft.alias, Form.MODULE_FROM, taken, taken)
        _add_module(view, moves, bindings, entry, local)
    elif target is not None or is_handed_on(module, name, moves, index):
        symbol = SymbolImport(draft.site, draft.index, draft.alias, module, target)
        bindings.symbols.setdefault((_owner(view, draft.site, local), local), []).append(symbol)


def _module_taken(package: str, name: str, moves: Moves, index: Index) -> str:
    """The module that `from package import name` gives: a submodule, or one that `package` hands on and something moves
    out of; else nothing."""
    if _is_submodule(index, package, name):
        return f"{package}.{name}"
    behind = module_behind(package, name, index, surely=True)
    return behind if behind is not None and moves.holds_module(behind) else ""


def _is_submodule(index: Index, package: str, name: str) -> bool:
    """Whether `from package import name` gives the submodule: an attribute that the package defines comes first."""
    if not index.is_module(f"{package}.{name}"):
        return False
    path = index.paths.get(package)
    summary = index.summaries.get(path) if path else None
    export = summary.exports.get(name) if summary else None
    return export is None or export.origin in ((package, name), (f"{package}.{name}", None))
