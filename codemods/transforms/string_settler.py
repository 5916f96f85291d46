"""What all that settle strings share: one finding for each, by what the plan, the code and its spelling allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.index.summary import dotted_words
from codemods.model import Disposition, Finding, Form
from codemods.transforms.findings import CHOICES, PLANNED
from codemods.transforms.moves import is_there
from codemods.transforms.uses import INEXACT

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence

    from codemods.index.resolve import Index
    from codemods.transforms.edits import Edit
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves, Target
    from codemods.transforms.view import ModuleView


class StringSettler:
    """Settles strings of one module."""

    def __init__(self, view: ModuleView, moves: Moves, index: Index, settled: Settled) -> None:
        self.view = view
        self.moves = moves
        self.index = index
        self.settled = settled
        self.words = moves.words

    def found(
        self, node: ast.expr | ast.keyword, form: Form, target: str, disposition: Disposition, reason: str = ""
    ) -> None:
        reference = self.view.reference(node, form, target)
        self.settled.findings.append(Finding(reference, disposition, reason))
        self.settled.strings.add(node)

    def decide(
        self,
        node: ast.expr | ast.keyword,
        form: Form,
        old: str,
        target: Target,
        choice: str,
        edits: Sequence[Edit | None],
    ) -> None:
        """One finding for a string that names `old`, and its edits where plan, code and spelling allow all of them."""
        exact = [edit for edit in edits if edit is not None]
        if choice != "rewrite":
            self.found(node, form, old, CHOICES[choice], PLANNED)
        elif target.waits and form is Form.PATCH:
            self.found(node, form, old, Disposition.REVIEW, target.waits)
        elif target.module == self.view.module and form is not Form.DOC and not target.is_granted:
            self.found(node, form, old, Disposition.LEFT, "this is the module that it moves to")
        elif not is_there(target, self.index):
            self.found(node, form, old, Disposition.BLOCKED, f"`{target.module}` has no name `{target.name}`")
        elif not exact or len(exact) < len(edits):
            self.found(node, form, old, Disposition.REVIEW, INEXACT)
        else:
            self.found(node, form, old, Disposition.REWRITTEN)
            self.settled.edits += exact

    def named(self, dotted: str) -> tuple[str, Target] | None:
        return named_in(dotted, self.moves)


def named_in(dotted: str, moves: Moves) -> tuple[str, Target] | None:
    """The longest head of `dotted` that moves, and where it goes."""
    parts = dotted.split(".")
    for length in range(len(parts), 1, -1):
        module, name = ".".join(parts[: length - 1]), parts[length - 1]
        whole = f"{module}.{name}"
        target = moves.modules.get(whole) or moves.symbol(module, name)
        if target is not None:
            return whole, target
    return None


def names_of(text: str, moves: Moves) -> Iterator[str]:
    """The full dotted names in `text` that move."""
    for dotted in dotted_words(text, moves.words):
        found = named_in(dotted.strip("."), moves)
        if found is not None:
            yield found[0]
