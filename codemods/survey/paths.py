"""Import paths that lead to one object: the same class, imported from several modules."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from codemods.survey.context import is_test
from codemods.survey.findings import Finding, Kind, Place, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.survey.context import Context
    from codemods.survey.sketch import Definition

_FAR_MORE = 2  # times
_ELSEWHERE, _RENAMED, _BY_DESIGN = ("only imported there",), ("another name",), ()
_MISNAMED = ("only imported there, under the name of something else",)
# What a user weighs. Through a package that holds the module: that is how packages are made.
_WEIGHTS: dict[tuple[str, ...], float] = {_ELSEWHERE: 1.0, _MISNAMED: 1.0, _RENAMED: 0.3, _BY_DESIGN: 0.1}


def paths(context: Context) -> list[Finding]:
    """One finding for each class or function that files import by more than one path; one for all that the same
    modules share."""
    by_modules: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for finding in _paths(context):
        by_modules[tuple(sorted({place.module for place in finding.places}))].append(finding)
    return [joined(findings) for findings in by_modules.values()]


def _paths(context: Context) -> Iterator[Finding]:
    names = {definition.name for definition in context.definitions}
    for definition in context.definitions:
        by_path = context.users.of(definition.module, definition.name).by_path
        if len(by_path) < 2:
            continue
        places = [_place(context, definition, dotted, files, names) for dotted, files in by_path.items()]
        places.sort(key=lambda place: (bool(place.notes), -place.users, place.dotted))
        weight = sum(place.users * _WEIGHTS[place.notes] for place in places[1:])
        kept, most = places[0], max(places, key=lambda place: place.users)
        own = "where it is defined" if kept.dotted == definition.dotted else "its package"
        reason = f"{own}: {kept.users} file(s)"
        if most.users > _FAR_MORE * kept.users:
            reason += f", but {most.users} use {most.dotted}"
        yield Finding(Kind.PATHS, definition.name, tuple(places), most.users <= _FAR_MORE * kept.users, reason, weight)


def _place(context: Context, definition: Definition, dotted: str, files: set[str], names: set[str]) -> Place:
    module, _, name = dotted.rpartition(".")
    sketch = context.code.modules.get(module)
    is_own = module == definition.module or definition.module.startswith(f"{module}.")
    notes = _ELSEWHERE if not is_own else _RENAMED if name != definition.name else _BY_DESIGN
    if not is_own and name != definition.name and name in names:
        notes = _MISNAMED
    outside = sum(1 for path in files if not is_test(path))
    line = context.code.line_of(module, name)
    return Place(module, name, sketch.path if sketch else "", line, definition.lines, len(files), outside, notes=notes)
