"""Recognises what an earlier run has left of a module, and reads from it which names the module had."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeGuard

from codemods.consolidation.shims.old_names import OldModule, OldName
from codemods.consolidation.shims.shim_text import IMPORTED, MOVED, SUBMODULES
from codemods.consolidation.shims.top_level import executed, last_name, statements, typing_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.consolidation.shims.old_names import Origin
    from codemods.transforms.view import ModuleView


_MAPS = (MOVED, IMPORTED, SUBMODULES)
_IMPORTED_NAMES = frozenset({"TYPE_CHECKING", "annotations", "sys", "warnings", "import_module"})


def trace(view: ModuleView) -> OldModule | None:
    """The names that the module of `view` had before a shim or an alias took its place; None where it is neither."""
    assigned = dict(_assigned(view.tree))
    is_shim = "__getattr__" in view.scopes.module.bound and any(name in assigned for name in _MAPS)
    if not all(_is_known(statement) for statement in executed(view.tree.body)):
        return None
    if not (is_shim or any(_makes_alias(statement) for statement in executed(view.tree.body))):
        return None
    exported = tuple(_texts(assigned.get("__all__")))
    names = _from_maps(view, assigned) if is_shim else _from_alias(view)
    return OldModule(tuple(names), exported, True)


def is_same(view: ModuleView, text: str) -> bool:
    """Whether `text` says what `view` says, whatever their layout, comments, docstring and order of imports, and how
    the functions in them do it."""
    return _essence(view.tree) == _essence(ast.parse(text))


def _is_known(statement: ast.stmt) -> bool:
    """Whether it is of the kind that a shim or an alias has."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return all(alias.name in _IMPORTED_NAMES for alias in statement.names)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        return getattr(target, "id", "") in {*_MAPS, "__all__", "_PASSED_OVER"} or _makes_alias(statement)
    if isinstance(statement, ast.FunctionDef):
        return statement.name in ("__getattr__", "__dir__")
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_text or isinstance(statement, ast.If)


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for statement in executed(tree.body):
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            if isinstance(target, ast.Name):
                yield target.id, statement.value


def _makes_alias(statement: ast.stmt) -> bool:
    """`sys.modules[__name__] = import_module("…")`."""
    if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Subscript)):
        return False
    subscript = statement.targets[0]
    is_own = isinstance(subscript.slice, ast.Name) and subscript.slice.id == "__name__"
    return is_own and last_name(subscript.value) == "modules" and "import_module" in last_name(statement.value)


def _from_maps(view: ModuleView, assigned: dict[str, ast.expr]) -> Iterator[OldName]:
    package = view.module or ""
    at_runtime: set[str] = set()
    for map_name in (MOVED, IMPORTED):
        value = assigned.get(map_name)
        for key, entry in zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else ():
            name, target = _text(key), _text(entry)
            module, _, attribute = target.partition(":")
            at_runtime.add(name)
            origin: Origin | None = (module, attribute or None) if map_name == IMPORTED else None
            yield OldName(name, entry.lineno, origin, is_forwarded=True)
    for text in _texts(assigned.get(SUBMODULES)):
        yield OldName(text, 1, (package, text), is_forwarded=True)
    for name, line, origin in _imported(view):
        if name not in at_runtime:
            yield OldName(name, line, origin, is_typing=True, is_forwarded=True)


def _from_alias(view: ModuleView) -> Iterator[OldName]:
    """The names of a module that is another one: it has them as its own."""
    new = next((_text(call.args[0]) for call in ast.walk(view.tree) if _is_import(call)), "")
    for name, line, origin in _imported(view):
        yield OldName(name, line, None if origin[0] == new else origin, is_forwarded=True)


def _is_import(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and "import_module" in last_name(node) and len(node.args) == 1


def _imported(view: ModuleView) -> Iterator[tuple[str, int, Origin]]:
    """What type checkers see, by the names that they see: some are assigned from an import."""
    block = [inner for statement in view.tree.body for inner in typing_block(statement)]
    renamed = {
        statement.value.id: statement.targets[0].id
        for statement in block
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Name)
        and isinstance(statement.targets[0], ast.Name)
    }
    for statement in block:
        for alias in statement.names if isinstance(statement, (ast.Import, ast.ImportFrom)) else ():
            local = alias.asname or alias.name
            is_from = isinstance(statement, ast.ImportFrom)
            origin: Origin = (getattr(statement, "module", None) or "", alias.name) if is_from else (alias.name, None)
            yield renamed.get(local, local), statement.lineno, origin


def _texts(value: ast.expr | None) -> Iterator[str]:
    for item in value.elts if isinstance(value, (ast.List, ast.Tuple)) else ():
        yield _text(item)


def _text(node: ast.expr | None) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _essence(tree: ast.Module) -> list[str]:
    found: list[str] = []
    for statement in statements(tree.body):
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            continue
        if isinstance(statement, ast.ImportFrom):
            found += [f"{statement.level} {statement.module} {alias.name} {alias.asname}" for alias in statement.names]
        elif isinstance(statement, ast.Import):
            found += [f"{alias.name} {alias.asname}" for alias in statement.names]
        elif isinstance(statement, ast.If):
            found.append(ast.dump(statement.test))
        elif isinstance(statement, ast.FunctionDef):
            found.append(statement.name)
        elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            found.append(ast.dump(statement))
    return sorted(found)
