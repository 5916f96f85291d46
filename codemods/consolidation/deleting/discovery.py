"""Code that loads modules without naming them: all that a package holds, or names that are made up as it runs.

for found in pkgutil.iter_modules(__path__): ...
importlib.import_module(f"app.plugins.{name}")
"""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.index.string_sites import tail
from codemods.model import Disposition, Finding, Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.consolidation.deleting.going import Going
    from codemods.index.names import ModuleNames
    from codemods.transforms.view import ModuleView

# One of these is in every file that does so.
WORDS = frozenset(
    {"iter_modules", "walk_packages", "import_module", "__import__", "exec_module", "spec_from_file_location"}
)
_LISTING = frozenset({"iter_modules", "walk_packages"})
_LOADING = frozenset({"import_module", "__import__"})
_FOLDERS = frozenset({"glob", "rglob", "iglob", "iterdir", "listdir", "scandir", "walk"})
_OWN_PLACE = frozenset({"__file__", "__path__"})
_OWN_PACKAGE = frozenset({"__name__", "__package__"})
_MADE_UP = re.compile(
    rb"(?:import_module|__import__)\(\s*(?![rbuRBU]?[\"'][^\"']*[\"']\s*[,)])|iter_modules|walk_packages|exec_module"
    rb"|spec_from_file_location"
)
_PATTERN = re.compile(rb"[\"'][\w./{}-]*/[\w./{}-]*\*(?:\.py)?[\"']")
_CONVENTIONS = {
    "conftest.py": "pytest loads it by its name",
    "__main__.py": "`python -m` of its package runs it",
}


class Discovery(Struct, frozen=True):
    """A place that may load any module whose full name begins with `prefix`; with `pattern`, any file that fits it."""

    finding: Finding
    prefix: str
    pattern: str = ""

    def finds(self, going: Going) -> bool:
        """Whether it may find the module `going`, or one in it."""
        if going.name is not None:
            return False
        if self.pattern:
            return any(fnmatchcase(path, pattern) for path in going.paths for pattern in _anywhere(self.pattern))
        return f"{going.module}.".startswith(self.prefix) and going.module != self.prefix.rstrip(".")


def _anywhere(pattern: str) -> tuple[str, str]:
    return pattern, f"*/{pattern}"


def may_discover(content: bytes, path: str, going: Going) -> bool:
    """Whether the file `path` with `content` may hold one that finds the module `going`: cheap, on the safe side."""
    if _MADE_UP.search(content) is None:
        return False
    if b"__path__" in content or (b"*" in content and _PATTERN.search(content)):
        return True
    parts = going.package.split(".")
    heads = [".".join(parts[:number]) for number in range(1, len(parts) + 1)] if going.package else []
    folder = path.rpartition("/")[0]
    if any(own.startswith(f"{folder}/" if folder else "") for own in going.paths):
        return True
    starts = "|".join(map(re.escape, heads))
    return bool(heads) and re.search(rf"[\"'](?:{starts})\.(?:[\"'{{%]|\w*[{{%])".encode(), content) is not None


def discoveries(view: ModuleView) -> tuple[Discovery, ...]:
    """Each such place in a module."""
    return tuple(_Reader(view).read())


def by_convention(going: Going, names: ModuleNames) -> Iterator[Finding]:
    """What loads the files of `going` by their names alone."""
    from codemods.model import Reference

    for path in sorted(going.paths) if going.name is None else ():
        reason = _CONVENTIONS.get(path.rpartition("/")[2])
        if reason and names.name_of(path) == going.module:
            yield Finding(Reference(path, 1, 1, Form.DISCOVERY, going.module), Disposition.REVIEW, reason)


class _Reader:
    def __init__(self, view: ModuleView) -> None:
        self.view = view
        self.package = ".".join(view.names.package_of(view.path))
        self.imported = dict(self._imports())
        self.nodes = list(ast.walk(view.tree))
        self.folders = {
            target.id
            for node in self.nodes
            if isinstance(node, ast.Assign) and _is_own_place(node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def _imports(self) -> Iterator[tuple[str, str]]:
        for site in self.view.scopes.imports:
            statement = site.statement
            for alias in statement.names:
                if isinstance(statement, ast.Import):
                    whole = alias.name if alias.asname else alias.name.partition(".")[0]
                    yield alias.asname or whole, whole
                else:
                    module = self.view.names.absolute(self.view.path, statement.level, statement.module)
                    yield alias.asname or alias.name, f"{module}.{alias.name}"

    def read(self) -> Iterator[Discovery]:
        loads = any(word in self.view.source for word in map(str.encode, WORDS - _LISTING))
        for node in self.nodes:
            if isinstance(node, ast.Call):
                prefix = self.prefix_of(node, loads=loads)
                if prefix:
                    yield Discovery(self.found(node, prefix), prefix)
            elif loads and isinstance(node, ast.Constant) and _is_pattern(node.value):
                pattern = str(node.value)
                yield Discovery(self.found(node, pattern), "", pattern.removeprefix("./"))

    def found(self, node: ast.expr, what: str) -> Finding:
        reference = self.view.reference(node, Form.DISCOVERY, what.rstrip("."))
        listed = what if _is_pattern(what) else f"{what}*"
        reason = f"it may load any `{listed}`: what it finds is only known when it runs"
        return Finding(reference, Disposition.REVIEW, reason)

    def prefix_of(self, call: ast.Call, *, loads: bool) -> str:
        """What the names begin with that `call` may load; empty where it does not, or where nothing tells."""
        name = tail(call.func)[-1]
        first = call.args[0] if call.args else next((word.value for word in call.keywords if word.arg == "path"), None)
        if name in _LISTING and first is not None:
            package = self.package_at(first)
            return f"{package}." if package else ""
        if name in _LOADING and first is not None:
            return self.begins_with(first, call)
        if name in _FOLDERS and loads and any(self.is_own_file(part) for part in (*call.args, call.func)):
            return f"{self.package}." if self.package else ""
        return ""

    def package_at(self, paths: ast.expr) -> str:
        """The package whose `__path__` or folder `paths` is."""
        if self.is_own_file(paths):
            return self.package
        for node in ast.walk(paths):
            if isinstance(node, ast.Attribute) and node.attr == "__path__":
                first, *rest = tail(node.value)
                return ".".join((self.imported.get(first, first), *rest))
        return ""

    def is_own_file(self, expression: ast.expr) -> bool:
        """Whether `expression` is made from the place of the file."""
        names = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
        return bool(names & _OWN_PLACE) or bool(names & self.folders)

    def begins_with(self, name: ast.expr, call: ast.Call) -> str:
        if isinstance(name, ast.Constant):
            return ""
        start = _constant_start(name)
        if start is None:
            is_init = self.view.path.rpartition("/")[2].startswith("__init__.")
            return f"{self.package}." if is_init and self.package else ""
        if start in _OWN_PACKAGE:
            return f"{self.package}."
        if start.startswith("."):
            given = call.args[1] if len(call.args) > 1 else None
            given = next((word.value for word in call.keywords if word.arg == "package"), given)
            base = str(given.value) if isinstance(given, ast.Constant) else self.package
            parts = base.split(".")
            level = len(start) - len(start.lstrip("."))
            return ".".join([*parts[: len(parts) - level + 1], start.lstrip(".")])
        return start if "." in start else ""


def _is_own_place(expression: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id in _OWN_PLACE for node in ast.walk(expression))


def _constant_start(name: ast.expr) -> str | None:
    """What the text that `name` makes begins with; `__name__` or `__package__` where it is that; None if unknown."""
    if isinstance(name, ast.Constant):
        return str(name.value)
    if isinstance(name, ast.Name):
        return name.id if name.id in _OWN_PACKAGE else None
    if isinstance(name, ast.JoinedStr) and name.values:
        first = name.values[0]
        return _constant_start(first.value if isinstance(first, ast.FormattedValue) else first)
    if isinstance(name, ast.BinOp):
        start = _constant_start(name.left)
        return start.partition("%")[0] if start and isinstance(name.op, ast.Mod) else start
    if isinstance(name, ast.Call) and isinstance(name.func, ast.Attribute) and name.func.attr in ("format", "join"):
        start = _constant_start(name.func.value)
        return start.partition("{")[0] if start and name.func.attr == "format" else None
    return None


def _is_pattern(value: object) -> bool:
    return isinstance(value, str) and "*" in value and "/" in value and value.endswith((".py", "/*"))
