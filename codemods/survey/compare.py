"""What two definitions, or two modules, have in common and what not: names, members, parameters, defaults, code."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.survey.outline import Outline, Part


class Status(str, Enum):
    """Where a name is defined, and whether both definitions agree."""

    SAME = "same"
    DIFFERS = "differs"
    ONLY_OURS = "only ours"
    ONLY_THEIRS = "only theirs"


class Difference(Struct, frozen=True):
    """One name, as `name` or `Class.member`, in the kept module (ours) and the duplicate (theirs).

    `details` say in words how the two differ, such as "theirs is async, ours is not".
    """

    name: str
    status: Status
    ours: Part | None
    theirs: Part | None
    details: tuple[str, ...] = ()


def compare(ours: Outline, theirs: Outline) -> tuple[Difference, ...]:
    """Each name that one of both modules defines, in the order of theirs; members follow their class where both
    modules define it. The last definition of a name counts."""
    return tuple(_compare("", ours.parts, theirs.parts))


def compare_parts(ours: Part, theirs: Part) -> tuple[Difference, ...]:
    """Two definitions, and their members where both are classes. Their own names may differ: ours counts."""
    return tuple(_pair(ours.name, ours, theirs))


def _compare(prefix: str, ours: tuple[Part, ...], theirs: tuple[Part, ...]) -> Iterator[Difference]:
    our, their = _by_name(ours), _by_name(theirs)
    for name in dict.fromkeys((*their, *our)):
        if name not in our:
            yield Difference(prefix + name, Status.ONLY_THEIRS, None, their[name])
        elif name not in their:
            yield Difference(prefix + name, Status.ONLY_OURS, our[name], None)
        else:
            yield from _pair(prefix + name, our[name], their[name])


def _by_name(parts: Iterable[Part]) -> dict[str, Part]:
    return {part.name: part for part in parts}


def _pair(name: str, ours: Part, theirs: Part) -> Iterator[Difference]:
    details = tuple(_details(ours, theirs))
    members: tuple[Difference, ...] = ()
    if ours.kind == theirs.kind == "class":
        members = tuple(_compare(f"{name}.", ours.members, theirs.members))
        if lacking := [m.name.rpartition(".")[2] for m in members if m.status is Status.ONLY_THEIRS]:
            details += (f"ours lacks {_listed(lacking)}",)
        if differing := [m.name.rpartition(".")[2] for m in members if m.status is Status.DIFFERS]:
            details += (f"{_listed(differing)} differ{'s' if len(differing) == 1 else ''}",)
    elif ours.code != theirs.code:
        details += ("the code differs" if ours.kind != "constant" else "the value differs",)
    yield Difference(name, Status.DIFFERS if details else Status.SAME, ours, theirs, details)
    yield from members


def _details(ours: Part, theirs: Part) -> Iterator[str]:
    if ours.kind != theirs.kind:
        yield f"theirs is {_article(theirs.kind)}, ours is {_article(ours.kind)}"
        if not {ours.kind, theirs.kind} <= _FUNCTIONS:
            return
    if ours.bases != theirs.bases:
        yield f"bases: theirs ({', '.join(theirs.bases)}), ours ({', '.join(ours.bases)})"
    if ours.decorators != theirs.decorators:
        yield f"decorators: theirs {_listed(theirs.decorators)}, ours {_listed(ours.decorators)}"
    if ours.kind != "class":
        yield from _parameters(ours, theirs)


def _parameters(ours: Part, theirs: Part) -> Iterator[str]:
    our = {parameter.name: parameter for parameter in ours.parameters}
    their = {parameter.name: parameter for parameter in theirs.parameters}
    if lacking := [name for name in their if name not in our]:
        yield f"ours lacks the parameter{'s' if len(lacking) > 1 else ''} {_listed(lacking)}"
    if more := [name for name in our if name not in their]:
        yield f"theirs lacks the parameter{'s' if len(more) > 1 else ''} {_listed(more)}"
    our_defaults, their_defaults = dict(ours.defaults), dict(theirs.defaults)
    for name in (name for name in their if name in our):
        if our_defaults.get(name) != their_defaults.get(name):
            yield f"default of `{name}`: theirs {_default(their_defaults, name)}, ours {_default(our_defaults, name)}"
        if our[name].kind != their[name].kind:
            yield f"`{name}`: theirs is {_KINDS[their[name].kind]}, ours {_KINDS[our[name].kind]}"
    shared = [name for name in their if name in our]
    if shared != [name for name in our if name in their]:
        yield f"the order of the parameters: theirs {_listed(shared)}"


_FUNCTIONS = {"function", "async function"}
_KINDS = {
    "positional": "by position only",
    "both": "by position or name",
    "keyword": "by name only",
    "*": "a list of the rest",
    "**": "a dictionary of the rest",
}


def _default(defaults: dict[str, str], name: str) -> str:
    return f"`{defaults[name]}`" if name in defaults else "none"


def _article(kind: str) -> str:
    return f"an {kind}" if kind.startswith("async") else f"a {kind}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
