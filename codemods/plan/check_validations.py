"""Mistakes in how a plan validates its phases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.plan.nearest import nearest
from codemods.plan.validations import BUILT_IN, CommandValidation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.plan.schema import Phase, Plan

Location = tuple[str | int, ...]
Found = tuple[Location, str]
_KEYS = (("with", "validations"), ("entry", "entry"), ("exit", "exit"))


def check_validations(plan: Plan) -> Iterator[Found]:
    """Each mistake with its location."""
    for number, phase in enumerate(plan.phases):
        yield from _names(plan, number, phase)
        if phase.batch is not None and phase.validate_by != "batch":
            yield ("phases", number, "batch"), "a size of batches needs `validate: batch`"
    used = {name for phase in plan.phases for _, key in _KEYS for name in getattr(phase, key)}
    for name, validation in plan.validation.items():
        if name not in used:
            hint = "name it in the `with:` of a phase" if plan.phases else "add phases, and name it in their `with:`"
            yield ("validation", name), f"`{name}` would never run: {hint}"
        if isinstance(validation, CommandValidation):
            yield from _command(name, validation)


def _names(plan: Plan, number: int, phase: Phase) -> Iterator[Found]:
    known = (*plan.validation, *BUILT_IN)
    for key, field in _KEYS:
        for position, name in enumerate(getattr(phase, field)):
            if name not in known:
                there = ", ".join(dict.fromkeys(known))
                message = f"there is no validation `{name}`{nearest(name, known)}; there are: {there}"
                yield ("phases", number, key, position), message


def _command(name: str, validation: CommandValidation) -> Iterator[Found]:
    pattern = validation.pattern
    if pattern is not None and not (pattern.must or pattern.must_not):
        yield ("validation", name, "pattern"), "give `must:` or `must_not:`, or both"
    if pattern is not None and validation.junit is not None:
        yield ("validation", name, "pattern"), "with `junit:` the tests decide: leave `pattern:` out"
