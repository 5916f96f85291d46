"""Settles names in docstrings: Sphinx roles and other marked names, imports that are quoted, and prose.

    See :func:`old.f`.         →  See :func:`new.g`.

Examples (`>>> f()`) are code, and not looked at here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.index.doctests import without_examples
from codemods.index.summary import dotted_words
from codemods.model import Disposition, Form
from codemods.transforms.edits import Edit
from codemods.transforms.findings import CHOICES, PLANNED
from codemods.transforms.moves import is_there
from codemods.transforms.prose import INLINE, TOLD, is_inline, tells_of_a_change
from codemods.transforms.string_settler import StringSettler
from codemods.transforms.text_imports import import_mentions
from codemods.transforms.uses import INEXACT, replace_in_string

if TYPE_CHECKING:
    import ast

    from codemods.transforms.moves import Target
    from codemods.transforms.text_imports import Mention

_HISTORY = re.compile(
    r"(?m)^([ ]*)\.\. (?:versionchanged|versionadded|deprecated|versionremoved)::.*(?:\n(?:\1[ ]+\S.*|[ ]*$))*"
)
_BACKTICKS = re.compile(r"`+[^`\n]+`+")


class Docstrings(StringSettler):
    """Settles the docstrings of one module."""

    def settle(self, string: ast.Constant, text: str) -> None:
        """Settle the names in the docstring `string`, whose value is `text`."""
        text = without_examples(text)
        history = [match.span() for match in _HISTORY.finditer(text)]
        for mention in import_mentions(text, self.moves):
            self.settle_quoted(string, text, mention)
        seen: set[str] = set()
        marked = [match.span() for match in _BACKTICKS.finditer(text)]
        for dotted in dotted_words(text, self.words):
            word = dotted.strip(".")
            if word in seen or (found := self.named(word)) is None:
                continue
            seen.add(word)
            name, target = found
            places = [m.span() for m in re.finditer(rf"(?<![\w.]){re.escape(name)}(?!\w)", text)]
            if any(a <= start < b for a, b in history for start, _ in places):
                self.found(string, Form.DOC, name, Disposition.REVIEW, "history: what it was called then")
                continue
            if any(tells_of_a_change(text, start) for start, _ in places):
                self.found(string, Form.DOC, name, Disposition.REVIEW, TOLD)
                continue
            if all(any(a <= start and end <= b for a, b in marked) for start, end in places):
                edits = self.doc_edits(string, name, target.dotted)
                self.decide_doc(string, name, target, edits)
            else:
                self.found(string, Form.DOC, name, Disposition.REVIEW, "prose in a docstring names it")

    def settle_quoted(self, string: ast.Constant, text: str, mention: Mention) -> None:
        """An import that a docstring quotes as code, outside of an example."""
        lacking = next(((m, n) for m, n in mention.needs if not self.index.has(m, n)), None)
        uses = re.findall(rf"(?<![\w.]){re.escape(mention.local)}(?!\w)", text) if mention.local else []
        wanted = mention.edits_for(frozenset({mention.local} if len(uses) > 1 else ()))
        edits = [replace_in_string(self.view, string, start, end, new) for start, end, new in wanted]
        exact = [edit for edit in edits if edit is not None]
        inline = INLINE if is_inline(text, mention.region[0]) else ""
        named = self.named(mention.target)
        if named is not None and named[1].strings.docs != "rewrite":
            self.found(string, Form.DOC, mention.target, CHOICES[named[1].strings.docs], PLANNED)
            return
        if inline or mention.reason or lacking or not exact or len(exact) < len(edits):
            reason = f"`{lacking[0]}` has no name `{lacking[1]}`" if lacking else mention.reason or inline or INEXACT
            self.found(string, Form.DOC, mention.target, Disposition.REVIEW, reason)
        else:
            self.found(string, Form.DOC, mention.target, Disposition.REWRITTEN)
            self.settled.edits += exact

    def decide_doc(self, string: ast.Constant, name: str, target: Target, edits: list[Edit]) -> None:
        if not is_there(target, self.index):
            reason = f"`{target.module}` has no name `{target.name}`"
            self.found(string, Form.DOC, name, Disposition.REVIEW, reason)
            return
        self.decide(string, Form.DOC, name, target, target.strings.docs, edits)

    def doc_edits(self, string: ast.Constant, old: str, new: str) -> list[Edit]:
        """The edits of a name in a docstring, found in its source: a full dotted name has no escapes in it."""
        start, _ = self.view.lines.span(string)
        raw = self.view.text(string).decode()
        matches = re.finditer(rf"(?<![\w.\\]){re.escape(old)}(?!\w)", without_examples(raw))
        places = ((start + len(raw[: m.start()].encode()), len(m.group().encode())) for m in matches)
        return [Edit(first, first + length, new.encode()) for first, length in places]
