"""The text that an edit of a transform puts into a file: fitted to where it stands."""

from __future__ import annotations

import ast
import re
import textwrap
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

from codemods.rules.precedence import ATOM, level, needed, slot_of
from codemods.transforms.edits import Edit, Span
from codemods.transforms.node_text import (
    above_comments,
    own_lines,
    stands_alone,
    start_of,
    string_lines,
    unit_of,
    whole_lines,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.api import Edit as Asked
    from codemods.rules.find import Module
    from codemods.rules.pieces import Pieces
    from codemods.rules.style import Style
    from codemods.rules.symbols import Symbol

Marks = dict[str, "Symbol | ast.expr"]
_WORD = re.compile(r"__codemods_\d+__")
_BLOCKS = ("body", "orelse", "finalbody")
# Parentheses right around an expression in these are its own.
_OWN_PARENTHESES = (ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.Attribute, ast.Await)


class Unfit(ValueError):  # noqa: N818 - an answer, not an error
    """The edit cannot be made as it is asked for; the message says why."""


def read_text(asked: Asked) -> tuple[str, ast.AST]:
    """The text of an edit without the layout that it was written with, and its tree. Raises Unfit."""
    if isinstance(asked.node, ast.stmt):
        text = asked.text[1:] if asked.text.startswith("\n") else asked.text
        text = textwrap.dedent(text.replace("\r\n", "\n")).rstrip(" \t").removesuffix("\n")
        return text, _parsed(text, "{}", "statements")
    text = asked.text.strip()
    form = {ast.Starred: "_({})", ast.keyword: "_({})", ast.arg: "lambda {}: 0", ast.Slice: "_[{}]"}
    tree = _parsed(text, form.get(type(asked.node), "({}\n)"), "expression")
    value = tree.body[0].value if tree.body and isinstance(tree.body[0], ast.Expr) else None
    if not text or len(tree.body) != 1 or value is None:
        raise Unfit(f"the new text is no expression: `{text}`")
    return text, value if isinstance(asked.node, ast.expr) and not isinstance(asked.node, ast.Starred) else tree


def _parsed(text: str, form: str, what: str) -> ast.Module:
    try:
        return ast.parse(form.format(text))
    except (SyntaxError, ValueError) as error:
        first = text.partition("\n")[0]
        raise Unfit(f"the new text is no {what}: `{first}` ({getattr(error, 'msg', error)})") from None


class Fitter:
    """Fits the new texts of one module. `texts` are those of its edits, `marks` what the words in them stand for."""

    def __init__(self, module: Module, style: Style, marks: Marks, texts: Mapping[Asked, tuple[str, ast.AST]]) -> None:
        self.module = module
        self.view = module.view
        self.style = style
        self.marks = marks
        self.texts = texts

    @cached_property
    def replaced(self) -> dict[ast.AST, tuple[str, ast.AST]]:
        """What takes the place of expressions."""
        return {asked.node: new for asked, new in self.texts.items() if asked.kind == "replace"}

    @cached_property
    def filled(self) -> set[ast.AST]:
        """The statements beside which something is put."""
        return {asked.node for asked in self.texts if asked.kind in ("before", "after")}

    @cached_property
    def removed(self) -> set[ast.stmt]:
        """The statements that go."""
        asked_for = (asked.node for asked in self.texts if asked.kind == "remove")
        return {node for node in asked_for if isinstance(node, ast.stmt)}

    def edit(self, asked: Asked, pieces: Pieces) -> Edit:
        """The edit that carries `asked` out, with marks of `pieces` in its text. Raises Unfit."""
        text, tree = self.texts[asked]
        if not isinstance(asked.node, ast.stmt):
            return self.expression(asked.node, text, tree, pieces)
        if self.is_elif(asked.node):
            raise Unfit("an `elif` is part of the `if` before it: replace that one")
        if asked.kind == "remove":
            return self.removal(asked.node)
        if asked.kind == "replace":
            return self.statement(asked.node, text, tree, pieces)
        return self.insertion(asked.node, text, tree, pieces, before=asked.kind == "before")

    # Expressions

    def expression(self, node: ast.AST, text: str, tree: ast.AST, pieces: Pieces) -> Edit:
        """The edit that puts the expression `text` in the place of `node`."""
        start, end = self.span(node)
        new = self.put(text, tree, pieces)
        if isinstance(tree, ast.expr) and self.needs_parentheses(node, text, tree, start, end):
            new = b"(" + new + b")"
        return Edit(start, end, new)

    def needs_parentheses(self, node: ast.AST, text: str, tree: ast.expr, start: int, end: int) -> bool:
        parent = self.view.surroundings.parents.get(node)
        source = self.view.source
        has_own = source[:start].rstrip()[-1:] == b"(" and source[end:].lstrip()[:1] == b")"
        if has_own and isinstance(parent, _OWN_PARENTHESES):
            return False
        return not stands_alone(text) or self.level(tree, text) < needed(slot_of(node, parent), tree)

    def level(self, tree: ast.AST, text: str) -> int:
        """How tightly an expression binds, whatever a word in it stands for."""
        if isinstance(tree, ast.Name) and tree.id in self.marks:
            meant = self.marks[tree.id]
            if not isinstance(meant, ast.expr):
                return ATOM
            source = self.view.text(meant).decode()
            text, new = self.replaced.get(meant, (source, meant))
            return min(self._own(meant, source), self._own(new, text))
        return self._own(tree, text)

    def _own(self, node: ast.AST, text: str) -> int:
        if isinstance(node, ast.Name) and node.id in self.marks:
            return ATOM
        return level(node, is_bare=not text.startswith("("))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where `node` stands; a generator that is the only argument, without the parentheses of the call."""
        start, end = self.view.lines.span(node)  # type: ignore[arg-type]  # it has a place
        parent = self.view.surroundings.parents.get(node)
        is_only = isinstance(node, ast.GeneratorExp) and isinstance(parent, ast.Call)
        shares = is_only and self.view.lines.span(parent)[1] == end  # type: ignore[arg-type]  # it is a call
        return (start + 1, end - 1) if shares else (start, end)

    def put(self, text: str, tree: ast.AST, pieces: Pieces) -> bytes:
        """`text` with marks of `pieces` for its words."""
        parents = {inner: outer for outer in ast.walk(tree) for inner in ast.iter_child_nodes(outer)}
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in self.marks]
        wrapped = {node.id for node in names if self._is_looser(node, parents.get(node))}

        def piece(word: str) -> bytes:
            meant = self.marks[word]
            if not isinstance(meant, ast.expr):
                return pieces.mark(meant)
            mark = pieces.mark(Span(*self.span(meant)))
            return b"(" + mark + b")" if word in wrapped else mark

        parts: list[bytes] = []
        position = 0
        for match in _WORD.finditer(text):
            if match.group() in self.marks:
                parts += (text[position : match.start()].encode(), piece(match.group()))
                position = match.end()
        return b"".join((*parts, text[position:].encode()))

    def _is_looser(self, word: ast.Name, parent: ast.AST | None) -> bool:
        """Whether what `word` stands for needs parentheses in `parent`."""
        meant = self.marks[word.id]
        if not isinstance(meant, ast.expr) or parent is None:
            return False
        start, end = self.span(meant)
        text = self.replaced[meant][0] if meant in self.replaced else self.view.source[start:end].decode()
        return not stands_alone(text) or self.level(word, word.id) < needed(slot_of(word, parent), meant)

    # Statements

    def is_elif(self, node: ast.stmt) -> bool:
        return isinstance(node, ast.If) and self.view.source.startswith(b"elif", self.view.lines.span(node)[0])

    def bounds(self, node: ast.stmt) -> tuple[int, int, bool]:
        """Where a statement begins and ends, and whether it has its lines for itself."""
        lines, source = self.view.lines, self.view.source
        start, end = start_of(self.view, node), lines.span(node)[1]
        behind = source[end : lines.line_end(end)].strip()
        is_alone = not source[lines.line_start(start) : start].strip() and (not behind or behind.startswith(b"#"))
        return start, end, is_alone

    def statement(self, node: ast.stmt, text: str, tree: ast.AST, pieces: Pieces) -> Edit:
        """The edit that puts the statements `text` in the place of `node`."""
        start, end, is_alone = self.bounds(node)
        body = getattr(tree, "body", [])
        if not is_alone and ("\n" in text or len(body) != 1 or hasattr(body[0], "body")):
            raise Unfit("it shares its line with other code")
        return Edit(start, end, self.laid_out(node, text, tree, pieces))

    def laid_out(self, node: ast.stmt, text: str, tree: ast.AST, pieces: Pieces) -> bytes:
        """The lines of `text` with the indentation of `node`, but for the first one."""
        inside = string_lines(tree)
        indentation = self.style.indentation(node)
        unit = unit_of(tree, text)
        lines = []
        for number, line in enumerate(text.split("\n"), 1):
            if number in inside:
                lines.append(line)
            else:
                own = self.indented(line, unit)
                lines.append(f"{indentation if number > 1 else ''}{own}" if line.strip() else "")
        newline = self.style.newline(self.view.lines.span(node)[0])
        return newline.join(self.put("\n".join(lines), tree, pieces).split(b"\n"))

    def indented(self, line: str, unit: str) -> str:
        """`line` of a text whose levels are indented by `unit`, with the indentation of the file."""
        if unit in ("", self.style.unit):
            return line
        stripped = line.lstrip(" \t")
        levels, rest = divmod(len(line) - len(stripped), len(unit))
        return self.style.unit * levels + " " * rest + stripped

    def insertion(self, node: ast.stmt, text: str, tree: ast.AST, pieces: Pieces, *, before: bool) -> Edit:
        """The edit that puts the statements `text` before or after `node`."""
        start, end, is_alone = self.bounds(node)
        if not is_alone:
            raise Unfit("it shares its line with other code")
        lines, source = self.view.lines, self.view.source
        newline = self.style.newline(start)
        new = self.style.indentation(node).encode() + self.laid_out(node, text, tree, pieces)
        place = self.place(node, before=before)
        if not before and lines.line_end(end) == len(source):
            return Edit(place, place, newline + new)
        return Edit(place, place, new + newline)

    def removal(self, node: ast.stmt) -> Edit:
        """The edit that takes `node` away."""
        start, end, is_alone = self.bounds(node)
        if self.becomes_pass(node):
            return Edit(start, end, b"pass")
        if is_alone:
            return self.removals[node]
        if self.is_emptied(self.block(node)):
            return Edit(start, end, b"")
        raise Unfit("it shares its line with other code")

    @cached_property
    def removals(self) -> dict[ast.AST, Edit]:
        """The edits that take statements away which have their lines for themselves; of neighbours, the first takes
        all."""
        found: dict[ast.AST, Edit] = {}
        lines = self.view.lines
        bounds = sorted(((*self.bounds(node), node) for node in self.removed), key=itemgetter(0))
        group: list[ast.AST] = []
        first = last = 0
        for start, end, is_alone, node in bounds:
            if not is_alone or self.becomes_pass(node):
                continue
            if not group or self.view.source[lines.line_end(last) : lines.line_start(start)].strip():
                group, first = [], start
            group.append(node)
            last = end
            whole = Edit(*self.region(first, last), b"")
            found.update(dict.fromkeys(group, Edit(whole.end, whole.end, b"")))
            found[group[0]] = whole
        return found

    def region(self, start: int, end: int) -> tuple[int, int]:
        """The lines from `start` to `end` with empty ones, but for these where something is put between them."""
        whole = whole_lines(self.view.lines, start, end)
        if any(whole[0] < place < whole[1] for place in self.places):
            return own_lines(self.view.lines, start, end)
        return whole

    @cached_property
    def places(self) -> set[int]:
        """Where something is put before or after a statement."""
        beside = [asked for asked in self.texts if asked.kind in ("before", "after")]
        return {self.place(asked.node, before=asked.kind == "before") for asked in beside}  # type: ignore[arg-type]

    def place(self, node: ast.stmt, *, before: bool) -> int:
        """Where lines before or after `node` are put."""
        lines = self.view.lines
        start, end, _ = self.bounds(node)
        return above_comments(lines, lines.line_start(start)) if before else own_lines(lines, start, end)[1]

    def block(self, node: ast.stmt) -> Sequence[ast.stmt]:
        """The block that `node` stands in."""
        parent = self.view.surroundings.parents.get(node)
        blocks = [getattr(parent, name, None) or [] for name in _BLOCKS]
        return next((block for block in blocks if isinstance(block, list) and node in block), [node])

    def is_emptied(self, block: Sequence[ast.stmt]) -> bool:
        """Whether nothing stays in a block that cannot be empty."""
        if isinstance(self.view.surroundings.parents.get(block[0]), ast.Module):
            return False
        return self.removed.issuperset(block) and not self.filled.intersection(block)

    def becomes_pass(self, node: ast.stmt) -> bool:
        """Whether `node`, which goes, is the first of a block in which nothing stays."""
        block = self.block(node)
        return node is block[0] and self.is_emptied(block)
