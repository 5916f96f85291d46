"""From the bytes of one file to its outcome: read, transform, check the result. Pure: in any process, cacheable.

`prepare` carries the steps of `rewrite:` out, `finish` the redirects on what is left. A file is parsed once; what a
step has changed is parsed again, for the check of it, and that tree is what comes next gets.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemods.index.excerpt import Excerpted
from codemods.index.import_graph import eager_imports, with_packages
from codemods.index.text import UndecodableError, decode, encode
from codemods.model import Change, Changed, Finding, Form, Loads, Outcome, Skipped, Unchanged, blocked
from codemods.steps.compatible import misfits
from codemods.steps.prepared import Prepared
from codemods.transforms.findings import reasons_of
from codemods.transforms.redirect import redirect
from codemods.transforms.self_check import REPORT, fault_in
from codemods.transforms.view import ModuleView, UnparsableError, parses, view_after, view_in, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from codemods.index.resolve import Index
    from codemods.steps.foreign import Outputs
    from codemods.steps.prepared import Step
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import Parsed


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
    if not steps:
        return prepared
    # What steps need takes time to load, and most plans have none.
    from codemods.steps.stepping import carry_out_steps

    return carry_out_steps(prepared, steps, index, outputs)


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
        None if prepared.is_rewritten else _loads(prepared.view, result),
    )


def _loads(view: ModuleView, result: ModuleView) -> Loads:
    """What `result` imports that `view`, of the same excerpt, does not, and the other way round."""
    before, after = (eager_imports(of.tree, of.path, of.names) for of in (view, result))
    return Loads(_beyond(after, before), _beyond(before, after))


def _beyond(some: set[str], others: set[str]) -> frozenset[str]:
    """What `some` names load, with the packages around them, that `others` do not."""
    loaded = with_packages(some - others) - others
    return frozenset(name for name in loaded if not any(other.startswith(f"{name}.") for other in others))


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
    if not steps or not (prepared.is_rewritten or settled.edits):
        return ""
    from codemods.steps.stepping import would_change

    for step in steps:
        names = ", ".join(f"`{name}`" for name in sorted(would_change(result, step, index)))
        if names:
            return f"applying the plan again would change the result again, by {names}"
    return ""
