"""What the plan `PLAN` has done away with must not come back.

Written by `codemods guard --emit pytest`, to be run with the other tests. It needs nothing but pytest, and git.
Write it anew when the plan changes, or to let the known places shrink.

It reads the files that git tracks, without importing them, and tells of
- imports of old modules and names, and chains of names that start at an imported module and lead there;
- strings that name them as the first argument of `patch`, `setattr`, `import_module` and the like;
- modules, classes and files that must not be there, second definitions of classes that are kept, and definitions in
  modules that only forward.

It cannot express, and `codemods guard` sees: names that a local variable hides (it takes them for the import), what
star imports bring of a module that stays, what other modules hand on, names read with `getattr`, examples in
docstrings, uses of an imported name (its import is told), known places whose function or file has another name now.
"""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# --- the rules ---
PLAN = "PLAN"
# Old modules and names, and what to use in their place; "" where nothing takes it.
OLD_MODULES: dict[str, str] = {}
OLD_NAMES: dict[str, str] = {}
# Modules that must not exist; forbidden ones with all that is in them.
DELETED_MODULES: list[str] = []
FORBIDDEN_MODULES: list[str] = []
# Names that must not be defined in their modules.
DELETED_NAMES: list[str] = []
FORBIDDEN_CLASSES: list[str] = []
FORBIDDEN_FILES: dict[str, str] = {}  # each pattern with its regular expression
# Classes that have one place each, and the modules that may define them.
KEPT_CLASSES: dict[str, list[str]] = {}
# Old modules that only forward.
SHIMS: list[str] = []
SOURCE_ROOTS: list[str] = ["."]
EXCLUDED: list[str] = []  # as regular expressions; one with `!` in front takes files back
# Files whose references to a name do not count.
IGNORED: dict[str, list[str]] = {}
# What is known already: path :: kind :: name :: function or class.
KNOWN: list[str] = []
# --- end of the rules ---

_NAMING = {"patch", "object", "multiple", "dict", "setattr", "delattr", "import_module", "__import__"}
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Place(NamedTuple):
    """One place that breaks a rule."""

    path: str
    line: int
    kind: str
    name: str
    scope: str
    advice: str

    @property
    def identity(self) -> str:
        """What it is known by, wherever it stands in its function."""
        return f"{self.path} :: {self.kind} :: {self.name} :: {self.scope}"


def test_no_old_reference_comes_back() -> None:
    """No import, chain of names or patch target leads to what is old."""
    _check("import", "use", "string")


def test_no_second_definition_comes_back() -> None:
    """No forbidden class is defined, no second one of a kept name, and nothing in modules that only forward."""
    _check("class", "shim", "symbol")


def test_no_forbidden_file_comes_back() -> None:
    """No forbidden or deleted module or file is there."""
    _check("module", "file")


def _check(*kinds: str) -> None:
    known = Counter(KNOWN)
    new = []
    for place in _places():
        known[place.identity] -= 1
        if place.kind in kinds and known[place.identity] < 0:
            new.append(f"{place.path}:{place.line}: {place.kind} of {place.name}{place.advice}")
    assert not new, f"{len(new)} place(s) break the plan {PLAN}:\n" + "\n".join(new)


@functools.cache
def _places() -> tuple[Place, ...]:
    root = next(folder for folder in Path(__file__).resolve().parents if (folder / ".git").exists())
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout
    paths = [path for path in listed.decode("utf-8", "surrogateescape").split("\0") if path and not _is_excluded(path)]
    found = [place for path in paths for place in _of_path(path)]
    for path in paths:
        if path.endswith((".py", ".pyi")) and (root / path).resolve() != Path(__file__).resolve():
            found += _of_source(path, root)
    return tuple(sorted(found))


def _of_path(path: str) -> Iterator[Place]:
    module = _module_of(path)
    inside = [name for name in FORBIDDEN_MODULES if f"{module}.".startswith(f"{name}.")]
    for name in [*inside, *(name for name in DELETED_MODULES if name == module and name not in inside)][:1]:
        yield Place(path, 1, "module", name, "<module>", ": it must not be there")
    for pattern, expression in FORBIDDEN_FILES.items():
        if re.search(expression, path):
            yield Place(path, 1, "file", pattern, "<module>", ": it must not be there")


@functools.cache
def _words() -> tuple[list[bytes], list[bytes]]:
    """A file that holds none of the first, and defines no class of the second, needs no look."""
    old = {name.rpartition(".")[2].encode() for name in (*OLD_MODULES, *OLD_NAMES, *SHIMS, *DELETED_NAMES)}
    return sorted(old), sorted(name.encode() for name in {*FORBIDDEN_CLASSES, *KEPT_CLASSES})


def _matters(path: str, content: bytes) -> bool:
    old, classes = _words()
    if any(word in content for word in old) or _module_of(path) in SHIMS:
        return True
    return any(name in content and re.search(rb"\bclass[\s\\]+" + name + rb"\b", content) for name in classes)


def _of_source(path: str, root: Path) -> Iterator[Place]:
    try:
        content = (root / path).read_bytes()
        if not _matters(path, content):
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return
    yield from _Reader(path, tree).places()


def _is_excluded(path: str) -> bool:
    excluded = False
    for pattern in EXCLUDED:
        if re.search(pattern.lstrip("!"), path):
            excluded = not pattern.startswith("!")
    return excluded


def _parts_of(path: str) -> list[str]:
    parts = path.split("/")
    inside = [root.split("/") for root in SOURCE_ROOTS if root != "." and path.startswith(f"{root}/")]
    return parts[max(map(len, inside)) :] if inside else parts


def _module_of(path: str) -> str:
    *folders, last = _parts_of(path)
    stem = last.partition(".")[0]
    return ".".join(folders if stem == "__init__" else [*folders, stem])


def _old(name: str) -> str:
    """The old name that `name` is or goes on from; empty where it is none."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        head = ".".join(parts[:length])
        if head in OLD_NAMES:
            return head
        if head in OLD_MODULES:
            return ".".join(parts[: length + 1])
    return ""


def _entry(name: str) -> tuple[str, str, str]:
    """Of an old name: its entry in the rules, the module that may use it, and what to use."""
    if name in OLD_NAMES:
        return name, name.rpartition(".")[0], OLD_NAMES[name]
    module = next(head for head in (name, name.rpartition(".")[0]) if head in OLD_MODULES)
    rest = name[len(module) :]
    return module, module, OLD_MODULES[module] and OLD_MODULES[module] + rest


def _spans(node: ast.AST, outer: str) -> Iterator[tuple[int, int, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _DEFINITIONS):
            name = f"{outer}{child.name}"
            first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
            yield first, child.end_lineno or child.lineno, name
            yield from _spans(child, f"{name}.")
        elif not isinstance(child, ast.expr):
            yield from _spans(child, outer)


def _top(block: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module that are in no function or class."""
    for statement in block:
        yield statement
        if not isinstance(statement, _DEFINITIONS):
            for holder in (statement, *getattr(statement, "handlers", ())):
                for name in ("body", "orelse", "finalbody"):
                    yield from _top(getattr(holder, name, []))


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, _DEFINITIONS):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


class _Reader:
    """One module."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.tree = tree
        self.module = _module_of(path)
        self.locals: dict[str, str] = {}  # names that imports bind, and what they stand for
        self.spans = list(_spans(tree, ""))

    def places(self) -> Iterator[Place]:
        nodes = list(ast.walk(self.tree))
        for node in nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from self.imports(node)
        inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
        for node in nodes:
            if isinstance(node, ast.Attribute) and id(node) not in inner:
                yield from self.chain(node)
            elif isinstance(node, ast.Call):
                yield from self.string(node)
            elif isinstance(node, ast.ClassDef):
                yield from self.kept(node)
        yield from self.top()

    def imports(self, node: ast.Import | ast.ImportFrom) -> Iterator[Place]:
        folders = _parts_of(self.path)[:-1]
        if isinstance(node, ast.ImportFrom) and node.level > len(folders):
            return
        for alias in node.names:
            local, name = alias.asname or alias.name, alias.name
            if isinstance(node, ast.ImportFrom):
                base = folders[: len(folders) - node.level + 1] if node.level else []
                package = ".".join([*base, *([node.module] if node.module else [])])
                name = package if alias.name == "*" else f"{package}.{alias.name}"
            elif alias.asname is None:
                local = name.partition(".")[0]
            old = _old(name)
            if not old or name in OLD_MODULES:
                is_dotted = isinstance(node, ast.Import) and alias.asname is None
                self.locals[local] = local if is_dotted else name
            if old:
                yield from self.reference(alias, "import", old, name)

    def chain(self, node: ast.Attribute) -> Iterator[Place]:
        parts: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name) and inner.id in self.locals:
            old = _old(".".join([self.locals[inner.id], *reversed(parts)]))
            if old and old != self.locals[inner.id]:
                yield from self.reference(inner, "use", old, old)

    def string(self, node: ast.Call) -> Iterator[Place]:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0] if node.args else None
        if called in _NAMING and isinstance(first, ast.Constant) and isinstance(first.value, str):
            old = _old(first.value)
            if old:
                yield from self.reference(first, "string", old, old)

    def reference(self, node: ast.alias | ast.expr, kind: str, old: str, name: str) -> Iterator[Place]:
        entry, home, instead = _entry(old)
        is_at_home = f"{self.module}.".startswith(f"{home}.") or self.module in (instead, instead.rpartition(".")[0])
        if not is_at_home and not any(re.search(pattern, self.path) for pattern in IGNORED.get(entry, ())):
            yield self.place(node.lineno, kind, name, f": use {instead}" if instead else ": it is gone")

    def kept(self, node: ast.ClassDef) -> Iterator[Place]:
        if node.name in FORBIDDEN_CLASSES:
            yield self.place(node.lineno, "class", node.name, ": it must not be there", is_definition=True)
        elif self.module not in KEPT_CLASSES.get(node.name, [self.module]):
            advice = f": use {KEPT_CLASSES[node.name][0]}.{node.name}"
            yield self.place(node.lineno, "class", node.name, advice, is_definition=True)

    def top(self) -> Iterator[Place]:
        """Definitions in modules that only forward, and of deleted names."""
        if self.module not in SHIMS and not any(name.rpartition(".")[0] == self.module for name in DELETED_NAMES):
            return
        for statement in _top(self.tree.body):
            for name in _defined(statement):
                full = f"{self.module}.{name}"
                if full in DELETED_NAMES:
                    yield self.place(statement.lineno, "symbol", full, ": it must not be there", is_definition=True)
                elif self.module in SHIMS and isinstance(statement, _DEFINITIONS) and not name.startswith("_"):
                    yield self.place(statement.lineno, "shim", full, ": this module only forwards", is_definition=True)

    def place(self, line: int, kind: str, name: str, advice: str, *, is_definition: bool = False) -> Place:
        inside = [(first, -last, scope) for first, last, scope in self.spans if first <= line <= last]
        scope = max(inside)[2] if inside else ""
        scope = scope.rpartition(".")[0] if is_definition else scope
        return Place(self.path, line, kind, name, scope or "<module>", advice)
