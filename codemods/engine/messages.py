"""The commit message and trailers of a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.model import Disposition, Finding, Form, Unit, printable
from codemods.plan.template import render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.plan.schema import Plan
    from codemods.transforms.moves import Moves

PLAN = "Codemods-Plan"
PHASE = "Codemods-Phase"
RUN = "Codemods-Run"
UNIT = "Codemods-Unit"
REVERTS = "Codemods-Reverts"
REAPPLIES = "Codemods-Reapplies"
OPERATION = "Codemods-Operation"


def trailers(plan: str, phase: str, run: str, unit: str) -> dict[str, str]:
    """The trailers by which the state of a migration can be read from git alone."""
    return {PLAN: plan, PHASE: phase, RUN: run, UNIT: unit}


def message(plan: Plan, run: str, unit: Unit, findings: Iterable[Finding]) -> str:
    """The plan's message template, filled in for `unit`; `findings` are those of its files.

    Merges, shims and deletions have one of their own: the plan's speaks of consumers.
    """
    if unit.summary:
        return _step_message(plan, unit)
    # Here, since whoever takes commits back needs the trailers only, and plans take time to load.
    from codemods.transforms.moves import moves_of

    everything = [finding for finding in findings if finding.disposition is Disposition.REWRITTEN]
    by_rule = [finding for finding in everything if finding.reference.form in (Form.MATCH, Form.CODEMOD)]
    rewritten = [finding for finding in everything if finding not in by_rule]
    moves = moves_of(plan)
    # A unit may hold nothing but what follows from another: a star import, or a name that a consumer binds.
    pairs = _pairs(moves, rewritten)
    if not pairs and not by_rule:
        pairs = {(f"{m}.{n}", target.dotted) for (m, n), target in moves.symbols.items()}
    rules = ", ".join(dict.fromkeys(finding.reference.target for finding in by_rule))
    new_module = ", ".join(sorted({new.rpartition(".")[0] for _, new in pairs}))
    values = {
        "file": _file(unit),
        "files": "\n".join(map(printable, unit.paths)),
        "phase": unit.phase,
        "plan": plan.name,
        "title": plan.title,
        "issue": plan.issue,
        "run": run,
        "old": ", ".join(sorted({old for old, _ in pairs})),
        "new": ", ".join(sorted({new for _, new in pairs})),
        "old_module": ", ".join(sorted({old.rpartition(".")[0] for old, _ in pairs})),
        "new_module": new_module,
        "references": str(len(everything)),
        "rules": rules,
        "summary": _summary(_file(unit), new_module, rules),
    }
    return render(plan.commit.message, values)


def _step_message(plan: Plan, unit: Unit) -> str:
    issue = f" - Issue {plan.issue}" if plan.issue else ""
    details = "".join(f"- {printable(line)}\n" for line in unit.details)
    paragraphs = (f"refactor: {unit.summary}{issue}\n", details, f"Plan {plan.name}, phase {unit.phase}.\n")
    return "\n".join(filter(None, paragraphs))


def _summary(file: str, new_module: str, rules: str) -> str:
    redirected = f"redirect {file} to {new_module}" if new_module else ""
    if not rules:
        return redirected or f"rewrite {file}"
    return f"{redirected}, rewrite it by {rules}" if redirected else f"rewrite {file} by {rules}"


def _file(unit: Unit) -> str:
    if unit.id == f"phase {unit.phase}":
        return f"{len(unit.paths)} files"
    others = f" and {len(unit.paths) - 1} more" if len(unit.paths) > 1 else ""
    return f"{printable(unit.paths[0])}{others}"


def _pairs(moves: Moves, findings: Iterable[Finding]) -> set[tuple[str, str]]:
    pairs = set()
    for finding in findings:
        old = finding.reference.target
        module, _, name = old.rpartition(".")
        target = moves.symbol(module, name)
        if target is not None:
            pairs.add((old, target.dotted))
        elif (whole := moves.module(old)) is not None:
            pairs.add((f"{old}.", f"{whole.module}."))
    return pairs
