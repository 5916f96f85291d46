"""The rules of a plan for other tools, with what only the repository tells: its modules, and where kept classes are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from codemods.engine.guard_run import read_entries, work_tree
from codemods.engine.scan import open_scan
from codemods.guarding.definitions import holders_of
from codemods.guarding.emit_import_linter import emit_import_linter
from codemods.guarding.emit_pytest import emit_pytest
from codemods.guarding.emit_ruff import emit_ruff
from codemods.guarding.rules import rules_of
from codemods.index.names import ModuleNames

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository


def emitted(
    tool: Literal["ruff", "import-linter", "pytest"], loaded: LoadedPlan, repository: Repository, baseline: Path | None
) -> str:
    """The text for `tool`. What the baseline knows does not fail there, either. Raises CodemodsError."""
    rules = rules_of(loaded.plan)
    tree = work_tree(repository)
    names = ModuleNames(rules.source_roots)
    found = open_scan(tree.paths, tree.read, names, rules.moves.words)
    entries = read_entries(baseline, loaded.plan.name) if baseline is not None else ()
    if tool == "ruff":
        return emit_ruff(rules, entries, found.modules)
    if tool == "import-linter":
        return emit_import_linter(rules, entries, found.modules, names)
    return emit_pytest(rules, entries, found.ask(lambda index: holders_of(rules, index)))
