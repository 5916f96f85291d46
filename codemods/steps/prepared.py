"""A file on its way to its outcome: what the steps of `rewrite:` have made of it so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.transforms.view import ModuleView, view_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.index.text import SourceText
    from codemods.model import Finding, Reference
    from codemods.rules.rewrite import SyncCaller
    from codemods.rules.rule import ReadyRule
    from codemods.steps.foreign import ForeignStep
    from codemods.steps.own import TransformStep
    from codemods.transforms.edits import Origins

    Step = tuple[ReadyRule, ...] | ForeignStep | TransformStep


class Prepared(Struct, frozen=True):
    """A file after the steps of `rewrite:`. `view` is its source then, `origins` tell where its bytes were before.

    `reasons` say why the file is blocked, `callers` which functions cannot await, `evidence` what a codemod that failed
    has told.
    """

    path: str
    content: bytes
    source: SourceText
    first: ModuleView
    view: ModuleView
    findings: tuple[Finding, ...] = ()
    reasons: tuple[str, ...] = ()
    callers: tuple[SyncCaller, ...] = ()
    origins: tuple[Origins, ...] = ()
    evidence: str = ""

    @property
    def is_rewritten(self) -> bool:
        """Whether a step has changed it."""
        return self.view is not self.first

    def told(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """`findings` in `view`, at the places that they had at first."""
        if not self.origins:
            return tuple(findings)
        return tuple(replace(finding, reference=self.placed(finding.reference)) for finding in findings)

    def placed(self, reference: Reference) -> Reference:
        offset = self.view.lines.at(reference.line, reference.column)
        for origins in reversed(self.origins):
            offset = origins.of(offset)
        line, column = self.first.lines.place(offset)
        return replace(reference, line=line, column=column)

    def seeing(self, names: frozenset[str] | None) -> Prepared:
        """This file, which no step has changed, with more of it in the view: all that has to do with `names`, or the
        whole of it. Raises UnparsableError."""
        known = self.view.excerpt.words if self.view.excerpt is not None else frozenset()
        words = frozenset() if names is None else known | names
        view = view_of(self.path, self.view.source, self.view.names, words=words)
        return replace(self, first=view, view=view)

    def blocked_by(self, reason: str, line: int = 1) -> Prepared:
        """This file, blocked for one more reason."""
        return replace(self, reasons=(*self.reasons, f"{self.path}:{line}: {reason}"))
