"""Names of moved modules and symbols in text that is not Python: where they stand, and what each becomes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.index.needles import FEW
from codemods.transforms.text_imports import Mention, import_mentions, is_new

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from codemods.transforms.moves import Moves, Target

    Has = Callable[[str, str], bool]

# No part of a longer name or path stands before it; `\n`, `\r` and `\t` may (an escape in a string), and `[mypy-`.
_BEFORE = re.compile(r"(?<![\w./\\$-])|(?<=\\[nrt])|(?<=\[mypy-)")
_TAIL = re.compile(r"(?P<dotted>(?:\.[^\W\d]\w*)+)|:(?P<entry>[^\W\d]\w*)")
_RUN = re.compile(r"(?:(?<!\w)import[ \t]+|(?<!\w)-m[\s\"',=]+)\Z")
_FILE_ENDING = re.compile(r"py[cix]?|so|md|rst|txt|ya?ml|toml|ini|cfg|json|html?|xml|log|csv|lock|sh|ipynb")
_FILE = re.compile(r"\.py(?![\w-])(?!\.\w)")
_SEPARATOR = re.compile(r"[/\\]+")
_LONGEST_PATH = 400
_OF_PATH = re.compile(r"[\w\-./\\]*")
PATH = "a file path: whether and where the file goes is not the plan's to say"


class _Found(Struct, frozen=True):
    """An old module at `start` of `text`, up to `end`, and what follows it."""

    text: str
    start: int
    end: int
    module: str

    @property
    def tail(self) -> re.Match[str] | None:
        """The names that follow: `.f.attr` or `:f`."""
        return _TAIL.match(self.text, self.end)

    @property
    def escaped(self) -> bool:
        """Whether it stands directly behind what may be an escape such as `\\n`."""
        return self.start > 1 and self.text[self.start - 2] == "\\" and self.text[self.start - 1] in "nrt"


class TextNames:
    """What a table of moves looks like in text: built once, then asked for each file."""

    def __init__(self, moves: Moves, source_paths: Mapping[str, str] | None = None) -> None:
        """`source_paths` says in which file of the repository an old module is; without it, `a/b.py` is `a.b`."""
        self.moves = moves
        # One of them is in a text that names what moves. A symbol is named with its module, which fewer texts hold.
        is_rare = not moves.modules and len(moves.old_modules) <= FEW
        self.words = moves.old_modules if is_rare else moves.words
        self._names = _alternatives(moves.old_modules)
        self._paths = _path_patterns(moves, source_paths or {})

    def search(self, text: str, has: Has) -> list[Mention]:
        """The mentions in `text` in their order, none of which overlap. `has(module, name)` tells what exists."""
        mentions = {*import_mentions(text, self.moves), *self._dotted(text, has), *self._files(text)}
        return list(_apart(sorted(mentions, key=_place)))

    def _dotted(self, text: str, has: Has) -> Iterator[Mention]:
        if self._names is None:
            return
        for match in self._names.finditer(text):
            if _BEFORE.match(text, match.start()) is None:
                continue
            mention = self._mention(_Found(text, match.start(), match.end(), match.group()))
            if mention is not None and (mention.sure or _exists(mention, has)):
                yield mention

    def _files(self, text: str) -> Iterator[Mention]:
        for match in _FILE.finditer(text) if self._paths else ():
            start = _path_start(text, match.start())
            for part in _SEPARATOR.split(text[start : match.end()]):
                for module, pattern in self._paths.get(part, ()):
                    if found := pattern.search(text, start, match.end()):
                        yield Mention(found.start(), found.end(), module, reason=PATH)

    def _mention(self, found: _Found) -> Mention | None:
        tail = found.tail
        if tail is None:
            return self._bare_module(found)
        words = (tail["entry"] or tail["dotted"][1:]).split(".")
        if tail["dotted"] and is_new(found.module + tail["dotted"], self.moves):
            return None
        if (target := self.moves.symbols.get((found.module, words[0]))) is not None:
            return _symbol(found, tail, words, target)
        if (whole := self.moves.module(found.module)) is None:
            return None
        return _in_module(found, tail, words, whole.module)

    def _bare_module(self, found: _Found) -> Mention | None:
        target = self.moves.module(found.module)
        is_named = "." in found.module or _RUN.search(found.text[max(0, found.start - 24) : found.start]) is not None
        if target is None or not is_named:
            return None
        edits = ((found.start, found.end, target.module),)
        return Mention(found.start, found.end, found.module, edits, escaped=found.escaped)


def exists(mention: Mention, has: Has) -> bool:
    """Whether what `mention` would become is there, as far as that can be told."""
    return not mention.needs or _exists(mention, has)


def _exists(mention: Mention, has: Has) -> bool:
    return any(has(module, name) for module, name in mention.needs)


def _symbol(found: _Found, tail: re.Match[str], words: list[str], target: Target) -> Mention | None:
    """`a.b.f` or `a.b:f`, where the plan says where `f` goes."""
    if len(words) > 1 and _is_file_ending(found.text, tail, words):
        return None
    mark = ":" if tail["entry"] else "."
    end = found.end + 1 + len(words[0])
    name = target.name or ""
    return Mention(
        found.start,
        end,
        f"{found.module}.{words[0]}",
        ((found.start, end, f"{target.module}{mark}{name}"),),
        ((target.module, name),),
        escaped=found.escaped,
    )


def _in_module(found: _Found, tail: re.Match[str], words: list[str], module: str) -> Mention:
    """`a.b.anything` or `a.b:anything`, where all of `a.b` goes to `module`: the rest of the name stays as it is."""
    parents = [".".join((module, *words[:number])) for number in range(len(words))]
    return Mention(
        found.start,
        found.end + 1 + len(words[0]),
        f"{found.module}.{words[0]}",
        ((found.start, found.end, module),),
        tuple(zip(parents, words, strict=True)),
        escaped=found.escaped,
        sure="." in found.module and not _is_file_ending(found.text, tail, words),
    )


def _is_file_ending(text: str, tail: re.Match[str], words: list[str]) -> bool:
    is_called = text[tail.end() : tail.end() + 1] == "("
    return tail["entry"] is None and _FILE_ENDING.fullmatch(words[-1]) is not None and not is_called


def _alternatives(modules: Collection[str]) -> re.Pattern[str] | None:
    """The longest of `modules` at a place; what stands before it is looked at later, as that is much faster."""
    if not modules:
        return None
    longest_first = sorted(modules, key=lambda module: (-len(module), module))
    return re.compile(rf"(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _path_patterns(moves: Moves, source_paths: Mapping[str, str]) -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """What the files of the modules that go as a whole look like in text, by a part that their path holds."""
    patterns: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for module in sorted(moves.modules):
        path = source_paths.get(module, module.replace(".", "/") + ".py")
        short = path[path.find(module.replace(".", "/")) :] if "." in module else path
        forms = "|".join(_path_form(form) for form in dict.fromkeys((path, short)))
        before = r"(?<![\w.-])" if "/" in path else r"(?<![\w./\\-])"
        part = path.removesuffix("/__init__.py").rpartition("/")[2]
        patterns.setdefault(part, []).append((module, re.compile(rf"{before}(?:{forms})")))
    return patterns


def _path_start(text: str, end: int) -> int:
    """Where the path that ends at `end` begins."""
    ahead = _OF_PATH.match(text[max(0, end - _LONGEST_PATH) : end][::-1])
    return end - (ahead.end() if ahead is not None else 0)


def _path_form(path: str) -> str:
    """A pattern for `path` with `/`, `\\` or an escaped one between its folders."""
    folder, _, last = path.rpartition("/")
    parts = [re.escape(part) for part in path.split("/")]
    if last == "__init__.py" and folder:  # a package: also the files in it
        parts[-1] = r"(?:\w+(?:/|\\{1,2}))*\w+\.py"
    return r"(?:/|\\{1,2})".join(parts)


def _place(mention: Mention) -> tuple[int, int, int]:
    """The order of mentions: of two that begin together, the one that takes up more comes first."""
    start, end = mention.region
    return start, -end, mention.start


def _apart(mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The mentions without those that begin inside of the region of an earlier one, such as one import line."""
    region = (-1, -1)
    for mention in mentions:
        if mention.region == region or mention.region[0] >= region[1]:
            region = mention.region
            yield mention
