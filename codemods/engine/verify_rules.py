"""The rules of a plan against the code: the symbols that they name exist, and every name that they write is accounted
for."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from codemods.engine.outside import imported_roots
from codemods.index.analysis import analyse
from codemods.patterns.language import Snippet, dotted, is_reserved, read_snippet
from codemods.plan.check_rewrites import Fault, snippets_of
from codemods.plan.nearest import nearest
from codemods.plan.rewrites import ArgumentRule, Rule
from codemods.transforms.self_check import unresolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.engine.scan import Scan
    from codemods.engine.work import Work
    from codemods.errors import Mistake
    from codemods.plan.check_rewrites import Location
    from codemods.plan.load import LoadedPlan
    from codemods.rules.rule import ReadyRule
    from codemods.rules.symbols import Symbol

_WRITTEN = ("replace", "sync", "arguments")


def mistakes_in_rules(loaded: LoadedPlan, scan: Scan, work: Work) -> Iterator[Mistake]:
    """The mistakes in rules that the code of the repository shows."""
    libraries = _unnamed_libraries(work.rules, scan)
    for number, step in enumerate(loaded.plan.rewrite):
        for rule in work.rules if isinstance(step, (Rule, ArgumentRule)) else ():
            if rule.name == step.name:
                for fault in (*absent_symbols(rule, scan, number), *_unaccounted(rule, number, libraries)):
                    yield loaded.fault(fault)


def absent_symbols(rule: ReadyRule, scan: Scan, number: int = 0) -> Iterator[Fault]:
    """The symbols of the repository that a rule, the `number`th step of its plan, names and that are not there."""
    asked = rule.text.asked
    if isinstance(asked, (Rule, ArgumentRule)):
        for key, text in snippets_of(asked):
            yield from _absent(("rewrite", number, *key), read_snippet(text), rule, scan)


def _absent(where: Location, snippet: Snippet, rule: ReadyRule, scan: Scan) -> Iterator[Fault]:
    """Symbols of the repository that are not there."""
    for chain in snippet.chains:
        symbol = rule.vocabulary.symbols.get(dotted(chain) or "")
        if symbol is not None and scan.index.is_module(symbol.module.partition(".")[0]):
            message = _lacking(symbol, scan)
            if message:
                yield Fault(where, f"rule `{rule.name}`: {message}", *snippet.place(chain))


def _lacking(symbol: Symbol, scan: Scan) -> str:
    module, name = symbol.module, symbol.name
    if not scan.index.is_module(module):
        return f"there is no module `{module}`{nearest(module, scan.modules)}"
    if name is None or scan.ask(lambda index: index.has(module, name)):
        return ""
    summary = scan.ask(lambda index: index.summary(module))
    inside = [other.rpartition(".")[2] for other in scan.modules if other.rpartition(".")[0] == module]
    return f"`{module}` has no name `{name}`{nearest(name, [*(summary.exports if summary else ()), *inside])}"


def _unnamed_libraries(rules: Iterable[ReadyRule], scan: Scan) -> set[str]:
    """First names in rules that files import, and of which the plan does not say that they are libraries."""
    unknown = {
        chain.partition(".")[0]
        for rule in rules
        for chain in rule.text.chains
        if rule.symbol(chain) is None and chain.partition(".")[0] not in rule.text.asked.local
    }
    return imported_roots(unknown, map(scan.content, scan.paths))


def _unaccounted(rule: ReadyRule, number: int, libraries: set[str]) -> Iterator[Fault]:
    """Names in a rule that nothing says where they come from."""
    asked = rule.text.asked
    if isinstance(asked, (Rule, ArgumentRule)):
        for key, text in snippets_of(asked):
            yield from _unknown(("rewrite", number, *key), read_snippet(text), rule, libraries)


def _unknown(where: Location, snippet: Snippet, rule: ReadyRule, libraries: set[str]) -> Iterator[Fault]:
    for chain in snippet.chains:
        root = (dotted(chain) or "").partition(".")[0]
        if isinstance(chain, ast.Attribute) and root in libraries and root not in rule.text.asked.local:
            message = f"files import `{root}`: say `libraries: [{root}]` in the plan, or `local: [{root}]` in the rule"
            yield Fault(where, f"rule `{rule.name}`: {message}", *snippet.place(chain))
    if where[2] not in _WRITTEN:
        return
    asked = rule.text.asked
    known = {*dir(builtins), *rule.text.match.names, *asked.requires.names, *asked.local}
    for other in rule.text.inside:
        known |= other.names
    scopes = analyse(ast.Module(list(snippet.body), []))
    for name in sorted(unresolved(scopes)):
        if name in known or is_reserved(name):
            continue
        for use in scopes.uses[name]:
            if dotted(_whole(use.node, use.attributes)) not in rule.vocabulary.symbols:
                message = (
                    f"nothing says what `{name}` is: name a symbol by its full dotted name (and its library under "
                    f"`libraries`), or a local name under `requires: {{names: [{name}]}}`"
                )
                yield Fault(where, f"rule `{rule.name}`: {message}", *snippet.place(use.node))
                break


def _whole(node: ast.Name, attributes: tuple[ast.Attribute, ...]) -> ast.expr:
    return attributes[-1] if attributes else node
