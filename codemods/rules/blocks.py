"""From matched statements to the statements of a replacement.

What has a counterpart keeps its own text, moved to its new indentation; what is new is written from the snippet. Runs
of statements stay as they are. No comment is lost but one that ends the line of a statement that goes.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.patterns.language import is_gap, run
from codemods.patterns.match import Run, same
from codemods.rules.comments import PRAGMA, TOKEN, with_comments
from codemods.rules.definitions import keeps_decorators, open_part
from codemods.rules.differences import Differ, Edits
from codemods.rules.likeness import likeness
from codemods.rules.places import is_elif, start_of
from codemods.rules.precedence import Slot
from codemods.rules.reindent import reindented
from codemods.rules.templates import Template, Unwritable
from codemods.transforms.edits import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NESTED = ("body", "orelse", "finalbody")
_SIMPLE = (
    *(ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Raise, ast.Assert, ast.Delete),
    *(ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal),
)
_ALIKE = 0.3  # of the words of two statements


class _Segment(Struct, frozen=True):
    """Statements between runs: of the pattern, of the replacement and of the module."""

    pattern: Sequence[ast.stmt]
    wanted: Sequence[ast.stmt]
    nodes: Sequence[ast.stmt]


class BlockWriter:
    """Writes the statements of `template` where they matched."""

    def __init__(self, template: Template, *, fills: bool = False) -> None:
        """`fills` where nothing else stays in the block of what goes."""
        self.template = template
        self.fills = fills
        self.keeps_decorators = False
        self.removed: list[ast.stmt] = []
        self.match = template.match
        self.module = template.module
        self.view = template.module.view
        self.style = template.style
        self.differ = Differ(template)

    def edits(self) -> Edits:
        """The edits of all matched statements. Raises Unwritable."""
        pattern, wanted = self.match.rule.text.match.body, self.template.snippet.body
        begins = self.match.begins
        block = self.match.block
        if [run(s) for s in pattern if is_gap(s)] != [run(s) for s in wanted if is_gap(s)]:
            return self.segment(_Segment(pattern, wanted, self.match.statements))
        edits: Edits = []
        for mine, theirs in zip(_between_gaps(pattern), _between_gaps(wanted), strict=True):
            numbers = [begins[number] for number, _ in mine]
            nodes = [block[number] for number in numbers]
            segment = _Segment([statement for _, statement in mine], [statement for _, statement in theirs], nodes)
            if segment.nodes:
                edits += self.segment(segment)
            elif segment.wanted:
                raise Unwritable("statements cannot be put between two runs")
        return edits

    def segment(self, segment: _Segment) -> Edits:
        """The edits of statements that follow one another."""
        if len(segment.pattern) == len(segment.wanted) == len(segment.nodes):
            edits: Edits = []
            for pattern, wanted, node in zip(segment.pattern, segment.wanted, segment.nodes, strict=True):
                found = self.statement(pattern, wanted, node)
                if found is None:
                    break
                edits += found
            else:
                return edits
        return self.region(segment)

    def statement(self, pattern: ast.stmt, wanted: ast.stmt, node: ast.stmt) -> Edits | None:
        """The edits of one statement in its place; None where its shape changes."""
        if same(pattern, wanted):
            return []
        if type(pattern) is not type(wanted) or isinstance(pattern, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        edits: Edits = []
        for name in pattern._fields:
            mine, theirs, own = getattr(pattern, name, None), getattr(wanted, name, None), getattr(node, name, None)
            if name in _NESTED and isinstance(mine, list) and isinstance(theirs, list) and isinstance(own, list):
                found = self.nested(mine, theirs, own)
            elif name in ("decorator_list", "type_comment", "handlers"):
                found = [] if _all_same(mine, theirs) else None
            else:
                found = self.differ.field(mine, theirs, own, Slot(node, name))
            if found is None:
                return None
            edits += found
        return None if self.differ.is_crossed(edits) else edits

    def nested(self, pattern: list[ast.stmt], wanted: list[ast.stmt], block: list[ast.stmt]) -> Edits | None:
        """The edits of a block in a statement that stays."""
        if _all_same(pattern, wanted):
            return []
        if not pattern or not wanted or any(map(is_gap, (*pattern, *wanted))):
            return None
        return self.segment(_Segment(pattern, wanted, block))

    # A region that is written anew

    def region(self, segment: _Segment) -> Edits:
        """The edits that write all of a segment anew, from the first of its statements to the last."""
        lines, source = self.view.lines, self.view.source
        first, last = segment.nodes[0], segment.nodes[-1]
        self.keeps_decorators = keeps_decorators(segment.pattern, segment.wanted)
        # What `inside` has matched stays as it is.
        inner = {node for statement in segment.pattern for node in ast.walk(statement)}
        parts = (open_part(p, n) for p, n in self.match.paired.items() if p in inner)
        if left_open := next(filter(None, parts), ""):
            decorated = left_open == "decorators"
            if not decorated or not self.keeps_decorators:
                raise Unwritable(f"the rule says nothing of its {left_open}, which would be lost")
        start = lines.span(first)[0] if self.keeps_decorators else start_of(self.view, first)
        end = lines.span(last)[1]
        if self.shares_line(start, end):
            return self.in_line(segment, start, end)
        indentation = source[lines.line_start(start) : start].decode()
        opening = b""
        if is_elif(self.view, first):
            opening = b"else:" + self.style.newline(start)
            indentation += self.style.unit
            opening += indentation.encode()
        edits, texts = self.texts(segment, self.counterparts(segment), indentation) or ([], [])
        if not texts:
            edits, texts = self.texts(segment, {}, indentation) or ([], [])
        spans = sorted((span for span, _ in texts if span), key=lambda span: span.start)
        taken = [*spans, *self.template.pieces.spans([Edit(start, end, text) for _, text in texts])]
        taken += self.template.pieces.spans(edits)
        comments = list(self.comments(start, end, taken))
        if not texts:
            return [*edits, self.removal(segment, start, end, comments, indentation)]
        newline = self.style.newline(start) + indentation.encode()
        made = with_comments(texts, comments, self.line_end)
        is_run = _ends_with_run(segment.wanted[-1]) and not any(span.end == end for span in taken)
        if is_run and texts[-1][0] is None and (behind := self.behind(end)):
            # It was about the statement that goes, not about the run that comes last now.
            made += [] if PRAGMA.match(behind) else [behind]
            end = self.line_end(end)
        return [*edits, Edit(start, end, opening + newline.join(made))]

    def texts(
        self, segment: _Segment, kept: Mapping[ast.stmt, tuple[ast.stmt, ast.stmt]], indentation: str
    ) -> tuple[Edits, list[tuple[Span | None, bytes]]] | None:
        """The texts of the new statements, with their spans where those of `kept` keep theirs, and the edits in these.

        None where one takes over what is edited for another.
        """
        edits: Edits = []
        moves: Edits = []
        texts: list[tuple[Span | None, bytes]] = []
        for wanted in segment.wanted:
            pattern, node = kept.get(wanted, (None, None))
            found = self.statement(pattern, wanted, node) if pattern is not None and node is not None else None
            if found is None or node is None:
                texts.append((None, self.fresh(wanted, indentation, moves)))
            else:
                span = Span(start_of(self.view, node), self.view.lines.span(node)[1])
                texts.append((span, self.template.pieces.mark(span)))
                edits += found
                moves += reindented(self.view, [node], span, indentation, found)
        taken = self.template.pieces.spans([Edit(0, 0, text) for span, text in texts if span is None])
        if any(edit.start < span.end and span.start < edit.end for edit in edits for span in taken):
            return None
        return [*edits, *moves], texts

    def in_line(self, segment: _Segment, start: int, end: int) -> Edits:
        """The edits of statements beside others on a line: simple ones, in that line. Raises Unwritable."""
        if any(not isinstance(s, _SIMPLE) or is_gap(s) for s in segment.wanted):
            raise Unwritable("it shares its line with other statements")
        if not segment.wanted and not self.is_whole_block(segment):
            raise Unwritable("it shares its line with other statements")
        texts = [self.template.text(statement) for statement in segment.wanted]
        text = b"; ".join(texts) or b"pass"
        taken = self.template.pieces.spans([Edit(start, end, text)])
        if list(self.comments(start, end, taken)):
            raise Unwritable("it shares its line with other statements, and has comments")
        return [Edit(start, end, text)]

    def behind(self, offset: int) -> bytes:
        """The comment behind the code that ends at `offset`."""
        return self.view.source[offset : self.line_end(offset)].strip()

    def line_end(self, offset: int) -> int:
        """Where the line at `offset` ends."""
        return self.view.lines.line_end(offset)

    def shares_line(self, start: int, end: int) -> bool:
        """Whether other code stands on the lines of a region."""
        lines, source = self.view.lines, self.view.source
        behind = source[end : lines.line_end(end)].strip()
        return bool(source[lines.line_start(start) : start].strip()) or (bool(behind) and not behind.startswith(b"#"))

    def counterparts(self, segment: _Segment) -> dict[ast.stmt, tuple[ast.stmt, ast.stmt]]:
        """For statements of the replacement the one of the pattern, and of the module, whose text they keep."""
        candidates = [(p, n) for p, n in self.flat(segment.pattern) if n is not None]
        found: dict[ast.stmt, tuple[ast.stmt, ast.stmt]] = {}
        position = 0
        for wanted in segment.wanted:
            alike = [(likeness(p, wanted), -number) for number, (p, _) in enumerate(candidates[position:], position)]
            best, place = max(alike, default=(0.0, 0))
            if best >= _ALIKE:
                found[wanted] = candidates[-place]
                position = -place + 1
        return found

    def flat(self, statements: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt, ast.stmt | None]]:
        """The simple statements of the pattern, also those in others, with what stands for them."""
        for statement in statements:
            node = self.match.paired.get(statement)
            blocks = [getattr(statement, name, None) or [] for name in _NESTED]
            if not any(blocks):
                yield statement, node if isinstance(node, ast.stmt) else None
            for block in blocks:
                yield from self.flat(block)
            for handler in getattr(statement, "handlers", []):
                yield from self.flat(handler.body)

    def fresh(self, wanted: ast.stmt, indentation: str, edits: Edits) -> bytes:
        """The text of a new statement; edits of statements that it takes over go to `edits`."""
        if is_gap(wanted):
            return self.taken(wanted, indentation, edits)
        start, end = self.template.snippet.span(wanted)
        if getattr(wanted, "decorator_list", None) and not self.keeps_decorators:
            start = self.template.snippet.span(wanted.decorator_list[0])[0] - 1  # type: ignore[attr-defined]
        inner = [node for node in ast.walk(wanted) if isinstance(node, ast.stmt) and is_gap(node)]
        gaps = {self.template.snippet.span(node)[1]: node for node in inner}
        text = self.template.snippet.text
        base = start - (text.rfind("\n", 0, start) + 1)
        newline = self.style.newline(self.view.lines.span(self.match.first)[0])
        lines: list[bytes] = []
        position = start
        while position < end:
            stop = text.find("\n", position, end)
            stop = end if stop < 0 else stop
            column = len(text[position:stop]) - len(text[position:stop].lstrip())
            gap = gaps.get(len(text[:stop].rstrip()))
            deeper = self.style.indented(" " * max(column - base, 0)) if lines else ""
            before = position + column
            if gap is not None:
                head = self.template.filled(before, self.template.snippet.span(gap)[0]).rstrip()
                if head:
                    lines.append(deeper.encode() + head)
                    deeper += self.style.unit
                lines.append(deeper.encode() + self.taken(gap, indentation + deeper, edits))
            else:
                lines.append(deeper.encode() + self.template.filled(before, stop))
            position = stop + 1
        return (newline + indentation.encode()).join(lines)

    def taken(self, gap: ast.stmt, indentation: str, edits: Edits) -> bytes:
        """The text of a run of statements, moved to `indentation`."""
        bound = self.statements_of(gap)
        if not bound:
            return b"pass"
        span = Span(start_of(self.view, bound[0]), self.with_comment(self.view.lines.span(bound[-1])[1]))
        edits += reindented(self.view, bound, span, indentation, [])
        return self.template.pieces.mark(span)

    def with_comment(self, end: int) -> int:
        """`end`, or the end of the comment on its line, where the match does not end with that line."""
        line_end = self.line_end(end)
        is_last = line_end >= self.line_end(self.view.lines.span(self.match.nodes[-1])[1])
        return line_end if self.behind(end).startswith(b"#") and not is_last else end

    def statements_of(self, gap: ast.stmt) -> list[ast.stmt]:
        """The statements that a run of the replacement stands for."""
        name = run(gap)
        bound = self.match.state.bound.get(name) if name else None
        if not name:
            mine = [node for node in self.template.snippet.nodes if isinstance(node, ast.stmt) and is_gap(node)]
            theirs = [n for n in self.match.rule.text.match.nodes if isinstance(n, ast.stmt) and is_gap(n)]
            bound = self.match.paired.get(theirs[mine.index(gap)])
        nodes = bound.nodes if isinstance(bound, Run) else ()
        return [node for node in nodes if isinstance(node, ast.stmt)]

    def comments(self, start: int, end: int, spans: Sequence[Span]) -> Iterator[tuple[int, bytes, bool]]:
        """The comments of a region outside of `spans`: where, text, and whether they have their line for themselves."""
        for match in TOKEN.finditer(self.view.source, start, end):
            offset = match.start()
            if match["comment"] is None or any(span.start <= offset < span.end for span in spans):
                continue
            alone = not self.view.source[self.view.lines.line_start(offset) : offset].strip()
            if alone or not PRAGMA.match(match.group()) or any(s.end <= offset <= self.line_end(s.end) for s in spans):
                yield offset, match.group(), alone

    def removal(
        self, segment: _Segment, start: int, end: int, comments: list[tuple[int, bytes, bool]], indentation: str
    ) -> Edit:
        """The edit that takes a region away; a block that would be empty gets `pass`."""
        lines, source = self.view.lines, self.view.source
        own = [text for _, text, alone in comments if alone]
        self.removed += segment.nodes
        if (self.fills or self.is_whole_block(segment)) and (own or not is_elif(self.view, segment.nodes[0])):
            own.append(b"pass")
        if own:
            if is_elif(self.view, segment.nodes[0]):
                own.insert(0, b"else:")
                own[1:] = [self.style.unit.encode() + text for text in own[1:]]
                indentation = indentation.removesuffix(self.style.unit)
            return Edit(start, end, (self.style.newline(start) + indentation.encode()).join(own))
        line_end = lines.line_end(end)
        following = lines.newline_at(line_end) if line_end < len(source) else b""
        return Edit(lines.line_start(start), line_end + len(following), b"")

    def is_whole_block(self, segment: _Segment) -> bool:
        """Whether nothing else stands in the block of a segment."""
        parent = self.view.surroundings.parents.get(segment.nodes[0])
        blocks = [getattr(parent, name, None) or [] for name in _NESTED]
        block = next((block for block in blocks if segment.nodes[0] in block), [])
        return parent is not None and not isinstance(parent, ast.Module) and len(block) == len(segment.nodes)


def _between_gaps(body: Sequence[ast.stmt]) -> list[list[tuple[int, ast.stmt]]]:
    groups: list[list[tuple[int, ast.stmt]]] = [[]]
    for number, statement in enumerate(body):
        if is_gap(statement):
            groups.append([])
        else:
            groups[-1].append((number, statement))
    return groups


def _ends_with_run(statement: ast.stmt) -> bool:
    """Whether the last line of a statement of a replacement is a run."""
    body = next(
        (b for name in ("finalbody", "orelse", "handlers", "body") if (b := getattr(statement, name, None))), None
    )
    if isinstance(body, list):
        return _ends_with_run(body[-1])
    return is_gap(statement)


def _all_same(one: object, other: object) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return one == other
