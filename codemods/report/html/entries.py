"""The files of a preview as values for a page: each with its diff, its references and why it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.model import Blocked, Form, Skipped, printable
from codemods.plan.schema import RedirectModule
from codemods.report.html.hunks import has_crlf, hunks
from codemods.report.places import place_of

if TYPE_CHECKING:
    from codemods.engine.shown import PhasePreview, Preview
    from codemods.model import Change, Finding, Outcome, Removal, Unit
    from codemods.plan.schema import Plan
    from codemods.report.html.links import Links

_NO_PHASE = "(no phase)"
_NAMED = 5


class Words(Struct):
    """Strings that are said often, each once: their numbers."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, word: str) -> int:
        """The number of `word`."""
        return self.numbers.setdefault(word, len(self.numbers))


class Entries(Struct):
    """Collects the files of one preview. References are lists: line, column, then the numbers of the words for form,
    target, outcome, reason and rule."""

    rules: Rules
    links: Links
    words: Words = field(default_factory=Words)
    made: list[dict[str, object]] = field(default_factory=list)

    def of(self, preview: Preview) -> list[dict[str, object]]:
        """All files with a change, a reference or a reason to stay, in the order of the plan."""
        for phase in preview.phases:
            self._phase(phase)
        for outcome in preview.outside:
            self._stays(_NO_PHASE, outcome)
        return self.made

    def _phase(self, phase: PhasePreview) -> None:
        outcomes = {outcome.path: outcome for outcome in phase.outcomes}
        for unit in phase.units:
            for change in unit.changes:
                self._changes(phase, unit, change, outcomes.pop(change.path, None))
        for outcome in outcomes.values():
            self._stays(phase.phase.name, outcome)

    def _changes(self, phase: PhasePreview, unit: Unit, change: Change | Removal, outcome: Outcome | None) -> None:
        entry = self._entry(phase.phase.name, change.path, outcome)
        kind = "removed" if change.after is None else "changed"
        entry |= {"kind": kind, "hunks": hunks(change), "unit": self.words.number(printable(_about(unit, change)))}
        if has_crlf(change):
            entry["crlf"] = True

    def _stays(self, phase: str, outcome: Outcome) -> None:
        if isinstance(outcome, Skipped) or not (outcome.findings or isinstance(outcome, Blocked)):
            return
        entry = self._entry(phase, outcome.path, outcome)
        entry["kind"] = "blocked" if isinstance(outcome, Blocked) else "left"
        if isinstance(outcome, Blocked):
            places = (place_of(reason, outcome.path) for reason in outcome.reasons)
            entry["why"] = [[printable(place.path), place.line, printable(place.text)] for place in places]

    def _entry(self, phase: str, path: str, outcome: Outcome | None) -> dict[str, object]:
        findings = () if outcome is None or isinstance(outcome, Skipped) else outcome.findings
        entry: dict[str, object] = {
            "path": printable(path),
            "phase": self.words.number(printable(phase)),
            "refs": [self._reference(finding) for finding in findings],
        }
        if link := self.links.to_file(path):
            entry["link"] = link
        self.made.append(entry)
        return entry

    def _reference(self, finding: Finding) -> list[int]:
        reference = finding.reference
        words = (
            reference.form.value,
            reference.target,
            finding.disposition.value,
            finding.reason,
            self.rules.rule(finding),
        )
        return [reference.line, reference.column, *(self.words.number(printable(word)) for word in words)]


def _about(unit: Unit, change: Change | Removal) -> str:
    """What there is to say of the commit that a change is in, beyond that it holds it."""
    others = [path for path in unit.paths if path != change.path]
    more = f" and {len(others) - _NAMED} more" if others[_NAMED:] else ""
    together = f"in one commit with {', '.join(others[:_NAMED])}{more}" if others else ""
    return ": ".join(filter(None, (unit.summary, together)))


class Rules(Struct):
    """What of a plan a reference falls under: the name of a rule, or a redirect, or else what it names."""

    redirects: tuple[tuple[str, str], ...]
    known: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan) -> Rules:
        """Those of `plan`."""
        pairs = ((r.module if isinstance(r, RedirectModule) else r.symbol, r.to) for r in plan.redirect)
        # What is nearest comes first: a symbol before the module that it is in.
        return cls(tuple(sorted(pairs, key=lambda pair: -len(pair[0]))))

    def rule(self, finding: Finding) -> str:
        """That of one reference."""
        target = finding.reference.target
        if finding.reference.form in (Form.MATCH, Form.CODEMOD):
            return target
        if target not in self.known:
            over = (f"{old} → {new}" for old, new in self.redirects if f"{target}.".startswith(f"{old}."))
            self.known[target] = next(over, target)
        return self.known[target]
