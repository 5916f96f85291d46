"""Handlers that turn the statements of LibCST into those of `ast`; `newer_patterns` has those for `case`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import libcst as cst

from codemods.index import nodes
from codemods.index.newer_expressions import parameters, split_arguments
from codemods.index.newer_operators import OPERATORS
from codemods.index.newer_reader import identifier, put

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.index.newer_reader import Handler, Reader


def module(reader: Reader, node: cst.Module) -> ast.Module:
    """The whole module."""
    return ast.Module(body=_lines(reader, node.body), type_ignores=[])


def _lines(reader: Reader, body: Sequence[Any]) -> list[ast.stmt]:
    block: list[ast.stmt] = []
    for line in body:
        if isinstance(line, cst.SimpleStatementLine):
            block += reader.all(line.body)
        else:
            block.append(reader.read(line))
    return block


def _block(reader: Reader, suite: cst.BaseSuite) -> list[ast.stmt]:
    return reader.all(suite.body) if isinstance(suite, cst.SimpleStatementSuite) else _lines(reader, suite.body)


def _optional_block(reader: Reader, clause: cst.Else | cst.Finally | None) -> list[ast.stmt]:
    return _block(reader, clause.body) if clause is not None else []


def _compound(handler: Handler) -> Handler:
    """`handler`, whose node ends as `ast` has it: with the semicolon after the last statement in it, if any."""

    def with_semicolon(reader: Reader, node: Any) -> ast.AST:
        made = handler(reader, node)
        last = node
        while not hasattr(last, "semicolon"):
            parts = (getattr(last, name, None) for name in ("finalbody", "orelse", "handlers", "cases", "body"))
            part = next(part for part in parts if part)
            last = part[-1] if isinstance(part, (list, tuple)) else part
        if isinstance(last.semicolon, cst.Semicolon):
            put(made, (*reader.span(node)[:2], *reader.span(last.semicolon)[2:]))
        return made

    return with_semicolon


# Simple statements


def _expression(reader: Reader, node: cst.Expr) -> ast.stmt:
    return ast.Expr(value=reader.read(node.value))


def _pass(_reader: Reader, _node: cst.Pass) -> ast.stmt:
    return ast.Pass()


def _break(_reader: Reader, _node: cst.Break) -> ast.stmt:
    return ast.Break()


def _continue(_reader: Reader, _node: cst.Continue) -> ast.stmt:
    return ast.Continue()


def _return(reader: Reader, node: cst.Return) -> ast.stmt:
    return ast.Return(value=reader.maybe(node.value))


def _raise(reader: Reader, node: cst.Raise) -> ast.stmt:
    return ast.Raise(exc=reader.maybe(node.exc), cause=reader.maybe(node.cause.item if node.cause else None))


def _assert(reader: Reader, node: cst.Assert) -> ast.stmt:
    return ast.Assert(test=reader.read(node.test), msg=reader.maybe(node.msg))


def _del(reader: Reader, node: cst.Del) -> ast.stmt:
    target = reader.target(node.target, ast.Del)
    bare = isinstance(node.target, cst.Tuple) and not node.target.lpar
    return ast.Delete(targets=target.elts if bare else [target])


def _global(_reader: Reader, node: cst.Global) -> ast.stmt:
    return ast.Global(names=[identifier(item.name) for item in node.names])


def _nonlocal(_reader: Reader, node: cst.Nonlocal) -> ast.stmt:
    return ast.Nonlocal(names=[identifier(item.name) for item in node.names])


def _assign(reader: Reader, node: cst.Assign) -> ast.stmt:
    targets = [reader.target(each.target) for each in node.targets]
    return ast.Assign(targets=targets, value=reader.read(node.value))


def _annotated(reader: Reader, node: cst.AnnAssign) -> ast.stmt:
    return ast.AnnAssign(
        target=reader.target(node.target),
        annotation=reader.read(node.annotation.annotation),
        value=reader.maybe(node.value),
        simple=int(isinstance(node.target, cst.Name) and not node.target.lpar),
    )


def _augmented(reader: Reader, node: cst.AugAssign) -> ast.stmt:
    operator = OPERATORS[type(node.operator)]()
    return ast.AugAssign(target=reader.target(node.target), op=operator, value=reader.read(node.value))


def _type_alias(reader: Reader, node: cst.TypeAlias) -> Any:
    parameters = _type_parameters(reader, node.type_parameters)
    made = nodes.TypeAlias(name=reader.target(node.name), type_params=parameters, value=reader.read(node.value))
    # LibCST counts the semicolon behind it, too.
    return put(made, (*reader.span(node)[:2], *reader.outer(node.value)[2:]))


# Imports


def _dotted(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{identifier(node.attr)}"
    return identifier(node) if isinstance(node, cst.Name) else ""


def _as_name(node: cst.AsName | None) -> str | None:
    return identifier(node.name) if node is not None and isinstance(node.name, cst.Name) else None


def _alias(reader: Reader, node: cst.ImportAlias) -> ast.alias:
    return put(ast.alias(name=_dotted(node.name), asname=_as_name(node.asname)), reader.span(node))


def _import(reader: Reader, node: cst.Import) -> ast.stmt:
    return ast.Import(names=[_alias(reader, name) for name in node.names])


def _import_from(reader: Reader, node: cst.ImportFrom) -> ast.stmt:
    if isinstance(node.names, cst.ImportStar):
        names = [put(ast.alias(name="*", asname=None), reader.span(node.names))]
    else:
        names = [_alias(reader, name) for name in node.names]
    return ast.ImportFrom(module=_dotted(node.module) if node.module else None, names=names, level=len(node.relative))


# Compound statements


def _if(reader: Reader, node: cst.If) -> ast.stmt:
    orelse = [reader.read(node.orelse)] if isinstance(node.orelse, cst.If) else _optional_block(reader, node.orelse)
    return ast.If(test=reader.read(node.test), body=_block(reader, node.body), orelse=orelse)


def _while(reader: Reader, node: cst.While) -> ast.stmt:
    body, orelse = _block(reader, node.body), _optional_block(reader, node.orelse)
    return ast.While(test=reader.read(node.test), body=body, orelse=orelse)


def _for(reader: Reader, node: cst.For) -> ast.stmt:
    kind = ast.AsyncFor if node.asynchronous is not None else ast.For
    target, iterated = reader.target(node.target), reader.read(node.iter)
    body, orelse = _block(reader, node.body), _optional_block(reader, node.orelse)
    return kind(target=target, iter=iterated, body=body, orelse=orelse)


def _with(reader: Reader, node: cst.With) -> ast.stmt:
    kind = ast.AsyncWith if node.asynchronous is not None else ast.With
    items = [
        ast.withitem(
            context_expr=reader.read(item.item),
            optional_vars=reader.target(item.asname.name) if item.asname is not None else None,
        )
        for item in node.items
    ]
    return kind(items=items, body=_block(reader, node.body))


def _try(reader: Reader, node: cst.Try | cst.TryStar) -> ast.stmt:
    kind: type[Any] = ast.Try if isinstance(node, cst.Try) else nodes.TryStar
    made: ast.stmt = kind(
        body=_block(reader, node.body),
        handlers=reader.all(node.handlers),
        orelse=_optional_block(reader, node.orelse),
        finalbody=_optional_block(reader, node.finalbody),
    )
    return made


def _handler(reader: Reader, node: cst.ExceptHandler | cst.ExceptStarHandler) -> ast.AST:
    caught = reader.maybe(node.type)
    if isinstance(caught, ast.Tuple) and len(caught.elts) == 2 and isinstance(node.type, cst.Tuple):
        second = caught.elts[1]
        if not node.type.lpar and isinstance(second, ast.Name):
            reader.doubtful.append(second.id)
    return ast.ExceptHandler(type=caught, name=_as_name(node.name), body=_block(reader, node.body))


def _match(reader: Reader, node: cst.Match) -> ast.stmt:
    cases = [
        ast.match_case(
            pattern=reader.read(case.pattern),
            guard=reader.maybe(case.guard),
            body=_block(reader, case.body),
        )
        for case in node.cases
    ]
    return ast.Match(subject=reader.read(node.subject), cases=cases)


# Definitions


def _type_parameters(reader: Reader, node: cst.TypeParameters | None) -> list[ast.AST]:
    return reader.all(node.params) if node is not None else []


def _type_parameter(reader: Reader, node: cst.TypeParam) -> Any:
    parameter = node.param
    fields: dict[str, Any] = {"name": identifier(parameter.name), "default_value": reader.maybe(node.default)}
    end = reader.span(parameter)[2:]
    if node.default is not None:
        end = reader.outer(node.default)[2:]
        if node.star:
            line, column = reader.span(node.whitespace_after_star)[:2]
            fields["default_value"] = put(ast.Starred(fields["default_value"], ast.Load()), (line, column - 1, *end))
    if isinstance(parameter, cst.TypeVar):
        made = nodes.TypeVar(bound=reader.maybe(parameter.bound), **fields)
    else:
        made = (nodes.ParamSpec if isinstance(parameter, cst.ParamSpec) else nodes.TypeVarTuple)(**fields)
    return put(made, (*reader.span(parameter)[:2], *end))


def _with_type_parameters(reader: Reader, made: ast.stmt, node: cst.TypeParameters | None) -> ast.stmt:
    parameters = _type_parameters(reader, node)
    if "type_params" in made._fields:
        made.type_params = parameters  # type: ignore[attr-defined]  # Python 3.12
    elif parameters:
        # So that what walks over the fields of a node comes by here, too.
        vars(made).update(type_params=parameters, _fields=(*made._fields, "type_params"))
    return made


def _function(reader: Reader, node: cst.FunctionDef) -> ast.stmt:
    kind = ast.AsyncFunctionDef if node.asynchronous is not None else ast.FunctionDef
    made = kind(
        name=identifier(node.name),
        args=parameters(reader, node.params),
        body=_block(reader, node.body),
        decorator_list=[reader.read(each.decorator) for each in node.decorators],
        returns=reader.maybe(node.returns.annotation if node.returns is not None else None),
    )
    return _with_type_parameters(reader, made, node.type_parameters)


def _class(reader: Reader, node: cst.ClassDef) -> ast.stmt:
    bases, keywords = split_arguments(reader, (*node.bases, *node.keywords))
    made = ast.ClassDef(
        name=identifier(node.name),
        bases=bases,
        keywords=keywords,
        body=_block(reader, node.body),
        decorator_list=[reader.read(each.decorator) for each in node.decorators],
    )
    return _with_type_parameters(reader, made, node.type_parameters)


STATEMENTS: dict[type[cst.CSTNode], Handler] = {
    cst.Expr: _expression,
    cst.Pass: _pass,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Assert: _assert,
    cst.Del: _del,
    cst.Global: _global,
    cst.Nonlocal: _nonlocal,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.TypeAlias: _type_alias,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.If: _compound(_if),
    cst.While: _compound(_while),
    cst.For: _compound(_for),
    cst.With: _compound(_with),
    cst.Try: _compound(_try),
    cst.TryStar: _compound(_try),
    cst.ExceptHandler: _compound(_handler),
    cst.ExceptStarHandler: _compound(_handler),
    cst.Match: _compound(_match),
    cst.TypeParam: _type_parameter,
    cst.FunctionDef: _compound(_function),
    cst.ClassDef: _compound(_class),
}
