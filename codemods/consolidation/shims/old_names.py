"""Which names a module has at its top level, and which of them it means others to have."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.consolidation.shims.top_level import executed, last_name, main_block, statements, typing_block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.index.resolve import Index
    from codemods.transforms.view import ModuleView

Origin = tuple[str, str | None]

# What a module makes for its own use, by a call of one of these.
_LOGGERS = frozenset({"getlogger", "get_logger", "getchild"})
_TYPE_VARIABLES = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})


_EVERY_MODULE_HAS = frozenset(
    {"__all__", "__annotations__", "__dir__", "__doc__", "__file__", "__getattr__", "__name__", "__path__"}
    | {"__builtins__", "__dict__", "__loader__", "__package__", "__spec__", "TYPE_CHECKING"}
)


class OldName(Struct, frozen=True):
    """A name that the module binds at its top level, in `line`.

    `origin` is where it imports it from, as (module, name), or (module, None) for a module itself; None where it
    defines it. `is_typing` says that it is there for type checkers only; `is_incidental` that it is for the module's
    own use: a logger, a type variable, an import with a substitute; `is_forwarded` that it is forwarded already.
    """

    name: str
    line: int
    origin: Origin | None = None
    is_typing: bool = False
    is_incidental: bool = False
    is_forwarded: bool = False


class OldModule(Struct, frozen=True):
    """The names of a module. `exported` are those that a star import brings, in order, None where nobody can tell;
    `has_list` says that they stand in its `__all__`. `problems` are what cannot be told, by line."""

    names: tuple[OldName, ...]
    exported: tuple[str, ...]
    has_list: bool = False
    problems: tuple[tuple[int, str], ...] = ()


def old_module(view: ModuleView, index: Index) -> OldModule:
    """The names of `view`. Raises Missing."""
    reader = _Reader(view, index)
    names = tuple(sorted(reader.names(), key=lambda found: found.line))
    exported, problems = _exported(view)
    if exported is None:
        public = (name for name in names if not name.name.startswith("_") and not name.is_typing)
        exported = tuple(dict.fromkeys(sorted((*(name.name for name in public), *reader.constants))))
        return OldModule(names, exported, False, (*reader.problems, *problems))
    return OldModule(names, exported, True, (*reader.problems, *problems))


class _Reader:
    def __init__(self, view: ModuleView, index: Index) -> None:
        self.view = view
        self.index = index
        self.problems: list[tuple[int, str]] = []
        self.constants = {"TYPE_CHECKING"} & set(view.scopes.module.bound)

    def names(self) -> Iterator[OldName]:
        bound = self.view.scopes.module.bound
        for name, nodes in bound.items():
            if name not in _EVERY_MODULE_HAS:
                found = self.name(name, [node for node in nodes if id(node) not in self.hidden])
                if found is not None:
                    yield found
        for line, module, is_typing in self.stars():
            brought = self.index.star_names(module)
            if brought is None:
                what = f"nobody can tell what `from {module} import *` brings: import the names that are needed"
                self.problems.append((line, what))
            for name in sorted((brought or frozenset()) - set(bound)):
                yield OldName(name, line, (module, name), is_typing)

    def name(self, name: str, nodes: list[ast.AST]) -> OldName | None:
        if any(isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del) for node in nodes):
            return None
        nodes = [n for n in nodes if not isinstance(n, ast.ExceptHandler) and id(n) not in self.only_annotated]
        at_runtime = [node for node in nodes if id(node) not in self.typing]
        nodes = at_runtime or nodes
        if not nodes:
            return None
        origins = {self.origins.get(id(node)) for node in nodes}
        origin = origins.pop() if len(origins) == 1 else None
        origins.discard(None)
        if origin is not None and origin[0] == "__future__":
            return None
        return OldName(
            name,
            min(node.lineno for node in nodes),  # type: ignore[attr-defined]  # all that bind have a place
            origin,
            is_typing=not at_runtime,
            is_incidental=origin is None and (bool(origins) or self.is_for_itself(nodes)),
        )

    @cached_property
    def only_annotated(self) -> set[int]:
        """The names in annotations without a value, which bind nothing."""
        found = (s for s in self.statements if isinstance(s, ast.AnnAssign) and s.value is None)
        return {id(statement.target) for statement in found}

    def is_for_itself(self, nodes: list[ast.AST]) -> bool:
        if all(id(node) in self.passing for node in nodes):
            return True
        values = [self.values.get(id(node)) for node in nodes]
        made = [last_name(value) for value in values if isinstance(value, ast.Call)]
        return len(made) == len(nodes) and all(m.lower() in _LOGGERS or m in _TYPE_VARIABLES for m in made)

    def stars(self) -> Iterator[tuple[int, str, bool]]:
        for statement in self.statements:
            if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
                yield statement.lineno, self.module_of(statement), id(statement) in self.typing

    def module_of(self, statement: ast.ImportFrom) -> str:
        return self.view.names.absolute(self.view.path, statement.level, statement.module) or ""

    @cached_property
    def statements(self) -> list[ast.stmt]:
        return list(statements(self.view.tree.body))

    @cached_property
    def typing(self) -> frozenset[int]:
        """What stands under `if TYPE_CHECKING:`."""
        return _inside(inner for statement in self.statements for inner in typing_block(statement))

    @cached_property
    def hidden(self) -> frozenset[int]:
        """What only runs in a program."""
        return _inside(inner for statement in self.statements for inner in main_block(statement))

    @cached_property
    def passing(self) -> frozenset[int]:
        """What loops and `with` bind."""
        loops = (s.target for s in self.statements if isinstance(s, (ast.For, ast.AsyncFor)))
        items = (item for s in self.statements if isinstance(s, (ast.With, ast.AsyncWith)) for item in s.items)
        return _inside((*loops, *(item.optional_vars for item in items if item.optional_vars is not None)))

    @cached_property
    def values(self) -> dict[int, ast.expr]:
        """The values of names that are assigned by themselves."""
        found: dict[int, ast.expr] = {}
        for statement in self.statements:
            if isinstance(statement, ast.Assign):
                found.update((id(target), statement.value) for target in statement.targets)
            elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
                found[id(statement.target)] = statement.value
        return found

    @cached_property
    def origins(self) -> dict[int, Origin]:
        """Where each imported name comes from."""
        found: dict[int, Origin] = {}
        for site in self.view.scopes.imports:
            statement = site.statement
            for alias in statement.names:
                if isinstance(statement, ast.ImportFrom):
                    found[id(alias)] = (self.module_of(statement), alias.name)
                else:
                    found[id(alias)] = (alias.name if alias.asname else alias.name.partition(".")[0], None)
        return found


def _inside(nodes: Iterable[ast.AST]) -> frozenset[int]:
    return frozenset(id(inner) for node in nodes for inner in ast.walk(node))


def _exported(view: ModuleView) -> tuple[tuple[str, ...] | None, list[tuple[int, str]]]:
    """The names in `__all__`, in order; None where it has none. With it, what cannot be read, by line."""
    found: list[str] | None = None
    problems: list[tuple[int, str]] = []
    for statement in executed(view.tree.body):
        value = _listed(statement)
        if value is not None:
            names = _strings(value)
            if names is None:
                what = "nobody can tell which names this puts into `__all__`: write them out"
                problems.append((statement.lineno, what))
            is_first = isinstance(statement, (ast.Assign, ast.AnnAssign))
            found = [*([] if is_first or found is None else found), *(names or ())]
    return (None if found is None else tuple(dict.fromkeys(found))), problems


def _listed(statement: ast.stmt) -> ast.expr | None:
    """What `statement` makes `__all__` of, or adds to it."""
    if isinstance(statement, ast.Assign) and any(_is_list(target) for target in statement.targets):
        return statement.value
    if isinstance(statement, (ast.AnnAssign, ast.AugAssign)) and _is_list(statement.target):
        return statement.value
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and _is_list(call.func.value):
        is_one = call.func.attr == "append"
        return ast.List(elts=call.args, ctx=ast.Load()) if is_one or len(call.args) != 1 else call.args[0]
    return None


def _is_list(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "__all__"


def _strings(value: ast.expr) -> list[str] | None:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        left, right = _strings(value.left), _strings(value.right)
        return None if left is None or right is None else [*left, *right]
    if not isinstance(value, (ast.List, ast.Tuple)):
        return None
    texts = [item.value for item in value.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return texts if len(texts) == len(value.elts) else None
