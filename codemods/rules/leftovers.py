"""Names that a replacement would no longer bind although something still uses them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.rules.places import blocks_around

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.index.scopes import Scope, Use
    from codemods.rules.find import Match, Module

_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def still_used(module: Module, match: Match, removed: Callable[[int], bool], rebound: set[str]) -> str:
    """Why something that `match` binds is still needed; empty where nothing is.

    `removed` tells whether the bytes at an offset go; `rebound` are the names that the replacement binds.
    Raises Missing.
    """
    view = module.view
    for target in _targets(match):
        if removed(view.lines.span(target)[0]):
            return f"`{view.text(target).decode()}` is set here, and would not be any more"
    for scope, name in _lost(module, match, removed):
        if name in rebound:
            continue
        use = next((use for use in view.scopes.uses_of(name, scope) if _needs(module, match, use, removed)), None)
        if use is not None:
            return f"`{name}` is still used in line {use.node.lineno}"
        if scope is view.scopes.module and view.module is not None:
            path = module.index.reached_from(view.module, name)
            if path is not None:
                return f"{path} reaches `{name}` through this module"
    return ""


def _targets(match: Match) -> Iterator[ast.expr]:
    """What `match` assigns that is no plain name."""
    for statement in match.statements:
        for node in ast.walk(statement):
            if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
                yield node


def _lost(module: Module, match: Match, removed: Callable[[int], bool]) -> Iterator[tuple[Scope, str]]:
    """The names that go with the statements of `match`, with their scopes."""
    inside = {node for statement in match.statements for node in ast.walk(statement)}
    own = {scope.node for scope in module.view.scopes.all if scope.node in inside}
    for scope in module.view.scopes.all:
        if scope.node in own or scope.kind == "comprehension":
            continue
        for name, nodes in scope.bound.items():
            if any(node in inside and removed(_offset(module, node)) for node in nodes):
                yield scope, name


def _offset(module: Module, node: ast.AST) -> int:
    return module.view.lines.offset(getattr(node, "lineno", 1), getattr(node, "col_offset", 0))


def _needs(module: Module, match: Match, use: Use, removed: Callable[[int], bool]) -> bool:
    """Whether `use` may read what `match` has bound."""
    offset = _offset(module, use.container or use.node)
    if removed(offset):
        return False
    start, end = _offset(module, match.first), module.view.lines.span(match.nodes[-1])[1]
    if start <= offset < end:
        return True
    if offset < start and use.scope is module.names.scope_at(match.first):
        return _is_in_same_loop(module, match, use)
    return not any(end <= kill <= offset for kill in _kills(module, match, use.name))


def _is_in_same_loop(module: Module, match: Match, use: Use) -> bool:
    around = {node for node in module.view.surroundings.ancestors(match.first) if isinstance(node, _LOOPS)}
    return any(node in around for node in module.view.surroundings.ancestors(use.node))


def _kills(module: Module, match: Match, name: str) -> Iterator[int]:
    """Where the name gets another value for certain, behind the match: offsets at which that is done."""
    last = module.view.lines.span(match.nodes[-1])[1]
    for block in blocks_around(module.view, match.first):
        for statement in block:
            start, end = module.view.lines.span(statement)
            if start >= last and _rebinds(statement, name):
                yield end


def _rebinds(statement: ast.stmt, name: str) -> bool:
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return False
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    reads = any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(statement.value))
    return not reads and any(isinstance(target, ast.Name) and target.id == name for target in targets)
