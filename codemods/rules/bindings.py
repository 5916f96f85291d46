"""The names that a replacement binds, and those that it takes into a scope of their own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.patterns.language import run, variable
from codemods.patterns.match import Run
from codemods.transforms.edits import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.index.positions import Lines
    from codemods.patterns.language import Snippet
    from codemods.patterns.match import Bound
    from codemods.rules.find import Match

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_COMPREHENSIONS, ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_Taken = dict[ast.AST, tuple[Span, ...]]


def bindings(snippet: Snippet, match: Match, lines: Lines) -> tuple[dict[str, bool], _Taken]:
    """What the replacement `snippet` binds where `match` is.

    Out: its names, each with whether the snippet spells it; and for each node of the module that binds a name in a
    scope that the snippet makes, the code that it takes into that scope.
    """
    inner = {id(n): scope for scope in snippet.nodes if isinstance(scope, _SCOPES) for n in _within(scope)}
    names: dict[str, bool] = {}
    enclosed: _Taken = {}
    for node in snippet.nodes:
        scope = inner.get(id(node))
        for name, is_spelled, where in _bound_by(node, match):
            if scope is None:
                names[name] = names.get(name, False) or is_spelled
            elif where is not None:
                enclosed[where] = tuple(_taken(scope, match, lines))
    return names, enclosed


def _within(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes in `scope` that are not its own name."""
    for child in ast.iter_child_nodes(scope):
        yield from ast.walk(child)


def _bound_by(node: ast.AST, match: Match) -> Iterator[tuple[str, bool, ast.AST | None]]:
    """The names that `node` of a replacement binds, whether it spells them, and by which node of the module."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        word = variable(node)
        if word is None:
            yield node.id, True, None
        else:
            yield from ((name, False, where) for name, where in _names(match.state.bound.get(word)))
    elif isinstance(node, ast.Expr) and run(node):
        yield from ((name, False, where) for name, where in _names(match.state.bound.get(run(node) or "")))
    elif isinstance(name := getattr(node, "name", None), str):
        bound = match.state.bound.get(variable(name) or "", name)
        if isinstance(bound, str):
            yield bound, variable(name) is None, None


def _names(bound: Bound | None) -> Iterator[tuple[str, ast.AST]]:
    for node in bound.nodes if isinstance(bound, Run) else (bound,):
        for inner in ast.walk(node) if isinstance(node, ast.AST) else ():
            if isinstance(inner, ast.Name) and (isinstance(inner.ctx, ast.Store) or inner is node):
                yield inner.id, inner


def _taken(scope: ast.AST, match: Match, lines: Lines) -> Iterator[Span]:
    """The code that a scope of the snippet takes over."""
    for node in ast.walk(scope):
        bound = match.state.bound.get(variable(node) or run(node) or "")
        for taken in bound.nodes if isinstance(bound, Run) else (bound,):
            if isinstance(taken, (ast.expr, ast.stmt)):
                yield Span(*lines.span(taken))
