"""Which phase a file belongs to: gitignore-style patterns, literal paths, or the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.plan.check import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.plan.schema import Phase, Plan


def included(paths: Iterable[str], exclude: tuple[str, ...]) -> tuple[str, ...]:
    """`paths` without those that the plan excludes."""
    if not exclude:
        return tuple(paths)
    # Here and below: it takes time to load, and many a plan has no patterns.
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(exclude)
    return tuple(path for path in paths if not spec.match_file(path))


class Assignment(Struct, frozen=True):
    """The files of each phase, in the order in which they are worked on; files in several phases, or in none."""

    files: Mapping[str, tuple[str, ...]]
    overlapping: Mapping[str, tuple[str, ...]]
    uncovered: tuple[str, ...]


def assign(plan: Plan, paths: Iterable[str]) -> Assignment:
    """Assign `paths` to the phases of `plan`: literal paths in the order of the plan, all others by name."""
    ordered = sorted(paths)
    phases = plan.effective_phases
    listed = {phase.name: _listed(phase, ordered) for phase in phases}
    holders: dict[str, list[str]] = {path: [] for path in ordered}
    for name, files in listed.items():
        for path in files:
            holders[path].append(name)
    rest = next((phase.name for phase in phases if phase.files == "rest"), None)
    uncovered = tuple(path for path, names in holders.items() if not names)
    if rest is not None:
        listed[rest] = uncovered
        uncovered = ()
    overlapping = {path: tuple(names) for path, names in holders.items() if len(names) > 1}
    return Assignment({name: tuple(files) for name, files in listed.items()}, overlapping, uncovered)


def _listed(phase: Phase, paths: list[str]) -> tuple[str, ...]:
    if phase.files == "rest":
        return ()
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(phase.files)
    order = {pattern: number for number, pattern in enumerate(phase.files) if is_literal(pattern)}
    matching = [path for path in paths if spec.match_file(path)]
    return tuple(sorted(matching, key=lambda path: (order.get(path, len(order)), path)))
