"""Finds where a rule's snippet stands in a module."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from codemods.patterns.match import Bound, Matcher, State
from codemods.rules.naming import FileNames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.index.resolve import Index
    from codemods.patterns.language import Snippet
    from codemods.rules.rule import ReadyRule
    from codemods.transforms.view import ModuleView

_BLOCKS = ("body", "orelse", "finalbody")


@dataclass(frozen=True, eq=False)
class Match:
    """One place where `rule` matches: an expression `node`, or the statements of `block` from `begins[0]` on.

    `begins` tells for each statement of the pattern where in `block` it begins, and where the last one ends.
    """

    rule: ReadyRule
    state: State
    node: ast.expr | None = None
    block: tuple[ast.stmt, ...] = ()
    begins: tuple[int, ...] = ()

    @property
    def statements(self) -> tuple[ast.stmt, ...]:
        """The matched statements, with those that `...` stands for."""
        return self.block[self.begins[0] : self.begins[-1]] if self.begins else ()

    @property
    def first(self) -> ast.expr | ast.stmt:
        """The expression, or the first statement."""
        return self.node if self.node is not None else self.statements[0]

    @property
    def nodes(self) -> tuple[ast.expr | ast.stmt, ...]:
        """The expression, or the statements."""
        return (self.node,) if self.node is not None else self.statements

    @cached_property
    def paired(self) -> dict[ast.AST, Bound]:
        """What stands in the module for each node of the pattern."""
        return self.state.paired()


class Module:
    """One module as the rules see it. Made once per file."""

    def __init__(self, view: ModuleView, index: Index) -> None:
        self.view = view
        self.index = index
        self.names = FileNames(view, index)

    @cached_property
    def expressions(self) -> dict[type[ast.AST], list[ast.expr]]:
        """All expressions by their kind."""
        found: dict[type[ast.AST], list[ast.expr]] = {}
        for node in self.view.surroundings.parents:
            if isinstance(node, ast.expr):
                found.setdefault(type(node), []).append(node)
        return found

    @cached_property
    def blocks(self) -> list[list[ast.stmt]]:
        """All blocks of statements."""
        nodes = (self.view.tree, *self.view.surroundings.parents)
        lists = (getattr(node, name, None) for node in nodes for name in _BLOCKS)
        return [found for found in lists if isinstance(found, list) and found]

    def matcher(self, snippet: Snippet, rule: ReadyRule) -> Matcher:
        """A matcher for a snippet of `rule`."""
        return Matcher(snippet, self.names.for_rule(rule.vocabulary))


def matches(module: Module, rule: ReadyRule) -> Iterator[Match]:
    """Where the snippet of `rule` stands, in the order of the source; matches of statements do not overlap.

    Raises Missing.
    """
    snippet, replace = rule.text.match, rule.text.replace
    found = _statements(module, rule) if snippet.expression is None else _expressions(module, rule)
    if snippet.expression is not None and replace is not None and replace.expression is None:
        found = _whole_statements(module, rule)
    yield from sorted(found, key=lambda match: _start(match.first))


def _start(node: ast.expr | ast.stmt) -> tuple[int, int, int]:
    return node.lineno, node.col_offset, -(node.end_lineno or 0)


def _expressions(module: Module, rule: ReadyRule) -> Iterator[Match]:
    pattern = rule.text.match.expression
    if pattern is None:
        return
    matcher = module.matcher(rule.text.match, rule)
    for node in _candidates(module, pattern, matcher):
        if _may_replace(node, rule) and (state := matcher.expression(node)) is not None:
            yield Match(rule, state, node)


def _candidates(module: Module, pattern: ast.expr, matcher: Matcher) -> list[ast.expr]:
    kinds = [ast.Name, ast.Attribute] if pattern in matcher.chains else [type(pattern)]
    return [node for kind in kinds for node in module.expressions.get(kind, ())]


def _may_replace(node: ast.expr, rule: ReadyRule) -> bool:
    """Whether `node` is read, or may be written to in its new form as well."""
    if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return True
    replace = rule.text.replace.expression if rule.text.replace is not None else None
    return isinstance(replace, (ast.Attribute, ast.Subscript, ast.Name))


def _whole_statements(module: Module, rule: ReadyRule) -> Iterator[Match]:
    """Where an expression is a statement by itself."""
    matcher = module.matcher(rule.text.match, rule)
    for block in module.blocks:
        for number, statement in enumerate(block):
            if isinstance(statement, ast.Expr) and (state := matcher.expression(statement.value)) is not None:
                paired = state.pair(rule.text.match.body[0], statement)
                yield Match(rule, paired, None, tuple(block), (number, number + 1))


def _statements(module: Module, rule: ReadyRule) -> Iterator[Match]:
    matcher = module.matcher(rule.text.match, rule)
    for block in module.blocks:
        position = 0
        while position < len(block):
            found = matcher.statements(block, position)
            if found is None:
                position += 1
                continue
            state, begins = found
            yield Match(rule, state, None, tuple(block), begins)
            position = max(begins[-1], position + 1)
