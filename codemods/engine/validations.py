"""The validations that a plan names, ready to run in a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.index.names import ModuleNames
from codemods.plan.schema import CommandValidation, ImportsValidation, Phase, Plan
from codemods.validation.command import Command
from codemods.validation.import_smoke import ImportSmoke
from codemods.validation.pytest_suite import PytestSuite

if TYPE_CHECKING:
    from pathlib import Path

    from codemods.validation.base import Result, Validation


def validations_of(plan: Plan, root: Path) -> dict[str, Validation]:
    """The validations that the phases of `plan` use, by name."""
    steps = (plan.phase_that_does("merge"), plan.phase_that_does("shim"), plan.phase_that_does("delete"))
    used = dict.fromkeys(name for phase in (*plan.effective_phases, *steps) for name in phase.validations)
    return {name: _validation(plan, name, root) for name in used}


def _validation(plan: Plan, name: str, root: Path) -> Validation:
    asked = plan.validation_named(name)
    if isinstance(asked, ImportsValidation):
        return ImportSmoke(name, root, ModuleNames(plan.source_roots).name_of, plan.source_roots, asked.timeout)
    if isinstance(asked, CommandValidation):
        return Command(name, root, asked.run, asked.timeout)
    return PytestSuite(name, root, asked.args, asked.timeout)


def validate(phase: Phase, validations: dict[str, Validation], paths: tuple[str, ...]) -> tuple[Result, ...]:
    """Run the validations of `phase` in order, up to the first that does not hold."""
    results: list[Result] = []
    for name in phase.validations:
        results.append(validations[name].run(paths))
        if not results[-1].holds:
            break
    return tuple(results)
