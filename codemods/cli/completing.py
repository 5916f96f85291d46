"""What a shell offers when a word is completed: phases and rules of a plan, units and files, runs and operations.

Each is asked for in a process of its own, while somebody waits: it loads no more than what it reads. Where there is
nothing to read, or it is wrong, nothing is offered.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from codemods.cli.inputs import open_journal, open_repository, read_plan
from codemods.cli.words import offering

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.engine.reverting.standing import Act
    from codemods.plan.schema import Plan
    from codemods.vcs import Repository

_STEPS = ("merge", "shim", "delete")


@offering
def phases(ctx: Any, incomplete: str) -> Iterable[str]:  # noqa: ARG001 - as the others
    """The phases of the plan that is named before."""
    plan = _plan(ctx)
    yield from (phase.name for phase in plan.effective_phases)
    yield from (step for step in _STEPS if getattr(plan, step, None))


@offering
def rules(ctx: Any, incomplete: str) -> Iterable[str]:  # noqa: ARG001 - as the others
    """The rules of the plan that is named before."""
    return (step.name for step in _plan(ctx).rewrite)


@offering
def runs(ctx: Any, incomplete: str) -> Iterable[str]:  # noqa: ARG001 - as the others
    """The runs of the plan that is named before, newest first."""
    name = _plan(ctx).name
    return (op.id for op in _operations(ctx) if op.kind == "apply" and op.plan == name)


@offering
def operations(ctx: Any, incomplete: str) -> Iterable[str]:  # noqa: ARG001 - as the others
    """All operations of the repository, newest first."""
    return (op.id for op in _operations(ctx))


@offering
def units_of_operation(ctx: Any, incomplete: str) -> Iterable[str]:  # noqa: ARG001 - as the others
    """The units of the operation that is named before."""
    named = str(ctx.params.get("operation") or next(iter(ctx.args), ""))
    return (unit for op in _operations(ctx) if op.id.startswith(named) for _, unit in op.units)


@offering
def units(ctx: Any, incomplete: str) -> Iterable[str]:  # noqa: ARG001 - as the others
    """The units that the plan has committed here."""
    return (act.unit for act in _acts(ctx, _repository(ctx)))


@offering
def committed_files(ctx: Any, incomplete: str) -> Iterable[str]:  # noqa: ARG001 - as the others
    """The files that the plan has changed here."""
    repository = _repository(ctx)
    changes = repository.differences(act.commit.sha for act in _acts(ctx, repository))
    return (change.path for all_ in changes.values() for change in all_)


@offering
def rejected_units(ctx: Any, incomplete: str) -> Iterable[str]:  # noqa: ARG001 - as the others
    """The units of the plan that some run has rejected."""
    name = _plan(ctx).name
    records = (record for op in _operations(ctx) if op.plan == name for record in op.units.values())
    return (record.unit for record in records if record.state == "rejected")


def _plan(ctx: Any) -> Plan:
    # After an option that has no value yet, what was typed before it is not matched to arguments.
    typed = ctx.params.get("plan") or next((word for word in ctx.args if word.endswith((".yaml", ".yml"))), "")
    return read_plan(Path(typed)).plan


def _repository(ctx: Any) -> Repository:
    return open_repository(Path(ctx.params.get("repo") or "."))


def _operations(ctx: Any) -> Iterable[Any]:
    from codemods.journal import replay

    journal = open_journal(_repository(ctx))
    return reversed([op for op in replay(journal.events()).values() if op.before])


def _acts(ctx: Any, repository: Repository) -> tuple[Act, ...]:
    from codemods.engine.reverting.standing import live_acts

    return live_acts(repository, _plan(ctx).name)
