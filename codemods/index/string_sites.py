"""What a string literal is for, by where it stands: a patch target, a module's name, a member, an export, a map.

Recognised by the names of the functions that they are given to: `unittest.mock` and `pytest-mock`, pytest's
`monkeypatch`, `importlib`, `sys.modules`, the built-in `getattr` and its kin, and PEP 562 `__getattr__`.
"""

from __future__ import annotations

import ast
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.index.nodes import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEMBER_BUILTINS = frozenset({"getattr", "hasattr", "setattr", "delattr"})
_PATCH_KINDS = frozenset({"object", "dict", "multiple"})
_BY_MODULE = frozenset(
    {"import_module", "__import__", "importorskip", "find_spec", "find_module", "run_module", "reload"}
)
_BY_OBJECT = frozenset({"resolve_name", "locate", "import_string", "safe_import", "import_object", "symbol_by_name"})
_PATCH_OPTIONS = frozenset({"target", "spec", "create", "spec_set", "autospec", "new_callable", "unsafe"})
_MODULES_METHODS = frozenset({"get", "pop", "setdefault", "__contains__", "__getitem__"})


_Assignment = ast.Assign | ast.AnnAssign | ast.AugAssign


class Role(str, Enum):
    """What reads the string. The values are the keys of `strings:` in a plan."""

    PATCH = "patch"  # patch("m.a"), monkeypatch.setattr("m.a", …), pkgutil.resolve_name("m.a")
    MODULE = "modules"  # import_module("m"), sys.modules["m"]
    MEMBER = "members"  # getattr(m, "a"), patch.object(m, "a")
    LAZY = "lazy"  # {"a": "m"} beside a module's __getattr__
    EXPORT = "exports"  # __all__
    DOC = "docs"
    OTHER = "other"


class Site(Struct, frozen=True, eq=False):
    """One string. `owner` is the call, subscript, dictionary or statement that gives it its role."""

    node: ast.Constant
    role: Role
    owner: ast.AST | None = None


class Member(Struct, frozen=True, eq=False):
    """Names that are read or replaced in what an expression stands for: strings, or keywords of `patch.multiple`."""

    names: tuple[tuple[str, ast.Constant | ast.keyword], ...]
    owner: ast.Call


class Surroundings:
    """Where the nodes of one tree stand. In: a parsed module. Made once per file, and only where it is needed."""

    def __init__(self, tree: ast.Module) -> None:
        self.parents: dict[ast.AST, ast.AST] = {}
        pending: list[ast.AST] = [tree]
        parents = self.parents
        while pending:
            node = pending.pop()
            for name in PARTS[node.__class__]:
                value = getattr(node, name, None)
                if value.__class__ is list:
                    for item in value:
                        if item is not None:
                            parents[item] = node
                            pending.append(item)
                elif value is not None:
                    parents[value] = node
                    pending.append(value)
        self.is_lazy = any(isinstance(s, ast.FunctionDef) and s.name == "__getattr__" for s in tree.body)
        self.defined = {s.name for s in tree.body if isinstance(s, (ast.FunctionDef, ast.ClassDef))}

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around `node`, innermost first."""
        while (above := self.parents.get(node)) is not None:
            yield above
            node = above

    def site(self, node: ast.Constant) -> Site:
        """What the string `node` is for."""
        parent = self.parents.get(node)
        if isinstance(parent, ast.Expr):
            return Site(node, Role.DOC, parent)
        if isinstance(parent, ast.keyword):
            call = self.parents.get(parent)
            if isinstance(call, ast.Call) and parent.arg in ("target", "name"):
                return self._argument(node, call, 0)
        elif isinstance(parent, ast.Call) and node in parent.args:
            return self._argument(node, parent, parent.args.index(node))
        elif isinstance(parent, ast.Subscript):
            if parent.slice is node and tail(parent.value)[-2:] == ("sys", "modules"):
                return Site(node, Role.MODULE, parent)
        elif isinstance(parent, ast.Compare) and any(tail(c)[-2:] == ("sys", "modules") for c in parent.comparators):
            return Site(node, Role.MODULE, parent)
        return self._in_container(node)

    def _argument(self, node: ast.Constant, call: ast.Call, position: int) -> Site:
        names = tail(call.func)
        if self.is_patch(call.func) or (names[-1] in ("setattr", "delattr") and len(names) > 1):
            target = names[-1] != "object" and position == 0
            if target and (names[-1] == "multiple" or "." in str(node.value)):
                return Site(node, Role.PATCH, call)
            if position == 1 and names[-1] in ("object", "setattr", "delattr"):
                return Site(node, Role.MEMBER, call)
        elif position == 0 and names[-1] in _BY_OBJECT:
            return Site(node, Role.PATCH, call)
        elif position == 0 and (names[-1] in _BY_MODULE or self._is_modules_method(names)):
            return Site(node, Role.MODULE, call)
        elif position == 1 and names == (names[-1],) and names[-1] in _MEMBER_BUILTINS - self.defined:
            return Site(node, Role.MEMBER, call)
        elif names == ("__all__", names[-1]):
            return Site(node, Role.EXPORT, call)
        return self._in_container(node)

    def _is_modules_method(self, names: tuple[str, ...]) -> bool:
        return names[-3:-1] == ("sys", "modules") and names[-1] in _MODULES_METHODS

    def is_patch(self, function: ast.expr) -> bool:
        """Whether `function` is `patch`, `patch.object`, `mock.patch.dict`, `mocker.patch` and the like."""
        names = tail(function)
        names = names[:-1] if names[-1] in _PATCH_KINDS else names
        return bool(names) and names[-1] == "patch" and (len(names) > 1 or "patch" not in self.defined)

    def _in_container(self, node: ast.Constant) -> Site:
        above: ast.AST = node
        container: ast.Dict | None = None
        for parent in self.ancestors(node):
            if isinstance(parent, ast.Dict):
                container = parent
            elif isinstance(parent, ast.Call):
                if _is_all_method(parent):
                    return Site(node, Role.EXPORT, parent)
                if container is not None and above is container and _replaces_modules(parent):
                    return Site(node, Role.MODULE, container)
                if container is not None and tail(parent.func)[-1] == "attach":
                    return Site(node, Role.LAZY, container)
                break
            elif isinstance(parent, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                return self._assigned(node, parent, container)
            elif not isinstance(parent, (ast.List, ast.Tuple, ast.Set, ast.keyword, ast.BinOp, ast.Starred)):
                break
            above = parent
        return Site(node, Role.OTHER)

    def _assigned(
        self, node: ast.Constant, statement: ast.Assign | ast.AnnAssign | ast.AugAssign, container: ast.Dict | None
    ) -> Site:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return Site(node, Role.EXPORT, statement)
        if container is not None and self.is_lazy and isinstance(self.parents.get(statement), ast.Module):
            return Site(node, Role.LAZY, container)
        return Site(node, Role.OTHER)

    def is_asked_by_name(self, holder: ast.expr) -> bool:
        """Whether a name that is made up as the program runs is read from `holder`: `getattr(m, kind)`."""
        call = self.parents.get(holder)
        if not isinstance(call, ast.Call) or len(call.args) < 2 or call.args[0] is not holder:
            return False
        names = tail(call.func)
        return len(names) == 1 and names[0] in _MEMBER_BUILTINS and not isinstance(call.args[1], ast.Constant)

    def member(self, holder: ast.expr) -> Member | None:
        """What is read, replaced or asked for by name in `holder`, where it is an argument of a call that does so."""
        call = self.parents.get(holder)
        if not isinstance(call, ast.Call) or not call.args or call.args[0] is not holder:
            return None
        if self.is_patch(call.func) and tail(call.func)[-1] == "multiple":
            return multiple(call)
        name = call.args[1] if len(call.args) > 1 else None
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and self.site(name).role is Role.MEMBER:
            return Member(((name.value, name),), call)
        return None


def multiple(call: ast.Call) -> Member | None:
    """The names that `patch.multiple(target, name=…)` replaces."""
    names = tuple((word.arg, word) for word in call.keywords if word.arg and word.arg not in _PATCH_OPTIONS)
    return Member(names, call) if names and all(word.arg for word in call.keywords) else None


def tail(expression: ast.expr) -> tuple[str, ...]:
    """The names of an attribute chain; the first is "" where it does not begin with a name."""
    names: list[str] = []
    while isinstance(expression, ast.Attribute):
        names.append(expression.attr)
        expression = expression.value
    names.append(expression.id if isinstance(expression, ast.Name) else "")
    return tuple(reversed(names))


def _is_all_method(call: ast.Call) -> bool:
    return len(names := tail(call.func)) == 2 and names[0] == "__all__"  # extend, append, remove


def _replaces_modules(call: ast.Call) -> bool:
    """Whether `call` is `patch.dict(sys.modules, {…})` or an update of `sys.modules`."""
    names = tail(call.func)
    if names[-3:] == ("sys", "modules", "update"):
        return True
    if names[-2:] != ("patch", "dict") or not call.args:
        return False
    first = call.args[0]
    return tail(first)[-2:] == ("sys", "modules") or (isinstance(first, ast.Constant) and first.value == "sys.modules")
