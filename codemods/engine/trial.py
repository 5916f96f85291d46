"""Tries one rule: where it matches, what its `$X` are bound to, and what it would change. Writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.bounded import BeyondError, within_limits
from codemods.engine.outside import imported_roots
from codemods.engine.plan_steps import look_for_aliases, steps_of, words_of
from codemods.engine.scan import open_scan
from codemods.engine.verify_rules import absent_symbols
from codemods.engine.work import Work
from codemods.errors import Mistake, PlanError
from codemods.index.names import ModuleNames
from codemods.index.text import UndecodableError, decode
from codemods.model import Blocked, Changed, Finding, Form, Outcome, Skipped
from codemods.patterns.match import Run
from codemods.plan.check_rewrites import check_rewrites
from codemods.plan.rewrites import Rule
from codemods.plan.rule_text import rule_texts
from codemods.plan.schema import Plan
from codemods.rules.conditions import applies
from codemods.rules.find import Match, Module, matches
from codemods.transforms.moves import Moves
from codemods.transforms.view import UnparsableError, view_of

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from codemods.engine.scan import Scan
    from codemods.index.resolve import Index
    from codemods.plan.rewrites import ArgumentRule
    from codemods.rules.rule import ReadyRule


class Found(Struct, frozen=True):
    """One match: its place, its source, what is bound, and what becomes of it where a replacement is tried."""

    path: str
    line: int
    column: int
    source: str
    bindings: tuple[tuple[str, str], ...]
    finding: Finding | None = None


class Trial(Struct, frozen=True):
    """All matches of a rule, and the files that it would change or that it blocks."""

    matches: tuple[Found, ...]
    changed: tuple[Changed, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def snippet_rule(match: str, replace: str | None) -> Rule:
    """A rule of its own. Raises PlanError with what is wrong with the snippets."""
    rule = Rule(name="try", match=match, replace=match if replace is None else replace)
    faults = [f for f in check_rewrites(_plan(rule, ())) if replace is not None or f.location[-1] == "match"]
    for fault in faults:
        where = str(fault.location[-1])
        mistake = Mistake(max(fault.line, 1), max(fault.column, 1), fault.message.removeprefix("rule `try`: "))
        raise PlanError(where, (mistake,))
    return rule


def _plan(rule: Rule | ArgumentRule, roots: tuple[str, ...]) -> Plan:
    return Plan(schema_version=1, name="try", rewrite=(rule,), source_roots=roots or (".",))


def try_rule(
    rule: Rule | ArgumentRule,
    tracked: Iterable[str],
    wanted: Callable[[str], bool],
    read: Callable[[str], bytes],
    *,
    source_roots: tuple[str, ...] = (".",),
    libraries: Collection[str] = (),
    rewrites: bool = True,
) -> Trial:
    """Try `rule` on those of the files `tracked` that are `wanted`. `rewrites` says whether it is carried out.

    Raises PlanError where it names what is not there.
    """
    plan = _plan(rule, source_roots)
    everything = tuple(tracked)
    excluded = {path for path in everything if not wanted(path)}
    found = open_scan(everything, read, ModuleNames(source_roots), words_of(plan))
    work = Work(steps_of(plan.rewrite, found, libraries or _libraries(rule, found)))
    if faults := [fault for one in work.rules for fault in absent_symbols(one, found)]:
        mistakes = tuple(Mistake(f.line, f.column, f.message.removeprefix("rule `try`: ")) for f in faults)
        raise PlanError(str(faults[0].location[-1]), mistakes)
    found.search(frozenset(), work.may_change, excluded)
    look_for_aliases(found, work, excluded)
    made: list[Found] = []
    outcomes: list[Outcome] = []
    for path in found.candidates:
        content = found.content(path) or b""
        outcome = work.outcome(found, path, content, Moves()) if rewrites else None
        outcomes += [outcome] if outcome is not None else []
        made += _matches(found, work.rules, path, content, outcome)
    skipped = tuple(s for path, s in sorted(found.skipped.items()) if path not in excluded)
    return Trial(
        tuple(made),
        tuple(o for o in outcomes if isinstance(o, Changed)),
        tuple(o for o in outcomes if isinstance(o, Blocked)),
        skipped,
    )


def _libraries(rule: Rule | ArgumentRule, found: Scan) -> set[str]:
    """The libraries that a rule names, as the imports of the files show."""
    roots = {chain.partition(".")[0] for text in rule_texts(rule) for chain in text.chains}
    return imported_roots(roots, map(found.content, found.paths))


def _matches(
    found: Scan, rules: Sequence[ReadyRule], path: str, content: bytes, outcome: Outcome | None
) -> list[Found]:
    findings = {} if outcome is None or isinstance(outcome, Skipped) else _by_place(outcome.findings)

    def ask(index: Index) -> list[Found]:
        try:
            module = Module(view_of(path, decode(content).text.encode(), index.names), index)
        except (UndecodableError, UnparsableError):
            return []
        held = (applies(module, match) for rule in rules for match in matches(module, rule))
        return [_found(module, match, findings) for match in held if match is not None]

    try:
        return within_limits(lambda: found.ask(ask))
    except BeyondError:
        return []


def _by_place(findings: Iterable[Finding]) -> dict[tuple[int, int], Finding]:
    matching = (finding for finding in findings if finding.reference.form is Form.MATCH)
    return {(finding.reference.line, finding.reference.column): finding for finding in matching}


def _found(module: Module, match: Match, findings: dict[tuple[int, int], Finding]) -> Found:
    view = module.view
    reference = view.reference(match.first, Form.MATCH, match.rule.name)
    start, end = view.lines.span(match.nodes[0])[0], view.lines.span(match.nodes[-1])[1]
    bindings = tuple((name, _text(module, bound)) for name, bound in sorted(match.state.bound.items()))
    place = reference.line, reference.column
    return Found(view.path, *place, view.source[start:end].decode(), bindings, findings.get(place))


def _text(module: Module, bound: ast.AST | str | Run) -> str:
    if isinstance(bound, str):
        return bound
    nodes = bound.nodes if isinstance(bound, Run) else (bound,)
    return ", ".join(_sources(module, nodes))


def _sources(module: Module, nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        start, end = module.view.lines.span(node)  # type: ignore[arg-type]  # what is bound has a place
        yield module.view.source[start:end].decode()
