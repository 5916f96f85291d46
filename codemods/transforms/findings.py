"""What a transform has found and decided in one module, before it becomes an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.model import Disposition, Finding
from codemods.transforms.import_wishes import StatementChange

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable

    from codemods.index.scopes import ImportSite
    from codemods.transforms.edits import Edit
    from codemods.transforms.uses import Rewrite

# What a plan's choice for a class of strings makes of a reference; `rewrite` may end otherwise.
CHOICES = {"review": Disposition.REVIEW, "leave": Disposition.LEFT, "rewrite": Disposition.REWRITTEN}
KEPT = "kept the local name: "
HANDED_ON = "hands it on and keeps the name"
PLANNED = "the plan says so (`strings`)"


class Settled(Struct):
    """Rewrites of uses, what is asked of import statements, findings, and the names whose bindings change.

    They become `edits` when all are known: several of them may meet in one formatted string. `renamed` are the names
    of the module's own scope that change, `held` those that stay for other files; `is_written_out` says that an
    expression has become a plain string; `aliases` are names for modules that go or mean another one, `kept` those
    that stay for other files; `strings` those that have their finding already.
    """

    edits: list[Edit] = field(default_factory=list)
    rewrites: list[Rewrite] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    statements: dict[ast.stmt, StatementChange] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    renamed: set[str] = field(default_factory=set)
    is_written_out: bool = False
    aliases: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    held: dict[str, str] = field(default_factory=dict)
    strings: set[ast.AST] = field(default_factory=set)

    def change(self, site: ImportSite) -> StatementChange:
        """What is asked of the statement at `site`, to be added to."""
        return self.statements.setdefault(site.statement, StatementChange(site))


def reasons_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Why a file cannot be migrated, as `path:line: reason`, each once; empty where it can."""
    return tuple(
        dict.fromkeys(
            f"{finding.reference.path}:{finding.reference.line}: {finding.reason}"
            for finding in sorted(findings)
            if finding.disposition is Disposition.BLOCKED
        )
    )
