"""What the code base has more than once of what a plan keeps: definitions, whole modules, names for one concept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.engine.auditing.defined import is_test
from codemods.engine.auditing.ground import counted, old_of
from codemods.engine.auditing.items import Evidence
from codemods.plan.consolidation import DeleteModule
from codemods.plan.schema import RedirectModule
from codemods.survey.compare import Status, compare, compare_parts
from codemods.survey.near_names import competing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.auditing.defined import Defined
    from codemods.engine.auditing.ground import Ground
    from codemods.plan.schema import Plan
    from codemods.survey.compare import Difference


class Duplicate(Struct, frozen=True):
    """A kept class or function, and another of its name, with how both differ. `planned` says what the plan does about
    it; empty where it says nothing."""

    kept: Defined
    other: Defined
    differences: tuple[Difference, ...]
    planned: str

    @property
    def is_test(self) -> bool:
        """Whether it stands among tests."""
        return is_test(self.other.path)


class ModulePair(Struct, frozen=True):
    """A kept module, and one that the plan redirects or merges into it, with how both differ. `lines` are the lengths
    of the two."""

    kept: str
    other: str
    kept_path: str
    other_path: str
    lines: tuple[int, int]
    differences: tuple[Difference, ...]


class Rival(Struct, frozen=True):
    """A class whose name may stand for the same concept as that of the kept class `kept`."""

    kept: str
    name: str
    path: str
    line: int


def worth_telling(differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Those that say what the kept definition lacks or has otherwise."""
    return tuple(d for d in differences if d.status in (Status.ONLY_THEIRS, Status.DIFFERS))


def place_of(ground: Ground, module: str, name: str) -> Evidence:
    """Where `name` of `module` is defined, through imports; else the module."""
    found = ground.sight.found
    own = ground.path_of(module) or ""
    steps = found.ask(lambda index: tuple(index.origins(module, name)))
    chain = [(module, name), *((holder, origin) for holder, origin in steps if origin is not None)]
    for holder, origin in reversed(chain):
        path = found.modules.get(holder) or ""
        made = ground.definitions.outline(path) if path else None
        part = made.part(origin) if made is not None else None
        if part is not None:
            told = f"{part.kind}, {counted(part.end - part.line + 1, 'line')}"
            through = f", imported from `{holder}`" if path != own else ""
            return Evidence(path, part.line, f"{told}{through}")
    return Evidence(own)


def definition_of(ground: Ground, module: str, name: str) -> Defined | None:
    """The class or function that `name` of `module` is, through imports."""
    place = place_of(ground, module, name)
    return next((defined for defined in ground.definitions.of(name) if defined.path == place.path), None)


def duplicates_of(ground: Ground) -> tuple[Duplicate, ...]:
    """The other definitions of each kept symbol, and of each that a redirect leads to."""
    wanted = tuple(dict.fromkeys(_kept_symbols(ground.loaded.plan)))
    ground.definitions.look_for(_names(ground.loaded.plan))
    found: dict[tuple[str, str], Duplicate] = {}
    for module, name in wanted:
        kept = definition_of(ground, module, name)
        for other in ground.definitions.of(name) if kept is not None else ():
            if kept is not None and other.path != kept.path and (other.dotted, other.path) not in found:
                differences = compare_parts(kept.part, other.part)
                planned = planned_for(ground.loaded.plan, other)
                found[other.dotted, other.path] = Duplicate(kept, other, differences, planned)
    for duplicate in _of_other_names(ground):
        found.setdefault((duplicate.other.dotted, duplicate.other.path), duplicate)
    return tuple(found.values())


def _of_other_names(ground: Ground) -> Iterator[Duplicate]:
    """What the plan redirects to a class or function of another name, or elsewhere."""
    plan = ground.loaded.plan
    for redirect in plan.redirect:
        if not isinstance(redirect, RedirectModule):
            other, kept = (definition_of(ground, *_split(dotted)) for dotted in (redirect.symbol, redirect.to))
            if other is not None and kept is not None and other != kept:
                yield Duplicate(kept, other, compare_parts(kept.part, other.part), planned_for(plan, other))


def _split(dotted: str) -> tuple[str, str]:
    module, _, name = dotted.rpartition(".")
    return module, name


def _kept_symbols(plan: Plan) -> Iterator[tuple[str, str]]:
    for keep in plan.keep:
        yield from ((keep.module, name) for name in keep.symbols)
    for redirect in plan.redirect:
        targets = (
            [name if "." in name else f"{redirect.to}.{name}" for name in redirect.symbols.values()]
            if isinstance(redirect, RedirectModule)
            else [redirect.to]
        )
        for target in targets:
            module, _, name = target.rpartition(".")
            yield module, name


def _names(plan: Plan) -> Iterator[str]:
    """All that is looked for: each search reads every file."""
    yield from (name for _, name in _kept_symbols(plan))
    yield from plan.forbid.classes
    for redirect in plan.redirect:
        if not isinstance(redirect, RedirectModule):
            yield _split(redirect.symbol)[1]


def planned_for(plan: Plan, other: Defined) -> str:
    """What the plan does about a definition, in words; empty where it says nothing."""
    both = (other.module, other.dotted)
    said = [f"redirected to {redirect.to}" for redirect in plan.redirect if old_of(redirect) in both]
    said += [f"merged into {merge.into}" for merge in plan.merge if merge.module == other.module]
    deleted = (delete.module if isinstance(delete, DeleteModule) else delete.symbol for delete in plan.delete)
    said += ["deleted" for name in deleted if name in both]
    return ", ".join(dict.fromkeys(said))


def pairs_of(ground: Ground) -> tuple[ModulePair, ...]:
    """The modules that the plan redirects or merges as a whole, each with the one that takes its place."""
    plan = ground.loaded.plan
    wanted = [(merge.into, merge.module) for merge in plan.merge]
    wanted += [(redirect.to, redirect.module) for redirect in plan.redirect if isinstance(redirect, RedirectModule)]
    pairs = (_pair(ground, kept, other) for kept, other in dict.fromkeys(wanted))
    return tuple(pair for pair in pairs if pair is not None)


def _pair(ground: Ground, kept: str, other: str) -> ModulePair | None:
    modules = ground.sight.found.modules
    paths = modules.get(kept), modules.get(other)
    if not paths[0] or not paths[1]:
        return None
    ours, theirs = ground.definitions.outline(paths[0]), ground.definitions.outline(paths[1])
    if ours is None or theirs is None:
        return None
    differences = tuple(_led_elsewhere(ground, other, compare(ours, theirs)))
    return ModulePair(kept, other, paths[0], paths[1], (ours.lines, theirs.lines), differences)


def _led_elsewhere(ground: Ground, other: str, differences: tuple[Difference, ...]) -> Iterator[Difference]:
    """`differences`, where names that the plan gives another are compared with what takes their place."""
    symbols = ground.sight.moves.symbols
    for difference in differences:
        target = symbols.get((other, difference.name))
        defined = definition_of(ground, target.module, target.name) if target and target.name else None
        if target is None or defined is None or difference.theirs is None:
            yield difference
            continue
        first, *members = compare_parts(defined.part, difference.theirs)
        yield replace(first, name=f"{difference.name} → {target.name}")
        yield from members


def rivals_of(ground: Ground) -> tuple[Rival, ...]:
    """The classes outside the tests whose names compete with those of kept classes."""
    kept = {
        name: defined
        for keep in ground.loaded.plan.keep
        for name in keep.symbols
        if (defined := definition_of(ground, keep.module, name)) is not None and defined.part.kind == "class"
    }
    if not kept:
        return ()
    classes = ground.definitions.classes()
    return tuple(
        Rival(name, other, path, line)
        for name in kept
        for other in competing(name, classes)
        for path, line in classes[other]
        if not is_test(path)
    )
