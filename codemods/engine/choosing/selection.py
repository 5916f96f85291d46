"""A selection of units by what they are about: `path:src/**`, `rule:NAME`, `form:string`, `phase:P0`, `owner:@team`.

A unit is never split: it is selected as a whole where one of its files, or of its references, is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.engine.choosing.choice import Choice, Key, key_of, preview_with
from codemods.engine.choosing.owners import PLACES, Owners, parse
from codemods.engine.shown import findings_of
from codemods.errors import CodemodsError
from codemods.files import read_bytes
from codemods.model import Changed, Disposition, Form, Skipped
from codemods.plan.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.engine.shown import PhasePreview, Preview
    from codemods.executors.opening import Crew
    from codemods.model import Finding, Outcome
    from codemods.plan.load import LoadedPlan
    from codemods.plan.schema import Plan
    from codemods.vcs import Repository

KINDS = ("path", "rule", "form", "phase", "owner")
NOBODY = "nobody"


class Subject(Struct, frozen=True):
    """What is selected or not: files of a phase, with the references in them that count."""

    phase: str
    paths: tuple[str, ...]
    findings: tuple[Finding, ...]


Test = Callable[[Subject], bool]


class Selection(Struct, frozen=True):
    """What is meant: of each kind that `wanted` names one of its tests holds, and none of the `unwanted`."""

    wanted: Mapping[str, tuple[Test, ...]]
    unwanted: tuple[Test, ...]

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.wanted and not self.unwanted

    def holds(self, subject: Subject) -> bool:
        """Whether `subject` is meant."""
        is_wanted = all(any(test(subject) for test in tests) for tests in self.wanted.values())
        return is_wanted and not any(test(subject) for test in self.unwanted)

    def keys(self, shown: Preview) -> frozenset[Key]:
        """The units of `shown` that are meant."""
        return frozenset(
            key_of(unit)
            for phase in shown.phases
            for unit, subject in zip(phase.units, _subjects(phase), strict=True)
            if self.holds(subject)
        )


def selection_of(select: Iterable[str], deselect: Iterable[str], plan: Plan, repository: Repository) -> Selection:
    """The selection that these words ask for. Raises CodemodsError where one of them means nothing in this plan."""
    reader = _Reader(plan, repository)
    wanted: dict[str, tuple[Test, ...]] = {}
    for word in select:
        kind, test = reader.test(word, "--select")
        wanted[kind] = (*wanted.get(kind, ()), test)
    return Selection(wanted, tuple(reader.test(word, "--deselect")[1] for word in deselect))


def selected(
    loaded: LoadedPlan, repository: Repository, selection: Selection, crew: Crew | None = None
) -> tuple[Preview, int]:
    """The preview of what is meant, as it is without the rest; and how many units the whole plan has."""
    everything = preview_with(loaded, repository, Choice(), crew)
    if selection.is_everything:
        return everything, len(everything.units)
    choice = Choice(units=selection.keys(everything))
    shown = preview_with(loaded, repository, choice, crew)
    return _narrowed(shown, selection, choice), len(everything.units)


def _narrowed(shown: Preview, selection: Selection, choice: Choice) -> Preview:
    """`shown` with the units of `choice`, and those outcomes only that are of these, or meant as units are."""

    def is_meant(phase: str, outcome: Outcome) -> bool:
        return selection.holds(Subject(phase, (outcome.path,), findings_of(outcome)))

    phases = []
    for phase in shown.phases:
        units = tuple(unit for unit in phase.units if choice.is_chosen(unit))
        ours = {path for unit in units for path in unit.paths}
        kept = (
            outcome
            for outcome in phase.outcomes
            if outcome.path in ours or (not isinstance(outcome, Changed) and is_meant(phase.phase.name, outcome))
        )
        phases.append(replace(phase, outcomes=tuple(kept), units=units))
    skipped: tuple[Skipped, ...] = tuple(one for one in shown.skipped if is_meant("", one))
    outside = tuple(one for one in shown.outside if is_meant("", one))
    return replace(shown, phases=tuple(phases), skipped=skipped, outside=outside)


def _subjects(phase: PhasePreview) -> Iterable[Subject]:
    rewritten: dict[str, list[Finding]] = {}
    for finding in phase.findings:
        if finding.disposition is Disposition.REWRITTEN:
            rewritten.setdefault(finding.reference.path, []).append(finding)
    for unit in phase.units:
        paths = tuple(dict.fromkeys(unit.paths))
        yield Subject(unit.phase, paths, tuple(finding for path in paths for finding in rewritten.get(path, ())))


class _Reader(Struct):
    """Makes tests of words, of which each is checked against what the plan and the repository have."""

    plan: Plan
    repository: Repository
    owners: Owners | None = None

    def test(self, word: str, option: str) -> tuple[str, Test]:
        kind, colon, value = word.partition(":")
        if not colon or kind not in KINDS or not value:
            listed = ", ".join(f"{name}:…" for name in KINDS)
            near = nearest(kind, KINDS) if colon and kind not in KINDS else ""
            what = f"`{option} {word}` selects nothing{near}."
            raise CodemodsError(what, hint=f"Say what it is about first: {listed}.")
        makers: dict[str, Callable[[str], Test]] = {
            "path": _path, "rule": self._rule, "form": _form, "phase": self._phase, "owner": self._owner,
        }  # fmt: skip
        return kind, makers[kind](value)

    def _phase(self, name: str) -> Test:
        steps = (self.plan.phase_that_does(step) for step in ("merge", "shim", "delete"))
        known = [*(phase.name for phase in self.plan.effective_phases), *(phase.name for phase in steps)]
        _require("phase", name, known)
        return lambda subject: subject.phase == name

    def _rule(self, name: str) -> Test:
        _require("rule", name, [step.name for step in self.plan.rewrite])
        return lambda subject: any(
            f.reference.target == name and f.reference.form in (Form.MATCH, Form.CODEMOD) for f in subject.findings
        )

    def _owner(self, name: str) -> Test:
        if self.owners is None:
            self.owners = read_owners(self.repository)
        owners = self.owners
        if name == NOBODY:
            return lambda subject: not owners.of_all(subject.paths)
        _require("owner", name.casefold(), [owner.casefold() for owner in owners.known])
        return lambda subject: name.casefold() in (owner.casefold() for owner in owners.of_all(subject.paths))


def _path(pattern: str) -> Test:
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines([pattern])
    return lambda subject: any(map(spec.match_file, subject.paths))


def _form(name: str) -> Test:
    _require("form", name, [form.value for form in Form])
    return lambda subject: any(finding.reference.form.value == name for finding in subject.findings)


def _require(kind: str, name: str, known: list[str]) -> None:
    if name not in known:
        hint = f"There are: {', '.join(dict.fromkeys(known))}." if known else f"The plan names no {kind}."
        raise CodemodsError(f"There is no {kind} `{name}`{nearest(name, known)}.", hint=hint)


def read_owners(repository: Repository) -> Owners:
    """The owners of the files in the work tree. Raises CodemodsError where no file tells them."""
    tracked = set(repository.tracked_paths())
    place = next((place for place in PLACES if place in tracked), None)
    if place is None:
        what = "Nobody says who owns which file."
        raise CodemodsError(what, hint=f"Make a file for that, tracked by git: one of {', '.join(PLACES)}.")
    return parse(read_bytes(repository.root, place).decode("utf-8", "surrogateescape"))
