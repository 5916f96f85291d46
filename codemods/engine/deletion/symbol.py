"""Judges the deletion of one symbol from the module that defines it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.consolidation.deleting.definitions import Region, UnremovableError, definitions
from codemods.consolidation.deleting.deletion import Deletion, Lines
from codemods.consolidation.deleting.going import Going
from codemods.consolidation.deleting.references import sorted_apart
from codemods.consolidation.deleting.removal import own_references, removal
from codemods.engine.deletion.bases import collected
from codemods.engine.deletion.hints import taken_from, with_hints
from codemods.index.text import decode, encode
from codemods.model import Change, Form

if TYPE_CHECKING:
    from codemods.engine.deletion.search import Search
    from codemods.engine.deletion.tree import Tree
    from codemods.model import Finding
    from codemods.plan.consolidation import DeleteSymbol
    from codemods.transforms.view import ModuleView

MEMBER = "it is a member of a class: code alone cannot prove who uses it; delete it by hand"


def parted(tree: Tree, symbol: str) -> tuple[str, str]:
    """The module of `symbol` and its name there: of a member of a class, `Class.member`."""
    module, _, name = symbol.rpartition(".")
    first = module
    while "." in module and module not in tree.scan.modules:
        module, _, last = module.rpartition(".")
        name = f"{last}.{name}"
    return (module, name) if module in tree.scan.modules else (first, symbol.rpartition(".")[2])


def judge_symbol(tree: Tree, search: Search, delete: DeleteSymbol) -> Deletion:
    """What becomes of `delete` in `tree`."""
    module, name = parted(tree, delete.symbol)
    given = Deletion(delete.symbol, "symbol", "refused")
    if module not in tree.scan.modules:
        return replace(given, state="done", reason=f"there is no module `{module}`")
    paths = tree.files_of(module)
    views = {path: view for path in sorted(paths) if (view := tree.view(path)) is not None}
    if len(views) < len(paths):
        return replace(given, reason=f"{', '.join(sorted(paths - views.keys()))} cannot be read as Python")
    first, _, member = name.partition(".")
    if not any(first in view.scopes.module.bound for view in views.values()):
        return replace(given, state="done", reason=f"`{module}` defines no `{first}`")
    if member:
        return replace(given, reason=MEMBER)
    try:
        return _judge(tree, search, delete, Going(module, name, paths), views)
    except UnremovableError as error:
        return replace(given, reason=str(error))


def _judge(tree: Tree, search: Search, delete: DeleteSymbol, going: Going, views: dict[str, ModuleView]) -> Deletion:
    name = going.last
    regions = {path: _placed(path, lambda view=view: definitions(view, name)) for path, view in views.items()}
    takes = tuple(_lines(views[path], path, region) for path, found in regions.items() for region in found)
    given = Deletion(delete.symbol, "symbol", "ready", takes=takes)
    going, found = search.findings(going, delete.ignore)
    kept = [f for f in found if not _goes(f, given, going)]
    for view in views.values():
        kept += [*own_references(view, name, going.dotted), *collected(tree, view, name, going.dotted)]
    references, mentions = sorted_apart(_once(kept))
    given = replace(given, mentions=mentions)
    if references:
        return given.refused(with_hints(tree, going, references))
    changes, notes = [], []
    for path, view in views.items():
        made = removal(view, name, lambda names: frozenset(taken_from(tree, going.module, names)))
        if made is not None:
            before = tree.content(path) or b""
            changes.append(Change(path, before, encode(decode(before), made.source.decode())))
            notes += [f"{path}:{line}: {text}" for line, text in made.notes]
    return replace(given, changes=tuple(changes), notes=tuple(notes))


def _placed(path: str, found: object) -> list[Region]:
    try:
        return found()  # type: ignore[operator,no-any-return]
    except UnremovableError as error:
        message = f"{path}:{error.line}: {error}"
        raise UnremovableError(message, error.line) from error


def _lines(view: ModuleView, path: str, region: Region) -> Lines:
    return Lines(path, view.lines.line_at(region.start), view.lines.line_at(max(region.end - 1, region.start)))


def _goes(finding: Finding, given: Deletion, going: Going) -> bool:
    """Whether what `finding` tells of goes with the symbol."""
    is_own = finding.reference.path in going.paths
    return is_own and (finding.reference.form is Form.EXPORT or any(lines.hold(finding) for lines in given.takes))


def _once(findings: list[Finding]) -> list[Finding]:
    """`findings`, one for each place."""
    return list({(f.reference.path, f.reference.line, f.reference.column): f for f in findings}.values())
