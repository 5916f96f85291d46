"""One match with the edits that carry its rule out, before symbols are spelled."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.patterns.language import run, variable
from codemods.patterns.match import Run
from codemods.rules.argument_rules import argument_edits
from codemods.rules.blocks import BlockWriter
from codemods.rules.differences import Differ
from codemods.rules.pieces import Pieces
from codemods.rules.places import awaits, place_of
from codemods.rules.templates import Template, Unwritable

if TYPE_CHECKING:
    from codemods.patterns.language import Snippet
    from codemods.rules.find import Match, Module
    from codemods.rules.style import Style
    from codemods.transforms.edits import Edit, Splice


class Unawaitable(ValueError):  # noqa: N818 - an answer, not an error
    """The replacement awaits where that is not allowed. `function` is the one that is not async, if there is one."""

    def __init__(self, function: ast.AST | None) -> None:
        name = getattr(function, "name", "")
        where = f"`{name}` in line {getattr(function, 'lineno', 0)} is not async" if name else "this is in no function"
        super().__init__(f"the replacement awaits, and {where}")
        self.function = function


@dataclass(frozen=True, eq=False)
class Written:
    """`edits` make of the code of `match` what its rule says; their marks stand for `pieces`."""

    match: Match
    edits: tuple[Edit | Splice, ...]
    pieces: Pieces
    rebound: frozenset[str] = frozenset()

    def removes(self, offset: int) -> bool:
        """Whether the byte at `offset` goes."""
        around = (edit for edit in self.edits if edit.start <= offset < edit.end)
        return any(not any(s.start <= offset < s.end for s in self.pieces.spans([edit])) for edit in around)

    def meets(self, other: Written) -> bool:
        """Whether both may want the same bytes."""
        return any(a.start < b.end and b.start < a.end for a in self.edits for b in other.edits)


def written(module: Module, match: Match, style: Style) -> Written:
    """The edits for `match`. Raises Unwritable where they cannot be told, Unawaitable where they must not be made."""
    pieces = Pieces()
    text = match.rule.text
    if text.replace is None:
        return Written(match, tuple(argument_edits(module, match, pieces, style)), pieces)
    snippet = _allowed(module, match, text.replace, text.sync)
    template = Template(snippet, match, module, pieces, style)
    pattern, wanted = text.match.expression, snippet.expression
    if match.node is not None and pattern is not None and wanted is not None:
        edits = Differ(template).expression(pattern, wanted, match.node)
    else:
        edits = BlockWriter(template).edits()
    return Written(match, tuple(edits), pieces, frozenset(_rebound(snippet, match)))


def _allowed(module: Module, match: Match, replace: Snippet, sync: Snippet | None) -> Snippet:
    if not awaits(replace):
        return replace
    kind, function = place_of(module.view, match.first)
    if kind == "async def":
        return replace
    if sync is None:
        raise Unawaitable(function)
    if awaits(sync):
        raise Unawaitable(function)
    if match.node is not None and sync.expression is None:
        raise Unwritable("`sync` is no expression, and the match is one")
    return sync


def _rebound(snippet: Snippet, match: Match) -> set[str]:
    """The names that the replacement binds."""
    found: set[str] = set()
    for node in snippet.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound = match.state.bound.get(variable(node) or "", node)
            found |= {bound.id} if isinstance(bound, ast.Name) else set()
        name = getattr(node, "name", None)
        if isinstance(name, str):
            bound = match.state.bound.get(variable(name) or "", name)
            found |= {bound} if isinstance(bound, str) else set()
        if isinstance(node, ast.Expr) and run(node):
            taken = match.state.bound.get(run(node) or "")
            inner = (n for s in (taken.nodes if isinstance(taken, Run) else ()) for n in ast.walk(s))
            found |= {n.id for n in inner if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return found
