"""Which modules a module loads when it is imported, and whether that leads in a circle.

Three readings of a source: `possible_imports` finds every import statement by its letters, in functions, too, and is
cheap enough for whole repositories; `eager_imports` is exact, for the few modules that may lie on a circle;
`unconditional_imports` gives part of that by letters, where these are enough to be sure.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.index.masking import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from codemods.index.names import ModuleNames

_REST = r"(?:[^\n\r#;\\]|\\\r?\n)*"
_STATEMENT = re.compile(
    rf"(?:^|[;:])[ \t\f]*(?:from[ \t]+(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]+import\b[ \t]*"
    rf"(?P<names>\([^)]*\)|{_REST})|import[ \t]+(?P<modules>{_REST}))",
    re.MULTILINE,
)
_AT_TOP = re.compile(rb"\n(?:from|import)\b[^\n(]*(?:\([^)]*\)[^\n]*)?")
_WORD = re.compile(r"[\w.]+")
_LOOKED_AT = 100  # modules


def _statements(text: str) -> Iterator[re.Match[str]]:
    """The import statements of `text`, by their letters. Only where the word stands is looked more closely."""
    done = 0
    place = text.find("import")
    while place >= 0:
        start = max(text.rfind("\n", 0, place) + 1, done)
        # Up to the name of a module, and on to what is imported from it: that may go on in other lines.
        head = _STATEMENT.search(text, start, place + len("import ("))
        match = _STATEMENT.match(text, head.start()) if head is not None else None
        if match is not None:
            yield match
            done = match.end()
        place = text.find("import", max(done, place + 1))


def possible_imports(text: str, path: str, names: ModuleNames) -> set[str]:
    """The dotted names that the module in `path` may import, at any time: more than it does, never less."""
    found: set[str] = set()
    for match in _statements(text):
        if match["modules"] is not None:
            found.update(_WORD.findall(match["modules"]))
        else:
            module = names.absolute(path, len(match["dots"]), match["module"] or None)
            if module is not None:
                found.add(module)
                found.update(f"{module}.{name}" for name in _WORD.findall(match["names"]))
    return found


def possible_names(text: str, path: str, names: ModuleNames) -> set[str]:
    """As `possible_imports`, but of `from m import a` the name alone, `m.a`; of `from m import *` the module."""
    found: set[str] = set()
    for match in _statements(text):
        if match["modules"] is not None:
            found.update(_WORD.findall(match["modules"]))
        elif (module := names.absolute(path, len(match["dots"]), match["module"] or None)) is not None:
            imported = _WORD.findall(match["names"])
            found.update([f"{module}.{name}" for name in imported] or [module])
    return found


def eager_imports(tree: ast.Module, path: str, names: ModuleNames, *, unconditional: bool = False) -> set[str]:
    """The dotted names that the module imports while it is itself imported: not in functions, nor for type checkers.

    The `unconditional` ones stand at the top level itself.
    """
    found: set[str] = set()
    for statement in tree.body if unconditional else _executed(tree.body):
        if isinstance(statement, ast.Import):
            found.update(alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            module = names.absolute(path, statement.level, statement.module)
            if module is not None:
                found.add(module)
                found.update(f"{module}.{alias.name}" for alias in statement.names)
    return found


def unconditional_imports(source: bytes, path: str, names: ModuleNames) -> set[str] | None:
    """The `unconditional` ones of `eager_imports`, by the letters of UTF-8 `source`; perhaps without one that shares
    its line with a statement before it. None where only the tree can tell."""
    code = masked(b"\n" + source)
    if code is None or b"\r" in code:
        return None
    statements = []
    for match in _AT_TOP.finditer(code):
        # What a line before goes on with may be a string.
        if code.endswith(b"\\", 0, match.start()):
            return None
        statements.append(match.group())
    try:
        tree = ast.parse(b"".join(statements))
    except (SyntaxError, ValueError):
        return None
    return eager_imports(tree, path, names, unconditional=True)


def _executed(block: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in block:
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        skipped = isinstance(statement, ast.If) and _is_type_checking(statement.test)
        for holder in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            for name in ("body", "orelse", "finalbody"):
                inner = getattr(holder, name, None)
                if isinstance(inner, list) and not (skipped and name == "body"):
                    yield from _executed(inner)


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"


class Loaded:
    """The modules that are loaded for a dotted name: it, and the packages that it lies in, as far as `is_module`."""

    def __init__(self, is_module: Callable[[str], bool]) -> None:
        self._is_module = is_module
        self._known: dict[str, frozenset[str]] = {}

    def by(self, module: str, imported: Iterable[str]) -> set[str]:
        """Those for the dotted names that `module` imports. Its own packages are loaded already when it is imported."""
        found: set[str] = set()
        for dotted in imported:
            if dotted not in self._known:
                self._known[dotted] = self._of(dotted)
            found |= self._known[dotted]
        if found:
            found.discard(module)
            found.difference_update(_packages(module))
        return found

    def _of(self, dotted: str) -> frozenset[str]:
        return frozenset(filter(self._is_module, (dotted, *_packages(dotted))))


def with_packages(names: Iterable[str]) -> set[str]:
    """The dotted `names`, and the packages that they lie in."""
    return {each for name in names for each in (name, *_packages(name))}


def _packages(dotted: str) -> Iterator[str]:
    while dotted := dotted.rpartition(".")[0]:
        yield dotted


class SureLoads(Struct, frozen=True):
    """What importing a module surely loads, as far as anyone has asked and the first 100 modules tell: the modules that
    are `reached`, those of them that nobody has looked into yet, and all that is `imported`, with the packages around
    it. A value: threads may ask."""

    pending: tuple[str, ...]
    reached: frozenset[str]
    imported: frozenset[str] = frozenset()

    def looking_for(
        self, module: str, eager: Callable[[str], Collection[str]], is_module: Callable[[str], bool]
    ) -> SureLoads:
        """What is known once it is known whether `module` is loaded: `eager` gives the full names that a module imports
        without a condition."""
        if module in self.imported or not self.pending:
            return self
        pending, reached, imported = list(self.pending), set(self.reached), set(self.imported)
        while pending and module not in imported:
            named = sorted(eager(pending.pop(0)))
            further = [dotted for dotted in named if dotted not in reached and is_module(dotted)]
            reached.update(further)
            pending += further
            imported |= with_packages(named)
            if len(reached) > _LOOKED_AT:
                pending = []
        return SureLoads(tuple(pending), frozenset(reached), frozenset(imported))


def path_between(start: str, goal: str, edges: Callable[[str], Collection[str]]) -> list[str]:
    """The shortest way from `start` to `goal` along `edges`, both included; empty where there is none."""
    before = {start: ""}
    pending = [start]
    for module in pending:
        if module == goal:
            way = [goal]
            while way[-1] != start:
                way.append(before[way[-1]])
            return way[::-1]
        for following in sorted(edges(module)):
            if following not in before:
                before[following] = module
                pending.append(following)
    return []
