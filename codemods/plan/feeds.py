"""Whether what one rule writes is code that a rule matches: by the snippets alone, on the sure side."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.patterns.kinds import is_kind
from codemods.patterns.language import Snippet, dotted, variable
from codemods.patterns.match import Matcher, State
from codemods.plan.rule_text import spelled_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.patterns.match import Bound
    from codemods.plan.rewrites import Test
    from codemods.plan.rule_text import RuleText


class _SnippetNames:
    """Names in two snippets: dotted ones are compared as they are written, after the redirects."""

    def __init__(self, redirected: Callable[[str], str]) -> None:
        self.redirected = redirected

    def symbol(self, chain: str) -> str | None:
        """A dotted name counts as a symbol."""
        return chain if "." in chain else None

    def origin(self, node: ast.expr) -> str | None:
        """What a dotted name of the replacement means once the redirects are made."""
        chain = dotted(node)
        return self.redirected(chain) if chain and "." in chain else None


def spelled(writer: RuleText, redirected: Callable[[str], str]) -> frozenset[str]:
    """What the snippets that a rule writes spell, after the redirects: as `RuleText.needs` has it."""
    words = {word for snippet in writer.written for node in snippet.nodes for word in spelled_by(node)}
    attributes = {f".{n.attr}" for s in writer.written for n in s.nodes if isinstance(n, ast.Attribute)}
    return frozenset(words | attributes | {redirected(word) for word in words if "." in word[1:]})


def may_feed(words: frozenset[str], reader: RuleText) -> bool:
    """Whether `feeds` is worth asking, of a writer that spells `words`: rules are many, and pairs of them more."""
    return reader.needs <= words


def feeds(writer: RuleText, reader: RuleText, redirected: Callable[[str], str]) -> bool:
    """Whether `reader` matches what `writer` writes, whatever its `$X` stand for. `redirected` tells where the plan's
    redirects take a dotted name."""
    return any(_matches(snippet, reader, redirected) for snippet in writer.written)


def _matches(snippet: Snippet, reader: RuleText, redirected: Callable[[str], str]) -> bool:
    parents = {inner: outer for outer in snippet.nodes for inner in ast.iter_child_nodes(outer)}
    names = _SnippetNames(redirected)
    matcher = Matcher(reader.match, names)
    for state, first in _found(matcher, snippet):
        around = [Matcher(inner, names) for inner in reader.not_inside]
        if not any(_stands_in(first, parents, inner, state) for inner in around) and _may_pass(reader, state):
            return True
    return False


def _found(matcher: Matcher, snippet: Snippet) -> Iterator[tuple[State, ast.AST]]:
    if matcher.snippet.expression is not None:
        for node in snippet.nodes:
            if isinstance(node, ast.expr) and not _is_word(node) and (state := matcher.expression(node)) is not None:
                yield state, node
        return
    blocks = [list(snippet.body)]
    for node in snippet.nodes:
        inner = (getattr(node, name, None) for name in ("body", "orelse", "finalbody"))
        blocks += [block for block in inner if isinstance(block, list)]
    for block in blocks:
        for position in range(len(block)):
            found = matcher.statements(block, position)
            if found is not None:
                yield found[0], block[position]


def _is_word(node: ast.expr) -> bool:
    return variable(node) is not None


def _stands_in(node: ast.AST, parents: dict[ast.AST, ast.AST], matcher: Matcher, state: State) -> bool:
    pattern = matcher.snippet.expression or matcher.snippet.body[0]
    above = parents.get(node)
    while above is not None:
        if next(matcher.node(pattern, above, state), None) is not None:
            return True
        above = parents.get(above)
    return False


def _may_pass(reader: RuleText, state: State) -> bool:
    """Whether what is bound may be what `where` asks for: of what the replacement spells out, this is known."""
    return all(_may_be(state.bound.get(name), test) for name, test in reader.asked.where.items())


def _may_be(bound: Bound | None, test: Test) -> bool:
    """Whether `bound`, in a replacement, may pass `test`: what a `$X` in it stands for is not known."""
    if not isinstance(bound, ast.AST) or any(_is_word(n) for n in ast.walk(bound) if isinstance(n, ast.expr)):
        return True
    is_one = not test.kind or any(is_kind(bound, kind) for kind in test.kind)
    return is_one and not any(is_kind(bound, kind) for kind in test.is_not)
