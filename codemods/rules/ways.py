"""Where a name gets another value for certain, between what a match has set and what is read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.rules.find import Match
    from codemods.transforms.view import ModuleView

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_BLOCKS = ("body", "orelse", "finalbody")


class Ways:
    """The ways from `match` to other code of the same function."""

    def __init__(self, view: ModuleView, match: Match) -> None:
        self.view = view
        self.match = match
        self.parents = view.surroundings.parents
        self.around = set(view.surroundings.ancestors(match.first))
        self.end = view.lines.span(match.nodes[-1])[1]

    def is_in_same_loop(self, node: ast.AST) -> bool:
        """Whether `node` may run after the match although it stands before it."""
        return any(above in self.around and isinstance(above, _LOOPS) for above in self._above(node))

    def is_apart(self, node: ast.AST) -> bool:
        """Whether `node` is in the other branch of an `if` that the match is in."""
        mine = dict(self._branches(self.match.first))
        return any(mine.get(above, branch) != branch for above, branch in self._branches(node))

    def _branches(self, node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
        below = node
        for above in self._above(node):
            if isinstance(above, ast.If) and below is not above.test:
                yield above, "body" if below in above.body else "orelse"
            below = above

    def _above(self, node: ast.AST) -> Iterator[ast.AST]:
        return self.view.surroundings.ancestors(node)

    def is_set_before(self, name: str, node: ast.AST) -> bool:
        """Whether `name` gets another value on each way to `node`."""
        below = node
        for above in self._above(node):
            if self._is_set_in_block(name, above, below):
                return True
            if above in self.around:
                return False
            if _sets_for_body(above, below, name):
                return True
            below = above
        return False

    def _is_set_in_block(self, name: str, above: ast.AST, below: ast.AST) -> bool:
        """Whether a statement before `below` in the same block sets `name`, and does not stand before the match."""
        block = next((b for n in _BLOCKS if isinstance(b := getattr(above, n, None), list) and below in b), [])
        before = block[: block.index(below)] if block else []
        mine = [n for n, statement in enumerate(before) if statement in self.match.nodes or statement in self.around]
        return any(_sets(statement, name) for statement in before[mine[-1] + 1 if mine else 0 :])

    def is_set_behind(self, name: str, node: ast.AST) -> bool:
        """Whether `name` gets another value on each way from the match that goes on to `node`, outside of its block."""
        is_set = False
        below: ast.AST = self.match.nodes[-1]
        ahead = {node, *self._above(node)}
        for above in self._above(below):
            block = next((b for n in _BLOCKS if isinstance(b := getattr(above, n, None), list) and below in b), [])
            is_set = is_set or self._is_surely_set(name, block[block.index(below) + 1 :] if block else [], node)
            if isinstance(above, ast.Try) and below in above.body and ahead.isdisjoint(above.body):
                # What is behind the match may not be reached.
                is_set = False
            below = above
        return is_set

    def _is_surely_set(self, name: str, statements: list[ast.stmt], node: ast.AST) -> bool:
        for statement in statements:
            if any(inner is node or isinstance(inner, (ast.Break, ast.Continue)) for inner in ast.walk(statement)):
                return False
            if _sets(statement, name):
                return True
        return False


def _sets_for_body(above: ast.AST, below: ast.AST, name: str) -> bool:
    """Whether `above` sets `name` before its block, in which `below` is, is run."""
    if isinstance(above, (ast.For, ast.AsyncFor)):
        return below in above.body and _is_target(above.target, name)
    if isinstance(above, (ast.With, ast.AsyncWith)):
        targets = (item.optional_vars for item in above.items)
        return below in above.body and any(target is not None and _is_target(target, name) for target in targets)
    return isinstance(above, ast.ExceptHandler) and above.name == name and below is not above.type


def _sets(statement: ast.stmt, name: str) -> bool:
    """Whether `statement` gives `name` a value that does not come from the one before."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return any((alias.asname or alias.name) == name for alias in statement.names)
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return False
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    reads = any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(statement.value))
    return not reads and any(_is_target(target, name) for target in targets)


def _is_target(target: ast.expr, name: str) -> bool:
    if isinstance(target, (ast.Tuple, ast.List)):
        return any(_is_target(element, name) for element in target.elts)
    if isinstance(target, ast.Starred):
        return _is_target(target.value, name)
    return isinstance(target, ast.Name) and target.id == name
