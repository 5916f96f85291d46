"""What a function or class asks of those who call it, as its definition says; and whether a call gives that."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

ParameterKind = Literal["positional", "both", "keyword", "*", "**"]
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Parameter(Struct, frozen=True):
    """One parameter: by position only, by both, by keyword only, or one that takes all the rest."""

    name: str
    kind: ParameterKind
    required: bool


class Definition(Struct, frozen=True):
    """A function or class. `parameters` and `members` are None where its definition alone does not tell them.

    `how` says what a call gives: a value, something to await, or something to iterate over.
    """

    how: Literal["value", "awaitable", "iterator", "async iterator", "instance"]
    parameters: tuple[Parameter, ...] | None
    members: frozenset[str] | None = None

    def signature(self, name: str) -> str:
        """The definition as a reader finds it: `async f(a, b=…, *, c)`."""
        shown: list[str] = []
        starred = False
        for number, parameter in enumerate(self.parameters or ()):
            if parameter.kind == "keyword" and not starred:
                shown.append("*")
            starred = starred or parameter.kind in ("*", "keyword")
            stars = parameter.kind if parameter.kind in ("*", "**") else ""
            optional = "" if parameter.required or stars else "=…"
            shown.append(f"{stars}{parameter.name}{optional}")
            following = (self.parameters or ())[number + 1 : number + 2]
            if parameter.kind == "positional" and not (following and following[0].kind == "positional"):
                shown.append("/")
        prefix = "async " if self.how in ("awaitable", "async iterator") else ""
        return f"{prefix}{name}({', '.join(shown)})"

    def misfit(self, call: ast.Call) -> str:
        """Why `call` does not fit; empty where it does, or where nobody can tell."""
        if self.parameters is None or any(isinstance(a, ast.Starred) for a in call.args):
            return ""
        if any(keyword.arg is None for keyword in call.keywords):
            return ""
        return _misfit(self.parameters, len(call.args), [keyword.arg or "" for keyword in call.keywords])


def _misfit(parameters: tuple[Parameter, ...], count: int, keywords: list[str]) -> str:
    by_position = [p for p in parameters if p.kind in ("positional", "both")]
    kinds = {parameter.kind for parameter in parameters}
    if count > len(by_position) and "*" not in kinds:
        return f"takes {len(by_position)} positional argument(s), and this gives {count}"
    given = {parameter.name for parameter in by_position[:count]}
    by_name = {parameter.name for parameter in parameters if parameter.kind in ("both", "keyword")}
    for keyword in keywords:
        if keyword not in by_name and "**" not in kinds:
            return f"takes no `{keyword}`"
        if keyword in given and keyword in by_name:
            return f"gets `{keyword}` twice"
    missing = [p.name for p in parameters if p.required and p.name not in given and p.name not in keywords]
    return f"needs `{missing[0]}`, which is missing" if missing else ""


def function_definition(node: _Function) -> Definition:
    """What `node` says. One with decorators may be called in any other way."""
    is_generator = any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in _own(node))
    if isinstance(node, ast.AsyncFunctionDef):
        how: Literal["async iterator", "awaitable", "iterator", "value"]
        how = "async iterator" if is_generator else "awaitable"
    else:
        how = "iterator" if is_generator else "value"
    return Definition(how, None if node.decorator_list else tuple(parameters_of(node.args)))


def class_definition(node: ast.ClassDef) -> Definition:
    """What `node` says: its members and its `__init__`, unless bases or decorators may say more."""
    bases = [base for base in node.bases if not (isinstance(base, ast.Name) and base.id == "object")]
    if bases or node.keywords or node.decorator_list:
        return Definition("instance", None)
    functions = {s.name: s for s in node.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef))}
    members = frozenset(_bound(node))
    if "__getattr__" in functions or "__new__" in functions:
        return Definition("instance", None)
    init = functions.get("__init__")
    if init is None:
        return Definition("instance", (), members)
    parameters = None if init.decorator_list else tuple(parameters_of(init.args))[1:]
    return Definition("instance", parameters, members)


def parameters_of(arguments: ast.arguments) -> Iterator[Parameter]:
    """The parameters that `arguments` declare, in order."""
    positional = [*arguments.posonlyargs, *arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    for number, argument in enumerate(positional):
        kind: ParameterKind = "positional" if number < len(arguments.posonlyargs) else "both"
        yield Parameter(argument.arg, kind, number < first_default)
    if arguments.vararg is not None:
        yield Parameter(arguments.vararg.arg, "*", required=False)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Parameter(argument.arg, "keyword", default is None)
    if arguments.kwarg is not None:
        yield Parameter(arguments.kwarg.arg, "**", required=False)


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of `function` that are not in functions or classes in it."""
    pending = list(ast.iter_child_nodes(function))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            pending += ast.iter_child_nodes(node)


def _bound(node: ast.ClassDef) -> Iterator[str]:
    """The names that a class has by its body, and by what its methods assign to `self`."""
    for inner in (inner for inner in ast.walk(node) if inner is not node):
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield inner.name
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id
        elif isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
            yield inner.attr
