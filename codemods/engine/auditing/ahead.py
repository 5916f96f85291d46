"""What the redirects of a plan would lead to: patches that go stale, circles of imports, rules without a match."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from codemods.engine.auditing.ground import counted, names, old_of
from codemods.engine.auditing.items import Evidence, Item, Section, Teller, Verdict
from codemods.engine.cycles import circles_ahead
from codemods.engine.together import CIRCLE, STILL_LOOKED_UP
from codemods.engine.verify_rules import mistakes_in_rules
from codemods.model import Disposition, Finding, Form
from codemods.patterns.language import dotted
from codemods.plan.rewrites import ArgumentRule, Rule
from codemods.transforms.findings import PLANNED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.auditing.ground import Ground

_IMPORTS = (Form.FROM_IMPORT, Form.IMPORT, Form.IMPORT_AS, Form.MODULE_FROM, Form.STAR)
_PATCHES = (Form.PATCH, Form.MEMBER)


def mock_items(ground: Ground) -> Iterator[Item]:
    """An item for each old module or symbol that mocks patch: whether all patches move along with what they replace."""
    tell = Teller(ground.loaded, Section.MOCKS)
    for number, redirect in enumerate(ground.loaded.plan.redirect):
        old = old_of(redirect)
        found = [f for f in ground.findings if names(f.reference.target, old)]
        patches = [f for f in found if f.reference.form in _PATCHES]
        where = ("redirect", number)
        moving = {f.reference.target for f in found if f.disposition is Disposition.REWRITTEN}
        stale = [f for f in patches if _goes_stale(f, moving)]
        staying = sum(f.disposition is not Disposition.REWRITTEN for f in patches)
        if stale:
            said = (
                f"{len(stale)} of {counted(len(patches), 'patch target')} would go stale: they would go on "
                "replacing the old name, which others do not look up any more"
            )
            hint = "Mend these by hand, or let `strings:` rewrite them."
            yield tell.fails(where, old, said, tuple(_told(f) for f in sorted(stale)), hint)
        elif patches:
            said = f"{counted(len(patches), 'patch target')}: {len(patches) - staying} move along, {staying} stay valid"
            yield tell.holds(where, old, said)


def _goes_stale(patch: Finding, moving: set[str]) -> bool:
    """Whether a patch stays at the old name while code that takes it from there moves."""
    if patch.disposition is Disposition.REWRITTEN:
        return False
    if patch.disposition is Disposition.LEFT and patch.reason != PLANNED:
        return False
    if patch.reason.endswith(STILL_LOOKED_UP):
        return False
    return patch.reference.target in moving


def _told(finding: Finding) -> Evidence:
    reference = finding.reference
    return Evidence(reference.path, reference.line, f"{reference.target}: {finding.reason}")


def cycle_items(ground: Ground) -> Iterator[Item]:
    """An item for each redirect that would make modules import each other in a circle; one that holds for none."""
    tell = Teller(ground.loaded, Section.CYCLES)
    circles: dict[int, list[Evidence]] = defaultdict(list)
    for path, way in _circles(ground).items():
        circles[_cause(ground, ground.found_in(path), way)].append(Evidence(path, 1, way))
    for number, evidence in sorted(circles.items()):
        redirect = ground.loaded.plan.redirect[number]
        said = f"{counted(len(evidence), 'file')} would import in a circle"
        hint = "Import inside the function that uses it, or move what both need into a third module."
        yield tell.fails(("redirect", number), f"{old_of(redirect)} → {redirect.to}", said, tuple(evidence), hint)
    if not circles and ground.loaded.plan.redirect:
        yield tell.holds(("redirect",), "redirects", "none of them would close a circle of imports")


def _circles(ground: Ground) -> dict[str, str]:
    """The files that would import in a circle: found by the preview, or ahead for those blocked by something else."""
    found: dict[str, str] = {}
    others: dict[str, set[str]] = {}
    for outcome in ground.blocked:
        ways = [reason.partition(CIRCLE)[2] for reason in outcome.reasons if CIRCLE in reason]
        if ways:
            found[outcome.path] = ways[0]
        else:
            others[outcome.path] = set(_new_modules(ground, outcome.findings))
    scan = ground.sight.found
    ahead = {path: sorted(modules & scan.modules.keys()) for path, modules in others.items()}
    return dict(sorted({**found, **circles_ahead(scan, ahead)}.items()))


def _new_modules(ground: Ground, findings: tuple[Finding, ...]) -> Iterator[str]:
    """The modules that the imports among `findings` lead to, as far as they run when the file is imported."""
    moves = ground.sight.moves
    for finding in findings:
        reference = finding.reference
        if reference.form in _IMPORTS and not finding.is_late:
            module, _, name = reference.target.rpartition(".")
            target = moves.symbol(module, name) or moves.module(reference.target)
            if target is not None:
                yield target.module


def _cause(ground: Ground, findings: tuple[Finding, ...], way: str) -> int:
    """The redirect that leads to the first module that the circle goes through; else the first one of the file."""
    steps = [step.strip("`") for step in way.split(" imports ")]
    entered = steps[1] if len(steps) > 1 else ""
    used = [
        number
        for number, redirect in enumerate(ground.loaded.plan.redirect)
        if any(names(f.reference.target, old_of(redirect)) for f in findings)
    ]
    plan = ground.loaded.plan
    leading = [number for number in used if names(plan.redirect[number].to, entered)]
    return next(iter((*leading, *used)), 0)


def rule_items(ground: Ground) -> Iterator[Item]:
    """An item for each rule: what it matches, or that it matches nothing; and its mistakes. Files in `waiting` can be
    migrated once merges are made."""
    tell = Teller(ground.loaded, Section.REWRITE)
    matches: dict[str, list[Finding]] = defaultdict(list)
    for path in ground.examined.concerned:
        for finding in ground.found_in(path):
            if finding.reference.form is Form.MATCH:
                matches[finding.reference.target].append(finding)
    mistakes = list(mistakes_in_rules(ground.loaded, ground.sight.found, ground.sight.work))
    for mistake in mistakes:
        yield Item(
            Section.REWRITE, "rule", Verdict.FAILS, mistake.message, (), "Mend the rule.", mistake.line, mistake.column
        )
    for number, step in enumerate(ground.loaded.plan.rewrite):
        if isinstance(step, (Rule, ArgumentRule)):
            yield _rule(ground, tell, number, step.name, matches[step.name])


def _rule(ground: Ground, tell: Teller, number: int, name: str, found: list[Finding]) -> Item:
    where = ("rewrite", number, "name")
    rewritten = [f for f in found if f.disposition is Disposition.REWRITTEN]
    others = tuple(Evidence(f.reference.path, f.reference.line, f.reason) for f in sorted(found) if f not in rewritten)
    if rewritten:
        more = f", {len(others)} are left, blocked or to review" if others else ""
        return tell.holds(where, name, f"matches: {len(found)} found, {len(rewritten)} can be rewritten{more}")
    if found:
        return tell.fails(where, name, f"{counted(len(found), 'place')} matched, none of which it can rewrite", others)
    used = sorted(_symbols(ground, name))
    if used:
        said = f"it matches nothing, though the code uses {', '.join(f'`{dotted}`' for dotted in used)}"
        return tell.fails(where, name, said, (), "Look with `codemods try` how the code really calls it.")
    return tell.done(where, name, "it matches nothing, and the code does not use what it names")


def _symbols(ground: Ground, name: str) -> set[str]:
    """The symbols that the rule `name` looks for and that the code imports or reads."""
    wanted = {
        symbol.dotted
        for rule in ground.sight.work.rules
        if rule.name == name
        for chain in rule.text.match.chains
        if (symbol := rule.vocabulary.symbols.get(dotted(chain) or "")) is not None
    }
    reached = {spelled for summary in ground.sight.found.summaries.values() for spelled in summary.reaches}
    return wanted & reached
