"""Whether a local name can be renamed in all its uses, or has to stay, kept by an alias that never breaks anything."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.index.string_sites import Role, tail
from codemods.index.type_comments import TypeComment

if TYPE_CHECKING:
    from collections.abc import Collection

    from codemods.index.resolve import Index
    from codemods.index.scopes import Scope, Scopes
    from codemods.index.string_sites import Site
    from codemods.transforms.moves import StringChoices
    from codemods.transforms.view import ModuleView


_EVALUATING = frozenset({"eval", "exec", "compile", "timeit", "repeat", "Timer", "run", "runctx"})


def why_not_rename(
    view: ModuleView,
    index: Index,
    scope: Scope,
    old: str,
    new: str,
    *,
    own: Collection[ast.AST],
    same: Collection[ast.AST],
    strings: StringChoices,
) -> str:
    """Why the binding `old` in `scope` cannot be called `new`; empty where it can.

    `own` are the import names that are to be renamed, `same` those that already bind `new` to the same thing,
    `strings` is what the plan wants of strings. Whether other files reach the name is asked with `why_reached`.
    Where a use stands in text that cannot be edited exactly is not decided here.
    """
    return (
        _old_name_needed(view, scope, old, own)
        or _named_in_string(view, scope, old, strings)
        or may_come_by_star(view, index, scope, old)
        or why_taken(view.scopes, scope, old, new, same)
    )


def _old_name_needed(view: ModuleView, scope: Scope, old: str, own: Collection[ast.AST]) -> str:
    scopes = view.scopes
    if scope.kind == "class":
        return f"`{old}` is an attribute of a class"
    others = [node for node in scopes.bindings(old, scope) if node not in own]
    if others:
        return f"`{old}` is also bound in line {getattr(others[0], 'lineno', '?')}"
    if old in scopes.declared:
        return f"`{old}` is declared global or nonlocal in line {scopes.declared[old][0].lineno}"
    if old.startswith("__") and not old.endswith("__"):
        return f"`{old}` is mangled in classes"
    if read_before_class_binding(scopes, (scope,), old):
        return f"a class binds `{old}` again"
    return ""


def _named_in_string(view: ModuleView, scope: Scope, old: str, strings: StringChoices) -> str:
    for use in view.scopes.uses_of(old, scope):
        if isinstance(use.container, ast.Constant):
            choice = strings.type_comments if isinstance(use.container, TypeComment) else strings.annotations
            if choice != "rewrite":
                return f"the plan leaves the annotation in line {use.container.lineno}"
    for string in view.scopes.strings:
        if old in str(string.value) and _is_evaluated(view, string, old):
            return f"code in the string in line {string.lineno} names `{old}`"
    for string in view.scopes.strings if scope.kind == "module" else ():
        if _ends_with(str(string.value), old):
            site = view.surroundings.site(string)
            if not (site.role is Role.EXPORT and strings.exports == "rewrite") and not _is_member_of_import(view, site):
                return f"a string in line {string.lineno} names `{old}`"
    return ""


def _ends_with(text: str, name: str) -> bool:
    """Whether `text` is `name`, or puts it behind a module's name that is filled in: `".f"`, `"%s.f"`, `"{}.f"`."""
    holder, dot, last = text.rpartition(".")
    return last == name and (not dot or not all(part.isidentifier() for part in holder.split(".")))


def _is_evaluated(view: ModuleView, string: ast.Constant, name: str) -> bool:
    """Whether the string holds code that runs in the names of the file and uses `name`, or `name` before a `=` that is
    printed with its value."""
    if not re.search(rf"\b{re.escape(name)}\b", str(string.value)):
        return False
    above = view.surroundings.parents.get(string)
    if isinstance(above, ast.JoinedStr):
        return str(string.value).rstrip().endswith(f"{name}=")
    return isinstance(above, ast.Call) and tail(above.func)[-1] in _EVALUATING


def _is_member_of_import(view: ModuleView, site: Site) -> bool:
    """Whether the string asks for a name in what an import binds, which is no name of this file."""
    holder = site.owner.args[0] if site.role is Role.MEMBER and isinstance(site.owner, ast.Call) else None
    first = tail(holder)[0] if isinstance(holder, ast.expr) else ""
    own = (view.module or "").rpartition(".")[2]
    nodes = view.scopes.module.bound.get(first, []) if first else []
    imports = [node for node in nodes if isinstance(node, ast.alias) and node.name.rpartition(".")[2] != own]
    return bool(imports) and len(imports) == len(nodes)


def may_come_by_star(view: ModuleView, index: Index, scope: Scope, name: str) -> str:
    """The star import that may bind `name` in `scope` as well; empty where there is none.

    What a module outside the repository exports is not known, so that its star import may bring any name.
    """
    for site in view.scopes.imports if scope.kind == "module" else ():
        statement = site.statement
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
            module = view.names.absolute(view.path, statement.level, statement.module) or ""
            summary = index.summary(module)
            if summary is None or (summary.exports_by_star(name) and index.has(module, name)):
                return f"the star import in line {statement.lineno} may bring `{name}`"
    return ""


def read_before_class_binding(scopes: Scopes, outer: Collection[Scope | None], name: str) -> bool:
    """Whether a class body may read `name` of one of the scopes `outer` before it binds the name itself."""
    return any(
        use.scope.kind == "class" and name in use.scope.bound and _global(scopes, name) in outer
        for use in scopes.named(name)
    )


def _global(scopes: Scopes, name: str) -> Scope | None:
    # Such a name is looked up among the globals at once, past the functions around the class.
    return scopes.module if name in scopes.module.bound else None


def why_taken(scopes: Scopes, scope: Scope, old: str, new: str, same: Collection[ast.AST]) -> str:
    """Why uses of `old` in `scope` cannot be written as `new`, which only `same` may bind; empty where they can."""
    taken = [node for node in scopes.bindings(new, scope) if node not in same]
    if taken:
        return f"`{new}` is already bound in line {getattr(taken[0], 'lineno', '?')}"
    if new in scopes.declared:
        return f"`{new}` is declared global or nonlocal in line {scopes.declared[new][0].lineno}"
    already_there = bool(scopes.bindings(new, scope))
    for use in scopes.named(new):
        if not already_there and scope in use.scope.path() and _passes(scopes, use.scope, scope, new):
            return f"`{new}` means something else in line {use.node.lineno}"
    for use in scopes.uses_of(old, scope):
        if not _passes(scopes, use.scope, scope, new):
            return f"`{new}` is bound in between, at line {use.node.lineno}"
    return ""


def _passes(scopes: Scopes, inner: Scope, outer: Scope, name: str) -> bool:
    """Whether `name`, looked up from `inner`, would get as far as `outer`."""
    for scope in inner.path():
        if scope is outer:
            return True
        if name in scope.bound or name in scope.elsewhere:
            return scope.elsewhere.get(name) == "global" and outer is scopes.module
    return False


def why_reached(view: ModuleView, index: Index, scope: Scope, old: str) -> str:
    """The file that reaches `old` through this module; empty where none does."""
    if scope.kind != "module" or view.module is None:
        return ""
    path = index.reached_from(view.module, old)
    return f"{path} reaches `{old}` through this module" if path else ""
