"""The validations that a plan names, ready to run in a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.watching import stage
from codemods.index.names import ModuleNames
from codemods.plan.validations import CommandValidation, ImportsValidation, UnittestValidation
from codemods.validation.command import Command
from codemods.validation.import_smoke import ImportSmoke
from codemods.validation.junit_runner import JunitRunner
from codemods.validation.pytest_runner import PytestRunner
from codemods.validation.suite import Suite
from codemods.validation.unittest_runner import UnittestRunner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.plan.schema import Plan
    from codemods.validation.base import Ground, Result, Scope, Validation


def validations_of(plan: Plan) -> dict[str, Validation]:
    """The validations that the phases of `plan` use, by name."""
    steps = (plan.phase_that_does("merge"), plan.phase_that_does("shim"), plan.phase_that_does("delete"))
    used = dict.fromkeys(name for phase in (*plan.effective_phases, *steps) for name in phase.all_validations)
    return {name: _validation(plan, name) for name in used}


def _validation(plan: Plan, name: str) -> Validation:
    asked = plan.validation_named(name)
    if isinstance(asked, ImportsValidation):
        return ImportSmoke(
            name,
            ModuleNames(plan.source_roots).name_of,
            plan.source_roots,
            asked.timeout,
            asked.env,
            dependants=asked.dependants,
        )
    if isinstance(asked, CommandValidation):
        return _command(name, asked)
    kind = UnittestRunner if isinstance(asked, UnittestValidation) else PytestRunner
    return Suite(name, kind(name, asked.args, asked.timeout, asked.env), asked.reruns)


def _command(name: str, asked: CommandValidation) -> Validation:
    if asked.junit is not None:
        return Suite(name, JunitRunner(name, asked.run, asked.junit, asked.timeout, asked.env))
    must, must_not = (asked.pattern.must, asked.pattern.must_not) if asked.pattern else (None, None)
    return Command(name, asked.run, asked.timeout, asked.env, must=must, must_not=must_not)


def validate(
    names: Iterable[str], validations: Mapping[str, Validation], ground: Ground, scopes: Mapping[str, Scope]
) -> tuple[Result, ...]:
    """Run the validations `names` in order, each with its scope, up to the first that does not hold."""
    results: list[Result] = []
    for name in names:
        stage(name)
        results.append(validations[name].run(ground, scopes[name]))
        if not results[-1].holds:
            break
    return tuple(results)
