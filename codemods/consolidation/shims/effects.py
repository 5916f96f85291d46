"""What a module does when it is imported, besides making its own names: a module left behind would not do it."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from codemods.consolidation.shims.top_level import executed, last_name, root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.transforms.view import ModuleView

_QUIET = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass, ast.If, ast.Try,
    ast.For, ast.While, ast.Assert, ast.Break, ast.Continue,
)  # fmt: skip
_HARMLESS_CONTEXTS = frozenset({"suppress", "catch_warnings"})


def effects(view: ModuleView) -> Iterator[tuple[int, str]]:
    """Each statement that does more when the module is imported than to make its names, by line."""
    own = _own(view)
    for statement in executed(view.tree.body):
        if not _is_quiet(statement, own):
            line = view.text(statement).decode().splitlines()[0]
            yield statement.lineno, f"`{line}` runs when the module is imported, and would not any more"


def registrations(view: ModuleView) -> Iterator[tuple[int, str]]:
    """Each decorator that may register what it decorates somewhere, by line and in words."""
    own = _own(view)
    defined = {node.name for node in view.tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    origins = _modules(view)
    for node in executed(view.tree.body):
        for decorator in getattr(node, "decorator_list", ()):
            name = root(decorator)
            is_standard = origins.get(name, "").partition(".")[0] in sys.stdlib_module_names
            if name in own - defined or (name in origins and not is_standard and isinstance(decorator, ast.Call)):
                what = f"`@{ast.unparse(decorator)}` may register `{node.name}` when the module is imported"  # type: ignore[attr-defined]
                yield decorator.lineno, what


def _own(view: ModuleView) -> set[str]:
    """The names that the module makes, rather than imports."""
    return {
        name
        for name, nodes in view.scopes.module.bound.items()
        if not any(isinstance(node, ast.alias) for node in nodes)
    }


def _modules(view: ModuleView) -> dict[str, str]:
    """The module that each imported name comes from."""
    found: dict[str, str] = {}
    for site in view.scopes.imports:
        for alias in site.statement.names:
            module = site.statement.module if isinstance(site.statement, ast.ImportFrom) else alias.name
            found[alias.asname or alias.name.partition(".")[0]] = module or "."
    return found


def _is_quiet(statement: ast.stmt, own: set[str]) -> bool:
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)):
        targets = getattr(statement, "targets", None) or [statement.target]  # type: ignore[union-attr]
        return all(_is_own(target, own) for target in targets)
    if isinstance(statement, ast.Expr):
        return _is_quiet_expression(statement.value, own)
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return all(last_name(item.context_expr) in _HARMLESS_CONTEXTS for item in statement.items)
    return isinstance(statement, _QUIET) or type(statement).__name__ in ("TypeAlias", "Match", "TryStar", "Global")


def _is_own(target: ast.expr, own: set[str]) -> bool:
    if isinstance(target, (ast.Tuple, ast.List)):
        return all(_is_own(element, own) for element in target.elts)
    if isinstance(target, ast.Starred):
        return _is_own(target.value, own)
    return isinstance(target, ast.Name) or root(target) in own


def _is_quiet_expression(value: ast.expr, own: set[str]) -> bool:
    if isinstance(value, (ast.Constant, ast.Name, ast.Attribute, ast.Yield)):
        return True
    if not isinstance(value, ast.Call):
        return False
    # A method of what the module made itself adds to that. `warnings.warn` says what the shim says.
    is_method = isinstance(value.func, (ast.Attribute, ast.Subscript)) and root(value) in own
    return is_method or last_name(value) == "warn"
