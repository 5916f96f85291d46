"""From the bytes of one file to its outcome: read, transform, check the result. Pure: in any process, cacheable."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.index.text import SourceText, UndecodableError, decode, encode
from codemods.model import Blocked, Change, Changed, Disposition, Finding, Outcome, Skipped, Unchanged
from codemods.transforms.edits import apply_edits
from codemods.transforms.redirect import redirect
from codemods.transforms.self_check import fault_in
from codemods.transforms.view import ModuleView, UnparsableError, view_of

if TYPE_CHECKING:
    from codemods.index.resolve import Index
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves


def transform_source(path: str, content: bytes, moves: Moves, index: Index) -> Outcome:
    """What a plan's redirects make of the file `path` with `content`.

    Raises Missing where `index` lacks a summary that the answer needs; nothing else.
    """
    try:
        source = decode(content)
        view = view_of(path, source.text.encode(), index.names)
    except (UndecodableError, UnparsableError) as error:
        return Skipped(path, str(error))
    settled = redirect(view, moves, index)
    # Before Python 3.12 all names in one formatted string have its position, and so are one reference.
    findings = tuple(sorted(set(settled.findings)))
    if settled.blocked:
        return blocked(path, findings, settled.blocked)
    if not settled.edits:
        return Unchanged(path, findings, tuple(sorted(settled.kept)))
    return _changed(view, source, content, settled, moves, index)


def _changed(
    view: ModuleView, source: SourceText, content: bytes, settled: Settled, moves: Moves, index: Index
) -> Outcome:
    findings = tuple(sorted(set(settled.findings)))
    after = apply_edits(view.source, settled.edits)
    if fault := fault_in(view, after, settled, moves, index):
        return blocked(view.path, findings, (f"{view.path}:1: {fault}",))
    try:
        encoded = encode(source, after.decode())
    except UnicodeError:
        reason = f"the new names cannot be written in the file's encoding, {source.encoding}"
        return blocked(view.path, findings, (f"{view.path}:1: {reason}",))
    return Changed(
        view.path,
        Change(view.path, content, encoded),
        findings,
        tuple(sorted(settled.held.items())),
        tuple(sorted(settled.aliases)),
        tuple(sorted(settled.kept)),
    )


def blocked(path: str, findings: tuple[Finding, ...], reasons: tuple[str, ...]) -> Blocked:
    """The outcome of a file that is left untouched for `reasons`, of what had been found and decided in it."""
    because = f"the file is blocked: {reasons[0]}"
    return Blocked(
        path,
        tuple(
            replace(finding, disposition=Disposition.BLOCKED, reason=because)
            if finding.disposition is Disposition.REWRITTEN
            else finding
            for finding in findings
        ),
        reasons,
    )
