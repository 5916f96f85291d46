"""A rule of a plan with its snippets read."""

from __future__ import annotations

import ast
import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from pathspec import GitIgnoreSpec

from codemods.patterns.language import Snippet, dotted, read_snippet, variable
from codemods.plan.rewrites import ArgumentRule, Matching, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.plan.rewrites import ArgumentEdit


class RuleText(Struct, frozen=True, dict=True):
    """One rule as its snippets say it. `values` are those of the edits of arguments, by their number."""

    asked: Matching
    match: Snippet
    replace: Snippet | None
    sync: Snippet | None = None
    inside: tuple[Snippet, ...] = ()
    not_inside: tuple[Snippet, ...] = ()
    edits: tuple[ArgumentEdit, ...] = ()
    values: tuple[Snippet | None, ...] = ()

    @property
    def name(self) -> str:
        """The name of the rule."""
        return self.asked.name

    @cached_property
    def spec(self) -> GitIgnoreSpec | None:
        """The files that the rule is for; None for all."""
        return GitIgnoreSpec.from_lines(self.asked.files) if self.asked.files else None

    def is_for(self, path: str) -> bool:
        """Whether the rule is for the file `path`."""
        return self.spec is None or self.spec.match_file(path)

    @property
    def is_written(self) -> bool:
        """Whether the rule changes code; one without a replacement lists its matches for review."""
        return self.replace is not None or bool(self.edits)

    @property
    def written(self) -> tuple[Snippet, ...]:
        """The snippets whose text is put into files."""
        made = (self.replace, self.sync, *self.values)
        return tuple(snippet for snippet in made if snippet is not None)

    @property
    def snippets(self) -> tuple[Snippet, ...]:
        """All snippets."""
        return (self.match, *self.inside, *self.not_inside, *self.written)

    @cached_property
    def needs(self) -> frozenset[str]:
        """What code has to spell for `match` to match it: full dotted names, plain names, and `.` with an attribute."""
        return frozenset(word for node in self.match.nodes for word in spelled_by(node, whole=self.match.chains))

    @cached_property
    def chains(self) -> frozenset[str]:
        """The dotted names of two or more parts in the snippets and conditions."""
        chains = (dotted(chain) for snippet in self.snippets for chain in snippet.chains)
        asked = (test.symbol for test in self.asked.where.values())
        return frozenset(chain for chain in (*chains, *asked) if chain and "." in chain)


def spelled_by(node: ast.AST, whole: tuple[ast.expr, ...] | None = None) -> Iterator[str]:
    """What a node spells; of the chains, only those that are `whole`, where that is given."""
    chain = dotted(node)
    if chain is not None:
        if whole is None or node in whole:
            yield chain
    elif isinstance(node, ast.Attribute) and variable(node.attr) is None:
        yield f".{node.attr}"


def rows_of(asked: Rule | ArgumentRule) -> tuple[Rule | ArgumentRule, ...]:
    """The rules that `asked` stands for: itself, or one for each row of its table."""
    if not asked.each:
        return (asked,)
    return tuple(_filled(asked, row) for row in asked.each)


def filled_length(row: Mapping[str, str], text: str) -> int:
    """How long a snippet becomes with the texts of a row in it."""
    found = _words(row).finditer(text) if row else ()
    return len(text) + sum(len(row[match[1]]) - len(match[0]) for match in found)


def _words(row: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile(rf"\$({'|'.join(map(re.escape, row))})(?!\w)")


def _filled(asked: Rule | ArgumentRule, row: Mapping[str, str]) -> Rule | ArgumentRule:
    word = _words(row)

    def fill(text: str) -> str:
        return word.sub(lambda match: row[match[1]], text)

    changes: dict[str, object] = {
        "each": (),
        "inside": tuple(map(fill, asked.inside)),
        "not_inside": tuple(map(fill, asked.not_inside)),
    }
    if isinstance(asked, Rule):
        sync = fill(asked.sync) if asked.sync is not None else None
        changes |= {
            "match": fill(asked.match),
            "replace": fill(asked.replace) if asked.replace is not None else None,
            "sync": sync,
        }
    else:
        edits = [replace(e, value=fill(e.value)) if e.value else e for e in asked.arguments]
        changes |= {"call": fill(asked.call), "arguments": tuple(edits)}
    return replace(asked, **changes)


def rule_texts(asked: Rule | ArgumentRule) -> tuple[RuleText, ...]:
    """The rules that `asked` stands for, read. Raises PatternError; the checks of a plan do so with the place."""
    return tuple(map(rule_text, rows_of(asked)))


def rule_text(asked: Rule | ArgumentRule) -> RuleText:
    """The snippets of a rule without a table. Raises PatternError."""
    inside = tuple(map(read_snippet, asked.inside))
    not_inside = tuple(map(read_snippet, asked.not_inside))
    if isinstance(asked, Rule):
        sync = read_snippet(asked.sync) if asked.sync is not None else None
        new = read_snippet(asked.replace) if asked.replace is not None else None
        return RuleText(asked, read_snippet(asked.match), new, sync, inside, not_inside)
    values = tuple(read_snippet(edit.value) if edit.value is not None else None for edit in asked.arguments)
    match = read_snippet(f"{asked.call}(...)")
    return RuleText(asked, match, None, None, inside, not_inside, asked.arguments, values)
