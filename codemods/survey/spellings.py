"""The places of one module that spell a dotted path: imports, attribute chains from a module, whole strings."""

from __future__ import annotations

import ast
import re
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.index.analysis import analyse
from codemods.index.nodes import PARTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.index.names import ModuleNames

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?")
_Import = ast.Import | ast.ImportFrom
_IMPORTS = (ast.Import, ast.ImportFrom)
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Way(str, Enum):
    """How a path is spelled."""

    IMPORT = "import"  # from m import a, import m: one per imported name
    CHAIN = "chain"  # m.a, after an import of a module
    STRING = "string"  # "m.a" as a whole string, such as a patch target


class Spelling(Struct, frozen=True, order=True):
    """One place. `dotted` is the full path, `local` the name that a top-level import binds to it, else empty."""

    line: int
    dotted: str
    way: Way
    local: str = ""


def spellings(tree: ast.Module, path: str, names: ModuleNames, is_module: Callable[[str], bool]) -> Iterator[Spelling]:
    """The paths that the module in `path` spells. A star import spells `m.*`.

    Chains start at the modules for which `is_module` holds: `C.method` after `from m import C` uses a local name and
    spells no path.
    """
    found = [*_found(tree)]
    for node, is_outside in found:
        if isinstance(node, ast.Constant):
            yield Spelling(node.lineno, str(node.value).replace(":", "."), Way.STRING)
            continue
        for alias, dotted, _, local in _imported(node, path, names):
            # `import a.b` binds `a`, which is not what it spells.
            is_bound = is_outside and (local == alias.asname or "." not in alias.name)
            yield Spelling(alias.lineno, dotted, Way.IMPORT, local if is_bound else "")
    imports = [node for node, _ in found if isinstance(node, _IMPORTS)]
    if any(is_module(prefix) for node in imports for _, _, prefix, _ in _imported(node, path, names)):
        yield from _chains(tree, path, names, is_module)


def _found(tree: ast.Module) -> Iterator[tuple[_Import | ast.Constant, bool]]:
    """The import statements and the strings that are a path, each with whether it stands outside functions and
    classes."""
    pending: list[tuple[ast.AST, bool]] = [(tree, True)]
    while pending:
        node, is_outside = pending.pop()
        if isinstance(node, _IMPORTS):
            yield node, is_outside
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
                yield node, is_outside
        elif not isinstance(node, ast.JoinedStr):
            inside = is_outside and not isinstance(node, _INNER)
            for name in PARTS[node.__class__]:
                value = getattr(node, name, None)
                if value.__class__ is list:
                    pending += [(item, inside) for item in value]
                elif value is not None and value.__class__ is not ast.Name:
                    pending.append((value, inside))


def _imported(statement: _Import, path: str, names: ModuleNames) -> Iterator[tuple[ast.alias, str, str, str]]:
    """What an import statement spells, what its local name stands for, and that name."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            first = alias.name.partition(".")[0]
            yield alias, alias.name, alias.name if alias.asname else first, alias.asname or first
        return
    module = names.absolute(path, statement.level, statement.module)
    for alias in statement.names if module is not None else ():
        dotted = f"{module}.{alias.name}"
        yield alias, dotted, dotted, alias.asname or alias.name


def _chains(tree: ast.Module, path: str, names: ModuleNames, is_module: Callable[[str], bool]) -> Iterator[Spelling]:
    scopes = analyse(tree)
    imported = [entry for site in scopes.imports for entry in _imported(site.statement, path, names)]
    starts: dict[ast.AST, str] = {alias: prefix for alias, _, prefix, _ in imported if is_module(prefix)}
    for local in sorted({local for alias, _, _, local in imported if alias in starts}):
        for use in scopes.uses.get(local, ()):
            owner = scopes.resolve(local, use.scope) if use.attributes else None
            bound = owner.bound.get(local, ()) if owner is not None else ()
            for prefix in sorted({starts[node] for node in bound if node in starts}):
                yield Spelling(use.node.lineno, ".".join((prefix, *use.chain[1:])), Way.CHAIN)
