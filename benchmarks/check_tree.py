"""Judges a migrated tree without any code of ours: what still refers to an old symbol, and which names have no source.

    python benchmarks/check_tree.py TREE --old pkg.mod.name --new pkg.mod2.name2 [--source-root .] [--base BASE_TREE]

Reads every Python file under TREE once, with the standard library's `ast` and scope rules written for this file alone.
Prints the references to the old and the new symbol by form, each `from M import N` whose M (a module of the tree) lacks
N, and each name that nothing in its file binds. With --base, faults that BASE_TREE has too are left out. Ends with 1
where an ordinary reference to the old symbol is left or an import is bad, with 2 where a folder is not there.

Two limits: scopes are judged without the order of statements, so that a name bound twice stands for both; and names
that a program makes as it runs (`globals()[…] = …`) make everything in their module be taken for present.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import os
import re
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What a module has without binding it, and what a class body finds besides.
_MODULE_NAMES = {"__name__", "__file__", "__doc__", "__package__", "__spec__", "__loader__", "__path__", "__cached__"}
_MODULE_NAMES |= {"__dict__", "__annotations__", "__builtins__", "__class__"}
_BUILTINS = {*dir(builtins), *_MODULE_NAMES, "__module__", "__qualname__", "WindowsError"}

STRING_EQUAL = "strings equal to the dotted name"
STRING_CONTAINS = "strings that contain the dotted name"
NAME = "uses of an imported name"
ANNOTATION = "uses in a string annotation"
STAR = "uses through `from M import *`"
BY_IMPORT = {
    "import": "chains through `import a.b`",
    "import as": "chains through `import a.b as x`",
    "from": "chains through `from a import b`",
}
_IMPORT_FORMS = tuple(
    f"{'relative' if relative else 'absolute'} from-imports{', aliased' if aliased else ''}"
    for relative in (False, True)
    for aliased in (False, True)
)
ORDINARY = (*_IMPORT_FORMS, NAME, ANNOTATION, *BY_IMPORT.values(), STAR)
STRINGS = (STRING_EQUAL, STRING_CONTAINS)


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; `names` are the last names that a file has to spell to matter."""

    old: str
    new: str

    @property
    def names(self) -> tuple[str, str]:
        return self.old.rpartition(".")[2], self.new.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Hit:
    """One reference to the old or the new symbol."""

    symbol: str
    form: str
    line: int
    local: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """One name that an import takes; `name` is empty for `import module`."""

    line: int
    module: str
    name: str


@dataclass(slots=True)
class Facts:
    """What one file says; all that is kept of it."""

    path: str
    module: str
    parsed: bool = True
    names: set[str] = field(default_factory=set)
    exports: set[str] | None = None
    stars: list[str] = field(default_factory=list)
    dynamic: bool = False
    imports: list[Imported] = field(default_factory=list)
    unresolved: list[tuple[str, int]] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an import's binding comes from: a dotted name, and the way it was written."""

    dotted: str
    way: str


@dataclass(slots=True)
class Scope:
    """One scope of the language: what it binds, and (for chains of attributes) what it loads."""

    kind: str  # module, class, function or comprehension
    parent: Scope | None = None
    bindings: dict[str, list[Origin | None]] = field(default_factory=dict)
    outer: dict[str, Scope] = field(default_factory=dict)  # names under `global` or `nonlocal`

    def bind(self, name: str, origin: Origin | None = None) -> None:
        self.outer.get(name, self).bindings.setdefault(name, []).append(origin)

    def find(self, name: str) -> list[Origin | None] | None:
        """All that `name` may stand for here; None where no scope of the file binds it."""
        if name in self.outer:
            return self.outer[name].find(name)
        found = self.bindings.get(name)
        if found is not None and self.kind != "class":
            return found
        outside = self._find_outside(name)
        # A class body that binds a name reads the outer one until then.
        return outside if found is None else [*found, *(outside or ())]

    def _find_outside(self, name: str) -> list[Origin | None] | None:
        scope = self.parent
        while scope is not None and scope.kind == "class":
            scope = scope.parent
        return scope.find(name) if scope is not None else None


@dataclass(frozen=True, slots=True)
class Load:
    """One name that is read, with the attributes that follow it."""

    scope: Scope
    name: str
    rest: tuple[str, ...]
    line: int
    quoted: bool


class Walker:
    """Collects a file's bindings by scope, its loads, imports and strings."""

    def __init__(self, facts: Facts, package: list[str]) -> None:
        self.facts = facts
        self.package = package
        self.module = Scope("module")
        self.scope = self.module
        self.loads: list[Load] = []
        self.strings: list[tuple[str, int]] = []
        self.from_imports: list[tuple[ast.ImportFrom, ast.alias, str, bool]] = []
        self._quoted_line = 0

    def visit(self, node: ast.AST) -> None:
        method = _METHODS.get(type(node))
        if method is not None:
            method(self, node)
            return
        for child in ast.iter_child_nodes(node):
            self.visit(child)

    def visit_all(self, nodes: list[ast.expr] | list[ast.stmt] | list[ast.keyword]) -> None:
        for node in nodes:
            self.visit(node)

    def _line(self, node: ast.expr) -> int:
        return self._quoted_line or node.lineno

    # Names and chains

    def name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._load(node, ())
        else:
            self.scope.bind(node.id)

    def _load(self, node: ast.Name, rest: tuple[str, ...]) -> None:
        self.loads.append(Load(self.scope, node.id, rest, self._line(node), bool(self._quoted_line)))

    def attribute(self, node: ast.Attribute) -> None:
        rest: list[str] = []
        value: ast.expr = node
        while isinstance(value, ast.Attribute):
            rest.append(value.attr)
            value = value.value
        if isinstance(value, ast.Name):
            self._load(value, tuple(reversed(rest)))
        else:
            self.visit(value)

    def aug_assign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._load(node.target, ())
        self.visit(node.target)
        self.visit(node.value)

    def assign(self, node: ast.Assign) -> None:
        self.visit_all(node.targets)
        self.visit(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == "__all__":
                self.facts.exports = _literal_strings(node.value)
            elif isinstance(target, ast.Subscript):
                self.facts.dynamic |= _is_namespace(target)

    def call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "update":
            self.facts.dynamic |= _is_call_of(function.value, "globals")
        self.visit(function)
        self.visit_all(node.args)
        self.visit_all(node.keywords)

    def constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.strings.append((node.value, self._line(node)))

    def named(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self.scope.bind(node.name)
        self._children(node)

    def mapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.scope.bind(node.rest)
        self._children(node)

    def _children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child)

    def global_(self, node: ast.Global) -> None:
        for name in node.names:
            if self.scope is not self.module:
                self.scope.outer[name] = self.module

    def nonlocal_(self, node: ast.Nonlocal) -> None:
        for name in node.names:
            scope = self.scope.parent
            while scope is not None and (scope.kind != "function" or name not in scope.bindings):
                scope = scope.parent
            if scope is not None:
                self.scope.outer[name] = scope

    # Imports

    def import_(self, node: ast.Import) -> None:
        for alias in node.names:
            self.facts.imports.append(Imported(node.lineno, alias.name, ""))
            if alias.asname:
                self.scope.bind(alias.asname, Origin(alias.name, "import as"))
            else:
                top = alias.name.partition(".")[0]
                self.scope.bind(top, Origin(top, "import"))

    def import_from(self, node: ast.ImportFrom) -> None:
        module = absolute(node, self.package)
        for alias in node.names:
            self.facts.imports.append(Imported(node.lineno, module, alias.name))
            self.from_imports.append((node, alias, module, self.scope is not self.module))
            if alias.name == "*":
                self.facts.stars.append(module)
            else:
                self.scope.bind(alias.asname or alias.name, Origin(f"{module}.{alias.name}", "from"))

    # Scopes

    def _inside(self, kind: str, work: Callable[[], None]) -> None:
        before, self.scope = self.scope, Scope(kind, self.scope)
        work()
        self.scope = before

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.scope.bind(node.name)
        self.visit_all(node.decorator_list)
        self._defaults(node.args)
        self._with_type_parameters(node, lambda: self._function(node))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for argument in _arguments(node.args):
            self.annotation(argument.annotation)
        self.annotation(node.returns)
        self._inside("function", lambda: self._body(node.args, node.body))

    def lambda_(self, node: ast.Lambda) -> None:
        self._defaults(node.args)
        self._inside("function", lambda: self._body(node.args, [node.body]))

    def _defaults(self, arguments: ast.arguments) -> None:
        self.visit_all([*arguments.defaults, *(default for default in arguments.kw_defaults if default)])

    def _body(self, arguments: ast.arguments, body: list[ast.stmt] | list[ast.expr]) -> None:
        for argument in _arguments(arguments):
            self.scope.bind(argument.arg)
        self.visit_all(body)

    def class_(self, node: ast.ClassDef) -> None:
        self.scope.bind(node.name)
        self.visit_all(node.decorator_list)
        self._with_type_parameters(node, lambda: self._class(node))

    def _class(self, node: ast.ClassDef) -> None:
        self.visit_all(node.bases)
        self.visit_all(node.keywords)
        self._inside("class", lambda: self.visit_all(node.body))

    def type_alias(self, node: ast.AST) -> None:
        self.visit(node.name)  # type: ignore[attr-defined]  # Python 3.12
        self._with_type_parameters(node, lambda: self.visit(node.value))  # type: ignore[attr-defined]

    def _with_type_parameters(self, node: ast.AST, work: Callable[[], None]) -> None:
        parameters = getattr(node, "type_params", [])

        def parametrised() -> None:
            for parameter in parameters:
                self.scope.bind(parameter.name)
                self._children(parameter)
            work()

        if parameters:
            self._inside("function", parametrised)
        else:
            work()

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)

        def inner() -> None:
            for number, generator in enumerate(node.generators):
                if number:
                    self.visit(generator.iter)
                self.visit(generator.target)
                self.visit_all(generator.ifs)
            self.visit_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])

        self._inside("comprehension", inner)

    def walrus(self, node: ast.NamedExpr) -> None:
        scope = self.scope
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        scope.bind(node.target.id)
        self.visit(node.value)

    # Annotations

    def ann_assign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        self.annotation(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            if isinstance(node.target, ast.Name) and node.target.id == "__all__":
                self.facts.exports = _literal_strings(node.value)

    def annotation(self, node: ast.expr | None) -> None:
        """Visit an annotation; what stands in quotes in it is code."""
        if node is None:
            return
        self.visit(node)
        if not self._quoted_line:
            for text in _quoted(node):
                self._visit_quoted(text)

    def _visit_quoted(self, node: ast.Constant) -> None:
        try:
            code = ast.parse(f"({node.value!s})")
        except (SyntaxError, ValueError):
            return
        self._quoted_line = node.lineno
        self.visit_all(code.body)
        self._quoted_line = 0


_METHODS: dict[type[ast.AST], Callable[..., None]] = {
    ast.Name: Walker.name,
    ast.Attribute: Walker.attribute,
    ast.AugAssign: Walker.aug_assign,
    ast.Assign: Walker.assign,
    ast.Call: Walker.call,
    ast.Constant: Walker.constant,
    ast.ExceptHandler: Walker.named,
    ast.MatchAs: Walker.named,
    ast.MatchStar: Walker.named,
    ast.MatchMapping: Walker.mapping,
    ast.Global: Walker.global_,
    ast.Nonlocal: Walker.nonlocal_,
    ast.Import: Walker.import_,
    ast.ImportFrom: Walker.import_from,
    ast.FunctionDef: Walker.function,
    ast.AsyncFunctionDef: Walker.function,
    ast.Lambda: Walker.lambda_,
    ast.ClassDef: Walker.class_,
    ast.ListComp: Walker.comprehension,
    ast.SetComp: Walker.comprehension,
    ast.GeneratorExp: Walker.comprehension,
    ast.DictComp: Walker.comprehension,
    ast.NamedExpr: Walker.walrus,
    ast.AnnAssign: Walker.ann_assign,
}
if hasattr(ast, "TypeAlias"):
    _METHODS[ast.TypeAlias] = Walker.type_alias


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (argument for argument in (arguments.vararg, arguments.kwarg) if argument)


def _quoted(node: ast.expr) -> Iterator[ast.Constant]:
    """The strings of an annotation that stand for types: not those of `Literal`, nor what follows in `Annotated`."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node
    elif isinstance(node, ast.Subscript):
        special = _last_name(node.value)
        if special == "Annotated" and isinstance(node.slice, ast.Tuple):
            yield from _quoted(node.slice.elts[0])
        elif special != "Literal":
            yield from _quoted(node.slice)
    elif isinstance(node, (ast.Tuple, ast.List, ast.BinOp)):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from _quoted(child)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _literal_strings(node: ast.expr) -> set[str] | None:
    """The strings of a plain list, tuple or set; None where it holds anything else."""
    if not isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return None
    values = [element.value for element in node.elts if isinstance(element, ast.Constant)]
    strings = {value for value in values if isinstance(value, str)}
    return strings if len(values) == len(node.elts) else None


def _is_call_of(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _is_namespace(node: ast.Subscript) -> bool:
    """Whether this is `globals()[…]` or `sys.modules[__name__]`."""
    own = isinstance(node.slice, ast.Name) and node.slice.id == "__name__"
    return _is_call_of(node.value, "globals") or (own and _last_name(node.value) == "modules")


def absolute(node: ast.ImportFrom, package: list[str]) -> str:
    """The module that a `from` import names; a lone dot where it leads out of the tree."""
    if not node.level:
        return node.module or ""
    if node.level > len(package):
        return "."
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


# One file


def module_name(path: str, roots: tuple[str, ...]) -> tuple[str, list[str]]:
    """The dotted name of the module at `path`, from the longest source root that holds it, and its package."""
    root = max((root for root in roots if not root or path.startswith(f"{root}/")), key=len, default="")
    parts = path[len(root) :].strip("/").removesuffix(".py").split("/")
    package = parts[:-1]
    return ".".join(package if parts[-1] == "__init__" else parts), package


def read(path: str, tree: Path, roots: tuple[str, ...], query: Query) -> Facts:
    """Read one file: the only time that it is parsed."""
    module, package = module_name(path, roots)
    facts = Facts(path, module)
    walker = Walker(facts, package)
    sys.setrecursionlimit(20_000)
    warnings.simplefilter("ignore")
    try:
        source = (tree / path).read_bytes()
        walker.visit(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, OSError):
        return Facts(path, module, parsed=False)
    summarise(walker, facts)
    if any(name.encode() in source for name in query.names):
        facts.hits = [*find_imports(walker, query), *find_uses(walker, query), *find_strings(walker, query)]
    return facts


def summarise(walker: Walker, facts: Facts) -> None:
    """What the module has, and what its code reads that nothing binds."""
    bindings = walker.module.bindings
    # `from . import x` in a package gives it no x that it had not before.
    itself = {name: Origin(f"{facts.module}.{name}", "from") for name in bindings}
    facts.names = {name for name, origins in bindings.items() if any(origin != itself[name] for origin in origins)}
    if len(bindings.get("__all__", ())) > 1:
        facts.exports = None
    if not facts.stars:
        for load in walker.loads:
            if load.name not in _BUILTINS and load.scope.find(load.name) is None:
                facts.unresolved.append((load.name, load.line))


def find_imports(walker: Walker, query: Query) -> Iterator[Hit]:
    for node, alias, module, local in walker.from_imports:
        for symbol in (query.old, query.new):
            if f"{module}.{alias.name}" == symbol:
                yield Hit(symbol, _IMPORT_FORMS[2 * bool(node.level) + bool(alias.asname)], node.lineno, local)


def find_uses(walker: Walker, query: Query) -> Iterator[Hit]:
    for load in walker.loads:
        origins = load.scope.find(load.name)
        for symbol in (query.old, query.new):
            form = _form_of(load, origins, symbol, walker.facts.stars)
            if form:
                yield Hit(symbol, form, load.line)


def _form_of(load: Load, origins: list[Origin | None] | None, symbol: str, stars: list[str]) -> str:
    """The form in which a load refers to `symbol`; empty where it does not."""
    if origins is None:
        module, _, last = symbol.rpartition(".")
        return STAR if load.name == last and module in stars else ""
    for origin in origins:
        if origin is None:
            continue
        if origin.dotted == symbol:
            return ANNOTATION if load.quoted else NAME
        if f"{'.'.join([origin.dotted, *load.rest])}.".startswith(f"{symbol}."):
            return BY_IMPORT[origin.way]
    return ""


def find_strings(walker: Walker, query: Query) -> Iterator[Hit]:
    for symbol in (query.old, query.new):
        whole = re.compile(rf"(?<![\w.]){re.escape(symbol)}(?!\w)")
        for text, line in walker.strings:
            if text == symbol:
                yield Hit(symbol, STRING_EQUAL, line)
            elif whole.search(text):
                yield Hit(symbol, STRING_CONTAINS, line)


# The tree


def python_files(tree: Path) -> list[str]:
    """All Python files under `tree`, without git's own folder and virtual environments."""
    found = []
    for folder, folders, files in os.walk(tree):
        folders[:] = [name for name in folders if name != ".git" and not Path(folder, name, "pyvenv.cfg").exists()]
        found += [Path(folder, name).relative_to(tree).as_posix() for name in files if name.endswith(".py")]
    return sorted(found)


def read_tree(
    tree: Path, roots: tuple[str, ...], query: Query, known: dict[str, Facts], beside: Path | None
) -> dict[str, Facts]:
    """The facts of all files by path; those of files that are the same in the tree `beside` are taken from `known`."""
    paths = python_files(tree)
    same = {path for path in paths if path in known and beside and _same(tree / path, beside / path)}
    rest = [path for path in paths if path not in same]
    with ProcessPoolExecutor() as pool:
        read_now = pool.map(read, rest, repeat(tree), repeat(roots), repeat(query), chunksize=32)
        found = {facts.path: facts for facts in read_now}
    return {path: known[path] if path in same else found[path] for path in paths}


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


class Modules:
    """Which names the modules of a tree have."""

    def __init__(self, files: dict[str, Facts]) -> None:
        self.by_name: dict[str, Facts] = {}
        for facts in sorted(files.values(), key=lambda facts: facts.path.endswith("/__init__.py")):
            self.by_name[facts.module] = facts  # of pkg.py and pkg/__init__.py, Python takes the package
        self.packages: set[str] = set()
        for name in self.by_name:
            parts = name.split(".")
            self.packages.update(".".join(parts[:count]) for count in range(1, len(parts)))

    def exists(self, module: str) -> bool:
        return module in self.by_name or module in self.packages

    def lacks(self, imported: Imported) -> bool:
        """Whether an import fails: its module or its name is not there, though the tree holds the module's package."""
        if not self.exists(imported.module):
            return self._is_missing(imported.module)
        return imported.name not in ("", "*") and not self.has(imported.module, imported.name, set())

    def _is_missing(self, module: str) -> bool:
        """Whether the tree holds the package that should have `module`, as a package of its own."""
        package, _, last = module.rpartition(".")
        facts = self.by_name.get(package) if package else None
        return facts is not None and facts.parsed and last not in facts.names

    def has(self, module: str, name: str, seen: set[str]) -> bool:
        """Whether `module` has `name`; True too where that cannot be known."""
        if self.exists(f"{module}.{name}") or name in _MODULE_NAMES:
            return True
        facts = self.by_name.get(module)
        if facts is None:  # a folder without __init__.py at the top may not be what an import of its name finds
            return "." not in module or module not in self.packages
        if module in seen:
            return False
        seen.add(module)
        if not facts.parsed or facts.dynamic or name in facts.names or "__getattr__" in facts.names:
            return True
        return any(self._gives(star, name, seen) for star in facts.stars)

    def _gives(self, module: str, name: str, seen: set[str]) -> bool:
        """Whether `from module import *` binds `name`."""
        facts = self.by_name.get(module)
        if facts is not None and "__all__" in facts.names:
            listed = facts.exports is None or name in facts.exports
        else:
            listed = not name.startswith("_")
        return listed and self.has(module, name, seen)


Fault = tuple[str, str, str]


def bad_imports(files: dict[str, Facts]) -> dict[Fault, int]:
    """Each import that fails, as (file, module, name), with its first line."""
    modules = Modules(files)
    found: dict[Fault, int] = {}
    for path, facts in files.items():
        for imported in facts.imports:
            if modules.lacks(imported):
                found.setdefault((path, imported.module, imported.name), imported.line)
    return found


def unresolved(files: dict[str, Facts]) -> dict[tuple[str, str], int]:
    """Each name that nothing in its file binds, as (file, name), with its first line."""
    found: dict[tuple[str, str], int] = {}
    for path, facts in files.items():
        for name, line in facts.unresolved:
            found.setdefault((path, name), line)
    return found


# The report


def report_hits(files: dict[str, Facts], symbol: str, *, places: bool) -> int:
    """Print the references to `symbol` by form; the number of those that are of an ordinary form."""
    by_form: dict[str, list[str]] = {form: [] for form in (*ORDINARY, *STRINGS)}
    for path in sorted(files):
        for hit in files[path].hits:
            if hit.symbol == symbol:
                by_form[hit.form].append(f"{path}:{hit.line}")
    for form, found in by_form.items():
        if found or form not in ORDINARY:
            number = len({place.rpartition(":")[0] for place in found})
            row(form, f"{len(found):>6}  in {number} file(s)")
            print(*(f"    {place}" for place in found if places), sep="\n", end="\n" if places and found else "")
    imported = [hit.local for facts in files.values() for hit in facts.hits if _is_import(hit, symbol)]
    imports = len(imported)
    ordinary = sum(len(by_form[form]) for form in ORDINARY)
    row("imports at module level / inside a scope", f"{imports - sum(imported):>6} / {sum(imported)}")
    row("imports / uses / both", f"{imports:>6} / {ordinary - imports} / {ordinary}")
    return ordinary


def _is_import(hit: Hit, symbol: str) -> bool:
    return hit.symbol == symbol and hit.form in _IMPORT_FORMS


def row(what: str, value: str) -> None:
    print(f"  {what:<44}{value}")


def report_faults(title: str, lines: list[str]) -> None:
    print(f"\n{title}: {len(lines)}")
    print(*(f"    {line}" for line in lines), sep="\n", end="\n" if lines else "")


def report_base(files: dict[str, Facts], base: dict[str, Facts]) -> None:
    """Print how the tree differs from the base."""
    changed = sum(path in base and base[path] is not facts for path, facts in files.items())
    row("files changed / added / removed", f"{changed:>6} / {len(files.keys() - base)} / {len(base.keys() - files)}")


def judge(files: dict[str, Facts], base: dict[str, Facts], query: Query) -> int:
    """Print everything; the exit status."""
    lost = [path for path in sorted(files) if not files[path].parsed]
    print("Files")
    row("Python files", f"{len(files):>6}")
    row("that do not parse", f"{len(lost):>6}")
    if base:
        report_base(files, base)
    print(f"\nReferences to the old symbol {query.old}")
    left = report_hits(files, query.old, places=True)
    print(f"\nReferences to the new symbol {query.new}")
    report_hits(files, query.new, places=False)
    broken = [path for path in lost if path in base and base[path].parsed]
    known_imports, known_names = bad_imports(base), unresolved(base)
    bad = {fault: line for fault, line in bad_imports(files).items() if fault not in known_imports}
    names = {fault: line for fault, line in unresolved(files).items() if fault not in known_names}
    what = ", not in the base" if base else ""
    report_faults(f"Files that do not parse{what}", broken if base else lost)
    report_faults(f"Imports of what the tree lacks{what}", [_spell(*fault, line) for fault, line in bad.items()])
    report_faults(f"Names that nothing binds{what}", [f"{path}:{line}: {name}" for (path, name), line in names.items()])
    return 1 if left or bad or broken else 0


def _spell(path: str, module: str, name: str, line: int) -> str:
    return f"{path}:{line}: {f'from {module} import {name}' if name else f'import {module}'}"


def checked(parser: argparse.ArgumentParser, folder: Path) -> Path:
    if not folder.is_dir():
        parser.error(f"{folder} is not a folder")
    return folder


def main() -> int:
    """Read the arguments, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path, help="the folder to judge")
    parser.add_argument("--old", required=True, help="the old symbol, as package.module.name")
    parser.add_argument("--new", required=True, help="the symbol that takes its place")
    parser.add_argument("--source-root", action="append", help="where dotted names start (again for more; default: .)")
    parser.add_argument("--base", type=Path, help="the tree before: its faults are not told again")
    options = parser.parse_args()
    query = Query(options.old, options.new)
    for symbol in (query.old, query.new):
        if "." not in symbol.strip("."):
            parser.error(f"{symbol} is not the dotted name of a symbol, such as package.module.name")
    tree = checked(parser, options.tree)
    for root in options.source_root or ():
        checked(parser, tree / root)
    roots = tuple("" if root == "." else Path(root).as_posix() for root in options.source_root or ["."])
    before = checked(parser, options.base) if options.base else None
    base = read_tree(before, roots, query, {}, None) if before else {}
    return judge(read_tree(tree, roots, query, base, before), base, query)


if __name__ == "__main__":
    sys.exit(main())
