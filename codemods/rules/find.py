"""Finds where a rule's snippet stands in a module."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.patterns.language import dotted, variable
from codemods.patterns.match import Bound, Matcher, State, TooManyWays
from codemods.rules.naming import FileNames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.index.resolve import Index
    from codemods.patterns.language import Snippet
    from codemods.rules.rule import ReadyRule
    from codemods.transforms.view import ModuleView

_BLOCKS = ("body", "orelse", "finalbody")


class Match(Struct, frozen=True, eq=False, dict=True):
    """One place where `rule` matches: an expression `node`, or the statements of `block` from `begins[0]` on.

    `begins` tells for each statement of the pattern where in `block` it begins, and where the last one ends.
    `unclear` says why it may be no match.
    """

    rule: ReadyRule
    state: State
    node: ast.expr | None = None
    block: tuple[ast.stmt, ...] = ()
    begins: tuple[int, ...] = ()
    unclear: str = ""

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

    @cached_property
    def naming(self) -> dict[str, list[ast.expr]]:
        """The names and chains that stand for each symbol."""
        found: dict[str, list[ast.expr]] = {}
        for kind in (ast.Name, ast.Attribute):
            for node in self.expressions.get(kind, ()):
                origin = self.names.origin(node)
                if origin is not None:
                    found.setdefault(origin, []).append(node)
        return found

    def called(self, name: str) -> list[ast.expr]:
        """The calls of something whose last name is `name`, or of anything where that is a `$X`."""
        if variable(name) is not None:
            return self.expressions.get(ast.Call, [])
        return self._called.get(name, [])

    @cached_property
    def _called(self) -> dict[str, list[ast.expr]]:
        found: dict[str, list[ast.expr]] = {}
        for call in self.expressions.get(ast.Call, ()):
            func = call.func  # type: ignore[attr-defined]  # it is a call
            if isinstance(func, ast.Attribute):
                found.setdefault(func.attr, []).append(call)
        return found

    @cached_property
    def standing(self) -> dict[ast.stmt, tuple[list[ast.stmt], int]]:
        """The block of each statement, and its number there."""
        return {statement: (block, number) for block in self.blocks for number, statement in enumerate(block)}

    def matcher(self, snippet: Snippet, rule: ReadyRule) -> Matcher:
        """A matcher for a snippet of `rule`."""
        return Matcher(snippet, self.names.for_rule(rule.vocabulary))


def matches(module: Module, rule: ReadyRule) -> Iterator[Match]:
    """Where the snippet of `rule` stands, in the order of the source; matches of statements do not overlap.

    Raises Missing.
    """
    snippet, new = rule.text.match, rule.text.replace
    found = _statements(module, rule) if snippet.expression is None else _expressions(module, rule)
    if snippet.expression is not None and new is not None and new.expression is None:
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
        if not _may_replace(node, rule):
            continue
        try:
            state = matcher.expression(node)
        except TooManyWays as error:
            yield Match(rule, State(), node, unclear=str(error))
            if error.for_good:
                return
            continue
        if state is not None:
            yield Match(rule, state, node)


def _candidates(module: Module, pattern: ast.expr, matcher: Matcher) -> list[ast.expr]:
    symbol = _symbol(pattern, matcher)
    if symbol is not None:
        return module.naming.get(symbol, [])
    if isinstance(pattern, ast.Call) and (symbol := _symbol(pattern.func, matcher)) is not None:
        parents = module.view.surroundings.parents
        calls = (parents.get(node) for node in module.naming.get(symbol, []))
        return [call for call in calls if isinstance(call, ast.Call)]
    if isinstance(pattern, ast.Call) and isinstance(pattern.func, ast.Attribute) and pattern.func not in matcher.chains:
        return module.called(pattern.func.attr)
    if isinstance(pattern, ast.Call) and isinstance(pattern.func, ast.Attribute):
        chain = dotted(pattern.func) or ""
        if matcher.names.symbol(chain) is None and chain.partition(".")[0] in ("self", "cls"):
            return module.called(pattern.func.attr)
    kinds = [ast.Name, ast.Attribute] if pattern in matcher.chains else [type(pattern)]
    return [node for kind in kinds for node in module.expressions.get(kind, ())]


def _symbol(pattern: ast.expr, matcher: Matcher) -> str | None:
    return matcher.names.symbol(dotted(pattern) or "") if pattern in matcher.chains else None


def _may_replace(node: ast.expr, rule: ReadyRule) -> bool:
    """Whether `node` is read, or may be written to in its new form as well."""
    if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return True
    new = rule.text.replace.expression if rule.text.replace is not None else None
    return isinstance(new, (ast.Attribute, ast.Subscript, ast.Name))


def _whole_statements(module: Module, rule: ReadyRule) -> Iterator[Match]:
    """Where an expression is a statement by itself."""
    for match in _expressions(module, rule):
        statement = module.view.surroundings.parents.get(match.node) if match.node is not None else None
        if isinstance(statement, ast.Expr):
            block, number = module.standing[statement]
            state = match.state.pair(rule.text.match.body[0], statement)
            yield replace(match, state=state, node=None, block=tuple(block), begins=(number, number + 1))
        else:
            yield replace(match, unclear=match.unclear or "its value is used, and the replacement has none")


def _may_begin(pattern: ast.stmt, statement: ast.stmt) -> bool:
    """Whether `statement` may match `pattern`: cheap, and on the safe side."""
    if type(pattern) is not type(statement):
        return False
    one, other = getattr(pattern, "value", None), getattr(statement, "value", None)
    while isinstance(one, ast.Await) and isinstance(other, ast.Await):
        one, other = one.value, other.value
    if isinstance(one, (ast.Call, ast.Await)):
        return type(one) is type(other)
    return True


def _statements(module: Module, rule: ReadyRule) -> Iterator[Match]:
    matcher = module.matcher(rule.text.match, rule)
    for block in module.blocks:
        position = 0
        while position < len(block):
            if not _may_begin(rule.text.match.body[0], block[position]):
                position += 1
                continue
            try:
                found = matcher.statements(block, position)
            except TooManyWays as error:
                yield Match(rule, State(), None, tuple(block), (position, position + 1), str(error))
                if error.for_good:
                    return
                found = None
            if found is None:
                position += 1
                continue
            state, begins = found
            yield Match(rule, state, None, tuple(block), begins)
            position = max(begins[-1], position + 1)
