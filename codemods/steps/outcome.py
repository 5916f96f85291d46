"""From the bytes of one file to its outcome: read, transform, check the result. Pure: in any process, cacheable.

`prepare` carries the steps of `rewrite:` out, `finish` the redirects on what is left. A file is parsed once; what a
step has changed is parsed again, for the check of it, and that tree is what comes next gets.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.index.excerpt import Excerpted
from codemods.index.text import SourceText, UndecodableError, decode, encode
from codemods.model import Change, Changed, Disposition, Finding, Form, Outcome, Reference, Skipped, Unchanged, blocked
from codemods.rules.rewrite import SyncCaller, rewrite
from codemods.steps.check import fault_of_step
from codemods.steps.compatible import misfits, unfit_calls
from codemods.steps.foreign import ForeignStep, edits_between
from codemods.steps.own import TransformStep, carry_out
from codemods.transforms.edits import Origins, apply_edits
from codemods.transforms.findings import reasons_of
from codemods.transforms.redirect import redirect
from codemods.transforms.self_check import REPORT, fault_in
from codemods.transforms.view import ModuleView, UnparsableError, parses, view_after, view_in, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from codemods.index.resolve import Index
    from codemods.rules.rule import ReadyRule
    from codemods.steps.foreign import Outputs
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import Parsed

Step = tuple["ReadyRule", ...] | ForeignStep | TransformStep


@dataclass(frozen=True)
class Prepared:
    """A file after the steps of `rewrite:`. `view` is its source then, `origins` tell where its bytes were before.

    `reasons` say why the file is blocked, `callers` which functions cannot await, `evidence` what a codemod that failed
    has told.
    """

    path: str
    content: bytes
    source: SourceText
    first: ModuleView
    view: ModuleView
    findings: tuple[Finding, ...] = ()
    reasons: tuple[str, ...] = ()
    callers: tuple[SyncCaller, ...] = ()
    origins: tuple[Origins, ...] = ()
    evidence: str = ""

    @property
    def is_rewritten(self) -> bool:
        """Whether a step has changed it."""
        return self.view is not self.first

    def told(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """`findings` in `view`, at the places that they had at first."""
        if not self.origins:
            return tuple(findings)
        return tuple(replace(finding, reference=self.placed(finding.reference)) for finding in findings)

    def placed(self, reference: Reference) -> Reference:
        offset = self.view.lines.at(reference.line, reference.column)
        for origins in reversed(self.origins):
            offset = origins.of(offset)
        line, column = self.first.lines.place(offset)
        return replace(reference, line=line, column=column)

    def seeing(self, names: frozenset[str] | None) -> Prepared:
        """This file, which no step has changed, with more of it in the view: all that has to do with `names`, or the
        whole of it. Raises UnparsableError."""
        known = self.view.excerpt.words if self.view.excerpt is not None else frozenset()
        words = frozenset() if names is None else known | names
        view = view_of(self.path, self.view.source, self.view.names, words=words)
        return replace(self, first=view, view=view)

    def blocked_by(self, reason: str, line: int = 1) -> Prepared:
        """This file, blocked for one more reason."""
        return replace(self, reasons=(*self.reasons, f"{self.path}:{line}: {reason}"))


def prepare(
    path: str,
    content: bytes,
    steps: Sequence[Step],
    index: Index,
    outputs: Outputs,
    words: frozenset[str] = frozenset(),
    parsed: Callable[[str, bytes], Parsed | None] = lambda *_: None,
) -> Prepared | Skipped:
    """What the steps of `rewrite:` make of the file `path` with `content`.

    Where there are none, no more of it is looked at than can have to do with `words`, if there are any. `parsed` gives
    what is kept of a file that has been parsed.

    Raises Missing where `index` lacks a summary, Wanted where `outputs` lack what a codemod makes, Unspelled where
    nobody has looked for files that reach a name which is to go; nothing else.
    """
    try:
        source = decode(content)
        text = source.text.encode()
        known = parsed(path, text) if words and not steps else None
        if known is not None:
            first = view_in(path, known, index.names)
        else:
            first = view_of(path, text, index.names, words=frozenset() if steps else words)
    except (UndecodableError, UnparsableError) as error:
        return Skipped(path, str(error))
    prepared = Prepared(path, content, source, first, first)
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


def finish(prepared: Prepared, steps: Sequence[Step], moves: Moves, index: Index) -> Outcome:
    """What the redirects `moves` make of a prepared file; its outcome. Raises Missing."""
    try:
        return _finish(prepared, steps, moves, index)
    except Excerpted as lacking:
        names = lacking.names
    try:
        # Each time more is seen, in the end all.
        return finish(prepared.seeing(names), steps, moves, index)
    except UnparsableError as error:
        return Skipped(prepared.path, str(error))


def _finish(prepared: Prepared, steps: Sequence[Step], moves: Moves, index: Index) -> Outcome:
    """The outcome, by what is in the view. Raises Missing, and Excerpted where that is not enough."""
    path = prepared.path
    prepared.view.needs(moves.spelled | index.words)
    if prepared.reasons:
        # Nobody has looked whether what it takes from the old module would fit the new one.
        return blocked(path, _in_order(prepared.findings), prepared.reasons, needs_old=True)
    settled = redirect(prepared.view, moves, index)
    redirected = prepared.told(settled.findings)
    findings = _in_order((*_unsettled(prepared.findings, redirected), *redirected))
    if reasons := reasons_of(redirected):
        return blocked(path, findings, reasons)
    if not settled.edits and not prepared.is_rewritten:
        return Unchanged(path, findings, tuple(sorted(settled.kept)))
    result = prepared.view
    if settled.edits:
        try:
            result = view_after(prepared.view, settled.edits)
        except UnparsableError as error:
            return blocked(path, findings, (f"{path}:1: the result would not parse ({error}); {REPORT}",))
        prepared.view.needs(_otherwise_bound(prepared.view, result))
        if unfit := _unfit(prepared, result, moves, index):
            return blocked(path, findings, unfit, needs_old=True)
    if fault := _fault(prepared, result, settled, steps, moves, index):
        return blocked(path, findings, (f"{path}:1: {fault}",))
    if result.excerpt is not None and not parses(result.source):
        prepared.view.needs_all()
    try:
        encoded = encode(prepared.source, result.source.decode())
    except UnicodeError:
        reason = f"the new text cannot be written in the file's encoding, {prepared.source.encoding}"
        return blocked(path, findings, (f"{path}:1: {reason}",))
    return Changed(
        path,
        Change(path, prepared.content, encoded),
        findings,
        tuple(sorted(settled.held.items())),
        tuple(sorted(settled.aliases)),
        tuple(sorted(settled.kept)),
    )


def _otherwise_bound(view: ModuleView, result: ModuleView) -> Iterator[str]:
    """The names that more, or fewer, scopes bind in `result` than in `view`."""
    before, after = (Counter(name for scope in of.scopes.all for name in scope.bound) for of in (view, result))
    return (name for name in before.keys() | after.keys() if before[name] != after[name])


def _unsettled(findings: Iterable[Finding], redirected: Iterable[Finding]) -> Iterator[Finding]:
    """`findings` of the steps, without those on imports that the redirects have settled since."""
    settled = {(finding.reference.line, finding.reference.column, finding.reference.form) for finding in redirected}
    for finding in findings:
        reference = finding.reference
        if reference.form is Form.MATCH or (reference.line, reference.column, reference.form) not in settled:
            yield finding


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    # Before Python 3.12 all names in one formatted string have its position, and so are one reference.
    return tuple(sorted(set(findings)))


def _unfit(prepared: Prepared, result: ModuleView, moves: Moves, index: Index) -> tuple[str, ...]:
    """Why what a redirect leads elsewhere does not fit there, as `path:line: reason`."""
    found = misfits(prepared.view, result, moves, index)
    placed = ((prepared.placed(prepared.view.reference(use.node, Form.NAME, use.name)), why) for use, why in found)
    return tuple(dict.fromkeys(f"{place.path}:{place.line}: {why}" for place, why in placed))


def _fault(
    prepared: Prepared, result: ModuleView, settled: Settled, steps: Sequence[Step], moves: Moves, index: Index
) -> str:
    """What is wrong with `result`, the module in the end; empty where nothing is."""
    if settled.edits and (fault := fault_in(prepared.view, result, settled, moves, index)):
        return fault
    for step in steps if prepared.is_rewritten or settled.edits else ():
        names = ", ".join(f"`{name}`" for name in sorted(_would_change(result, step, index)))
        if names:
            return f"applying the plan again would change the result again, by {names}"
    return ""


def _would_change(view: ModuleView, step: Step, index: Index) -> set[str]:
    """The rules or the transform of `step` that would change the module in `view`."""
    if isinstance(step, ForeignStep):
        return set()
    if isinstance(step, TransformStep):
        made = carry_out(view, step, index) if step.is_for(view.path, view.source) else None
        return {step.name} if made is not None and (made.edits or made.fault) else set()
    again = rewrite(view, step, index)
    return again.rules if again.edits else set()
