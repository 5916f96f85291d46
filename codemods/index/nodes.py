"""Node classes that the `ast` of the running Python may lack: its own where it has them, else stand-ins.

A stand-in has the name, base and fields of the class that newer Pythons have, so that walks over `_fields` and
`ast.dump` treat both alike. `newer_syntax` makes such nodes; `analysis` knows what they mean.
"""

from __future__ import annotations

import ast
from typing import Any


def _node(name: str, base: str, fields: tuple[str, ...], optional: tuple[str, ...] = ()) -> type[Any]:
    """The class `name` of `ast` if it has all `fields`, else a stand-in; a field in `optional` may be left out."""
    known: type[ast.AST] | None = getattr(ast, name, None)
    if known is not None and set(fields) <= set(known._fields):
        return known
    parent: type[ast.AST] = getattr(ast, base, ast.AST)
    attributes = ("lineno", "col_offset", "end_lineno", "end_col_offset")
    members = {"_fields": fields, "_attributes": attributes, "__match_args__": fields, "__module__": __name__}
    return type(name, (parent,), {**members, **dict.fromkeys(optional)})


# PEP 654, Python 3.11.
TryStar = _node("TryStar", "stmt", ("body", "handlers", "orelse", "finalbody"))
# PEP 695, Python 3.12; with the defaults of PEP 696, Python 3.13.
TypeAlias = _node("TypeAlias", "stmt", ("name", "type_params", "value"))
TypeVar = _node("TypeVar", "type_param", ("name", "bound", "default_value"), ("bound", "default_value"))
ParamSpec = _node("ParamSpec", "type_param", ("name", "default_value"), ("default_value",))
TypeVarTuple = _node("TypeVarTuple", "type_param", ("name", "default_value"), ("default_value",))
# PEP 750, Python 3.14.
TemplateStr = _node("TemplateStr", "expr", ("values",))
Interpolation = _node("Interpolation", "expr", ("value", "str", "conversion", "format_spec"), ("format_spec",))

_TEXTS = {"id", "attr", "arg", "kind", "type_comment", "module", "asname", "kwd_attrs", "rest", "tag", "str", "n", "s"}
_NUMBERS = {"conversion", "simple", "level", "is_async", "type_ignores"}
_OPERATORS = {"ctx", "op", "ops"}  # nodes, but which say nothing that those around them do not
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class _Parts(dict[type, tuple[str, ...]]):
    """For a class of nodes, the fields in which there may be other nodes, but for operators and contexts."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        fields: tuple[str, ...] = getattr(kind, "_fields", ())
        if issubclass(kind, _NAMED):
            # Where the running Python knows no type parameters, each node has them on its own.
            fields = tuple(dict.fromkeys((*fields, "type_params")))
        others = _TEXTS | _NUMBERS | _OPERATORS
        parts = tuple(name for name in fields if name not in others and not _is_text(kind, name))
        self[kind] = parts
        return parts


def _is_text(kind: type, name: str) -> bool:
    if name == "name":
        return not issubclass(kind, TypeAlias)
    return (kind is ast.Constant and name == "value") or (kind in (ast.Global, ast.Nonlocal) and name == "names")


# What walks over all nodes of many files goes by this, in half the time of `ast.iter_child_nodes`.
PARTS = _Parts()


def push_parts(node: ast.AST, pending: list[ast.AST]) -> None:
    """Add the nodes in `node` to `pending`. Some may be None, or a constant of Python, of which PARTS tells none."""
    for name in PARTS[node.__class__]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            pending += value
        elif value is not None:
            pending.append(value)
