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
