"""A rule with its names looked up in the repository, and the words that a file must hold to match it."""

from __future__ import annotations

import ast
import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.patterns.language import Snippet, dotted, is_reserved, run
from codemods.plan.feeds import feeds
from codemods.rules.symbols import Outside, Symbol, Vocabulary, is_built_in, is_module_root, symbol_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.index.resolve import Index
    from codemods.plan.rule_text import RuleText


class ReadyRule(Struct, frozen=True, dict=True):
    """A rule whose names have been looked up. `aliases` are further names by which modules hand its symbols on."""

    text: RuleText
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    aliases: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the rule."""
        return self.text.name

    def symbol(self, chain: str) -> str | None:
        """The full dotted name of the symbol that `chain` in the rule stands for."""
        return self.vocabulary.symbol(chain)

    @cached_property
    def is_repeatable(self) -> bool:
        """Whether the rule may be carried out on its own results: none that swaps what stays in its place."""
        return not self.text.edits and not feeds(self.text, self.text, lambda chain: chain)

    @cached_property
    def words(self) -> tuple[tuple[bytes, ...], ...]:
        """What a file holds wherever the rule matches in it: of each entry, one of the words."""
        needed = sorted(set(_needed(self.text.match, self.vocabulary)), key=len, reverse=True)
        return tuple(tuple(w.encode() for w in (word, *sorted(self.aliases.get(word, ())))) for word in needed)

    def may_match(self, path: str, content: bytes) -> bool:
        """Whether the file `path` may hold code that the rule matches; cheap, and on the safe side."""
        if not all(any(word in content for word in words) for words in self.words) or not self.text.is_for(path):
            return False
        return all(pattern.search(content) for pattern in self._patterns)

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[bytes], ...]:
        """What finds the words as such, not in longer ones."""
        alternatives = (b"|".join(map(re.escape, words)) for words in self.words)
        return tuple(re.compile(rb"(?<![\w])(?:" + words + rb")(?![\w])") for words in alternatives)


def ready(text: RuleText, index: Index, outside: Outside) -> ReadyRule:
    """`text` with its names looked up. Raises Missing."""
    asked = text.asked
    symbols: dict[str, Symbol] = {}
    local = frozenset({*asked.local, *asked.requires.names, *_bound(text)})
    names = {dotted(chain) or "" for snippet in text.snippets for chain in snippet.chains if _is_read(chain)}
    for chain in sorted(names):
        if is_built_in(chain, local):
            symbols[chain] = symbol_of(chain, asked.imports, index, outside)
    for chain in sorted(text.chains):
        if is_module_root(chain, asked.imports, asked.local, index, outside):
            symbols[chain] = symbol_of(chain, asked.imports, index, outside)
    return ReadyRule(text, Vocabulary(symbols))


def _is_read(chain: ast.expr) -> bool:
    return isinstance(getattr(chain, "ctx", None), ast.Load)


def _bound(text: RuleText) -> Iterator[str]:
    """The plain names that the snippets bind: there they are local."""
    for snippet in text.snippets:
        for node in snippet.nodes:
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                yield node.id
            elif isinstance(node, ast.arg):
                yield node.arg


def _needed(snippet: Snippet, vocabulary: Vocabulary) -> Iterator[str]:
    """The words that each match of `snippet` is written with."""
    inner: set[ast.AST] = set()
    for chain_node in snippet.chains:
        chain = dotted(chain_node) or ""
        symbol = vocabulary.symbols.get(chain)
        inner.update(ast.walk(chain_node))
        if symbol is None:
            # It may be a symbol all the same, imported under another name: all that is sure is that.
            yield chain.rpartition(".")[2]
        else:
            yield from (symbol.name or symbol.module.rpartition(".")[2], *symbol.attributes)
    for node in snippet.nodes:
        if node not in inner and run(node) is None:
            yield from (word for word in _identifiers(node) if not is_reserved(word))


def _identifiers(node: ast.AST) -> Iterator[str]:
    for name in ("attr", "arg", "name", "id"):
        word = getattr(node, name, None)
        if isinstance(word, str) and word.isascii() and word.isidentifier():
            yield word
