"""What the plan merges, against the code: what would move, what is undecided, what is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.consolidation.merging.values import Merged, Refused
from codemods.engine.auditing.equivalents import lacking_words
from codemods.engine.auditing.ground import counted
from codemods.engine.auditing.items import Evidence, Section, Teller, evidence_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.auditing.equivalents import Equivalents
    from codemods.engine.auditing.ground import Ground
    from codemods.engine.auditing.items import Item
    from codemods.engine.merging import Judged


def merge_items(ground: Ground, equivalents: Equivalents) -> Iterator[Item]:
    """An item for each merge: what would move, what is undecided, or that it is done."""
    tell = Teller(ground.loaded, Section.MERGE)
    for judged in ground.merges:
        where = ("merge", judged.number)
        name = f"{judged.asked.module} → {judged.asked.into}"
        if judged.missing and judged.asked.into in ground.sight.found.modules:
            yield tell.done(where, name, f"{judged.missing[0].message}: it is merged, or never was")
        elif judged.missing:
            for mistake in judged.missing:
                near = equivalents.of_module(mistake.message.split("`")[1])
                yield tell.fails(where, name, lacking_words(mistake, near), near, "Name a module that is there.")
        elif judged.is_left:
            yield tell.done(where, name, "the duplicate only forwards: it was merged before")
        elif judged.made is None:
            yield tell.done(where, name, "the duplicate is gone: it is merged, or never was")
        elif isinstance(judged.made, Refused):
            yield _refused(tell, judged, judged.made, name)
        elif judged.blocked is not None:
            yield tell.fails(where, name, judged.blocked.reasons[0])
        else:
            yield _merged(tell, judged, judged.made, name)


def _refused(tell: Teller, judged: Judged, made: Refused, name: str) -> Item:
    said = f"it cannot be merged as the plan says: {counted(len(made.reasons), 'reason')}"
    if made.undecided:
        said = f"{counted(len(made.undecided), 'name')} to decide, since both define them differently"
    evidence = tuple(evidence_of(reason) for reason in made.reasons)
    return tell.fails(("merge", judged.number), name, said, evidence, "Decide each under `take:`; preview shows both.")


def _merged(tell: Teller, judged: Judged, made: Merged, name: str) -> Item:
    if made.is_nothing:
        return tell.done(("merge", judged.number), name, "the kept module has all that the plan takes over")
    said = f"{counted(len(made.taken), 'name')} would move: {', '.join(f'`{taken.name}`' for taken in made.taken)}"
    evidence = tuple(Evidence(taken.path, taken.line, taken.name) for taken in made.taken)
    return tell.holds(("merge", judged.number), name, said, evidence)
