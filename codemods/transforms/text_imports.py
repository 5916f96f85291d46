"""Python imports that are quoted in text, as in Markdown, `python -c "..."` or a traceback: what each name becomes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.transforms.moves import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.transforms.moves import Moves

_BEFORE = re.compile(r"(?<![\w.])|(?<=\\[nrt])")
_FROM = re.compile(r"from[ \t]+(?P<module>[^\W\d]\w*(?:\.\w+)*)[ \t]+import(?!\w)[ \t]*")
_NAME = re.compile(r"(?P<name>[^\W\d]\w*)(?:[ \t]+as[ \t]+(?P<local>[^\W\d]\w*))?")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_END = re.compile(r"[ \t]*(?:\Z|[\r\n;#\"'`)\]}<>|&!]|\\[nrt\"]|\.(?:\s|\Z))")
_BRACKETS = re.compile(r"\((?P<names>[^()]{1,4000})\)")
_BLANK = re.compile(r"#(?:(?!\\n)[^\r\n])*|\\[nrt]")
_ITEM = re.compile(r"\s*(?:(?P<name>[^\W\d]\w*)(?:\s+as\s+(?P<local>[^\W\d]\w*))?)?\s*")

UNREAD = "an import whose names cannot be read: change it by hand"
NOT_PLAIN = "not a plain import: change it by hand"
PARTED = "its names go to different modules: change it by hand"
STAR = "imports whatever the module holds: change it by hand"


class Mention(Struct, frozen=True):
    """A place in text that names a module or symbol, as offsets in the text.

    `edits` are the spans to replace, `needs` the (module, name) of which one must exist for that, `reason` says why
    it is never rewritten. `keeps` are local names that an import binds: where one is in use elsewhere in the text,
    `edits_as` stands for `edits`. A mention that is not `sure` is one only if its target exists.
    """

    start: int
    end: int
    target: str
    edits: tuple[tuple[int, int, str], ...] = ()
    needs: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    escaped: bool = False
    sure: bool = True
    local: str = ""
    edits_as: tuple[tuple[int, int, str], ...] = ()
    within: tuple[int, int] | None = None

    @property
    def region(self) -> tuple[int, int]:
        """The text that it takes up: of an import, from the module to the last name."""
        return self.within or (self.start, self.end)

    def edits_for(self, used: frozenset[str]) -> tuple[tuple[int, int, str], ...]:
        """The edits, where the names in `used` are used elsewhere in the text without their module."""
        return self.edits_as if self.local in used else self.edits


class _Named(Struct, frozen=True):
    """One name of an import: its span, the span with its `as`, and the local name that it gives."""

    start: int
    end: int
    stop: int
    name: str
    local: str | None


class _Statement(Struct):
    """One `from module import names` in a text."""

    module: str
    start: int
    module_end: int
    end: int
    names: list[_Named] = field(default_factory=list)
    reason: str = ""


def import_mentions(text: str, moves: Moves) -> Iterator[Mention]:
    """The names that each `from … import …` in `text` imports and that move."""
    for match in _FROM.finditer(text):
        module = match["module"]
        is_old = moves.holds_module(module) or moves.leads_to(module)
        if is_old and not is_new(module, moves) and _BEFORE.match(text, match.start()):
            yield from _mentions(_read(text, match), moves)


def is_new(dotted: str, moves: Moves) -> bool:
    """Whether `dotted` is, or lies in, a module that an old one goes to inside of itself: `a.b.c` for `a.b`."""
    return any(
        target.module.startswith(f"{old}.") and f"{dotted}.".startswith(f"{target.module}.")
        for old, target in moves.modules.items()
    )


def _read(text: str, match: re.Match[str]) -> _Statement:
    statement = _Statement(match["module"], match.start("module"), match.end("module"), match.end())
    if text.startswith("*", match.end()):
        statement.reason = STAR
    elif text.startswith("(", match.end()):
        _read_bracketed(text, statement)
    else:
        _read_line(text, statement)
    return statement


def _read_line(text: str, statement: _Statement) -> None:
    position, is_whole = statement.end, False
    while (item := _NAME.match(text, position)) is not None:
        statement.names.append(_named(item, 0))
        statement.end = item.end()
        comma = _COMMA.match(text, statement.end)
        is_whole = comma is None
        if comma is None:
            break
        position = comma.end()
    if not statement.names:
        statement.reason = UNREAD
    elif not is_whole or _END.match(text, statement.end) is None:
        statement.reason = NOT_PLAIN


def _read_bracketed(text: str, statement: _Statement) -> None:
    brackets = _BRACKETS.match(text, statement.end)
    if brackets is None:
        statement.reason = UNREAD
        return
    start = brackets.start("names")
    names = _BLANK.sub(lambda blank: " " * len(blank.group()), brackets["names"])
    position = 0
    while position <= len(names):
        item = _ITEM.match(names, position)
        if item is None or names[item.end() : item.end() + 1] not in ("", ","):
            statement.reason, statement.names = UNREAD, []
            return
        if item["name"]:
            statement.names.append(_named(item, start))
        position = item.end() + 1
    statement.end = brackets.end()
    statement.reason = "" if statement.names else UNREAD


def _named(item: re.Match[str], offset: int) -> _Named:
    stop = item.end("local") if item["local"] else item.end("name")
    return _Named(offset + item.start("name"), offset + item.end("name"), offset + stop, item["name"], item["local"])


def _mentions(statement: _Statement, moves: Moves) -> Iterator[Mention]:
    within = (statement.start, statement.end)
    targets = [_target(statement.module, named.name, moves) for named in statement.names]
    if not statement.names:
        if moves.holds_module(statement.module):
            module = statement.module
            yield Mention(statement.start, statement.module_end, module, reason=statement.reason, within=within)
        return
    reason = statement.reason or _parted(targets)
    for named, target in zip(statement.names, targets, strict=True):
        if target is not None:
            yield _name_mention(statement, named, target, reason, within)


def _target(module: str, name: str, moves: Moves) -> Target | None:
    """Where `name` of `module` goes: a symbol, or a submodule that goes as a whole."""
    if is_new(f"{module}.{name}", moves):
        return None
    if (target := moves.symbol(module, name)) is not None:
        return target
    whole = moves.module(f"{module}.{name}")
    if whole is None:
        return None
    package, _, last = whole.module.rpartition(".")
    return Target(package, last if package else None, whole.keep)


def _parted(targets: list[Target | None]) -> str:
    modules = {target.module if target and target.name else "" for target in targets}
    return PARTED if len(modules) > 1 or "" in modules else ""


def _name_mention(
    statement: _Statement, named: _Named, target: Target, reason: str, within: tuple[int, int]
) -> Mention:
    old = f"{statement.module}.{named.name}"
    if reason or target.name is None:
        return Mention(named.start, named.stop, old, reason=reason or PARTED, within=within)
    module = (statement.start, statement.module_end, target.module)
    renamed = (named.start, named.stop if named.local == target.name else named.end, target.name)
    bound = (named.start, named.end, f"{target.name} as {named.name}")
    local = "" if named.local or target.name == named.name else named.name
    edits_as = (module, bound)
    return Mention(
        named.start,
        named.stop,
        old,
        edits_as if target.keep and local else (module, renamed),
        ((target.module, target.name),),
        local=local,
        edits_as=edits_as,
        within=within,
    )
