"""Codemods: a YAML plan carries out a code migration, one validated git commit per file.

What is exported here is the interface for programs; `codemods --help` is the one for people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.api import Edit, Module, Note, Transform
    from codemods.engine.own_transforms import load_transforms
    from codemods.engine.preview import preview
    from codemods.engine.shown import Preview
    from codemods.errors import CodemodsError, PlanError
    from codemods.model import Blocked, Change, Changed, Disposition, Finding, Form, Reference, Skipped, Unchanged
    from codemods.plan.load import LoadedPlan, load_plan

__all__ = [
    "Blocked",
    "Change",
    "Changed",
    "CodemodsError",
    "Disposition",
    "Edit",
    "Finding",
    "Form",
    "LoadedPlan",
    "Module",
    "Note",
    "PlanError",
    "Preview",
    "Reference",
    "Skipped",
    "Transform",
    "Unchanged",
    "load_plan",
    "load_transforms",
    "preview",
]
_HOMES = {
    "codemods.api": ("Edit", "Module", "Note", "Transform"),
    "codemods.engine.own_transforms": ("load_transforms",),
    "codemods.engine.preview": ("preview",),
    "codemods.engine.shown": ("Preview",),
    "codemods.errors": ("CodemodsError", "PlanError"),
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
