"""What the plan deletes, against the code: what is done, what is ready, and what still refers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.auditing.ground import counted, in_files, places
from codemods.engine.auditing.items import Evidence, Section, Teller
from codemods.engine.compliance import naming
from codemods.model import Disposition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.consolidation.deleting.deletion import Deletion
    from codemods.engine.auditing.ground import Ground
    from codemods.engine.auditing.items import Item


def delete_items(ground: Ground) -> Iterator[Item]:
    """An item for each deletion, judged by the tree as it is once all other steps are carried out: done, ready, or what
    refers to it still."""
    tell = Teller(ground.loaded, Section.DELETE)
    for number, deletion in enumerate(ground.deletions):
        yield _item(ground, tell, number, deletion)


def _item(ground: Ground, tell: Teller, number: int, deletion: Deletion) -> Item:
    where, name = ("delete", number), deletion.target
    now = ground.naming(name)
    if deletion.state == "refused":
        evidence = tuple(
            Evidence(f.reference.path, f.reference.line, f"{f.reference.target} ({f.reference.form.value})")
            for f in deletion.references
        )
        said = f"{in_files(deletion.references)} would still name it: {deletion.reason}"
        return tell.fails(where, name, said, evidence, "Settle these first, or `ignore:` their files.")
    if deletion.state == "ready":
        moving = [finding for finding in now if finding.disposition is Disposition.REWRITTEN]
        ready = f"ready once these are rewritten: {in_files(moving)}" if moving else "ready: nothing refers to it"
        return tell.holds(where, name, ready, tuple(Evidence(file) for file in deletion.paths))
    if now:
        said = f"it is gone, but {in_files(now)} still name it"
        return tell.fails(where, name, said, places(now), "They are broken now: apply the plan.")
    if left := naming(ground.loaded, ground.sight.paths, ground.sight.tree.read, frozenset([name])):
        said = f"it is gone, but {counted(len(left), 'reference')} name it"
        return tell.fails(where, name, said, tuple(Evidence(place.path, place.line, place.dotted) for place in left))
    return tell.done(where, name, "it is gone, or never was there, and nothing names it")
