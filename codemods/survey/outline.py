"""What one module defines, with as much of it as it takes to compare two of them."""

from __future__ import annotations

import ast
import hashlib
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from codemods.index.definitions import parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.index.definitions import Parameter
    from codemods.index.names import ModuleNames

Kind = Literal["class", "function", "async function", "constant"]
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


class Part(Struct, frozen=True):
    """One definition: of a module, or of a class in it (a method, an attribute).

    `line` and `end` are the lines that it stands on, decorators included, from 1. `parameters` are those of a function
    and `defaults` the source of their default values by name. `members` are what the body of a class defines.
    `code` has a hash per statement, without docstrings, in order: equal code has equal hashes, whatever its comments
    and layout; of a class it is that of all its members.
    """

    name: str
    kind: Kind
    line: int
    end: int
    parameters: tuple[Parameter, ...] = ()
    defaults: tuple[tuple[str, str], ...] = ()
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    members: tuple[Part, ...] = ()
    code: tuple[int, ...] = ()

    def member(self, name: str) -> Part | None:
        """The member `name` of a class; the last one where there are several, as when the class is made."""
        return next((member for member in reversed(self.members) if member.name == name), None)


class Outline(Struct, frozen=True):
    """One module. `parts` are its definitions in order, also under `if` and `try`.

    `imports` maps local names to (module, name) as in `Export.origin`, `stars` are the modules it star-imports.
    `does_more` says that it runs statements besides definitions, imports, docstrings and `__all__`; `lines` is its
    length.
    """

    path: str
    module: str | None
    parts: tuple[Part, ...]
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    does_more: bool = False
    lines: int = 0

    def part(self, name: str) -> Part | None:
        """The definition of `name`; the last one where there are several, as when the module is run."""
        return next((part for part in reversed(self.parts) if part.name == name), None)


def outline(tree: ast.Module, path: str, names: ModuleNames) -> Outline:
    """The outline of the module in `path`."""
    reader = _Reader(path, names)
    reader.read(tree.body)
    last = tree.body[-1].end_lineno if tree.body else 0
    return Outline(
        path,
        names.name_of(path),
        tuple(reader.parts),
        reader.imports,
        tuple(reader.stars),
        reader.does_more,
        last or 0,
    )


class _Reader:
    def __init__(self, path: str, names: ModuleNames) -> None:
        self.path = path
        self.names = names
        self.parts: list[Part] = []
        self.imports: dict[str, tuple[str, str | None]] = {}
        self.stars: list[str] = []
        self.does_more = False

    def read(self, block: list[ast.stmt], *, is_inner: bool = False) -> None:
        for statement in block:
            if isinstance(statement, (ast.Import, ast.ImportFrom)) and not is_inner:
                # What an import at the top of the module writes over is no definition of it any more.
                bound = {alias.asname or alias.name for alias in statement.names}
                self.parts = [part for part in self.parts if part.name not in bound]
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    module = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.imports[alias.asname or module] = (module, None)
            elif isinstance(statement, ast.ImportFrom):
                self.read_from(statement)
            else:
                made = list(parts_of(statement))
                self.parts += [part for part in made if part.name != "__all__"]
                inner = list(_blocks(statement)) if not made else []
                for part in inner:
                    self.read(part, is_inner=True)
                self.does_more = self.does_more or not (made or inner or _is_idle(statement))

    def read_from(self, statement: ast.ImportFrom) -> None:
        module = self.names.absolute(self.path, statement.level, statement.module)
        for alias in statement.names:
            if alias.name == "*":
                self.stars.append(module or "")
            elif module is not None:
                self.imports[alias.asname or alias.name] = (module, alias.name)


def named_part(tree: ast.Module, name: str) -> Part | None:
    """The last class or function `name` of the top level of `tree`, also under `if` and `try`; None without one."""
    found: ast.stmt | None = None
    pending = [tree.body]
    while pending:
        for statement in pending.pop(0):
            if isinstance(statement, (*_Function, ast.ClassDef)):
                found = statement if statement.name == name else found
            else:
                pending += _blocks(statement)
    return next(parts_of(found)) if found is not None else None


def parts_of(statement: ast.stmt) -> Iterator[Part]:
    """What `statement` defines itself, not what blocks in it do."""
    if isinstance(statement, _Function):
        yield _function(statement)
    elif isinstance(statement, ast.ClassDef):
        yield _class(statement)
    else:
        for name in _assigned(statement):
            code = (_hash(statement),)
            yield Part(name, "constant", statement.lineno, statement.end_lineno or statement.lineno, code=code)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Part:
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = list(zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True))
    named = [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None]
    return Part(
        node.name,
        "async function" if isinstance(node, ast.AsyncFunctionDef) else "function",
        _first_line(node),
        node.end_lineno or node.lineno,
        parameters=tuple(parameters_of(arguments)),
        defaults=tuple((argument.arg, ast.unparse(value)) for argument, value in (*defaults, *named)),
        decorators=tuple(map(ast.unparse, node.decorator_list)),
        code=tuple(map(_hash, _without_docstring(node.body))),
    )


def _class(node: ast.ClassDef) -> Part:
    members = tuple(part for statement in node.body for part in parts_of(statement))
    return Part(
        node.name,
        "class",
        _first_line(node),
        node.end_lineno or node.lineno,
        decorators=tuple(map(ast.unparse, node.decorator_list)),
        bases=tuple(map(ast.unparse, (*node.bases, *(keyword.value for keyword in node.keywords)))),
        members=members,
        code=tuple(code for member in members for code in member.code),
    )


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    return body[1:] if ast.get_docstring(_as_module(body), clean=False) is not None else body


def _as_module(body: list[ast.stmt]) -> ast.Module:
    return ast.Module(body=body, type_ignores=[])


def _hash(statement: ast.stmt) -> int:
    # Not what Python calls a hash: that is another one in each process.
    text = ast.dump(statement).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def _assigned(statement: ast.stmt) -> Iterator[str]:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = list(statement.targets)
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    elif statement.__class__.__name__ == "TypeAlias":  # Python 3.12 and later
        targets = [statement.name]  # type: ignore[attr-defined]
    while targets:
        target = targets.pop(0)
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, (ast.Tuple, ast.List)):
            targets += target.elts


def _is_idle(statement: ast.stmt) -> bool:
    """Whether it does nothing that another module could miss."""
    if isinstance(statement, ast.Pass):
        return True
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    if not isinstance(statement, (ast.If, ast.Try)):
        return
    for holder in (statement, *getattr(statement, "handlers", ())):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(holder, name, None)
            if block:
                yield block
