"""Carries the steps of `rewrite:` out in one file, each on what those before it have made, and checks the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.model import Disposition, Finding, Form, Reference
from codemods.rules.rewrite import rewrite
from codemods.steps.check import fault_of_step
from codemods.steps.compatible import unfit_calls
from codemods.steps.foreign import ForeignStep, edits_between
from codemods.steps.own import TransformStep, carry_out
from codemods.transforms.edits import Origins, apply_edits
from codemods.transforms.view import UnparsableError, view_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.index.resolve import Index
    from codemods.rules.rule import ReadyRule
    from codemods.steps.foreign import Outputs
    from codemods.steps.prepared import Prepared, Step
    from codemods.transforms.view import ModuleView


def carry_out_steps(prepared: Prepared, steps: Sequence[Step], index: Index, outputs: Outputs) -> Prepared:
    """The file after `steps`, up to one that blocks it.

    Raises Missing where `index` lacks a summary, Wanted where `outputs` lack what a codemod makes.
    """
    for step in steps:
        if isinstance(step, ForeignStep):
            prepared = _run_codemod(prepared, step, index, outputs)
        elif isinstance(step, TransformStep):
            prepared = _run_transform(prepared, step, index)
        else:
            prepared = _run_rules(prepared, step, index)
        if prepared.reasons:
            break
    return prepared


def _run_rules(prepared: Prepared, rules: Sequence[ReadyRule], index: Index) -> Prepared:
    result = rewrite(prepared.view, rules, index)
    told = prepared.told(result.findings)
    prepared = replace(prepared, findings=(*prepared.findings, *told), callers=(*prepared.callers, *result.callers))
    reasons = tuple(_because(finding) for finding in told if finding.disposition is Disposition.BLOCKED)
    if reasons:
        return replace(prepared, reasons=(*prepared.reasons, *dict.fromkeys(reasons)))
    if not result.edits:
        return prepared
    after = apply_edits(prepared.view.source, result.edits)
    named = f"rule{'s' if len(result.rules) > 1 else ''} {', '.join(f'`{name}`' for name in sorted(result.rules))}"
    judged = _judged(prepared, after, Origins(result.edits), index, named)
    return judged if judged.reasons else _fitting(prepared, judged, rules, index, named)


def _fitting(before: Prepared, after: Prepared, rules: Sequence[ReadyRule], index: Index, named: str) -> Prepared:
    """`after`, blocked where the rules have written calls that do not fit what they call."""
    checked = (rule for rule in rules if rule.text.asked.signatures == "check")
    symbols = frozenset(s.dotted for rule in checked for s in rule.vocabulary.symbols.values())
    known = unfit_calls(before.view, symbols, index)
    for (called, told), lines in unfit_calls(after.view, symbols, index).items():
        if len(lines) > len(known.get((called, told), [])):
            line = before.first.lines.place(_traced(after, lines[-1]))[0]
            after = after.blocked_by(f"{named}: a call would not fit: {told}", line)
    return after


def _traced(prepared: Prepared, line: int) -> int:
    offset = prepared.view.lines.at(line, 1)
    for origins in reversed(prepared.origins):
        offset = origins.of(offset)
    return offset


def _because(finding: Finding) -> str:
    reference = finding.reference
    return f"{reference.path}:{reference.line}: {finding.reason} (rule `{reference.target}`)"


def _judged(prepared: Prepared, after: bytes, origins: Origins, index: Index, named: str) -> Prepared:
    try:
        result = view_of(prepared.path, after, index.names)
    except UnparsableError as error:
        return prepared.blocked_by(f"{named}: the result would not parse ({error})")
    if fault := fault_of_step(prepared.view, result, origins, index):
        return prepared.blocked_by(f"{named}: {fault}")
    return replace(prepared, view=result, origins=(*prepared.origins, origins))


def _run_codemod(prepared: Prepared, step: ForeignStep, index: Index, outputs: Outputs) -> Prepared:
    if not step.is_for(prepared.path, prepared.view.source):
        return prepared
    before = prepared.view.source.decode()
    output = outputs.of(step, prepared.path, before)
    if output.failed:
        return replace(prepared.blocked_by(f"codemod `{step.name}`: {output.failed}"), evidence=output.evidence)
    if output.skipped:
        finding = _of_codemod(prepared, step, 1, Disposition.LEFT, output.skipped)
        return replace(prepared, findings=(*prepared.findings, finding))
    if output.text is None or output.text == before:
        return prepared
    again = outputs.of(step, prepared.path, output.text)
    if again.failed or (again.text is not None and again.text != output.text):
        return prepared.blocked_by(f"codemod `{step.name}`: it would change its own result again")
    edits = list(edits_between(before, output.text))
    places = [prepared.view.lines.line_at(edit.start) for edit in edits]
    findings = prepared.told(_of_codemod(prepared, step, line, Disposition.REWRITTEN, "") for line in places)
    prepared = replace(prepared, findings=(*prepared.findings, *findings))
    return _judged(prepared, output.text.encode(), Origins(edits), index, f"codemod `{step.name}`")


def _run_transform(prepared: Prepared, step: TransformStep, index: Index) -> Prepared:
    if not step.is_for(prepared.path, prepared.view.source):
        return prepared
    named = f"transform `{step.name}`"
    made = carry_out(prepared.view, step, index)
    if made.fault:
        place = Finding(Reference(prepared.path, made.line, 1, Form.CODEMOD, step.name), Disposition.BLOCKED)
        line = prepared.told([place])[0].reference.line
        return replace(prepared.blocked_by(f"{named}: {made.fault}", line), evidence=made.evidence)
    prepared = replace(prepared, findings=(*prepared.findings, *prepared.told(made.findings)))
    if not made.edits:
        return prepared
    after = apply_edits(prepared.view.source, made.edits)
    judged = _judged(prepared, after, Origins(made.edits), index, named)
    again = carry_out(judged.view, step, index) if not judged.reasons and step.is_for(judged.path, after) else None
    if again is None or not (again.fault or again.edits):
        return judged
    reason = again.fault or "it would change its own result again"
    return replace(judged.blocked_by(f"{named}, run on its own result: {reason}"), evidence=again.evidence)


def _of_codemod(prepared: Prepared, step: ForeignStep, line: int, disposition: Disposition, reason: str) -> Finding:
    return Finding(Reference(prepared.path, line, 1, Form.CODEMOD, step.name), disposition, reason)


def would_change(view: ModuleView, step: Step, index: Index) -> set[str]:
    """The rules or the transform of `step` that would change the module in `view`."""
    if isinstance(step, ForeignStep):
        return set()
    if isinstance(step, TransformStep):
        made = carry_out(view, step, index) if step.is_for(view.path, view.source) else None
        return {step.name} if made is not None and (made.edits or made.fault) else set()
    again = rewrite(view, step, index)
    return again.rules if again.edits else set()
