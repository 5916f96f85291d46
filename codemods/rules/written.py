"""One match with the edits that carry its rule out, before symbols are spelled."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.rules.argument_rules import argument_edits
from codemods.rules.bindings import bindings
from codemods.rules.blocks import BlockWriter
from codemods.rules.differences import Differ
from codemods.rules.pieces import Pieces
from codemods.rules.places import awaits, is_in_generator, place_of
from codemods.rules.templates import Template, Unwritable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.patterns.language import Snippet
    from codemods.rules.find import Match, Module
    from codemods.rules.pieces import Standing
    from codemods.rules.style import Style
    from codemods.transforms.edits import Edit, Span, Splice


class Unawaitable(ValueError):  # noqa: N818 - an answer, not an error
    """The replacement awaits where that is not allowed. `function` is the one that is not async, if there is one."""

    def __init__(self, function: ast.AST | None, where: str = "") -> None:
        name = getattr(function, "name", "")
        if name:
            where = where or f"`{name}` in line {getattr(function, 'lineno', 0)} is not async"
        elif isinstance(function, ast.Lambda):
            where = "this is in a lambda"
        super().__init__(f"the replacement awaits, and {where or 'this is in no function'}")
        self.function = None if isinstance(function, ast.ClassDef) else function


class Written(Struct, frozen=True, eq=False, dict=True):
    """`edits` make of the code of `match` what its rule says; their marks stand for `pieces`.

    `rebound` are the names that the replacement binds, `coined` those of them that the pattern does not know.
    `gone` are statements that nothing takes the place of.
    `enclosed` are the nodes whose names get a scope of their own, with the code that is in it, too.
    """

    match: Match
    edits: tuple[Edit | Splice, ...]
    pieces: Pieces
    rebound: frozenset[str] = frozenset()
    coined: frozenset[str] = frozenset()
    gone: tuple[ast.stmt, ...] = ()
    enclosed: Mapping[ast.AST, tuple[Span, ...]] = field(default_factory=dict)

    @cached_property
    def hull(self) -> tuple[int, int]:
        """Where the first of the edits begins and the last one ends."""
        return min(edit.start for edit in self.edits), max(edit.end for edit in self.edits)

    @cached_property
    def plain(self) -> list[Splice]:
        """The edits with symbols spelled in full: which bytes they want does not depend on that."""
        return self.pieces.spliced(self.edits, lambda symbol: symbol.dotted.encode())

    def removes(self, offset: int) -> bool:
        """Whether the byte at `offset` goes."""
        if not self.hull[0] <= offset < self.hull[1]:
            return False
        around = [edit for edit in self.edits if edit.start <= offset < edit.end]
        return any(not self._is_kept(edit, offset) for edit in around)

    def _is_kept(self, edit: Edit | Splice, offset: int) -> bool:
        """Whether the byte at `offset`, which `edit` replaces, is taken over: by itself, or by one that is not around
        it."""
        return any(
            owner is edit or not (span.start <= edit.start and edit.end <= span.end)
            for owner, span in self._taken
            if span.start <= offset < span.end
        )

    @cached_property
    def _taken(self) -> list[tuple[Edit | Splice, Span]]:
        return [(edit, span) for edit in self.edits for span in self.pieces.spans([edit])]

    def meets(self, other: Written) -> bool:
        """Whether both may want the same bytes."""
        if self.hull[0] >= other.hull[1] or other.hull[0] >= self.hull[1]:
            return False
        return any(a.start < b.end and b.start < a.end for a in self.edits for b in other.edits)

    def is_kept_by(self, other: Written) -> bool:
        """Whether all of it is in one piece that an edit of `other` takes over, and no other edit of that is near."""
        start, end = self.hull
        near = [edit for edit in other.edits if edit.start <= end and start <= edit.end]
        taken = (span for edit, span in other._taken if edit is near[0])
        return len(near) == 1 and any(span.start <= start and end <= span.end for span in taken)


def written(
    module: Module, match: Match, style: Style, *, fills: bool = False, moved: Sequence[Standing] = ()
) -> Written:
    """The edits for `match`.

    With `fills`, they leave no empty block where all of it goes. `moved` tells where other matches put the expression.
    Raises Unwritable where they cannot be told, Unawaitable where they must not be made.
    """
    pieces = Pieces()
    text = match.rule.text
    if text.replace is None:
        return Written(match, tuple(argument_edits(module, match, pieces, style)), pieces)
    snippet = _allowed(module, match, text.replace, text.sync)
    template = Template(snippet, match, module, pieces, style)
    pattern, wanted = text.match.expression, snippet.expression
    gone: tuple[ast.stmt, ...] = ()
    if match.node is not None and pattern is not None and wanted is not None:
        edits = Differ(template, moved).expression(pattern, wanted, match.node)
    else:
        writer = BlockWriter(template, fills=fills)
        edits, gone = writer.edits(), tuple(writer.removed)
    rebound, enclosed = bindings(snippet, match, module.view.lines)
    coined = frozenset(name for name in rebound if rebound[name]) - match.rule.text.match.names
    return Written(match, tuple(edits), pieces, frozenset(rebound), coined, gone, enclosed)


def _allowed(module: Module, match: Match, replace: Snippet, sync: Snippet | None) -> Snippet:
    if not awaits(replace):
        return replace
    kind, function = place_of(module.view, match.first)
    # Where the match awaits, or is in a generator that does so already, it may go on to do so.
    is_free = awaits(match.rule.text.match) or not is_in_generator(module.view, match.first)
    is_generator = kind == "async def" and not is_free
    if kind == "async def" and is_free:
        return replace
    if sync is None or awaits(sync):
        where = "an `await` would make this generator an asynchronous one"
        raise Unawaitable(None if is_generator else function, where if is_generator else "")
    if match.node is not None and sync.expression is None:
        raise Unwritable("`sync` is no expression, and the match is one")
    return sync
