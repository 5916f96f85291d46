"""What the plan forbids, against the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pathspec import GitIgnoreSpec

from codemods.engine.auditing.ground import counted
from codemods.engine.auditing.items import Evidence, Item, Section, Teller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.auditing.ground import Ground


def forbid_items(ground: Ground) -> Iterator[Item]:
    """An item for each forbidden module, class and pattern of files."""
    tell = Teller(ground.loaded, Section.FORBID)
    forbid = ground.loaded.plan.forbid
    for number, module in enumerate(forbid.modules):
        path = ground.path_of(module)
        where = ("forbid", "modules", number)
        if path is None:
            yield tell.holds(where, module, "there is none")
        else:
            yield tell.fails(where, module, "the module is there", (Evidence(path),), "Delete it.")
    kept = set(ground.sight.paths) - ground.sight.excluded
    ground.definitions.look_for(forbid.classes)
    for number, name in enumerate(forbid.classes):
        places_of = [d for d in ground.definitions.of(name) if d.part.kind == "class" and d.path in kept]
        where = ("forbid", "classes", number)
        evidence = tuple(Evidence(d.path, d.part.line, f"class `{d.dotted}`") for d in places_of)
        if evidence:
            yield tell.fails(where, name, f"{counted(len(evidence), 'definition')} of it", evidence, "Delete it.")
        else:
            yield tell.holds(where, name, "no class has this name")
    for number, pattern in enumerate(forbid.files):
        spec = GitIgnoreSpec.from_lines([pattern])
        files = tuple(Evidence(path) for path in ground.sight.paths if spec.match_file(path) and path in kept)
        where = ("forbid", "files", number)
        if files:
            said = f"{counted(len(files), 'file')} match"
            yield tell.fails(where, pattern, said, files, "Delete them.")
        else:
            yield tell.holds(where, pattern, "no file matches")
