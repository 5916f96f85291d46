"""Are the phases about files that are there and have references, and are the figures of the plan right?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct
from pathspec import GitIgnoreSpec

from codemods.engine.auditing.ground import by_folder, counted, files_of, is_live, names, old_of, places
from codemods.engine.auditing.items import Evidence, Item, Section, Teller, Verdict
from codemods.engine.phases import assign
from codemods.model import Disposition, Form
from codemods.plan.check import is_literal
from codemods.plan.consolidation import figure_holds
from codemods.plan.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codemods.engine.auditing.ground import Ground
    from codemods.model import Finding
    from codemods.plan.consolidation import Expect, PhaseExpect
    from codemods.plan.positions import Location
    from codemods.plan.schema import Phase


class Figures(Struct, frozen=True):
    """What was counted in one phase, or in files of none: files with references, references in Python files, by form,
    by old path and by disposition; references outside Python; the files that name the canonical path and have no
    references any more; and those that the phase lists one by one and that have none."""

    name: str
    files: tuple[str, ...]
    references: int
    forms: Mapping[str, int]
    paths: Mapping[str, int]
    dispositions: Mapping[str, int]
    outside_python: int
    migrated: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


def figures_of(ground: Ground) -> tuple[Figures, ...]:
    """The figures of each phase in order, and of the files with references that no phase covers, if there are any."""
    assignment = ground.examined.assignment
    migrated = assign(ground.loaded.plan, _using(ground))
    made = [
        _figures(ground, phase.name, assignment.files[phase.name], migrated.files[phase.name], phase)
        for phase in ground.loaded.plan.effective_phases
    ]
    outside = [path for path in assignment.uncovered if ground.found_in(path)]
    return (*made, *([_figures(ground, "", outside, migrated.uncovered)] if outside else []))


def totals_of(ground: Ground) -> Figures:
    """The figures of the whole plan."""
    return _figures(ground, "all", ground.examined.concerned, _using(ground))


def _using(ground: Ground) -> tuple[str, ...]:
    """The files that name the canonical path."""
    return tuple(sorted({place.path for place in ground.compliance.places if place.kind == "canonical"}))


def _figures(
    ground: Ground, name: str, paths: Iterable[str], using: Iterable[str], phase: Phase | None = None
) -> Figures:
    everything = [finding for path in paths for finding in ground.found_in(path)]
    found = [finding for finding in everything if _is_counted(finding)]
    forms = Counter(finding.reference.form for finding in found)
    dispositions = Counter(finding.disposition for finding in found)
    olds = [old_of(redirect) for redirect in ground.loaded.plan.redirect]
    with_references = files_of(found)
    idle = _idle(ground, phase, set(with_references)) if phase is not None else ()
    return Figures(
        name,
        with_references,
        len(found),
        {form.value: forms[form] for form in Form if forms[form]},
        {old: number for old in olds if (number := sum(names(f.reference.target, old) for f in found))},
        {disposition.value: dispositions[disposition] for disposition in Disposition},
        sum(finding.reference.form is Form.TEXT for finding in everything),
        tuple(path for path in using if path not in with_references),
        idle,
    )


def _is_counted(finding: Finding) -> bool:
    return finding.reference.form not in (Form.TEXT, Form.MATCH, Form.CODEMOD)


def _idle(ground: Ground, phase: Phase, with_references: set[str]) -> tuple[str, ...]:
    """The files that the phase lists one by one, that are there and have nothing to do."""
    listed = () if phase.files == "rest" else phase.files
    there = [path for path in listed if is_literal(path) and path in ground.sight.found.tracked]
    return tuple(path for path in there if path not in with_references and not ground.found_in(path))


def phase_items(ground: Ground, figures: tuple[Figures, ...]) -> Iterator[Item]:
    """An item for each phase as a whole, and for each file or pattern of it that is not as the plan has it."""
    tell = Teller(ground.loaded, Section.PHASES)
    plan = ground.loaded.plan
    by_name = {figure.name: figure for figure in figures}
    for number, phase in enumerate(plan.phases):
        if phase.does != "consumers":
            continue
        of_patterns = list(_patterns(ground, tell, number, phase))
        yield from of_patterns
        yield from _whole(ground, tell, number, by_name[phase.name], of_patterns)
    for path, several in ground.examined.assignment.overlapping.items():
        hint = f"Add `!{path}` to one of them."
        yield tell.fails(("phases",), path, f"it is in phases {' and '.join(several)}", (Evidence(path),), hint)
    outside = [f for path in ground.examined.assignment.uncovered for f in ground.found_in(path) if _needs_phase(f)]
    if outside:
        said = f"{counted(len(outside), 'reference')} in {counted(len(files_of(outside)), 'file')} are in no phase"
        hint = "Add the files to a phase, or end with a phase that has `files: rest`."
        yield tell.fails(("phases",), "references in no phase", said, places(outside), hint)


def _whole(ground: Ground, tell: Teller, number: int, found: Figures, of_patterns: list[Item]) -> Iterator[Item]:
    where: Location = ("phases", number, "name")
    steps = sum(
        finding.reference.form in (Form.MATCH, Form.CODEMOD)
        for path in ground.examined.assignment.files[found.name]
        for finding in ground.found_in(path)
    )
    said = f"{counted(found.references, 'reference')} in {counted(len(found.files), 'file')}"
    if steps:
        said += f", and {counted(steps, 'place')} that rules match"
    if found.references or steps:
        yield tell.holds(where, found.name, said)
    elif not any(item.verdict is Verdict.FAILS for item in of_patterns):
        yield tell.done(where, found.name, "nothing is left to do in its files")


def _needs_phase(finding: Finding) -> bool:
    return finding.disposition in (Disposition.REWRITTEN, Disposition.BLOCKED)


def _patterns(ground: Ground, tell: Teller, number: int, phase: Phase) -> Iterator[Item]:
    tracked = ground.sight.found.tracked
    for position, pattern in enumerate(phase.files if phase.files != "rest" else ()):
        where = ("phases", number, "files", position)
        name = f"{phase.name}: {pattern}"
        if pattern.startswith("!"):
            continue
        if is_literal(pattern):
            if pattern not in tracked:
                said = f"there is no file {pattern} that git tracks"
                guess = nearest(pattern, tracked).removeprefix("; d")
                hint = f"Take it out of the phase. D{guess}" if guess else "Take it out of the phase."
                yield tell.fails(where, name, said, _namesakes(pattern, tracked), hint)
            elif not ground.found_in(pattern):
                yield _without_references(ground, tell, where, name, [pattern])
            continue
        spec = GitIgnoreSpec.from_lines([pattern])
        matching = [path for path in tracked if spec.match_file(path)]
        if not matching:
            yield tell.fails(where, name, "no tracked file matches", (), "Mend the pattern, or take it out.")
        elif not any(ground.found_in(path) for path in matching):
            yield _without_references(ground, tell, where, name, sorted(matching))


def _namesakes(path: str, tracked: Iterable[str]) -> tuple[Evidence, ...]:
    last = path.rpartition("/")[2]
    return tuple(Evidence(other, 0, "of the same name") for other in sorted(tracked) if other.endswith(f"/{last}"))[:5]


def _without_references(ground: Ground, tell: Teller, where: Location, name: str, paths: list[str]) -> Item:
    """Files of a phase without references: done where they use the canonical path, else it is not clear why they are
    listed."""
    listed = set(paths)
    using = [p for p in ground.compliance.places if p.kind == "canonical" and p.path in listed]
    many = f"{counted(len(paths), 'file')} match, and none has" if len(paths) > 1 else "it has"
    if using:
        evidence = tuple(Evidence(p.path, p.line, f"uses `{p.dotted}`") for p in using)
        no = "a reference to what moves" if len(paths) > 1 else "no reference to what moves"
        return tell.done(where, name, f"{many} {no}; the canonical path is used already", evidence)
    no = "a reference to what moves, or to the canonical path"
    said = f"{many} {no}" if len(paths) > 1 else "it has no reference to what moves, nor to the canonical path"
    return tell.fails(where, name, said, tuple(Evidence(p) for p in paths[:1]), "Take it out of the phase.")


def expect_items(ground: Ground, totals: Figures, figures: tuple[Figures, ...]) -> Iterator[Item]:
    """An item for each figure that the plan gives."""
    tell = Teller(ground.loaded, Section.EXPECT)
    plan = ground.loaded.plan
    yield from _compared(tell, ("expect",), "", plan.expect, totals)
    yield from _paths(ground, tell, plan.expect, totals)
    yield from _compliance(ground, tell, plan.expect)
    by_name = {figure.name: figure for figure in figures}
    for number, phase in enumerate(plan.phases):
        if phase.does == "consumers":
            where = ("phases", number, "expect")
            yield from _compared(tell, where, f"{phase.name}: ", phase.expect, by_name[phase.name])


def _compared(tell: Teller, where: Location, prefix: str, expect: PhaseExpect, found: Figures) -> Iterator[Item]:
    if expect.files is not None:
        folders = by_folder(found.files)
        more = (
            f"; {counted(len(found.migrated), 'more file')} with the canonical path already" if found.migrated else ""
        )
        yield _figure(tell, (*where, "files"), f"{prefix}files", expect.files, len(found.files), folders, more)
    if expect.references is not None:
        yield _figure(tell, (*where, "references"), f"{prefix}references", expect.references, found.references)
    for form, figure in expect.forms.items():
        actual = found.forms.get(form, 0)
        yield _figure(tell, (*where, "forms", form), f"{prefix}references of form {form}", figure, actual)


def _paths(ground: Ground, tell: Teller, expect: Expect, totals: Figures) -> Iterator[Item]:
    for dotted, figure in expect.paths.items():
        where = ("expect", "paths", dotted)
        found = [f for f in ground.findings if names(f.reference.target, dotted)]
        if not found and dotted not in totals.paths and not _is_moved(ground, dotted):
            said = f"expected {figure}, but the plan redirects no such path, so nothing is counted"
            yield tell.fails(where, f"references to {dotted}", said, (), "Name an old module or symbol of `redirect:`.")
            continue
        live = by_folder(files_of(f for f in found if is_live(f)))
        yield _figure(tell, where, f"references to {dotted}", figure, len(found), live)


def _is_moved(ground: Ground, dotted: str) -> bool:
    module, _, name = dotted.rpartition(".")
    moves = ground.sight.moves
    return moves.holds_module(dotted) or moves.symbol(module, name) is not None


def _compliance(ground: Ground, tell: Teller, expect: Expect) -> Iterator[Item]:
    if expect.compliance is None:
        return
    share = ground.compliance.overall
    where = ("expect", "compliance")
    if share.percent is None:
        yield tell.fails(where, "compliance", f"expected {expect.compliance} %, but nothing names either path")
        return
    actual = round(share.percent, 1)
    said = (
        f"expected {expect.compliance} %, found {actual} %: {share.canonical} of {share.total} references name the "
        f"canonical path, {share.old} the old one, {share.other} get it through other modules"
    )
    evidence = tuple(
        Evidence(folder, 0, f"{of.percent:.1f} % of {of.total}")
        for folder, of in ground.compliance.by_folder.items()
        if of.percent is not None
    )
    if figure_holds(expect.compliance, actual):
        yield tell.holds(where, "compliance", said, evidence)
    else:
        yield tell.fails(where, "compliance", said, evidence, "Correct the figure before the plan is believed.")


def _figure(
    tell: Teller,
    where: Location,
    name: str,
    figure: int | float | str,
    actual: int,
    evidence: tuple[Evidence, ...] = (),
    more: str = "",
) -> Item:
    said = f"expected {figure}, found {actual:,}{more}"
    if figure_holds(figure, actual):
        return tell.holds(where, name, said, evidence)
    return tell.fails(where, name, said, evidence, "Correct the figure, or find out what the plan took for one.")
