"""Handlers that turn the expressions of LibCST into those of `ast`; `newer_strings` has those for strings."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from codemods.index.newer_operators import OPERATORS
from codemods.index.newer_reader import identifier, put

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codemods.index.newer_reader import Handler, Reader

_SINGLETONS = {"None": None, "True": True, "False": False}


# Names, numbers and operations


def _name(_reader: Reader, node: cst.Name) -> ast.expr:
    if node.value in _SINGLETONS:
        return ast.Constant(value=_SINGLETONS[node.value])
    return ast.Name(id=identifier(node), ctx=ast.Load())


def _ellipsis(_reader: Reader, _node: cst.Ellipsis) -> ast.expr:
    return ast.Constant(value=...)


def _number(_reader: Reader, node: cst.BaseNumber) -> ast.expr:
    return ast.Constant(value=ast.literal_eval(node.value))  # type: ignore[attr-defined]  # all three kinds have it


def _attribute(reader: Reader, node: cst.Attribute) -> ast.expr:
    return ast.Attribute(value=reader.read(node.value), attr=identifier(node.attr), ctx=ast.Load())


def _unary(reader: Reader, node: cst.UnaryOperation) -> ast.expr:
    return ast.UnaryOp(op=OPERATORS[type(node.operator)](), operand=reader.read(node.expression))


def _binary(reader: Reader, node: cst.BinaryOperation) -> ast.expr:
    operator = OPERATORS[type(node.operator)]()
    return ast.BinOp(left=reader.read(node.left), op=operator, right=reader.read(node.right))


def _boolean(reader: Reader, node: cst.BooleanOperation) -> ast.expr:
    # LibCST nests `a and b and c`; `ast` has one operation with all the values.
    kind = type(node.operator)
    values: list[ast.expr] = []
    pending: list[cst.BaseExpression] = [node]
    while pending:
        part = pending.pop()
        same = isinstance(part, cst.BooleanOperation) and type(part.operator) is kind
        if same and (part is node or not part.lpar) and isinstance(part, cst.BooleanOperation):
            pending += [part.right, part.left]
        else:
            values.append(reader.read(part))
    return ast.BoolOp(op=OPERATORS[kind](), values=values)


def _comparison(reader: Reader, node: cst.Comparison) -> ast.expr:
    return ast.Compare(
        left=reader.read(node.left),
        ops=[OPERATORS[type(each.operator)]() for each in node.comparisons],
        comparators=[reader.read(each.comparator) for each in node.comparisons],
    )


def _if_expression(reader: Reader, node: cst.IfExp) -> ast.expr:
    return ast.IfExp(test=reader.read(node.test), body=reader.read(node.body), orelse=reader.read(node.orelse))


def _named(reader: Reader, node: cst.NamedExpr) -> ast.expr:
    return ast.NamedExpr(target=reader.target(node.target), value=reader.read(node.value))


def _await(reader: Reader, node: cst.Await) -> ast.expr:
    return ast.Await(value=reader.read(node.expression))


def _yield(reader: Reader, node: cst.Yield) -> ast.expr:
    if isinstance(node.value, cst.From):
        return ast.YieldFrom(value=reader.read(node.value.item))
    return ast.Yield(value=reader.maybe(node.value))


# Displays and comprehensions


def _element(reader: Reader, node: cst.Element) -> ast.expr:
    element: ast.expr = reader.read(node.value)
    return element


def _starred(reader: Reader, node: cst.StarredElement) -> ast.expr:
    return ast.Starred(value=reader.read(node.value), ctx=ast.Load())


def _tuple(reader: Reader, node: cst.Tuple) -> ast.expr:
    return put(ast.Tuple(elts=reader.all(node.elements), ctx=ast.Load()), reader.enclosed(node))


def _list(reader: Reader, node: cst.List) -> ast.expr:
    return ast.List(elts=reader.all(node.elements), ctx=ast.Load())


def _set(reader: Reader, node: cst.Set) -> ast.expr:
    return ast.Set(elts=reader.all(node.elements))


def _dict(reader: Reader, node: cst.Dict) -> ast.expr:
    return ast.Dict(
        keys=[reader.maybe(getattr(element, "key", None)) for element in node.elements],
        values=[reader.read(element.value) for element in node.elements],
    )


def _generators(reader: Reader, node: cst.BaseComp) -> list[ast.comprehension]:
    generators: list[ast.comprehension] = []
    clause: cst.CompFor | None = node.for_in
    while clause is not None:
        generators.append(
            ast.comprehension(
                target=reader.target(clause.target),
                iter=reader.read(clause.iter),
                ifs=[reader.read(condition.test) for condition in clause.ifs],
                is_async=int(clause.asynchronous is not None),
            )
        )
        clause = clause.inner_for_in
    return generators


def _list_comprehension(reader: Reader, node: cst.ListComp) -> ast.expr:
    return ast.ListComp(elt=reader.read(node.elt), generators=_generators(reader, node))


def _set_comprehension(reader: Reader, node: cst.SetComp) -> ast.expr:
    return ast.SetComp(elt=reader.read(node.elt), generators=_generators(reader, node))


def _generator(reader: Reader, node: cst.GeneratorExp) -> ast.expr:
    made = ast.GeneratorExp(elt=reader.read(node.elt), generators=_generators(reader, node))
    return put(made, reader.enclosed(node))


def _dict_comprehension(reader: Reader, node: cst.DictComp) -> ast.expr:
    key, value = reader.read(node.key), reader.read(node.value)
    return ast.DictComp(key=key, value=value, generators=_generators(reader, node))


# Calls and subscripts


def keyword(reader: Reader, node: cst.Arg) -> ast.keyword:
    """The keyword argument `node`: `name=value` or `**value`."""
    name = identifier(node.keyword) if node.keyword else None
    made = ast.keyword(arg=name, value=reader.read(node.value))
    return put(made, (*reader.span(node)[:2], *reader.outer(node.value)[2:]))


def argument(reader: Reader, node: cst.Arg) -> ast.expr:
    """The positional argument `node`: `value` or `*value`."""
    value: ast.expr = reader.read(node.value)
    if not node.star:
        return value
    starred = ast.Starred(value=value, ctx=ast.Load())
    return put(starred, (*reader.span(node)[:2], *reader.outer(node.value)[2:]))


def split_arguments(reader: Reader, nodes: Iterable[cst.Arg]) -> tuple[list[ast.expr], list[ast.keyword]]:
    """The positional arguments and the keyword arguments among `nodes`."""
    arguments: list[ast.expr] = []
    keywords: list[ast.keyword] = []
    for node in nodes:
        if node.keyword is not None or node.star == "**":
            keywords.append(keyword(reader, node))
        else:
            arguments.append(argument(reader, node))
    return arguments, keywords


def _call(reader: Reader, node: cst.Call) -> ast.expr:
    function = reader.read(node.func)
    arguments, keywords = split_arguments(reader, node.args)
    if len(node.args) == 1 and isinstance(node.args[0].value, cst.GeneratorExp) and not node.args[0].value.lpar:
        # The parentheses of the call are also those of the generator.
        opening = reader.span(node.whitespace_after_func)[2:]
        put(arguments[0], (*opening, *reader.span(node)[2:]))
    return ast.Call(func=function, args=arguments, keywords=keywords)


def _subscript(reader: Reader, node: cst.Subscript) -> ast.expr:
    first, last = node.slice[0], node.slice[-1]
    index: ast.expr
    if len(node.slice) == 1 and not isinstance(first.comma, cst.Comma) and not getattr(first.slice, "star", None):
        index = reader.read(first.slice)
    else:
        index = ast.Tuple(elts=[reader.read(each.slice) for each in node.slice], ctx=ast.Load())
        end = reader.span(last.comma if isinstance(last.comma, cst.Comma) else last)[2:]
        put(index, (*reader.span(first)[:2], *end))
    return ast.Subscript(value=reader.read(node.value), slice=index, ctx=ast.Load())


def _index(reader: Reader, node: cst.Index) -> ast.expr:
    value: ast.expr = reader.read(node.value)
    return ast.Starred(value=value, ctx=ast.Load()) if node.star else value


def _slice(reader: Reader, node: cst.Slice) -> ast.expr:
    made = ast.Slice(lower=reader.maybe(node.lower), upper=reader.maybe(node.upper), step=reader.maybe(node.step))
    second = node.second_colon if isinstance(node.second_colon, cst.Colon) else None
    start = reader.outer(node.lower or node.first_colon)
    end = reader.outer(node.step or second or node.upper or node.first_colon)
    return put(made, (*start[:2], *end[2:]))


# Parameters and lambdas


def _parameter(reader: Reader, node: cst.Param) -> ast.arg:
    annotation = node.annotation.annotation if node.annotation is not None else None
    made = ast.arg(arg=identifier(node.name), annotation=reader.maybe(annotation))
    return put(made, (*reader.span(node.name)[:2], *reader.outer(annotation or node.name)[2:]))


def parameters(reader: Reader, node: cst.Parameters) -> ast.arguments:
    """The parameters of a function or lambda."""

    def each(nodes: Sequence[cst.Param]) -> list[ast.arg]:
        return [_parameter(reader, node) for node in nodes]

    return ast.arguments(
        posonlyargs=each(node.posonly_params),
        args=each(node.params),
        vararg=_parameter(reader, node.star_arg) if isinstance(node.star_arg, cst.Param) else None,
        kwonlyargs=each(node.kwonly_params),
        kw_defaults=[reader.maybe(parameter.default) for parameter in node.kwonly_params],
        kwarg=_parameter(reader, node.star_kwarg) if node.star_kwarg is not None else None,
        defaults=[reader.read(each.default) for each in (*node.posonly_params, *node.params) if each.default],
    )


def _lambda(reader: Reader, node: cst.Lambda) -> ast.expr:
    return ast.Lambda(args=parameters(reader, node.params), body=reader.read(node.body))


EXPRESSIONS: dict[type[cst.CSTNode], Handler] = {
    cst.Name: _name,
    cst.Ellipsis: _ellipsis,
    cst.Integer: _number,
    cst.Float: _number,
    cst.Imaginary: _number,
    cst.Attribute: _attribute,
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _boolean,
    cst.Comparison: _comparison,
    cst.IfExp: _if_expression,
    cst.NamedExpr: _named,
    cst.Await: _await,
    cst.Yield: _yield,
    cst.Element: _element,
    cst.StarredElement: _starred,
    cst.Tuple: _tuple,
    cst.List: _list,
    cst.Set: _set,
    cst.Dict: _dict,
    cst.ListComp: _list_comprehension,
    cst.SetComp: _set_comprehension,
    cst.GeneratorExp: _generator,
    cst.DictComp: _dict_comprehension,
    cst.Call: _call,
    cst.Subscript: _subscript,
    cst.Index: _index,
    cst.Slice: _slice,
    cst.Lambda: _lambda,
}
