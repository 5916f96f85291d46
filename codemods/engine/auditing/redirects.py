"""Is what the plan redirects there, is its target, with all names that are used, and what is left to do?"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from codemods.engine.auditing.equivalents import lacking_words
from codemods.engine.auditing.ground import counted, in_files, is_live, old_of, places
from codemods.engine.auditing.items import Evidence, Item, Section, Teller
from codemods.model import Disposition
from codemods.plan.schema import RedirectModule
from codemods.transforms.moves import is_there

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.auditing.equivalents import Equivalents
    from codemods.engine.auditing.ground import Ground
    from codemods.model import Finding
    from codemods.plan.schema import Redirect, RedirectSymbol
    from codemods.transforms.moves import Target


def redirect_items(ground: Ground, equivalents: Equivalents) -> Iterator[Item]:
    """An item for each redirect, for each name that it gives another, and for what cannot be migrated."""
    for number, redirect in enumerate(ground.loaded.plan.redirect):
        if isinstance(redirect, RedirectModule):
            yield from _module(ground, equivalents, number, redirect)
        else:
            yield _symbol(ground, equivalents, number, redirect)
    yield from _blocked(ground)


def _module(
    ground: Ground,
    equivalents: Equivalents,
    number: int,
    redirect: RedirectModule,
) -> Iterator[Item]:
    tell = Teller(ground.loaded, Section.REDIRECT)
    name = f"{redirect.module} → {redirect.to}"
    missing = ground.names.module(("redirect", number, "to"), redirect.to)
    if missing:
        near = equivalents.of_module(redirect.to)
        yield tell.fails(("redirect", number, "to"), name, lacking_words(missing[0], near), near, _instead(near))
        return
    state = _state(ground, tell, ("redirect", number, "module"), name, redirect)
    if lacking := dict(_lacking(ground, redirect.module)):
        listed = ", ".join(f"`{used}` ({counted(len(found), 'reference')})" for used, found in lacking.items())
        said = f"`{redirect.to}` lacks {counted(len(lacking), 'name')} that consumers use: {listed}; {state.said}"
        evidence = tuple(place for found in lacking.values() for place in places(found, 1))
        hint = "Say under `symbols:` what takes their place, or `merge:` them."
        yield tell.fails(("redirect", number, "to"), name, said, evidence, hint)
    else:
        yield state
    for old, target in redirect.symbols.items():
        yield from _mapping(ground, tell, ("redirect", number, "symbols", old), redirect, old, target)


def _mapping(
    ground: Ground, tell: Teller, where: tuple[str | int, ...], redirect: RedirectModule, old: str, target: str
) -> Iterator[Item]:
    module, _, last = target.rpartition(".")
    module = module or redirect.to
    name = f"{redirect.module}.{old} → {module}.{last}"
    missing = ground.names.module(where, module) or ground.names.symbol(where, module, last)
    if missing:
        near = tuple(Evidence(d.path, d.part.line, f"{d.part.kind} `{d.dotted}`") for d in ground.definitions.of(last))
        yield tell.fails(where, name, lacking_words(missing[0], near), near, "Name what the module has.")
    elif ground.path_of(redirect.module) is not None and ground.names.symbol(where, redirect.module, old):
        mistake = ground.names.symbol(where, redirect.module, old)[0]
        used = ground.naming(f"{redirect.module}.{old}")
        if used:
            yield tell.fails(where, name, f"{mistake.message}, but {in_files(used)} use it", places(used))
        else:
            yield tell.fails(where, name, mistake.message, (), "Take the entry out.")


def _symbol(
    ground: Ground,
    equivalents: Equivalents,
    number: int,
    redirect: RedirectSymbol,
) -> Item:
    tell = Teller(ground.loaded, Section.REDIRECT)
    name = f"{redirect.symbol} → {redirect.to}"
    where = ("redirect", number, "to")
    module, _, last = redirect.to.rpartition(".")
    missing = ground.names.module(where, module)
    if missing:
        near = equivalents.of_module(module, (last,))
        return tell.fails(where, name, lacking_words(missing[0], near), near, _instead(near))
    if lacking := ground.names.symbol(where, module, last):
        elsewhere = tuple(
            Evidence(d.path, d.part.line, f"{d.part.kind} `{d.dotted}`") for d in ground.definitions.of(last)
        )
        near = elsewhere or equivalents.of_class(last)
        return tell.fails(
            where, name, lacking_words(lacking[0], near), near, "Name what the module has, or `merge:` it first."
        )
    return _state(ground, tell, ("redirect", number, "symbol"), name, redirect)


def _instead(near: tuple[Evidence, ...]) -> str:
    return "It would be new. Redirect to one of these instead, or say where it is." if near else ""


def _state(ground: Ground, tell: Teller, where: tuple[str | int, ...], name: str, redirect: Redirect) -> Item:
    """How far a redirect is whose target is there."""
    old = old_of(redirect)
    found = ground.naming(old)
    live = tuple(finding for finding in found if is_live(finding))
    spoken = f"; {in_files(set(found) - set(live))} that only speak of it" if len(live) < len(found) else ""
    there = _whereabouts(ground, old, redirect.to)
    if not live:
        state = there or "it is there, and nothing refers to it"
        return tell.done(where, name, f"{state}{'; no reference is left' if there else ''}{spoken}", _own(ground, old))
    if there.startswith("it is gone"):
        said = f"{there}, but {in_files(live)} still name it{spoken}"
        return tell.fails(where, name, said, places(live), "They are broken now: apply the plan.")
    rewritten = tuple(f for f in live if f.disposition is Disposition.REWRITTEN)
    left = tuple(f for f in live if f.disposition in (Disposition.REVIEW, Disposition.LEFT))
    said = f"{in_files(live)} name it: {len(rewritten)} can be rewritten, {len(left)} are left or to review{spoken}"
    if there:
        said = f"{there}; {said}"
    return tell.holds(where, name, said, _own(ground, old))


def _whereabouts(ground: Ground, old: str, new: str) -> str:
    """Whether what is redirected is gone, or forwards already; empty where it is as it was."""
    path = ground.path_of(old)
    if path is not None:
        return f"it only forwards to `{new}`" if forwards(ground, path, new) else ""
    module, _, name = old.rpartition(".")
    path = ground.path_of(module)
    if path is None:
        return "it is gone"
    found = ground.sight.found
    if not found.ask(lambda index: index.has(module, name)):
        return "it is gone"
    target, _, last = new.rpartition(".")
    steps = found.ask(lambda index: tuple(index.origins(module, name)))
    return f"it is `{new}` already" if (target, last) in steps else ""


def forwards(ground: Ground, path: str, new: str) -> bool:
    """Whether the module in `path` defines nothing of its own and names `new`: a shim, or an alias of it."""
    made = ground.definitions.outline(path)
    if made is None or any(part.kind == "class" for part in made.parts):
        return False
    public = [part for part in made.parts if part.kind != "constant" and not part.name.startswith("_")]
    return not public and new.encode() in ground.definitions.read(path)


def _own(ground: Ground, old: str) -> tuple[Evidence, ...]:
    path = ground.path_of(old)
    if path is not None:
        return (Evidence(path),)
    module, _, name = old.rpartition(".")
    defined = [d for d in ground.definitions.of(name) if d.module == module]
    return tuple(Evidence(d.path, d.part.line) for d in defined)


def _lacking(ground: Ground, old: str) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """The names of the module `old` that consumers use and its target lacks, the most used first."""
    used: dict[str, list[Finding]] = defaultdict(list)
    for finding in ground.naming(old):
        name = finding.reference.target[len(old) + 1 :].partition(".")[0]
        if name and is_live(finding):
            used[name].append(finding)
    for name, found in sorted(used.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        target = ground.sight.moves.symbol(old, name)
        if target is not None and not _has(ground, target):
            yield name, tuple(found)


def _has(ground: Ground, target: Target) -> bool:
    return ground.sight.found.ask(lambda index: is_there(target, index))


def _blocked(ground: Ground) -> Iterator[Item]:
    """An item for each reason, but missing names and circles, for which files cannot be migrated."""
    tell = Teller(ground.loaded, Section.REDIRECT)
    reasons: dict[str, set[Evidence]] = defaultdict(set)
    for outcome in ground.blocked:
        for reason in outcome.reasons:
            place, _, why = reason.removeprefix(f"{outcome.path}:").partition(": ")
            if not (" has no name `" in why or "in a circle" in why or why.startswith("called by")):
                reasons[why].add(Evidence(outcome.path, int(place) if place.isdigit() else 0))
    for why, found in sorted(reasons.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        said = f"{counted(len({e.path for e in found}), 'file')} cannot be migrated: {why}"
        hint = "Say in a rule what becomes of such places, or change them by hand first."
        yield tell.fails(("redirect",), "blocked", said, tuple(sorted(found)), hint)
