"""Which files use which definition, and by which path each reaches it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from codemods.survey.code_base import CodeBase, Target
    from codemods.survey.sketch import Sketch

_CHAIN = re.compile(r"(?<![\w.\"'])([^\W\d]\w*)((?:\.\w+)+)")
_NO_CODE = re.compile(r"#[^\n]*|\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''")
_TARGET = re.compile(r"[\"']([^\W\d]\w*(?:\.\w+)+)[\"']")
_WORD = re.compile(r"\w+")
_NAMED_BY_STRINGS = ("patch", "setattr", "import_module")


Pairs = tuple[tuple[str, str], ...]
if TYPE_CHECKING:
    Recalled = Callable[[str, str, Hashable, Callable[[], Pairs]], Pairs]


class Usage(Struct):
    """The files that use something. `by_path` has those that import it by the dotted name through which they do."""

    files: set[str] = field(default_factory=set)
    by_path: dict[str, set[str]] = field(default_factory=dict)


class Users(Struct):
    """The users of all definitions, and of all modules: files that import the module or something from it.

    A file counts once, for an import, an attribute chain that starts at an imported module, a star import of a name
    that it spells, or a string that names the definition where it patches or imports by strings. The module that
    holds a definition is no user of it.
    """

    definitions: dict[Target, Usage] = field(default_factory=dict)
    modules: dict[str, set[str]] = field(default_factory=dict)

    def of(self, module: str, name: str) -> Usage:
        """The users of the definition `name` of `module`."""
        return self.definitions.get((module, name)) or Usage()


def _anew(_kind: str, _path: str, _rest: Hashable, find: Callable[[], Pairs]) -> Pairs:
    return find()


def count_users(code: CodeBase, read: Callable[[str], str], recalled: Recalled = _anew) -> Users:
    """The users of everything in `code`. `read` gives the text of a file, read as Latin-1; `recalled` what was found
    out about one before, or finds it out."""
    users = Users()
    for sketch in code.sketches:
        if not sketch.path.endswith(".pyi"):
            _File(code, users, sketch, recalled).count(read)
    return users


class _File:
    def __init__(self, code: CodeBase, users: Users, sketch: Sketch, recalled: Recalled) -> None:
        self.recalled = recalled
        self.code = code
        self.users = users
        self.sketch = sketch
        self.modules: dict[str, str] = {}  # local names that stand for modules
        self.stars: list[str] = []

    def count(self, read: Callable[[str], str]) -> None:
        for item in self.sketch.imports:
            if item.module.partition(".")[0] not in self.code.roots:
                continue
            if item.name is None:
                self.add_module(item.module)
                whole = item.local != item.module
                self.modules[item.local if whole else item.module.partition(".")[0]] = (
                    item.module if whole else item.module.partition(".")[0]
                )
            elif item.name == "*":
                self.add_module(item.module)
                self.stars.append(item.module)
            else:
                self.count_name(item.module, item.name, item.local)
        path = self.sketch.path
        if self.modules:
            heads = tuple(sorted(self.modules))
            for head, rest in self.recalled("chains", path, heads, lambda: _chains(read(path), heads)):
                self.count_chain(self.modules[head], rest[1:].split("."), "chain")
        if self.stars:
            self.count_stars({word for word, _ in self.recalled("words", path, (), lambda: _words(read(path)))})
        for head, rest in self.recalled("strings", path, (), lambda: _strings(read(path))):
            if head in self.code.roots:
                self.count_chain(head, rest.split("."), "string")

    def add_module(self, module: str) -> None:
        if module != self.sketch.module and self.code.is_module(module):
            self.users.modules.setdefault(module, set()).add(self.sketch.path)

    def add(self, target: Target, dotted: str | None) -> None:
        if target[0] == self.sketch.module:
            return
        usage = self.users.definitions.setdefault(target, Usage())
        usage.files.add(self.sketch.path)
        if dotted is not None:
            usage.by_path.setdefault(dotted, set()).add(self.sketch.path)

    def count_name(self, module: str, name: str, local: str) -> None:
        target = self.code.resolve(module, name)
        self.add_module(module)
        if target is None:
            return
        if target[1]:
            self.add(target, f"{module}.{name}")
        else:
            self.modules[local] = target[0]
            self.add_module(target[0])

    def count_chain(self, module: str, names: list[str], how: str) -> None:
        found = self.code.follow(module, names)
        if found is not None and found[0][1]:
            target, dotted = found
            self.add(target, dotted if how == "chain" else None)
            self.add_module(dotted.rpartition(".")[0])

    def count_stars(self, words: set[str]) -> None:
        for star in self.stars:
            for name in words.intersection(self.code.star_names(star)):
                target = self.code.resolve(star, name)
                if target is not None and target[1]:
                    self.add(target, f"{star}.{name}")


def _chains(text: str, heads: tuple[str, ...]) -> Pairs:
    """The attribute chains in `text` that start at one of `heads`, each once, with what follows that."""
    return tuple(dict.fromkeys(found for found in _CHAIN.findall(_NO_CODE.sub("", text)) if found[0] in heads))


def _words(text: str) -> Pairs:
    return tuple((word, "") for word in sorted(set(_WORD.findall(text))))


def _strings(text: str) -> Pairs:
    """The dotted names that are strings in `text`, where it may patch or import by them: the first name, the rest."""
    if not any(word in text for word in _NAMED_BY_STRINGS):
        return ()
    parts = (dotted.partition(".") for dotted in sorted(set(_TARGET.findall(text))))
    return tuple((head, rest) for head, _, rest in parts)


def outside_tests(files: set[str], is_test: Callable[[str], bool]) -> int:
    """How many of `files` are no tests."""
    return sum(1 for path in files if not is_test(path))
