"""Code that reads whatever names a module has: `vars(m)`, `getattr(m, name)`, `inspect.getmembers(m)`, `globals()`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.index.string_sites import tail
from codemods.model import Disposition, Finding, Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.consolidation.deleting.going import Going
    from codemods.transforms.view import ModuleView

# What a file has to hold.
READS = re.compile(rb"(?:vars|dir|getattr|getmembers|globals)\(")
_ALL = frozenset({"vars", "dir", "getmembers"})
_REASON = "it reads names of the module that are made up as the program runs"


def reflections(view: ModuleView, going: Going) -> Iterator[Finding]:
    """The places in a module that read any name of the module of a symbol."""
    names = {full for full, module in _modules(view) if module == going.module}
    is_own = view.path in going.paths
    for node in ast.walk(view.tree):
        if isinstance(node, ast.Call) and (_reads_own(view, node) if is_own else _reads(node, names)):
            yield Finding(view.reference(node, Form.MODULE_VALUE, going.module), Disposition.REVIEW, _REASON)


def _reads(call: ast.Call, names: set[tuple[str, ...]]) -> bool:
    return bool(call.args) and tail(call.args[0]) in names and _is_open(call)


def _is_open(call: ast.Call) -> bool:
    """Whether `call` reads names that the code does not say."""
    name = tail(call.func)[-1]
    if name == "getattr":
        return len(call.args) > 1 and not isinstance(call.args[1], ast.Constant)
    return name in _ALL


def _reads_own(view: ModuleView, call: ast.Call) -> bool:
    """Whether `call` reads names of its own module: `globals()`, `dir(sys.modules[__name__])`."""
    if isinstance(call.func, ast.Name) and call.func.id == "globals" and not call.args:
        above = view.surroundings.parents.get(call)
        return not (isinstance(above, ast.Subscript) and isinstance(above.slice, ast.Constant))
    if not call.args or not _is_open(call):
        return False
    first = call.args[0]
    is_subscript = isinstance(first, ast.Subscript) and tail(first.value)[-2:] == ("sys", "modules")
    return is_subscript and isinstance(first.slice, ast.Name) and first.slice.id == "__name__"  # type: ignore[attr-defined]


def _modules(view: ModuleView) -> Iterator[tuple[tuple[str, ...], str]]:
    """How imports let modules be spelled, and which: (("b",), "a.b") for `from a import b`."""
    for site in view.scopes.imports:
        statement = site.statement
        for alias in statement.names:
            if isinstance(statement, ast.Import):
                yield (alias.asname,) if alias.asname else tuple(alias.name.split(".")), alias.name
            else:
                module = view.names.absolute(view.path, statement.level, statement.module)
                yield (alias.asname or alias.name,), f"{module}.{alias.name}"
