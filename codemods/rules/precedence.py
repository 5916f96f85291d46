"""Whether an expression needs parentheses where it is put: the precedence of the language reference, section 6.17."""

from __future__ import annotations

import ast

from msgspec import Struct

from codemods.patterns.language import Entry

ATOM = 16
_TEST, _OR, _AND, _NOT, _COMPARE, _UNARY, _POWER, _AWAIT = 2, 3, 4, 5, 6, 13, 14, 15
_BINARY: dict[type[ast.operator], int] = {
    ast.BitOr: 7,
    ast.BitXor: 8,
    ast.BitAnd: 9,
    ast.LShift: 10,
    ast.RShift: 10,
    ast.Add: 11,
    ast.Sub: 11,
    ast.Mult: 12,
    ast.MatMult: 12,
    ast.Div: 12,
    ast.Mod: 12,
    ast.FloorDiv: 12,
    ast.Pow: _POWER,
}
_LEVELS: dict[type[ast.AST], int] = {
    ast.NamedExpr: 0,
    ast.Yield: 1,
    ast.YieldFrom: 1,
    ast.Lambda: _TEST,
    ast.IfExp: _TEST,
    ast.Compare: _COMPARE,
    ast.Await: _AWAIT,
}


class Slot(Struct, frozen=True, eq=False):
    """Where an expression stands: in the field `name` of `parent`, which is None where nothing is known of it.

    `is_spread` where it stands behind `**` in a dictionary.
    """

    parent: ast.AST | None
    name: str = ""
    is_first: bool = True
    is_spread: bool = False


def slot_of(node: ast.AST, parent: ast.AST | None) -> Slot:
    """The slot of `node` in `parent`."""
    for name in parent._fields if parent is not None else ():
        value = getattr(parent, name, None)
        if value is node:
            return Slot(parent, name)
        if isinstance(value, list) and node in value:
            return Slot(parent, name, value[0] is node, _is_spread(parent, node))
    return Slot(parent)


def _is_spread(parent: ast.AST | None, node: ast.AST) -> bool:
    if not isinstance(parent, ast.Dict):
        return False
    return any(key is None and value is node for key, value in zip(parent.keys, parent.values, strict=True))


def level(node: ast.AST, *, is_bare: bool = True) -> int:
    """How tightly `node` binds; a tuple that is `is_bare` has no parentheses of its own."""
    if isinstance(node, ast.BoolOp):
        return _OR if isinstance(node.op, ast.Or) else _AND
    if isinstance(node, ast.UnaryOp):
        return _NOT if isinstance(node.op, ast.Not) else _UNARY
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)]
    if isinstance(node, ast.Tuple):
        return 1 if is_bare else ATOM
    return _LEVELS.get(type(node), ATOM)


def needed(slot: Slot, node: ast.AST) -> int:
    """The level that `node` must have to stand in `slot` without parentheses."""
    parent = slot.parent
    if isinstance(parent, ast.BinOp):
        return _in_binary(parent, slot)
    if isinstance(parent, (ast.BoolOp, ast.Compare)):
        return level(parent) + 1
    if isinstance(parent, ast.UnaryOp):
        return level(parent)
    if isinstance(parent, (ast.Dict, Entry)) and slot.name in ("value", "values"):
        is_spread = parent.key is None if isinstance(parent, Entry) else slot.is_spread
        return _BINARY[ast.BitOr] if is_spread else _TEST
    if isinstance(parent, ast.Attribute) and isinstance(node, ast.Constant) and isinstance(node.value, int):
        return ATOM + 1
    return _FIELDS.get((type(parent), slot.name), _PARENTS.get(type(parent), ATOM))


def _in_binary(parent: ast.BinOp, slot: Slot) -> int:
    own = level(parent)
    if isinstance(parent.op, ast.Pow):
        return _AWAIT if slot.name == "left" else _UNARY
    return own if slot.name == "left" else own + 1


_FIELDS: dict[tuple[type, str], int] = {
    (ast.Call, "func"): ATOM,
    (ast.Subscript, "slice"): 1,
    (ast.IfExp, "orelse"): _TEST,
    (ast.IfExp, "body"): _OR,
    (ast.IfExp, "test"): _OR,
    (ast.Assert, "test"): _TEST,
    (ast.For, "iter"): 1,
    (ast.AsyncFor, "iter"): 1,
    (ast.For, "target"): 1,
    (ast.AsyncFor, "target"): 1,
    (ast.comprehension, "target"): 1,
}
_PARENTS: dict[type, int] = {
    ast.Expr: 1,
    ast.Assign: 1,
    ast.AugAssign: 1,
    ast.AnnAssign: 1,
    ast.Return: 1,
    ast.If: 0,
    ast.While: 0,
    ast.Call: _TEST,
    ast.keyword: _TEST,
    ast.List: _TEST,
    ast.Tuple: _TEST,
    ast.Set: _TEST,
    ast.Dict: _TEST,
    Entry: _TEST,
    ast.withitem: _TEST,
    ast.Assert: _TEST,
    ast.Raise: _TEST,
    ast.Lambda: _TEST,
    ast.ListComp: _TEST,
    ast.SetComp: _TEST,
    ast.DictComp: _TEST,
    ast.GeneratorExp: _TEST,
    ast.comprehension: _OR,
    ast.Starred: 7,
    ast.FormattedValue: _TEST,
    ast.Slice: _TEST,
    ast.NamedExpr: _TEST,
    ast.Yield: 1,
    ast.FunctionDef: _TEST,
    ast.AsyncFunctionDef: _TEST,
    ast.ClassDef: _TEST,
    ast.arguments: _TEST,
    ast.arg: _TEST,
    ast.Delete: _TEST,
    ast.ExceptHandler: _TEST,
    ast.Match: 0,
    type(None): 1,
}


def is_for_subscript(node: ast.AST) -> bool:
    """Whether `node` can stand only between the brackets of a subscript: a slice, or a tuple that holds one."""
    inner = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(isinstance(element, ast.Slice) for element in inner)
