"""Who calls a function that cannot await, up to the nearest one that can: by name, so a namesake may be among them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.engine.bounded import BeyondError, within_limits
from codemods.index.text import UndecodableError, decode
from codemods.model import printable
from codemods.transforms.view import UnparsableError, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.scan import Scan
    from codemods.rules.rewrite import SyncCaller

_DEPTH = 8  # calls
_FILES = 40  # that hold a name; more say that it is no name to go by


class Function(Struct, frozen=True):
    """A function or method `name`, which stands at `path` and `line`."""

    path: str
    line: int
    name: str
    called: str
    is_async: bool

    def __str__(self) -> str:
        """How a reader finds it."""
        return f"{'async ' if self.is_async else ''}`{self.name}` ({printable(self.path)}:{self.line})"


class Callers(Struct):
    """Looks callers up in the files of `found`; each file is read once."""

    found: Scan
    trees: dict[str, list[tuple[Function, frozenset[str]]]] = field(default_factory=dict)

    def chain(self, caller: SyncCaller) -> str:
        """The callers of the function of `caller`, up to the nearest async one."""
        start = next((f for f, _ in self.functions(caller.path) if f.name == caller.function), None)
        if start is None:
            return ""
        before: dict[Function, Function] = {}
        level, seen = [start], {start}
        for _ in range(_DEPTH):
            following: list[Function] = []
            for function in level:
                for other in self.callers(function):
                    if other not in seen:
                        seen.add(other)
                        before[other] = function
                        following.append(other)
                    if other.is_async:
                        return " ← ".join(map(str, reversed(list(_way(other, before)))))
            level = following
        last = level[0] if level else max(before, key=lambda f: len(list(_way(f, before))), default=start)
        way = " ← ".join(map(str, reversed(list(_way(last, before)))))
        return f"{way} ← no async caller found" if before else f"{way}: no caller found"

    def callers(self, function: Function) -> list[Function]:
        """The functions that call something of that name: those of its own file first."""
        needle = re.compile(rb"\b" + re.escape(function.called.encode()) + rb"\b\s*\(")
        paths = [path for path in self.found.paths if (c := self.found.content(path)) and needle.search(c)]
        if len(paths) > _FILES:
            paths = [path for path in paths if path == function.path]
        paths.sort(key=lambda path: (path != function.path, path))
        return [
            other
            for path in paths
            for other, called in self.functions(path)
            if function.called in called and other != function
        ]

    def functions(self, path: str) -> list[tuple[Function, frozenset[str]]]:
        """The functions of a file, each with the names that it calls itself."""
        if path not in self.trees:
            content = self.found.content(path)
            try:
                self.trees[path] = within_limits(
                    lambda: list(_functions(path, parse(decode(content or b"").text.encode())))
                )
            except (UndecodableError, UnparsableError, BeyondError):
                self.trees[path] = []
        return self.trees[path]


def _way(function: Function, before: dict[Function, Function]) -> Iterator[Function]:
    yield function
    while function in before:
        function = before[function]
        yield function


def _functions(path: str, tree: ast.AST, owner: str = "") -> Iterator[tuple[Function, frozenset[str]]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            # A constructor is called by the name of its class.
            called = owner if node.name == "__init__" and owner else node.name
            is_async = isinstance(node, ast.AsyncFunctionDef)
            yield Function(path, node.lineno, node.name, called, is_async), frozenset(_calls(node))
        inner = node.name if isinstance(node, ast.ClassDef) else ""
        yield from _functions(path, node, inner)


def _calls(function: ast.AST) -> Iterator[str]:
    """The names that the code of `function` calls, not that of functions in it."""
    pending = list(ast.iter_child_nodes(function))
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            if name:
                yield name
        pending += ast.iter_child_nodes(node)
