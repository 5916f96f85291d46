"""Judges the deletion of one module or package, with the empty packages around it and its entries in `__all__`."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.consolidation.deleting.deletion import Deletion, Lines, RemovedFile
from codemods.consolidation.deleting.entries import UneditableError, without_entries
from codemods.consolidation.deleting.going import Going
from codemods.consolidation.deleting.references import sorted_apart
from codemods.engine.deletion.hints import with_hints
from codemods.index.names import is_python
from codemods.index.text import decode, encode
from codemods.model import Change
from codemods.transforms.edits import apply_edits
from codemods.transforms.view import UnparsableError, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.engine.deletion.search import Search
    from codemods.engine.deletion.tree import Tree
    from codemods.plan.consolidation import DeleteModule

_INITS = ("__init__.py", "__init__.pyi")
_MARKERS = frozenset({*_INITS, "py.typed"})


def judge_module(tree: Tree, search: Search, delete: DeleteModule) -> Deletion:
    """What becomes of `delete` in `tree`."""
    module = delete.module
    given = Deletion(module, "module", "refused")
    if module not in tree.scan.modules:
        return replace(given, state="done", reason=f"there is no module `{module}`")
    paths, folders = _files(tree, module)
    if fault := _fault(tree, module, paths, folders):
        return replace(given, reason=fault)
    going, found = search.findings(Going(module, None, paths, next(iter(folders), "")), delete.ignore)
    references, mentions = sorted_apart(found)
    given = replace(given, mentions=mentions, takes=tuple(map(Lines, sorted(paths))))
    if references:
        return given.refused(with_hints(tree, going, references))
    try:
        removed, changes = _with_packages(tree, search, going, delete.ignore)
    except UneditableError as error:
        return replace(given, reason=f"line {error.line} of its package: {error}")
    return replace(
        given,
        state="ready",
        removed=tuple(RemovedFile(path, tree.content(path) or b"") for path in sorted(removed)),
        changes=tuple(Change(path, tree.content(path) or b"", changes[path]) for path in sorted(changes)),
    )


def _files(tree: Tree, module: str) -> tuple[frozenset[str], frozenset[str]]:
    """The files that are the module, and of a package all Python files in it; and the folders of the package."""
    own = set(tree.files_of(module))
    folders = {path.rpartition("/")[0] for path in own if path.rpartition("/")[2] in _INITS}
    if not own:  # a package without an `__init__.py`
        inside = (p for p in tree.paths if (tree.named.get(p) or "").startswith(f"{module}."))
        folders = {_folder_of(tree, path, module) for path in inside}
    beneath = tuple(f"{folder}/" for folder in folders)
    own |= {path for path in tree.paths if path.startswith(beneath) and _goes_with(path)}
    return frozenset(own), frozenset(folders)


def _folder_of(tree: Tree, path: str, module: str) -> str:
    name = tree.named.get(path) or ""
    is_init = path.rpartition("/")[2] in _INITS
    depth = name.count(".") - module.count(".") - (0 if is_init else 1)
    return str(PurePosixPath(path).parents[depth])


def _goes_with(path: str) -> bool:
    return is_python(path) or path.rpartition("/")[2] in _MARKERS


def _fault(tree: Tree, module: str, paths: frozenset[str], folders: frozenset[str]) -> str:
    """Why the files of a module cannot be taken as what it is."""
    sources = sorted(p for p in paths if tree.named.get(p) == module and p.endswith(".py"))
    if len(sources) > 1 or len(folders) > 1:
        return f"it is in several places: {', '.join(sources or sorted(folders))}"
    if folders & {*tree.names.source_roots, ""}:
        return "its folder is one that dotted names start from"
    beneath = tuple(f"{folder}/" for folder in folders)
    other = [path for path in tree.paths if path.startswith(beneath) and path not in paths]
    if other:
        more = f" and {len(other) - 3} more" if len(other) > 3 else ""
        return f"its folder holds files that are not Python: {', '.join(other[:3])}{more}; move or delete them first"
    return ""


def _with_packages(
    tree: Tree, search: Search, going: Going, ignore: Sequence[str]
) -> tuple[set[str], dict[str, bytes]]:
    """The files to remove and those to change: packages go in which nothing is left and that nobody refers to.

    Raises UneditableError.
    """
    removed, changes = set(going.paths), _without_listing(tree, going)
    while going.package:
        inits = set(tree.files_of(going.package))
        folder = next(iter(inits), "").rpartition("/")[0]
        left = {path for path in tree.paths if folder and path.startswith(f"{folder}/")} - removed
        if not left or folder in tree.names.source_roots or not all(p.rpartition("/")[2] in _MARKERS for p in left):
            break
        if not all(_is_idle(changes.get(p) or tree.content(p) or b"") for p in inits if p in left) or left - {
            *inits,
            f"{folder}/py.typed",
        }:
            break
        going = Going(going.package, None, frozenset(left), folder)
        _, found = search.findings(going, ignore, removed)
        if sorted_apart(found)[0]:
            break
        removed |= left
        changes |= _without_listing(tree, going)
    return removed, {path: after for path, after in changes.items() if path not in removed}


def _without_listing(tree: Tree, going: Going) -> dict[str, bytes]:
    """The files of its package without the entries of `__all__` that name the module. Raises UneditableError."""
    changes: dict[str, bytes] = {}
    for path in (p for p in tree.holding(going.last) if going.package and tree.named.get(p) == going.package):
        view = tree.view(path)
        if view is not None and going.last not in view.scopes.module.bound:
            edits = without_entries(view, going.last)
            if edits:
                source = decode(tree.content(path) or b"")
                changes[path] = encode(source, apply_edits(view.source, edits).decode())
    return changes


def _is_idle(content: bytes) -> bool:
    """Whether the source of a package does nothing: docstrings, comments, and an `__all__` without entries."""
    try:
        body = parse(decode(content).text.encode()).body
    except (ValueError, UnparsableError):
        return False
    return all(map(_does_nothing, body))


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return isinstance(statement, ast.Pass)
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    is_all = all(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)
    return is_all and isinstance(statement.value, (ast.List, ast.Tuple)) and not statement.value.elts
