"""Codemods: a YAML plan carries out a code migration, one validated git commit per file.

What is exported here is the interface for programs (docs/api.md); `codemods --help` is the one for people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.api import Edit, Module, Note, Transform
    from codemods.engine.auditing.audit import Audit
    from codemods.engine.own_transforms import load_transforms
    from codemods.engine.preview import preview
    from codemods.engine.progress import RunReport, UnitResult, UnitState
    from codemods.engine.rollback.operation import TakenBack
    from codemods.engine.shown import Preview
    from codemods.engine.status import Status
    from codemods.errors import CodemodsError, ConflictError, PlanError, RepositoryError
    from codemods.migration import Migration
    from codemods.model import Blocked, Change, Changed, Disposition, Finding, Form, Reference, Skipped, Unchanged
    from codemods.plan.load import LoadedPlan, load_plan

__all__ = [
    "Audit",
    "Blocked",
    "Change",
    "Changed",
    "CodemodsError",
    "ConflictError",
    "Disposition",
    "Edit",
    "Finding",
    "Form",
    "LoadedPlan",
    "Migration",
    "Module",
    "Note",
    "PlanError",
    "Preview",
    "Reference",
    "RepositoryError",
    "RunReport",
    "Skipped",
    "Status",
    "TakenBack",
    "Transform",
    "Unchanged",
    "UnitResult",
    "UnitState",
    "load_plan",
    "load_transforms",
    "preview",
]
_HOMES = {
    "codemods.api": ("Edit", "Module", "Note", "Transform"),
    "codemods.engine.auditing.audit": ("Audit",),
    "codemods.engine.own_transforms": ("load_transforms",),
    "codemods.engine.preview": ("preview",),
    "codemods.engine.progress": ("RunReport", "UnitResult", "UnitState"),
    "codemods.engine.rollback.operation": ("TakenBack",),
    "codemods.engine.shown": ("Preview",),
    "codemods.engine.status": ("Status",),
    "codemods.errors": ("CodemodsError", "ConflictError", "PlanError", "RepositoryError"),
    "codemods.migration": ("Migration",),
    "codemods.plan.load": ("LoadedPlan", "load_plan"),
}


def __getattr__(name: str) -> object:
    # Lazily, so that the command starts without what it does not need.
    from importlib import import_module

    if name not in __all__:
        message = f"module 'codemods' has no attribute {name!r}"
        raise AttributeError(message)
    home = next((module for module, names in _HOMES.items() if name in names), "codemods.model")
    return getattr(import_module(home), name)
