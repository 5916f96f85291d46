"""Mistakes in the rules of a plan that its text alone shows, each with its place in the snippet."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.patterns.language import PatternError, Snippet, is_gap, read_snippet, run, variable
from codemods.patterns.match import TooManyWays
from codemods.plan import limits
from codemods.plan.feeds import feeds, may_feed, spelled
from codemods.plan.rewrites import ArgumentRule, Rule
from codemods.plan.rule_text import RuleText, filled_length, rows_of, rule_text
from codemods.plan.schema import RedirectModule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.plan.schema import Plan

Location = tuple[str | int, ...]


class Fault(Struct, frozen=True):
    """A mistake at `location` in the plan; `line` and `column` count from 1 in the snippet there."""

    location: Location
    message: str
    line: int = 0
    column: int = 0


def check_rewrites(plan: Plan) -> Iterator[Fault]:
    """Each mistake in the rules of `plan`."""
    seen: set[str] = set()
    texts: list[tuple[int, RuleText]] = []
    rules = 0
    for number, step in enumerate(plan.rewrite):
        where: Location = ("rewrite", number)
        if step.name in seen:
            yield Fault((*where, "name"), f"two steps are called `{step.name}`")
        seen.add(step.name)
        if isinstance(step, (Rule, ArgumentRule)):
            rules += max(len(step.each), 1)
            if too_large := [*_too_large(where, step, rules)]:
                yield from too_large
                continue
            for row in rows_of(step):
                faults = [*_unreadable(where, row)]
                yield from faults
                if not faults:
                    text = rule_text(row)
                    texts.append((number, text))
                    yield from _conditions(where, text)
                    yield from _replacement(where, text)
    try:
        yield from _loops(plan, texts)
    except (TooManyWays, RecursionError):
        what = (
            "there are too many ways in which the snippets of the rules may match one another: use fewer `...` in one"
        )
        yield Fault(("rewrite",), what)


def _too_large(where: Location, step: Rule | ArgumentRule, rules: int) -> Iterator[Fault]:
    """What makes a step more than can be read in good time; told before its table is filled in."""
    if rules > limits.RULES:
        yield Fault(
            (*where, "name"), f"with this there are more than {limits.RULES} rules, each row of a table counted"
        )
        return
    snippets = list(snippets_of(step))
    if max(len(step.each), 1) * sum(len(text) for _, text in snippets) > limits.CHARACTERS:
        yield Fault((*where, "each"), f"the table makes more than {limits.CHARACTERS} characters of snippets")
        return
    for key, text in snippets:
        longest = max((filled_length(row, text) for row in step.each), default=len(text))
        if longest > limits.SNIPPET:
            what = f"rule `{step.name}`: a snippet has at most {limits.SNIPPET} characters, and this {longest}"
            yield Fault((*where, *key), what)


def snippets_of(step: Rule | ArgumentRule) -> Iterator[tuple[Location, str]]:
    """The snippets of a step, with their keys."""
    for key, texts in (("inside", step.inside), ("not_inside", step.not_inside)):
        yield from (((key, number), text) for number, text in enumerate(texts))
    if isinstance(step, Rule):
        yield ("match",), step.match
        if step.replace is not None:
            yield ("replace",), step.replace
        if step.sync is not None:
            yield ("sync",), step.sync
    else:
        yield ("call",), step.call
        for number, edit in enumerate(step.arguments):
            if edit.value is not None:
                yield ("arguments", number, "value"), edit.value


def _unreadable(where: Location, step: Rule | ArgumentRule) -> Iterator[Fault]:
    for key, text in snippets_of(step):
        try:
            snippet = read_snippet(text)
        except PatternError as error:
            yield Fault((*where, *key), f"rule `{step.name}`: {error.message}", error.line, error.column)
            continue
        if message := _misfit(key, snippet):
            yield Fault((*where, *key), f"rule `{step.name}`: {message}", 1, 1)


def _misfit(key: Location, snippet: Snippet) -> str:
    """What is wrong with a snippet for the key that it is given for."""
    if key[0] in ("match", "inside", "not_inside") and not snippet.body:
        return "it matches nothing: write the Python to look for"
    if key[0] == "match" and (is_gap(snippet.body[0]) or is_gap(snippet.body[-1])):
        return "a run of statements at the beginning or end says nothing: leave it out"
    if key[0] == "match" and snippet.expression is not None and variable(snippet.expression) is not None:
        return "it matches every expression: say more"
    if key[0] in ("inside", "not_inside") and (len(snippet.body) > 1 or is_gap(snippet.body[0])):
        return "expected one statement or expression that is around the match"
    if key[0] in ("call", "arguments") and snippet.expression is None:
        return "expected an expression"
    return ""


def _conditions(where: Location, text: RuleText) -> Iterator[Fault]:
    bound = text.match.variables.union(*(snippet.variables for snippet in text.inside))
    there = f"`match` binds {_listed(bound)}" if bound else "`match` binds nothing"
    for name in text.asked.where:
        if name not in bound:
            yield Fault((*where, "where", name), f"rule `{text.name}`: there is no `${name}` in `match`; {there}")


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"`${name}`" for name in sorted(names))


def _replacement(where: Location, text: RuleText) -> Iterator[Fault]:
    """What the replacement must not say."""
    bound = text.match.variables.union(*(snippet.variables for snippet in text.inside))
    keys: list[tuple[Location, Snippet | None]] = [(("replace",), text.replace), (("sync",), text.sync)]
    keys += [(("arguments", number, "value"), snippet) for number, snippet in enumerate(text.values)]
    for key, snippet in keys:
        if snippet is None:
            continue
        for node in snippet.nodes:
            word = _word(node)
            if word is not None and word not in bound:
                there = f"`match` binds {_listed(bound)}" if bound else "`match` binds nothing"
                message = "`$_` is not bound" if word == "_" else f"`${word}` is not bound; {there}"
                yield Fault((*where, *key), f"rule `{text.name}`: {message}", *snippet.place(node))
        if key[0] != "arguments":
            yield from _gaps((*where, *key), text, snippet)


def _word(node: ast.AST) -> str | None:
    """The name of the `$` word that `node` is or has."""
    if name := run(node):
        return name if not isinstance(node, ast.Expr) else None
    for field in ("id", "attr", "arg", "name"):
        word = variable(getattr(node, field, None))
        if word is not None:
            return word
    return None


def _gaps(location: Location, text: RuleText, snippet: Snippet) -> Iterator[Fault]:
    """Code that `...` stands for must not get lost."""
    for is_statement, what in ((True, "statements"), (False, "arguments")):
        before, after = (_anonymous(s, is_statement=is_statement) for s in (text.match, snippet))
        if len(before) != len(after):
            message = (
                f"rule `{text.name}`: `match` has {len(before)} `...` for {what}, and this has {len(after)}: "
                f"say where they go, or call them `$...REST` in `match` to drop them"
            )
            yield Fault(location, message, 1, 1)


def _anonymous(snippet: Snippet, *, is_statement: bool) -> list[ast.AST]:
    return [node for node in snippet.nodes if run(node) == "" and isinstance(node, ast.stmt) == is_statement]


def _loops(plan: Plan, texts: list[tuple[int, RuleText]]) -> Iterator[Fault]:
    """Rules that would apply to what they have written, or to what a later one writes."""
    redirected = _redirected(plan)
    words = {id(text): spelled(text, redirected) for _, text in texts}

    def is_fed(writer: RuleText, reader: RuleText) -> bool:
        return may_feed(words[id(writer)], reader) and feeds(writer, reader, redirected)

    for number, text in texts:
        where: Location = ("rewrite", number)
        if isinstance(text.asked, ArgumentRule):
            yield from _positional(where, text.asked, redirected)
        elif is_fed(text, text):
            message = (
                f"rule `{text.name}` applies to its own output: it would never end; "
                "make `match` say more, or name what it must not be in with `not_inside`"
            )
            yield Fault((*where, "replace"), message, 1, 1)
        for other, later in texts:
            if other > number and not isinstance(text.asked, ArgumentRule) and is_fed(later, text):
                hint = "leave one of them out, for they undo each other" if is_fed(text, later) else ""
                message = f"rule `{text.name}` applies to what `{later.name}`, listed after it, writes: "
                yield Fault((*where, "name"), message + (hint or "list that one first"))


def _positional(where: Location, step: ArgumentRule, redirected: Callable[[str], str]) -> Iterator[Fault]:
    """Edits by position that would be made again and again."""
    goes = redirected(step.call) != step.call
    for number, edit in enumerate(step.arguments):
        by_position = edit.insert is not None or isinstance(edit.remove, int) or edit.reorder is not None
        if by_position and not goes and (edit.of is None or edit.reorder is not None):
            hint = "redirect what is called as well" if edit.reorder else "say `of:`, how many arguments the call has"
            message = f"rule `{step.name}` applies to its own output: {hint}"
            yield Fault((*where, "arguments", number), message)


def _redirected(plan: Plan) -> Callable[[str], str]:
    """Where the redirects of `plan` take a dotted name."""
    symbols: dict[str, str] = {}
    modules: dict[str, str] = {}
    for redirect in plan.redirect:
        if isinstance(redirect, RedirectModule):
            modules[redirect.module] = redirect.to
            for name, new in redirect.symbols.items():
                symbols[f"{redirect.module}.{name}"] = new if "." in new else f"{redirect.to}.{new}"
        else:
            symbols[redirect.symbol] = redirect.to

    def goes(chain: str) -> str:
        for table in (symbols, modules):
            head = chain
            while head:
                if head in table:
                    return table[head] + chain[len(head) :]
                head = head.rpartition(".")[0]
        return chain

    return goes
