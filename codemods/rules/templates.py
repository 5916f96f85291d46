"""The text of a replacement: the snippet as it was written, with what its `$` words are bound to."""

from __future__ import annotations

import ast
import re
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from codemods.patterns.language import Entry, dotted, run, variable
from codemods.patterns.match import Run
from codemods.rules.argument_lists import arguments
from codemods.rules.comments import lost_comments
from codemods.rules.parameters import parameters
from codemods.rules.pieces import Standing
from codemods.rules.places import start_of
from codemods.rules.precedence import is_for_subscript, level, needed, slot_of
from codemods.transforms.edits import Edit, Span

if TYPE_CHECKING:
    from codemods.patterns.language import Snippet
    from codemods.patterns.match import Bound
    from codemods.rules.find import Match, Module
    from codemods.rules.pieces import Pieces
    from codemods.rules.precedence import Slot
    from codemods.rules.style import Style
    from codemods.rules.symbols import Symbol

_HOLE = re.compile(r"\*{0,2}_codemods_(?:xs?_\w+|any|gap)")
_Hole = tuple[int, int, bytes]


class Unwritable(ValueError):  # noqa: N818 - an answer, not an error
    """The replacement cannot be written here; the message says why."""


class Template:
    """One snippet to be written where `match` is. `pieces` collects what its text takes over."""

    def __init__(self, snippet: Snippet, match: Match, module: Module, pieces: Pieces, style: Style) -> None:
        self.snippet = snippet
        self.match = match
        self.module = module
        self.pieces = pieces
        self.style = style

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node around each node of the snippet."""
        return {inner: outer for outer in self.snippet.nodes for inner in ast.iter_child_nodes(outer)}

    @cached_property
    def at(self) -> dict[int, ast.AST]:
        """The nodes of the snippet that begin with a `$` word."""
        found: dict[int, ast.AST] = {}
        for node in self.snippet.nodes:
            if isinstance(node, (ast.Name, ast.Starred)) and (variable(node) or run(node) is not None):
                found.setdefault(self.snippet.span(node)[0], node)
            elif isinstance(node, ast.arg) and run(node) is not None:
                found[self.snippet.span(node)[0] - len("*")] = node
            elif isinstance(node, Entry):
                found[self.snippet.span(node)[0] - len("**")] = node
        return found

    def text(self, node: ast.AST) -> bytes:
        """The text of `node`, an expression or statement of the snippet, with marks. Raises Unwritable."""
        start, end = self.snippet.span(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.decorator_list:
            start = self.snippet.span(node.decorator_list[0])[0] - 1
        return self.filled(start, end)

    def filled(self, start: int, end: int) -> bytes:
        """The characters from `start` to `end` of the snippet, filled in."""
        holes = [hole for hole in self.holes if start <= hole[0] and hole[1] <= end]
        parts: list[bytes] = []
        position = start
        for first, last, text in holes:
            if first >= position:
                parts += (self.snippet.text[position:first].encode(), text)
                position = last
        return b"".join((*parts, self.snippet.text[position:end].encode()))

    @cached_property
    def holes(self) -> list[_Hole]:
        """What is filled in, in order."""
        found = [self._word(match) for match in _HOLE.finditer(self.snippet.text)]
        found += [self._symbol(chain) for chain in self.snippet.chains if self._is_symbol(chain)]
        for node in self.snippet.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and not self._in_template(node):
                start, end = self.snippet.span(node)
                found.append((start, end, self.style.quoted(self.snippet.text[start:end], self.match.nodes).encode()))
        return sorted(found, key=lambda hole: (hole[0], -hole[1]))

    def _in_template(self, node: ast.AST) -> bool:
        return isinstance(self.parents.get(node), (ast.JoinedStr, ast.FormattedValue))

    def _is_symbol(self, chain: ast.expr) -> bool:
        return (dotted(chain) or "") in self.match.rule.vocabulary.symbols

    def _symbol(self, chain: ast.expr) -> _Hole:
        symbol = self.match.rule.vocabulary.symbols[dotted(chain) or ""]
        return (*self.snippet.span(chain), self.pieces.mark(symbol))

    def _word(self, word: re.Match[str]) -> _Hole:
        node = self.at.get(word.start())
        if (name := run(node)) is not None:
            return self._run(word, self.bound_run(node, name))
        name = variable(word.group()) or ""
        bound = self.match.state.bound.get(name)
        if bound is None:
            raise Unwritable(f"`${name}` is not bound here")
        if isinstance(node, ast.Name):
            return word.start(), word.end(), self.expression(bound, node)
        return word.start(), word.end(), self._identifier(name, bound)

    def _identifier(self, name: str, bound: Bound) -> bytes:
        if isinstance(bound, str):
            return bound.encode()
        if isinstance(bound, ast.Name):
            return bound.id.encode()
        raise Unwritable(f"`${name}` stands for more than a name here")

    def bound_run(self, node: ast.AST | None, name: str) -> Run:
        """What a run of the snippet stands for: by its name, or as the run of the pattern that stands at its place."""
        if name:
            bound = self.match.state.bound.get(name)
        else:
            mine = [n for n in self.snippet.nodes if run(n) == "" and not isinstance(n, ast.Expr)]
            theirs = [n for n in self.match.rule.text.match.nodes if run(n) == "" and not isinstance(n, ast.Expr)]
            bound = self.match.paired.get(theirs[mine.index(node)]) if node in mine else None
        return bound if isinstance(bound, Run) else Run(())

    def expression(self, bound: Bound, node: ast.Name) -> bytes:
        """The text of what `node` of the snippet is bound to, in parentheses where it needs them there."""
        if isinstance(bound, Run):
            raise Unwritable("a run of arguments cannot stand there")
        if isinstance(bound, str):
            return bound.encode()
        slot = slot_of(node, self.parents.get(node))
        check_slot(bound, slot)  # type: ignore[arg-type]  # only expressions are bound
        mark = self.own(bound)  # type: ignore[arg-type]
        is_bare = not self.module.view.text(bound).startswith(b"(")  # type: ignore[arg-type]
        # A snippet that is nothing else is put into parentheses, if need be, where it goes.
        is_open = self.parents.get(node) is not None and not self._in_brackets(node) and not self.is_one_line(mark)
        is_closed = is_open or level(bound, is_bare=is_bare) < needed(slot, bound)
        self.stands(bound, Standing(slot, is_closed))  # type: ignore[arg-type]
        return b"(" + mark + b")" if is_closed else mark

    def own(self, bound: ast.expr) -> bytes:
        """What `bound` is written as, without parentheses around it."""
        return self.pieces.mark(Span(*self.module.view.lines.span(bound)))

    def stands(self, bound: ast.expr, *standings: Standing) -> None:
        """Note where `bound` is put."""
        self.pieces.slots.setdefault(self.module.view.lines.span(bound), []).extend(standings)

    def is_one_line(self, text: bytes) -> bool:
        """Whether `text`, an expression, needs no brackets around it to be one."""
        parts = self.pieces.parts(text)
        whole = b"".join(self._written(part) for part in parts)
        return b"\n" not in whole or _stands_alone(whole)

    def _written(self, part: bytes | Span | Symbol) -> bytes:
        if isinstance(part, Span):
            return self.module.view.source[part.start : part.end]
        return part if isinstance(part, bytes) else part.dotted.encode()

    def edges(self, text: bytes) -> tuple[bytes, bytes]:
        """The first and the last byte of `text` once it is written."""
        whole = b"".join(self._written(part) for part in self.pieces.parts(text))
        return whole[:1], whole[-1:]

    def comments_above(self, edit: Edit, node: ast.expr) -> list[Edit]:
        """The edits that put the comments that `edit` takes from `node` above its statement. Raises Unwritable."""
        lost = lost_comments(self.module.view, edit.start, edit.end, self.pieces.spans([edit]))
        if not lost:
            return []
        statement: ast.AST = next(n for n in self.module.view.surroundings.ancestors(node) if isinstance(n, ast.stmt))
        start = start_of(self.module.view, statement)
        lines = self.module.view.lines
        indentation = self.module.view.source[lines.line_start(start) : start]
        if indentation.strip():
            raise Unwritable("a comment in it would be lost")
        newline = lines.newline_at(lines.line_end(start)) + indentation
        return [Edit(start, start, b"".join(comment + newline for comment in lost))]

    def _in_brackets(self, node: ast.AST) -> bool:
        before = self.snippet.text[: self.snippet.span(node)[0]]
        return sum(map(before.count, "([{")) > sum(map(before.count, ")]}"))

    def _run(self, word: re.Match[str], bound: Run) -> _Hole:
        start, end = word.span()
        text = self.snippet.text
        if not bound.nodes:
            # Its comma goes with it.
            behind = re.compile(r"\s*,\s*").match(text, end)
            if behind:
                return start, behind.end(), b""
            before = re.compile(r",\s*$").search(text[:start])
            return (before.start() if before else start), end, b""
        return start, end, self.run_text(bound)

    def run_text(self, bound: Run) -> bytes:
        """The text of a run of arguments or elements."""
        spans = self.spans(bound)
        is_one = all(self._is_next(a, b) for a, b in pairwise(spans))
        if is_one:
            return self.pieces.mark(Span(spans[0][0], spans[-1][1]))
        return b", ".join(self.pieces.mark(Span(*span)) for span in spans)

    def _is_next(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        between = self.module.view.source[one[1] : other[0]]
        return re.fullmatch(rb"\s*,(\s|#[^\n]*\n)*", between) is not None

    def _entry(self, entry: ast.AST) -> tuple[int, int]:
        start, end = self.module.view.lines.span(entry)  # type: ignore[arg-type]  # it has a place
        return (self.module.view.source.rfind(b"**", 0, start) if entry.key is None else start), end  # type: ignore[attr-defined]

    def spans(self, bound: Run) -> list[tuple[int, int]]:
        """Where the nodes of a run stand, with their parentheses."""
        view = self.module.view
        if isinstance(bound.nodes[0], Entry):
            return [self._entry(entry) for entry in bound.nodes]
        owner = view.surroundings.parents.get(bound.nodes[0])
        owner = view.surroundings.parents.get(owner) if isinstance(owner, ast.keyword) else owner
        if isinstance(owner, ast.arguments):
            return [parameters(view, owner, bound.nodes)]
        if isinstance(owner, ast.Call):
            places = {a.node: (a.start, a.end) for a in arguments(view.lines, owner)}
            return sorted(places[node] for node in bound.nodes)  # type: ignore[index]  # they are its arguments
        return [view.lines.span(node) for node in bound.nodes]  # type: ignore[arg-type]  # elements and parameters


def check_slot(bound: ast.expr, slot: Slot) -> None:
    """Raises Unwritable where `bound` cannot stand in `slot`."""
    if is_for_subscript(bound) and not (isinstance(slot.parent, ast.Subscript) and slot.name == "slice"):
        raise Unwritable("a slice can stand only between brackets")


def _stands_alone(text: bytes) -> bool:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True
