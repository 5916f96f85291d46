"""Names that a replacement would no longer bind although something still uses them, or that it would bind anew."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.rules.ways import Ways

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.index.scopes import Scope
    from codemods.rules.find import Module
    from codemods.rules.written import Written

_ALL_NAMES = frozenset({"locals", "vars", "eval", "exec", "dir"})


def still_used(module: Module, made: Written, removed: Callable[[int], bool]) -> str:
    """Why something that the match of `made` binds is still needed; empty where nothing is.

    `removed` tells whether the bytes at an offset go. Raises Missing.
    """
    return _Leftovers(module, made, removed).reason() or _clobbered(module, made, removed)


class _Leftovers:
    def __init__(self, module: Module, made: Written, removed: Callable[[int], bool]) -> None:
        self.module = module
        self.view = module.view
        self.made = made
        self.match = made.match
        self.removed = removed
        self.ways = Ways(module.view, made.match)

    def reason(self) -> str:
        for target in self.targets():
            if self.removed(self.view.lines.span(target)[0]):
                return f"`{self.view.text(target).decode()}` is set here, and would not be any more"
        for scope, name in self.lost():
            if line := self.needed_in(scope, name):
                return f"`{name}` is still used in line {line}"
            if scope is self.view.scopes.module and self.view.module is not None:
                path = self.module.index.surely_reached_from(self.view.module, name)
                if path is not None:
                    return f"{path} reaches `{name}` through this module"
        return ""

    def targets(self) -> Iterator[ast.expr]:
        """What the match assigns that is no plain name."""
        for statement in self.match.statements:
            for node in ast.walk(statement):
                if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
                    yield node

    def lost(self) -> Iterator[tuple[Scope, str]]:
        """The names that go with the statements of the match, with their scopes."""
        inside = {node for statement in self.match.statements for node in ast.walk(statement)}
        own = {scope.node for scope in self.view.scopes.all if scope.node in inside}
        for scope in self.view.scopes.all:
            if scope.node in own or scope.kind == "comprehension":
                continue
            for name, nodes in scope.bound.items():
                if name not in self.made.rebound and any(node in inside and self.goes(node) for node in nodes):
                    yield scope, name

    def goes(self, node: ast.AST) -> bool:
        """Whether `node` binds its name no more, or in a scope of its own."""
        return node in self.made.enclosed or self.removed(_offset(self.module, node))

    def needed_in(self, scope: Scope, name: str) -> int:
        """The line in which `name` of `scope` may still be read, changed or deleted; 0 where there is none."""
        for use in self.view.scopes.uses_of(name, scope):
            if self.needs(name, use.node, use.container or use.node, use.scope):
                return (use.container or use.node).lineno
        for node in scope.bound[name]:
            if isinstance(node, ast.Name) and self.reads_first(node) and self.needs(name, node, node, scope):
                return node.lineno
        return self.reads_all(scope)

    def reads_first(self, node: ast.Name) -> bool:
        """Whether `node`, which binds or deletes a name, needs the name before."""
        return isinstance(node.ctx, ast.Del) or isinstance(self.view.surroundings.parents.get(node), ast.AugAssign)

    def reads_all(self, scope: Scope) -> int:
        """The line in which all names of a function are read at once; 0 where there is none."""
        uses = (use for name in _ALL_NAMES for use in self.view.scopes.uses.get(name, ()))
        for use in uses if scope.kind == "function" else ():
            call = self.view.surroundings.parents.get(use.node)
            is_call = isinstance(call, ast.Call) and call.func is use.node and use.scope is scope
            if is_call and (use.name in ("eval", "exec") or not call.args):  # type: ignore[union-attr]  # it is a call
                return use.node.lineno
        return 0

    def needs(self, name: str, node: ast.AST, place: ast.AST, scope: Scope) -> bool:
        """Whether `node`, a use of `name` at `place`, may meet what the match has bound."""
        offset = _offset(self.module, place)
        if self.removed(offset):
            return False
        start = _offset(self.module, self.match.first)
        if start <= offset < self.ways.end:
            return not self.is_enclosed(name, offset)
        is_before = offset < start
        if scope is not self.module.names.scope_at(self.match.first):
            return is_before or not self.ways.is_set_before(name, node)
        if self.ways.is_set_before(name, node):
            return False
        if is_before or self.ways.is_apart(node):
            return self.ways.is_in_same_loop(node)
        return not self.ways.is_set_behind(name, node)

    def is_enclosed(self, name: str, offset: int) -> bool:
        """Whether what is at `offset` goes into the scope that `name` gets."""
        spans = (s for node, taken in self.made.enclosed.items() if getattr(node, "id", "") == name for s in taken)
        return any(span.start <= offset < span.end for span in spans)


def _offset(module: Module, node: ast.AST) -> int:
    return module.view.lines.offset(getattr(node, "lineno", 1), getattr(node, "col_offset", 0))


def _clobbered(module: Module, made: Written, removed: Callable[[int], bool]) -> str:
    """Why a name that the replacement coins is not free at the match; empty where all are."""
    scope = module.names.scope_at(made.match.first)
    for name in sorted(made.coined):
        bound = scope.bound.get(name, ())
        nodes = [*(use.node for use in module.view.scopes.uses.get(name, ()) if use.scope is scope), *bound]
        taken = [node for node in nodes if not removed(_offset(module, node))]
        if taken:
            line = min(getattr(node, "lineno", made.match.first.lineno) for node in taken)
            return f"the replacement sets `{name}`, which is used in line {line} already"
    return ""
