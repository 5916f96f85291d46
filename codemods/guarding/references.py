"""The references of one module that break a rule: those that a preview would rewrite or block, and those it doubts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.guarding.violations import Kind, Violation
from codemods.model import Disposition, Finding, Form
from codemods.transforms.findings import PLANNED
from codemods.transforms.redirect import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.guarding.places import Places
    from codemods.guarding.rules import Rules
    from codemods.index.resolve import Index
    from codemods.transforms.view import ModuleView

_IMPORTS = (Form.FROM_IMPORT, Form.IMPORT, Form.IMPORT_AS, Form.MODULE_FROM, Form.STAR)
_USES = (Form.NAME, Form.ATTRIBUTE, Form.ANNOTATION, Form.TYPE_COMMENT, Form.MODULE_VALUE)
_SAYS = {Kind.IMPORT: "imports", Kind.USE: "uses", Kind.STRING: "names", Kind.UNCLEAR: "may refer to"}


def references_in(
    view: ModuleView, places: Places, rules: Rules, index: Index, ignored: Callable[[tuple[str, ...]], bool]
) -> list[Violation]:
    """The references in `view` that break one of `rules`, in order. What an old module says of itself is none.

    `ignored` tells whether patterns match the file. Raises Missing where `index` lacks a summary.
    """
    findings = sorted(set(settle(view, rules.moves, index).findings))
    imports = [f.reference for f in findings if f.reference.form in _IMPORTS and f.disposition is not Disposition.LEFT]
    imported = {reference.target for reference in imports if reference.form is not Form.STAR}
    starred = {reference.target for reference in imports if reference.form is Form.STAR}
    imported |= {f.reference.target for f in findings if f.reference.target.rpartition(".")[0] in starred}
    made = []
    for finding in findings:
        kind = _kind(finding, rules, imported)
        target = finding.reference.target
        if kind is None or rules.is_at_home(view.module, target):
            continue
        gone = rules.gone_by(target)
        if gone is None or not ignored(gone[1].ignore):
            made.append(_violation(finding, kind, places, rules))
    return list(dict.fromkeys(made))


def _kind(finding: Finding, rules: Rules, imported: set[str]) -> Kind | None:
    """What a finding is to the guard; None where it is left on purpose."""
    reference, disposition = finding.reference, finding.disposition
    target = rules.target(reference.target)
    if target is None:
        return _of_what_stays(finding)
    if reference.form is Form.EXPORT:
        return None  # it exports the name that an import binds, and follows it
    if disposition is Disposition.LEFT:
        return Kind.USE if reference.form in _USES and reference.target in imported else None
    whole = rules.moves.module(reference.target) is not None
    if reference.form in _IMPORTS:
        # Even where a person has to rewrite it, it is known what it imports. A star may bring what moves, or not.
        is_known = whole or reference.form is not Form.STAR or disposition is not Disposition.REVIEW
        return Kind.IMPORT if is_known else Kind.UNCLEAR
    if disposition is Disposition.REVIEW:
        return _doubtful(finding, whole=whole)
    return Kind.USE if reference.form in _USES else Kind.STRING


def _doubtful(finding: Finding, *, whole: bool) -> Kind:
    form = finding.reference.form
    if whole and form is Form.MODULE_VALUE:
        return Kind.USE
    if whole and form is Form.MODULE_STRING and finding.reason != PLANNED:
        return Kind.STRING
    return Kind.UNCLEAR


def _of_what_stays(finding: Finding) -> Kind | None:
    """What a finding is whose target no rule names: it leads there, or may."""
    form, disposition = finding.reference.form, finding.disposition
    if disposition is Disposition.LEFT:
        # What another module hands on is told once: where it is imported, read or patched.
        return Kind.INDIRECT if form in (Form.REEXPORT, Form.ATTRIBUTE, Form.PATCH) else None
    if form is Form.STAR and disposition is not Disposition.REVIEW:
        return Kind.IMPORT
    # What is read from a module that stays is told, and not its import. A name may stand without its module.
    return None if form in _IMPORTS and form is not Form.STAR else Kind.UNCLEAR


def _violation(finding: Finding, kind: Kind, places: Places, rules: Rules) -> Violation:
    reference = finding.reference
    message = "".join(_message(finding, kind, rules))
    scope = places.at(reference.line)
    return Violation(reference.path, reference.line, reference.column, kind, reference.target, scope, message)


def _message(finding: Finding, kind: Kind, rules: Rules) -> Iterator[str]:
    dotted = finding.reference.target
    if kind is Kind.INDIRECT:
        yield f"`{dotted}` is handed on from its old place"
        return
    yield f"{_SAYS[kind]} `{dotted}`"
    if finding.reason and (kind is Kind.UNCLEAR or finding.reference.form is Form.STAR):
        yield f" ({finding.reason})"
    gone = rules.gone_by(dotted)
    if gone is not None:
        yield f", which the plan {gone[1].why}" if gone[0] == dotted else f", and the plan {gone[1].why} `{gone[0]}`"
    elif instead := rules.instead(dotted):
        yield f": use `{instead}`"
