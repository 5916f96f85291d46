"""Where the code base defines a name, by reading no more files than those that may."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.engine.bounded import BeyondError, within_limits
from codemods.engine.facts import key_of, known
from codemods.index.names import is_python
from codemods.index.needles import Needles
from codemods.index.text import UndecodableError, decode
from codemods.survey.outline import Outline, Part, outline
from codemods.transforms.view import UnparsableError, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from codemods.engine.facts import Facts
    from codemods.index.names import ModuleNames

_DEFINITION = re.compile(rb"^[ \t]*(?:class|(?:async[ \t]+)?def)[ \t]+([\w\x80-\xff]+)", re.MULTILINE)
_CLASS = re.compile(rb"^class[ \t]+(\w+)", re.MULTILINE)
_TEST = re.compile(r"(?:^|/)(?:tests?(?:_[^/]*)?|testing|e2e)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.pyi?$")


def is_test(path: str) -> bool:
    """Whether the file `path` holds tests, or helps them, by its name."""
    return _TEST.search(path) is not None


class Defined(Struct, frozen=True):
    """A class or function, and the file that defines it at its top level. `lines` is the length of that file."""

    path: str
    module: str | None
    part: Part
    lines: int

    @property
    def dotted(self) -> str:
        """Its full name; the plain one where no import can name its module."""
        return f"{self.module}.{self.part.name}" if self.module else self.part.name


class Definitions(Struct):
    """The Python files `paths`, whose bytes `read` gives, and what they define, read as far as it is asked for. `facts`
    are known of them."""

    paths: tuple[str, ...]
    read: Callable[[str], bytes]
    names: ModuleNames
    facts: Facts | None = None
    outlines: dict[str, Outline | None] = field(default_factory=dict)
    found: dict[str, tuple[Defined, ...]] = field(default_factory=dict)
    spelled: dict[str, list[tuple[str, int]]] | None = None

    def outline(self, path: str) -> Outline | None:
        """What the file `path` defines; None where it cannot be read as Python."""
        if path not in self.outlines:
            about = ("outline", path, self.names.source_roots)
            self.outlines[path] = known(self.facts, about, partial(self._outline, path)) if path else None
        return self.outlines[path]

    def _outline(self, path: str) -> Outline | None:
        content = self._content(path)
        if content is None:
            return None
        try:
            return within_limits(lambda: outline(parse(decode(content).text.encode()), path, self.names))
        except (UndecodableError, UnparsableError, BeyondError):
            return None

    def look_for(self, names: Iterable[str]) -> None:
        """Find the definitions of all `names` in one go."""
        wanted = sorted(set(names) - set(self.found))
        if not wanted:
            return
        words = frozenset(name.encode() for name in wanted)
        needles = Needles(words)
        found: dict[str, list[Defined]] = {name: [] for name in wanted}

        def may_define(path: str) -> bool:
            content = self._content(path)
            if content is None or not needles.any_in(content):
                return False
            return not words.isdisjoint(_DEFINITION.findall(content))

        for path in self._those(f"define {key_of(words)}", may_define):
            for defined in self._defined(path):
                if defined.part.name in found:
                    found[defined.part.name].append(defined)
        self.found.update({name: tuple(places) for name, places in found.items()})

    def of(self, name: str) -> tuple[Defined, ...]:
        """The classes and functions called `name`, by path; where a file defines it twice, the last one."""
        self.look_for((name,))
        return self.found[name]

    def classes(self) -> dict[str, list[tuple[str, int]]]:
        """Every class by its name, with the files and lines where it begins: by letters, so also those in strings."""
        if self.spelled is None:
            self.spelled = {}
            for path in filter(is_python, self.paths):
                for name, line in known(self.facts, ("classes", path, ()), partial(self._classes, path)):
                    self.spelled.setdefault(name, []).append((path, line))
        return self.spelled

    def _classes(self, path: str) -> tuple[tuple[str, int], ...]:
        content = self._content(path) or b""
        return tuple(
            (match[1].decode("utf-8", "replace"), content.count(b"\n", 0, match.start()) + 1)
            for match in _CLASS.finditer(content)
        )

    def _those(self, what: str, holds: Callable[[str], bool]) -> Iterable[str]:
        """The Python files for which `what` says that it `holds`."""
        python = [path for path in self.paths if is_python(path)]
        if self.facts is None:
            return filter(holds, python)
        return self.facts.those(what, python, holds)

    def _defined(self, path: str) -> Iterator[Defined]:
        made = self.outline(path)
        parts = {part.name: part for part in made.parts if part.kind != "constant"} if made is not None else {}
        for part in parts.values():
            yield Defined(path, self.names.name_of(path), part, made.lines if made else 0)

    def _content(self, path: str) -> bytes | None:
        try:
            return self.read(path)
        except OSError:
            return None
