"""Carries the rules of a plan out in one module: all of them in one pass over its tree, the first listed first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.model import Disposition, Finding, Form
from codemods.patterns.match import TooManyWays
from codemods.rules.conditions import applies, doubt
from codemods.rules.find import Match, Module, matches
from codemods.rules.imports import ImportPlanner
from codemods.rules.leftovers import still_used
from codemods.rules.style import Style
from codemods.rules.templates import Unwritable
from codemods.rules.written import Unawaitable, Written, written
from codemods.transforms.edits import Edit, Origins, OverlapError, Splice, apply_edits, compose, merge
from codemods.transforms.imports import write_imports
from codemods.transforms.view import UnparsableError, view_of

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

    from codemods.index.resolve import Index
    from codemods.index.scopes import Scope
    from codemods.rules.rule import ReadyRule
    from codemods.rules.symbols import Symbol
    from codemods.transforms.view import ModuleView

_ROUNDS = 10


class SyncCaller(Struct, frozen=True):
    """A function that is not async, in which a replacement would await."""

    path: str
    line: int
    function: str


class Rewritten(Struct):
    """What the rules make of a module: edits, a finding for each match, and the functions that cannot await."""

    edits: list[Edit] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    callers: list[SyncCaller] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)

    @property
    def is_blocked(self) -> bool:
        """Whether a match keeps the file from being changed."""
        return any(finding.disposition is Disposition.BLOCKED for finding in self.findings)


def rewrite(view: ModuleView, rules: Sequence[ReadyRule], index: Index) -> Rewritten:
    """What `rules` make of the module in `view`. Raises Missing.

    What a match leaves may match further out, and a match that others move to another indentation has to wait for
    them: the rules are applied to the result again, until they change nothing.
    """
    result = _round(view, rules, index)
    following_rules = [rule for rule in rules if rule.is_repeatable]
    for _ in range(_ROUNDS):
        if not result.edits or result.is_blocked:
            break
        try:
            following = view_of(view.path, apply_edits(view.source, result.edits), view.names)
        except UnparsableError:
            break
        more = _round(following, following_rules, index)
        if not more.edits:
            break
        result = _joined(view, following, result, more)
    return result


def _joined(view: ModuleView, following: ModuleView, first: Rewritten, second: Rewritten) -> Rewritten:
    """What is made of `view` by `first` and then, on the result `following`, by `second`."""
    origins = Origins(first.edits)

    def placed(line: int, column: int) -> tuple[int, int]:
        return view.lines.place(origins.of(following.lines.at(line, column)))

    findings = [finding for finding in first.findings if finding.disposition is Disposition.REWRITTEN]
    for finding in second.findings:
        line, column = placed(finding.reference.line, finding.reference.column)
        findings.append(replace(finding, reference=replace(finding.reference, line=line, column=column)))
    callers = [replace(caller, line=placed(caller.line, 1)[0]) for caller in second.callers]
    edits = compose(view.source, first.edits, second.edits)
    return Rewritten(edits, findings, [*first.callers, *callers], first.rules | second.rules)


def _round(view: ModuleView, rules: Sequence[ReadyRule], index: Index) -> Rewritten:
    module = Module(view, index)
    rules = [rule for rule in rules if rule.may_match(view.path, view.source)]
    try:
        return _rewrite(module, rules)
    except RecursionError:
        reason = "matches are nested too deep in one another"
        found = (match for rule in rules for match in matches(module, rule))
        first = next(found)
        reference = view.reference(first.first, Form.MATCH, first.rule.name)
        return Rewritten(findings=[Finding(reference, Disposition.BLOCKED, reason)])


def _rewrite(module: Module, rules: Sequence[ReadyRule]) -> Rewritten:
    pass_ = _Pass(module, Style(module.view))
    for rule in rules:
        for match in matches(module, rule):
            pass_.consider(match)
    pass_.keep_what_is_used()
    pass_.fill_blocks()
    pass_.settle_places()
    return pass_.finish()


class _Pass:
    def __init__(self, module: Module, style: Style) -> None:
        self.module = module
        self.view = module.view
        self.style = style
        self.accepted: list[Written] = []
        self.result = Rewritten()

    def consider(self, match: Match) -> None:
        """Accept `match`, or say why not."""
        try:
            # Where the search was given up, nothing is bound.
            found = match if match.unclear and match.state.pairs is None else applies(self.module, match)
        except TooManyWays as error:
            found = replace(match, unclear=str(error))
        if found is None:
            return
        if reason := found.unclear or doubt(self.module, found):
            self.tell(found, Disposition.REVIEW, reason)
            return
        if not found.rule.text.is_written:
            self.tell(found, Disposition.REVIEW, found.rule.text.asked.reason or "the rule only lists it")
            return
        try:
            made = written(self.module, found, self.style)
        except Unawaitable as unawaitable:
            self.tell(found, Disposition.BLOCKED, str(unawaitable))
            self.call_out(found, unawaitable.function)
            return
        except Unwritable as unwritable:
            self.tell(found, Disposition.REVIEW, str(unwritable))
            return
        if not made.edits:
            return
        other = self.collision(made)
        if other is None:
            self.accepted.append(made)
        elif other.match.rule is not found.rule or other.match.node is None:
            place = f"line {other.match.first.lineno}"
            self.tell(found, Disposition.LEFT, f"rule `{other.match.rule.name}`, listed before, takes {place}")

    def call_out(self, match: Match, function: ast.AST | None) -> None:
        name = getattr(function, "name", "")
        if name:
            self.result.callers.append(SyncCaller(self.view.path, match.first.lineno, name))

    def collision(self, made: Written) -> Written | None:
        """An accepted match that wants the same bytes."""
        for other in self.accepted:
            if made.meets(other) and not made.is_kept_by(other) and not other.is_kept_by(made):
                try:
                    merge(self.view.source, [*other.plain, *made.plain])
                except OverlapError:
                    return other
        return None

    def tell(self, match: Match, disposition: Disposition, reason: str) -> None:
        reference = self.view.reference(match.first, Form.MATCH, match.rule.name)
        self.result.findings.append(Finding(reference, disposition, reason))

    def removed(self, offset: int) -> bool:
        """Whether an accepted match takes the byte at `offset` away."""
        return any(made.removes(offset) for made in self.accepted)

    def keep_what_is_used(self) -> None:
        """Leave matches to a person whose names are needed by what stays."""
        pending = True
        while pending:
            pending = False
            for made in list(self.accepted):
                if made.match.node is not None:
                    continue
                reason = still_used(self.module, made, self.removed)
                if reason:
                    self.accepted.remove(made)
                    self.tell(made.match, Disposition.REVIEW, reason)
                    pending = True

    def fill_blocks(self) -> None:
        """Leave a statement in each block that several matches take all of."""
        gone = {statement for made in self.accepted for statement in made.gone}
        for number, made in enumerate(self.accepted):
            block = made.match.block
            is_last = len(made.gone) < len(block) and block[-1] in made.gone and gone.issuperset(block)
            if is_last and block[0] not in self.view.tree.body:
                self.accepted[number] = written(self.module, made.match, self.style, fills=True)

    def settle_places(self) -> None:
        """Write anew what other matches move to another place, for that place: it may need parentheses there."""
        owners: dict[tuple[int, int], list[int]] = {}
        for number, made in enumerate(self.accepted):
            for span in made.pieces.slots:
                owners.setdefault(span, []).append(number)
        places = [
            (self.view.lines.span(m.match.node), n) for n, m in enumerate(self.accepted) if m.match.node is not None
        ]
        failed: list[Written] = []
        for span, number in sorted(places, key=lambda place: (place[0][0], -place[0][1])):
            made = self.accepted[number]
            moved = [
                s for owner in owners.get(span, ()) if owner != number for s in self.accepted[owner].pieces.slots[span]
            ]
            if moved and made.match.rule.text.replace is not None:
                try:
                    self.accepted[number] = written(self.module, made.match, self.style, moved=moved)
                except Unwritable as unwritable:
                    self.tell(made.match, Disposition.REVIEW, str(unwritable))
                    failed.append(made)
        self.accepted = [made for made in self.accepted if made not in failed]

    def finish(self) -> Rewritten:
        """The edits of all that is accepted, with the imports that they need."""
        spelled: dict[tuple[Written, Symbol], str] = {}
        planner = self.plan_imports(spelled)
        splices = [splice for made in self.accepted for splice in self.spliced(made, spelled)]
        edits = merge(self.view.source, splices)
        changes = planner.plan.changes.values()
        imports = write_imports(self.view, changes, planner.plan.fresh, self.module.index.is_module)
        self.result.edits = merge(self.view.source, [*edits, *imports])
        for made in self.accepted:
            self.tell(made.match, Disposition.REWRITTEN, "")
            self.result.rules.add(made.match.rule.name)
        return self.result

    def spliced(self, made: Written, spelled: dict[tuple[Written, Symbol], str]) -> list[Splice]:
        return made.pieces.spliced(made.edits, lambda symbol: spelled[made, symbol].encode())

    def plan_imports(self, spelled: dict[tuple[Written, Symbol], str]) -> ImportPlanner:
        """Find a name for each symbol of the replacements; matches for which there is none are left to a person."""
        while True:
            spelled.clear()
            planner = ImportPlanner(self.module, self.removed)
            asking = [(made, s) for made in self.accepted for s in made.pieces.symbols(made.edits)]
            misfit = next(((made, reason) for made, s in asking if (reason := planner.misfit(s, made.match))), None)
            if misfit is not None:
                self.tell(misfit[0].match, Disposition.REVIEW, misfit[1])
                self.accepted.remove(misfit[0])
                continue
            for made, symbol in asking:
                text = planner.spell(symbol, made.match)
                if text is not None:
                    spelled[made, symbol] = text
            gone = planner.unneeded()
            failed = self.ask(planner, [entry for entry in asking if entry not in spelled], gone, spelled)
            if failed is None:
                planner.drop(gone)
                self.tell_imports(gone)
                self.tell_kept(planner.kept)
                return planner
            self.accepted.remove(failed)

    def ask(
        self,
        planner: ImportPlanner,
        asking: list[tuple[Written, Symbol]],
        gone: dict[ast.alias, Scope],
        spelled: dict[tuple[Written, Symbol], str],
    ) -> Written | None:
        """Ask for an import of each symbol; the first match for which there can be none."""
        for made, symbol in asking:
            reason = planner.wish(symbol, made.match, gone)
            if reason:
                self.tell(made.match, Disposition.REVIEW, reason)
                return made
            start = symbol.module if symbol.whole or not symbol.name else symbol.name
            rest = (symbol.name,) if symbol.whole and symbol.name else ()
            spelled[made, symbol] = ".".join((start, *rest, *symbol.attributes))
        return None

    def tell_kept(self, kept: dict[ast.alias, str]) -> None:
        """Tell the names that nothing here needs any more and that other files reach, such as by a patch."""
        for alias, path in kept.items():
            dotted = self.module.names.imported(alias) or alias.name
            reference = self.view.reference(alias, Form.FROM_IMPORT, dotted)
            reason = f"nothing here uses it any more, but {path} reaches it through this module: a patch there is lost"
            self.result.findings.append(Finding(reference, Disposition.REVIEW, reason))

    def tell_imports(self, gone: dict[ast.alias, Scope]) -> None:
        for alias in gone:
            site = self.module.names.sites[alias]
            form = Form.FROM_IMPORT if hasattr(site.statement, "module") else Form.IMPORT
            dotted = self.module.names.imported(alias) or alias.name
            reference = self.view.reference(alias, form, dotted)
            self.result.findings.append(Finding(reference, Disposition.REWRITTEN, "the rules leave no use of it"))
