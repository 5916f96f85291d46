"""Does what the plan keeps exist, and is it the only one of its name?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.auditing.duplicates import definition_of, place_of
from codemods.engine.auditing.equivalents import lacking_words
from codemods.engine.auditing.ground import counted
from codemods.engine.auditing.items import Evidence, Item, Section, Teller
from codemods.model import Blocked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.auditing.defined import Defined
    from codemods.engine.auditing.duplicates import Duplicate
    from codemods.engine.auditing.equivalents import Equivalents
    from codemods.engine.auditing.ground import Ground
    from codemods.plan.positions import Location
    from codemods.plan.schema import Keep


def kept_items(ground: Ground, equivalents: Equivalents) -> Iterator[Item]:
    """An item for each module and symbol to keep."""
    for number, keep in enumerate(ground.loaded.plan.keep):
        yield from _kept(ground, equivalents, number, keep)


def _kept(ground: Ground, equivalents: Equivalents, number: int, keep: Keep) -> Iterator[Item]:
    tell = Teller(ground.loaded, Section.KEEP)
    where: Location = ("keep", number, "module")
    missing = ground.names.module(where, keep.module)
    if missing:
        near = equivalents.of_module(keep.module, keep.symbols)
        hint = "It would be new. Keep one of these instead, or say where it is." if near else ""
        yield tell.fails(where, keep.module, lacking_words(missing[0], near), near, hint)
        return
    path = ground.path_of(keep.module) or ""
    if not keep.symbols:
        yield tell.holds(where, keep.module, "it exists", (Evidence(path),))
    for position, name in enumerate(keep.symbols):
        yield _symbol(ground, equivalents, tell, ("keep", number, "symbols", position), keep.module, name)
    outcome = ground.examined.concerned.get(path)
    where = ("keep", number, "as_is")
    if keep.as_is and isinstance(outcome, Blocked):
        said = f"it is to stay as it is, but the plan would change {counted(len(outcome.findings), 'reference')} in it"
        places = tuple(Evidence(path, f.reference.line, f.reference.target) for f in outcome.findings)
        yield tell.fails(where, keep.module, said, places, "`exclude:` the file, or do not keep it `as_is`.")
    elif keep.as_is:
        yield tell.holds(where, keep.module, "nothing in the plan changes it", (Evidence(path),))


def _symbol(ground: Ground, equivalents: Equivalents, tell: Teller, where: Location, module: str, name: str) -> Item:
    dotted = f"{module}.{name}"
    missing = ground.names.symbol(where, module, name)
    if missing:
        near = tuple(map(told, ground.definitions.of(name))) or equivalents.of_class(name)
        return tell.fails(
            where, dotted, lacking_words(missing[0], near), near, "Name what the module has, or keep another module."
        )
    place = place_of(ground, module, name)
    return tell.holds(where, dotted, "it exists", (place,))


def told(defined: Defined) -> Evidence:
    """A definition as evidence."""
    return Evidence(defined.path, defined.part.line, f"{defined.part.kind} `{defined.dotted}`")


def duplicate_items(ground: Ground, duplicates: tuple[Duplicate, ...]) -> Iterator[Item]:
    """An item for each kept class: whether the plan deals with all others of its name outside the tests."""
    tell = Teller(ground.loaded, Section.DUPLICATES)
    for number, keep in enumerate(ground.loaded.plan.keep):
        for position, name in enumerate(keep.symbols):
            defined = definition_of(ground, keep.module, name)
            if defined is not None and defined.part.kind == "class":
                others = [d for d in duplicates if d.kept == defined and not d.is_test]
                yield _only_one(tell, ("keep", number, "symbols", position), defined, others)


def _only_one(tell: Teller, where: Location, kept: Defined, others: list[Duplicate]) -> Item:
    if not others:
        return tell.holds(where, kept.dotted, "no other class outside the tests has this name")
    places = tuple(
        Evidence(
            d.other.path,
            d.other.part.line,
            f"{counted(d.other.lines, 'line')} in the file; {d.planned or 'the plan does not mention it'}",
        )
        for d in others
    )
    classes = f"{len(others) + 1} classes have this name, with the kept one"
    unmentioned = sum(not d.planned for d in others)
    if unmentioned:
        said = f"{classes}, and the plan says nothing about {unmentioned} of them"
        hint = "Redirect, merge or delete them, or `exclude:` their files."
        return tell.fails(where, kept.dotted, said, places, hint)
    return tell.holds(where, kept.dotted, f"{classes}; the plan deals with all of them", places)
