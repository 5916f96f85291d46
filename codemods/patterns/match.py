"""Matches a snippet with the nodes of a module: structure by structure, with backtracking over runs.

Layout, quotes and parentheses do not count. Keyword arguments match in any order, decorators as far as the pattern
names them; a class in a pattern without bases, or a function without a return annotation, leaves these open.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field

from codemods.patterns.language import Snippet, dotted, entries, is_gap, run, variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Argument = ast.expr | ast.keyword
_STEPS = 50_000  # of one attempt
_ALL_STEPS = 1_000_000  # of all attempts of one matcher
_IGNORED = frozenset({"ctx", "type_comment", "kind", "type_ignores"})


class Run(Struct, frozen=True, eq=False):
    """What a `$...XS` binds: arguments, elements or parameters of one list, or statements of one block, in order."""

    nodes: tuple[ast.AST, ...]


Bound = ast.AST | str | Run


class _Pairs(Struct, frozen=True, eq=False):
    """A linked list: states share what they have in common."""

    before: _Pairs | None
    pattern: ast.AST
    node: Bound


class Names(Protocol):
    """What the names of a module mean, and which of a pattern's names are symbols."""

    def symbol(self, chain: str) -> str | None:
        """The full dotted name that `chain`, a chain of names in a pattern, stands for; None where it is local."""

    def origin(self, node: ast.expr) -> str | None:
        """The full dotted name that a chain of the module stands for, by its imports; None where it is local."""


class State(Struct, frozen=True):
    """How far a match is: what is bound, and which nodes of the pattern stand for which of the module."""

    bound: Mapping[str, Bound] = field(default_factory=dict)
    pairs: _Pairs | None = None

    def bind(self, name: str, value: Bound) -> State | None:
        """This state with `name` bound; None where it is bound to something else."""
        if name == "_":
            return self
        before = self.bound.get(name)
        if before is None:
            return State({**self.bound, name: value}, self.pairs)
        return self if same(before, value) else None

    def pair(self, pattern: ast.AST, node: Bound) -> State:
        """This state, where `pattern` stands for `node`."""
        return State(self.bound, _Pairs(self.pairs, pattern, node))

    def paired(self) -> dict[ast.AST, Bound]:
        """What stands in the module for each node of the pattern, runs among them."""
        found: dict[ast.AST, Bound] = {}
        rest = self.pairs
        while rest is not None:
            found.setdefault(rest.pattern, rest.node)
            rest = rest.before
        return found


def same(one: Bound, other: Bound) -> bool:
    """Whether two bound things are written the same, apart from layout."""
    if isinstance(one, Run) or isinstance(other, Run):
        if not (isinstance(one, Run) and isinstance(other, Run)) or len(one.nodes) != len(other.nodes):
            return False
        return all(same(a, b) for a, b in zip(one.nodes, other.nodes, strict=True))
    pending: list[tuple[object, object]] = [(_plain(one), _plain(other))]
    while pending:
        a, b = pending.pop()
        if isinstance(a, ast.AST) and isinstance(b, ast.AST):
            if type(a) is not type(b):
                return False
            pending += [(getattr(a, name, None), getattr(b, name, None)) for name in a._fields if name not in _IGNORED]
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                return False
            pending += zip(a, b, strict=True)
        elif type(a) is not type(b) or a != b:
            return False
    return True


def _plain(bound: ast.AST | str) -> ast.AST | str:
    return bound.id if isinstance(bound, ast.Name) else bound


class TooManyWays(ValueError):  # noqa: N818 - an answer, not an error
    """There are too many ways in which the snippet may match to try them all; `for_good` if no attempt is left."""

    def __init__(self, *, for_good: bool) -> None:
        super().__init__("there are too many ways in which the pattern may match here to try them all")
        self.for_good = for_good


class Matcher:
    """Matches `snippet` with nodes of a module whose names mean what `names` says.

    All that matches may raise TooManyWays: several runs in one list multiply the ways to try.
    """

    def __init__(self, snippet: Snippet, names: Names) -> None:
        self.snippet = snippet
        self.names = names
        self.chains = set(snippet.chains)
        self.steps = 0
        self.spent = 0

    def _begin(self) -> None:
        self.spent += self.steps
        self.steps = 0

    def _step(self) -> None:
        self.steps += 1
        if self.steps > _STEPS or self.spent > _ALL_STEPS:
            raise TooManyWays(for_good=self.spent > _ALL_STEPS)

    def expression(self, node: ast.expr, state: State | None = None) -> State | None:
        """The match of the snippet, an expression, with `node`; None where there is none."""
        self._begin()
        pattern = self.snippet.expression
        try:
            return None if pattern is None else next(self.node(pattern, node, state or State()), None)
        except RecursionError:
            raise TooManyWays(for_good=False) from None

    def statements(
        self, block: Sequence[ast.stmt], start: int, state: State | None = None
    ) -> tuple[State, tuple[int, ...]] | None:
        """The match of the snippet's statements with those of `block` from `start` on.

        Out: the state, and for each statement of the pattern where it begins, with where the last one ends.
        """
        self._begin()
        try:
            return next(self._sequence(self.snippet.body, block, start, state or State(), (), whole=False), None)
        except RecursionError:
            raise TooManyWays(for_good=False) from None

    def node(self, pattern: ast.AST, node: ast.AST, state: State) -> Iterator[State]:
        """Every way to match one node."""
        self._step()
        if isinstance(pattern, ast.Name) and (name := variable(pattern)) is not None:
            is_one = isinstance(node, ast.expr) and not isinstance(node, ast.Starred)
            if is_one and (bound := state.bind(name, node)) is not None:
                yield bound.pair(pattern, node)
            return
        if isinstance(pattern, ast.expr) and isinstance(node, ast.expr) and pattern in self.chains:
            verdict = self._is_symbol(pattern, node)
            if verdict is not None:
                if verdict:
                    yield state.pair(pattern, node)
                return
        if type(pattern) is not type(node):
            return
        paired = state.pair(pattern, node)
        special = _SPECIAL.get(type(pattern))
        yield from special(self, pattern, node, paired) if special else self._fields(pattern, node, paired, ())

    def _is_symbol(self, pattern: ast.expr, node: ast.expr) -> bool | None:
        """Whether `node` is the symbol that `pattern` stands for; None where that is a local name."""
        chain = dotted(pattern) or ""
        symbol = self.names.symbol(chain)
        if symbol is not None:
            return self.names.origin(node) == symbol
        if "." in chain and (origin := self.names.origin(node)) is not None:
            return origin == chain
        return None

    def _fields(self, pattern: ast.AST, node: ast.AST, state: State, skipped: tuple[str, ...]) -> Iterator[State]:
        names = [name for name in pattern._fields if name not in _IGNORED and name not in skipped]
        yield from self._each(pattern, node, names, state)

    def _each(self, pattern: ast.AST, node: ast.AST, names: list[str], state: State) -> Iterator[State]:
        if not names:
            yield state
            return
        first, *rest = names
        for after in self._value(getattr(pattern, first, None), getattr(node, first, None), state):
            yield from self._each(pattern, node, rest, after)

    def _value(self, pattern: object, value: object, state: State) -> Iterator[State]:
        if isinstance(pattern, ast.AST):
            if isinstance(value, ast.AST):
                yield from self.node(pattern, value, state)
        elif isinstance(pattern, list):
            if isinstance(value, list):
                yield from self._list(pattern, value, state)
        elif (name := variable(pattern)) is not None:
            if isinstance(value, str) and (bound := state.bind(name, value)) is not None:
                yield bound
        elif type(pattern) is type(value) and pattern == value:
            yield state

    def _list(self, pattern: list[object], values: list[object], state: State) -> Iterator[State]:
        if any(isinstance(item, ast.stmt) for item in (*pattern, *values)):
            for after, _ in self._sequence(pattern, values, 0, state, (), whole=True):  # type: ignore[arg-type]
                yield after
        else:
            yield from self._items(pattern, values, state)

    def _items(self, pattern: Sequence[object], values: Sequence[object], state: State) -> Iterator[State]:
        """Elements in order, with runs among them."""
        if not pattern:
            if not values:
                yield state
            return
        first, rest = pattern[0], pattern[1:]
        name = run(first)
        if name is None:
            if values:
                for after in self._value(first, values[0], state):
                    yield from self._items(rest, values[1:], after)
            return
        for length in range(len(values) + 1):
            self._step()
            after_run = _bind_run(state, first, name, _nodes(values[:length]))
            if after_run is not None:
                yield from self._items(rest, values[length:], after_run)

    def _sequence(
        self,
        pattern: Sequence[ast.stmt],
        block: Sequence[ast.stmt],
        start: int,
        state: State,
        begins: tuple[int, ...],
        *,
        whole: bool,
    ) -> Iterator[tuple[State, tuple[int, ...]]]:
        """Statements in order; a run is as short as can be. With `whole`, the block must end with the pattern."""
        if not pattern:
            if not whole or start == len(block):
                yield state, (*begins, start)
            return
        first, rest = pattern[0], pattern[1:]
        if not is_gap(first):
            if start < len(block):
                for after in self.node(first, block[start], state):
                    yield from self._sequence(rest, block, start + 1, after, (*begins, start), whole=whole)
            return
        name = run(first) or ""
        lengths = range(len(block) - start + 1)
        for length in reversed(lengths) if not rest else lengths:
            self._step()
            after_run = _bind_run(state, first, name, tuple(block[start : start + length]))
            if after_run is not None:
                yield from self._sequence(rest, block, start + length, after_run, (*begins, start), whole=whole)

    # What does not match field by field

    def _call(self, pattern: ast.Call, node: ast.Call, state: State) -> Iterator[State]:
        for after in self.node(pattern.func, node.func, state):
            yield from self._arguments(pattern, node, after)

    def _dict(self, pattern: ast.Dict, node: ast.Dict, state: State) -> Iterator[State]:
        yield from self._items(entries(pattern), entries(node), state)

    def _class(self, pattern: ast.ClassDef, node: ast.ClassDef, state: State) -> Iterator[State]:
        is_open = not pattern.bases and not pattern.keywords
        for after in self._decorators(pattern.decorator_list, node.decorator_list, state):
            for named in self._value(pattern.name, node.name, after):
                for based in [named] if is_open else self._arguments(pattern, node, named):
                    yield from self._value(pattern.body, node.body, based)

    def _arguments(
        self, pattern: ast.Call | ast.ClassDef, node: ast.Call | ast.ClassDef, state: State
    ) -> Iterator[State]:
        wanted = pattern.args if isinstance(pattern, ast.Call) else pattern.bases
        given = node.args if isinstance(node, ast.Call) else node.bases
        runs = [number for number, argument in enumerate(wanted) if run(argument) is not None]
        # A run that ends the positional arguments takes the keywords that are left, too.
        last = runs[-1] if runs and runs[-1] == len(wanted) - 1 else None
        if last is None:
            for after, left in self._keywords(pattern.keywords, node.keywords, state):
                if not left:
                    yield from self._items(wanted, given, after)
            return
        name = run(wanted[last]) or ""
        for after, left in self._keywords(pattern.keywords, node.keywords, state):
            for taken in range(len(given) + 1):
                self._step()
                bound = _bind_run(after, wanted[last], name, (*given[taken:], *left))
                if bound is not None:
                    yield from self._items(wanted[:last], given[:taken], bound)

    def _keywords(
        self, wanted: list[ast.keyword], given: list[ast.keyword], state: State
    ) -> Iterator[tuple[State, list[ast.keyword]]]:
        """Each way to find the keywords `wanted` among those `given`, with those that are left."""
        if not wanted:
            yield state, given
            return
        first, rest = wanted[0], wanted[1:]
        for number, keyword in enumerate(given):
            left = given[:number] + given[number + 1 :]
            for named in self._value(first.arg, keyword.arg, state):
                for after in self.node(first.value, keyword.value, named):
                    yield from self._keywords(rest, left, after.pair(first, keyword))

    def _function(
        self,
        pattern: ast.FunctionDef | ast.AsyncFunctionDef,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        state: State,
    ) -> Iterator[State]:
        for after in self._decorators(pattern.decorator_list, node.decorator_list, state):
            for named in self._value(pattern.name, node.name, after):
                for parameters in self._parameters(pattern.args, node.args, named):
                    for returns in self._open(pattern.returns, node.returns, parameters):
                        yield from self._value(pattern.body, node.body, returns)

    def _decorators(self, wanted: list[ast.expr], given: list[ast.expr], state: State) -> Iterator[State]:
        if not wanted:
            yield state
            return
        for number, decorator in enumerate(given):
            for after in self.node(wanted[0], decorator, state):
                yield from self._decorators(wanted[1:], given[:number] + given[number + 1 :], after)

    def _open(self, pattern: ast.AST | None, node: ast.AST | None, state: State) -> Iterator[State]:
        """What a pattern may leave out."""
        if pattern is None:
            yield state
        elif node is not None:
            yield from self.node(pattern, node, state)

    def _parameters(self, pattern: ast.arguments, node: ast.arguments, state: State) -> Iterator[State]:
        name = run(pattern.vararg)
        if name is None:
            yield from self._fields(pattern, node, state, ())
            return
        # `$...PARAMETERS` ends the list: all parameters behind those that are spelled out.
        everything = [*node.posonlyargs, *node.args]
        spelled = len(pattern.posonlyargs) + len(pattern.args)
        if spelled > len(everything):
            return
        others = (node.vararg, *node.kwonlyargs, node.kwarg)
        bound = _bind_run(state, pattern.vararg, name, _nodes([*everything[spelled:], *others]))
        if bound is not None:
            yield from self._items([*pattern.posonlyargs, *pattern.args], everything[:spelled], bound)

    def _parameter(self, pattern: ast.arg, node: ast.arg, state: State) -> Iterator[State]:
        for named in self._value(pattern.arg, node.arg, state):
            yield from self._open(pattern.annotation, node.annotation, named)


def _nodes(values: Sequence[object]) -> tuple[ast.AST, ...]:
    return tuple(value for value in values if isinstance(value, ast.AST))


def _bind_run(state: State, pattern: object, name: str, nodes: tuple[ast.AST, ...]) -> State | None:
    found = Run(nodes)
    bound = state.bind(name, found) if name else state
    return bound.pair(pattern, found) if bound is not None and isinstance(pattern, ast.AST) else bound


_Special = Callable[[Matcher, Any, Any, State], "Iterator[State]"]
_SPECIAL: dict[type[ast.AST], _Special] = {
    ast.Call: Matcher._call,
    ast.Dict: Matcher._dict,
    ast.ClassDef: Matcher._class,
    ast.FunctionDef: Matcher._function,
    ast.AsyncFunctionDef: Matcher._function,
    ast.arg: Matcher._parameter,
}
