"""From the edits that a transform asks for to those of a file, with the imports that they need and leave unused."""

from __future__ import annotations

import ast
from itertools import combinations, groupby
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.api import Note
from codemods.index.analysis import analyse
from codemods.index.doctests import doctests
from codemods.index.type_comments import type_comments
from codemods.model import Disposition, Finding, Form
from codemods.patterns.match import State
from codemods.plan.rewrites import Rule
from codemods.plan.rule_text import rule_text
from codemods.rules.find import Match, Module
from codemods.rules.imports import ImportPlanner
from codemods.rules.pieces import Pieces
from codemods.rules.places import is_in_template
from codemods.rules.rule import ReadyRule
from codemods.rules.style import Style
from codemods.rules.symbols import Symbol, Vocabulary
from codemods.rules.written import Written
from codemods.steps.own_text import Fitter, Unfit
from codemods.transforms.edits import Edit, OverlapError, Splice, merge
from codemods.transforms.imports import write_imports
from codemods.transforms.self_check import unresolved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.api import Edit as Asked
    from codemods.index.resolve import Index
    from codemods.index.scopes import Scope
    from codemods.steps.own_text import Marks
    from codemods.transforms.view import ModuleView

_TEXT = rule_text(Rule(name="transform", match="transform", replace="transform"))
_IN_TEMPLATE = "it stands in a formatted string"


class Fault(ValueError):  # noqa: N818 - an answer, not an error
    """What a transform asks for cannot be done, in line `line` of the file; the message says why."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class Made(Struct):
    """The edits of a file, the nodes that they are about, what became a note instead, and what is said of imports."""

    edits: list[Edit] = field(default_factory=list)
    found: list[ast.AST] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    imports: list[Finding] = field(default_factory=list)


class Maker:
    """Makes the edits that `texts` hold, with their texts and the trees of these."""

    def __init__(
        self, view: ModuleView, index: Index, marks: Marks, texts: Mapping[Asked, tuple[str, ast.AST]]
    ) -> None:
        self.view = view
        self.module = Module(view, index)
        self.marks = marks
        self.result = Made()
        inside = [asked for asked in texts if is_in_template(view, asked.node)]
        self.result.notes = [Note(asked.node, Disposition.REVIEW, _IN_TEMPLATE) for asked in inside]
        kept = sorted((asked for asked in texts if asked not in inside), key=_order)
        self.texts = {asked: texts[asked] for asked in kept}
        self.fitter = Fitter(self.module, Style(view), marks, self.texts)
        self.accepted: dict[Asked, Written] = {}
        self.gone = bytearray()

    def make(self) -> Made:
        """All of it. Raises Fault, Missing and Unspelled."""
        for asked in self.texts:
            self.accepted[asked] = self._written(asked)
        self._check_overlaps()
        spelled: dict[tuple[Written, Symbol], str] = {}
        planner = self._plan_imports(spelled)
        splices = {
            asked: w.pieces.spliced(w.edits, lambda symbol, w=w: spelled[w, symbol].encode())  # type: ignore[misc]
            for asked, w in self.accepted.items()
        }
        edits = merge(self.view.source, _joined([splice for made in splices.values() for splice in made]))
        real = [edit for edit in edits if self.view.source[edit.start : edit.end] != edit.text]
        self.result.found = [asked.node for asked, made in splices.items() if _any_in(made, real)]
        imports = write_imports(
            self.view, planner.plan.changes.values(), planner.plan.fresh, self.module.index.is_module
        )
        try:
            self.result.edits = merge(self.view.source, [*real, *imports])
        except OverlapError:
            raise Fault("it edits an import statement that changes since nothing uses it any more") from None
        return self.result

    def _written(self, asked: Asked) -> Written:
        pieces = Pieces()
        try:
            edit = self.fitter.edit(asked, pieces)
        except Unfit as unfit:
            raise Fault(str(unfit), asked.node.lineno) from None  # type: ignore[attr-defined]  # it has a place
        return Written(self._match(asked.node), (edit,), pieces)

    def _match(self, node: ast.AST) -> Match:
        """The place of an edit, as the planner of imports sees it: its imports are those to put new ones beside."""
        symbols: dict[str, Symbol] = {}
        for inner in ast.walk(node):
            use = self.module.names.uses.get(inner) if isinstance(inner, ast.Name) else None
            for alias in self.module.names.binding(use) if use is not None else ():
                full = self.module.names.imported(alias)
                if full:
                    symbols[full] = Symbol(full, None, (), full)
        rule = ReadyRule(_TEXT, Vocabulary(symbols))
        if isinstance(node, ast.expr):
            return Match(rule, State(), node)
        statement = node if isinstance(node, ast.stmt) else self._statement(node)
        return Match(rule, State(), None, (statement,), (0, 1))

    def _statement(self, node: ast.AST) -> ast.stmt:
        return next(above for above in self.view.surroundings.ancestors(node) if isinstance(above, ast.stmt))

    def _check_overlaps(self) -> None:
        """Raise Fault where two edits want the same bytes."""
        plain = {
            asked: made.pieces.spliced(made.edits, lambda symbol: symbol.dotted.encode())
            for asked, made in self.accepted.items()
        }
        if not self._overlap([splice for made in plain.values() for splice in made]):
            return
        for (one, first), (other, second) in combinations(plain.items(), 2):
            if self._overlap([*first, *second]):
                low, high = sorted((one.node.lineno, other.node.lineno))  # type: ignore[attr-defined]
                what = "of the same code" if low == high else f"of line {low} and of line {high}"
                raise Fault(f"two edits {what} overlap", high)

    def _overlap(self, splices: list[Splice]) -> bool:
        try:
            merge(self.view.source, _joined(splices))
        except OverlapError:
            return True
        return False

    # Imports

    def _plan_imports(self, spelled: dict[tuple[Written, Symbol], str]) -> ImportPlanner:
        """Find a name for each symbol of the new code; edits for which there is none are left to a person."""
        while True:
            spelled.clear()
            self.gone = self._mask()
            planner = ImportPlanner(self.module, self._removed)
            for asked, made in self.accepted.items():
                self._keep_what_is_named(planner, asked, made.match)
            asking = [(asked, w, s) for asked, w in self.accepted.items() for s in w.pieces.symbols(w.edits)]
            for _, made, symbol in asking:
                if (text := planner.spell(symbol, made.match)) is not None:
                    spelled[made, symbol] = text
            gone = {alias: scope for alias, scope in planner.unneeded().items() if not self._is_replaced(alias)}
            if self._ask(planner, [entry for entry in asking if entry[1:] not in spelled], gone, spelled):
                planner.drop(gone)
                self._tell_imports(gone)
                return planner

    def _ask(
        self,
        planner: ImportPlanner,
        asking: list[tuple[Asked, Written, Symbol]],
        gone: dict[ast.alias, Scope],
        spelled: dict[tuple[Written, Symbol], str],
    ) -> bool:
        """Ask for an import of each symbol; False where there can be none, and an edit has been given up."""
        for asked, made, symbol in asking:
            if not self._is_there(symbol):
                raise Fault(f"`{symbol.module}` has no name `{symbol.name}`", made.match.first.lineno)
            if reason := planner.wish(symbol, made.match, gone):
                del self.accepted[asked]
                self.result.notes.append(Note(asked.node, Disposition.REVIEW, reason))
                return False
            start = symbol.module if symbol.whole or not symbol.name else symbol.name
            rest = (symbol.name,) if symbol.whole and symbol.name else ()
            spelled[made, symbol] = ".".join((start, *rest, *symbol.attributes))
        return True

    def _is_there(self, symbol: Symbol) -> bool:
        module, index = symbol.module, self.module.index
        return symbol.name is None or not index.is_module(module) or index.has(module, symbol.name)

    def _keep_what_is_named(self, planner: ImportPlanner, asked: Asked, match: Match) -> None:
        """Imports that new code uses by their names are needed."""
        scope = self.module.names.scope_at(match.first)
        text, tree = self.texts[asked]
        if isinstance(tree, ast.Module) and isinstance(asked.node, ast.stmt):
            own = analyse(tree, type_comments(text.encode()), doctests(tree, text.encode()))
        else:
            own = analyse(tree if isinstance(tree, ast.Module) else ast.Module([ast.Expr(tree)], []))  # type: ignore[arg-type]
        names = set(unresolved(own))
        for word in names.intersection(self.marks):
            meant = self.marks[word]
            if isinstance(meant, ast.expr) and (asked.kind != "replace" or not self._holds(asked.node, meant)):
                names.update(node.id for node in ast.walk(meant) if isinstance(node, ast.Name))
        for name in names:
            owner = self.view.scopes.resolve(name, scope)
            bound = owner.bound[name] if owner is not None else ()
            planner.needed.update(node for node in bound if isinstance(node, ast.alias))

    def _holds(self, outer: ast.AST, inner: ast.AST) -> bool:
        return inner is outer or outer in self.view.surroundings.ancestors(inner)

    def _removed(self, offset: int) -> bool:
        return bool(self.gone[offset])

    def _mask(self) -> bytearray:
        """For each byte of the source whether the new code takes its place."""
        mask = bytearray(len(self.view.source) + 1)
        entries = [(edit, made) for made in self.accepted.values() for edit in made.edits]
        for edit, made in sorted(entries, key=lambda entry: (entry[0].start, -entry[0].end)):
            mask[edit.start : edit.end] = b"\1" * (edit.end - edit.start)
            for span in made.pieces.spans([edit]):
                if edit.start <= span.start and span.end <= edit.end:
                    mask[span.start : span.end] = bytes(span.end - span.start)
        return mask

    def _is_replaced(self, alias: ast.alias) -> bool:
        """Whether an import goes with the code around it, which the new code takes the place of."""
        return self._removed(self.view.lines.span(self.module.names.sites[alias].statement)[0])

    def _tell_imports(self, gone: dict[ast.alias, Scope]) -> None:
        for alias in gone:
            site = self.module.names.sites[alias]
            form = Form.FROM_IMPORT if isinstance(site.statement, ast.ImportFrom) else Form.IMPORT
            dotted = self.module.names.imported(alias) or alias.name
            finding = Finding(
                self.view.reference(alias, form, dotted), Disposition.REWRITTEN, "the edits leave no use of it"
            )
            self.result.imports.append(finding)


def _order(asked: Asked) -> tuple[int, int]:
    """What comes first of that which is put in at one place: what follows the innermost statement."""
    return (0, -asked.node.col_offset) if asked.kind == "after" else (1, 0)  # type: ignore[attr-defined]


def _local(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _joined(splices: list[Splice]) -> list[Splice]:
    """`splices`, those that only put something in at the same place made one, in their order."""
    inserted = [s for s in splices if s.start == s.end]
    joined = [
        Splice(place, place, tuple(part for splice in group for part in splice.parts))
        for place, group in groupby(sorted(inserted, key=lambda s: s.start), key=lambda s: s.start)
    ]
    return [*(s for s in splices if s.start < s.end), *joined]


def _any_in(made: list[Splice], edits: list[Edit]) -> bool:
    return any(edit.start <= splice.start and splice.end <= edit.end for splice in made for edit in edits)
