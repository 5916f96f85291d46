"""Builds the scopes of a module in one walk over its `ast` tree, and reads the annotations that stand in strings."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from codemods.index import nodes
from codemods.index.scopes import Container, Import, ImportSite, Kind, Scope, Scopes, Use
from codemods.index.type_comments import NestedAnnotation, TypeComment, expressions

if TYPE_CHECKING:
    from codemods.index.doctests import Doctest
    from codemods.index.excerpt import Excerpt

# Calls whose string argument is an annotation, by its position.
_ANNOTATION_ARGUMENTS = {"cast": 0, "ForwardRef": 0, "NewType": 1}
_ANNOTATION_KEYWORDS = {"bound", "default"}


def analyse(
    tree: ast.Module,
    comments: Sequence[TypeComment] = (),
    doctests: Sequence[Doctest] = (),
    excerpt: Excerpt | None = None,
) -> Scopes:
    """The scopes of `tree`, with the names in its `# type:` comments and in the examples of its docstrings.

    With an `excerpt`, the tree is that of it alone. Raises RecursionError never: it keeps its own stack.
    """
    builder = _Builder(tree)
    builder.scopes.excerpt = excerpt
    builder.run()
    for comment in comments:
        builder.comment(comment)
    for doctest in doctests:
        builder.doctest(doctest)
    return builder.scopes


class _Place(Struct):
    """Where a node stands: its scope, whether as an annotation, and in which formatted or annotation string."""

    scope: Scope
    annotation: bool = False
    container: Container | None = None
    doctest: Container | None = None


class _Builder:
    def __init__(self, tree: ast.Module) -> None:
        module = Scope("module", None)
        self.scopes = Scopes(module, all=[module])
        self.stack: list[tuple[ast.AST, _Place]] = []
        self.binders: dict[str, list[Scope]] = {}
        self.nested: list[Scope] = []
        self.push_block(tree.body, _Place(module))

    def run(self) -> None:
        self.visit()
        self.settle_declared()

    def visit(self) -> None:
        stack = self.stack
        handlers = _HANDLERS
        while stack:
            node, place = stack.pop()
            handler = handlers.get(type(node))
            if handler is not None:
                handler(self, node, place)
            else:
                self.push_children(node, place)

    def doctest(self, doctest: Doctest) -> None:
        """Read the examples of one docstring: they share their names, and see those of the module."""
        scope = self.scope("function", self.scopes.module)
        place = _Place(scope, container=None if doctest.is_exact else doctest.string, doctest=doctest.string)
        for block in doctest.examples:
            self.push_block(block, place)
        self.visit()

    def comment(self, comment: TypeComment) -> None:
        """Read the names in `comment`, in the scope of the function or class whose lines it stands in."""
        scope = self.scopes.module
        for inner in self.nested:
            node = inner.node
            if isinstance(node, ast.stmt) and node.lineno <= comment.lineno <= (node.end_lineno or 0):
                scope = inner if scope.node is None or node.lineno >= scope.node.lineno else scope  # type: ignore[attr-defined]  # only functions and classes are kept
        if str(comment.value).startswith("(") and scope.parent is not None:
            scope = scope.parent
        for expression in expressions(comment):
            self.push(expression, _Place(scope, annotation=True, container=comment))
        self.visit()

    def settle_declared(self) -> None:
        """Move what `global` and `nonlocal` bind to the scope that owns the name."""
        for name in self.scopes.declared:
            for scope in self.binders.get(name, ()):
                owner = self.owner(name, scope)
                if owner is not scope:
                    owner.bound.setdefault(name, []).extend(scope.bound.pop(name))

    def owner(self, name: str, scope: Scope) -> Scope:
        where = scope.elsewhere.get(name)
        if where is None:
            return scope
        if where == "nonlocal":
            for outer in scope.path():
                if outer.kind == "function" and name in outer.bound and name not in outer.elsewhere:
                    return outer
        return self.scopes.module

    def scope(self, kind: Kind, parent: Scope, node: ast.AST | None = None) -> Scope:
        made = Scope(kind, parent, node=node)
        self.scopes.all.append(made)
        return made

    def push(self, node: ast.AST | None, place: _Place) -> None:
        if node is not None:
            self.stack.append((node, place))

    def push_all(self, nodes: Iterable[ast.AST | None], place: _Place) -> None:
        for node in nodes:
            self.push(node, place)

    def push_block(self, block: list[ast.stmt], place: _Place) -> None:
        for statement in block:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                self.import_statement(statement, place, block)
            else:
                self.stack.append((statement, place))

    def push_children(self, node: ast.AST, place: _Place) -> None:
        for name in nodes.PARTS[node.__class__]:
            value = getattr(node, name, None)
            if value.__class__ is not list:
                self.push(value, place)
            elif value and isinstance(value[0], ast.stmt):
                self.push_block(value, place)
            else:
                self.push_all(value, place)

    def bind(self, name: str, node: ast.AST, scope: Scope) -> None:
        nodes = scope.bound.get(name)
        if nodes is None:
            scope.bound[name] = [node]
            self.binders.setdefault(name, []).append(scope)
        else:
            nodes.append(node)

    # Each handler takes (node, place); what it does not push is not visited.

    def import_statement(self, node: Import, place: _Place, block: list[ast.stmt]) -> None:
        container = place.container
        if place.doctest is not None and node.end_lineno != node.lineno:
            # The prompts of an example stand between its lines.
            container = place.doctest
        self.scopes.imports.append(ImportSite(node, place.scope, block, container))
        for alias in node.names:
            if alias.name != "*":
                local = alias.asname or (alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name)
                self.bind(local, alias, place.scope)

    def name(self, node: ast.Name, place: _Place) -> None:
        self.use(node, (), place)

    def use(self, node: ast.Name, attributes: tuple[ast.Attribute, ...], place: _Place) -> None:
        if isinstance(node.ctx, ast.Load):
            use = Use(node, attributes, place.scope, place.container)
            self.scopes.uses.setdefault(node.id, []).append(use)
            self.scopes.order.append(use)
        else:
            self.bind(node.id, node, place.scope)

    def attribute(self, node: ast.Attribute, place: _Place) -> None:
        attributes = [node]
        value = node.value
        while isinstance(value, ast.Attribute):
            attributes.append(value)
            value = value.value
        if isinstance(value, ast.Name):
            self.use(value, tuple(reversed(attributes)), place)
        else:
            self.push(value, _Place(place.scope, container=place.container))

    def parameters(self, node: ast.AST, place: _Place) -> _Place:
        """The place inside the type parameters of `node` (Python 3.12), or `place` where it has none."""
        parameters: list[ast.AST] = getattr(node, "type_params", [])
        if not parameters:
            return place
        scope = self.scope("parameters", place.scope)
        for parameter in parameters:
            self.bind(parameter.name, parameter, scope)  # type: ignore[attr-defined]  # TypeVar and its kin
            self.push(getattr(parameter, "bound", None), _Place(scope, annotation=True))
            self.push(getattr(parameter, "default_value", None), _Place(scope, annotation=True))
        return _Place(scope)

    def arguments(self, arguments: ast.arguments, outer: _Place, annotations: _Place, inner: Scope) -> None:
        self.push_all(arguments.defaults, outer)
        self.push_all(arguments.kw_defaults, outer)
        everything = (
            *arguments.posonlyargs,
            *arguments.args,
            *arguments.kwonlyargs,
            arguments.vararg,
            arguments.kwarg,
        )
        for argument in everything:
            if argument is not None:
                self.bind(argument.arg, argument, inner)
                self.push(argument.annotation, _Place(annotations.scope, annotation=True))

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, place: _Place) -> None:
        self.bind(node.name, node, place.scope)
        self.push_all(node.decorator_list, place)
        typed = self.parameters(node, place)
        inner = self.scope("function", typed.scope, node)
        self.nested.append(inner)
        self.arguments(node.args, place, typed, inner)
        self.push(node.returns, _Place(typed.scope, annotation=True))
        self.push_block(node.body, _Place(inner))

    def lambda_(self, node: ast.Lambda, place: _Place) -> None:
        inner = self.scope("function", place.scope)
        self.arguments(node.args, place, place, inner)
        self.push(node.body, _Place(inner, container=place.container))

    def class_(self, node: ast.ClassDef, place: _Place) -> None:
        self.bind(node.name, node, place.scope)
        self.push_all(node.decorator_list, place)
        typed = self.parameters(node, place)
        self.push_all(node.bases, typed)
        self.push_all(node.keywords, typed)
        inner = self.scope("class", typed.scope, node)
        self.nested.append(inner)
        self.push_block(node.body, _Place(inner))

    def comprehension(self, node: ast.AST, place: _Place) -> None:
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]  # the four comprehensions
        inner = _Place(self.scope("comprehension", place.scope), container=place.container)
        self.push(generators[0].iter, _Place(place.scope, container=place.container))
        for number, generator in enumerate(generators):
            self.push(generator.target, inner)
            self.push_all(generator.ifs, inner)
            if number:
                self.push(generator.iter, inner)
        for part in ("elt", "key", "value"):
            self.push(getattr(node, part, None), inner)

    def named_expression(self, node: ast.NamedExpr, place: _Place) -> None:
        scope = place.scope
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        self.bind(node.target.id, node.target, scope)
        self.push(node.value, place)

    def declaration(self, node: ast.Global | ast.Nonlocal, place: _Place) -> None:
        for name in node.names:
            place.scope.elsewhere[name] = "global" if isinstance(node, ast.Global) else "nonlocal"
            self.scopes.declared.setdefault(name, []).append(node)

    def handler(self, node: ast.ExceptHandler, place: _Place) -> None:
        if node.name:
            self.bind(node.name, node, place.scope)
        self.push(node.type, place)
        self.push_block(node.body, place)

    def match_name(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping, place: _Place) -> None:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name:
            self.bind(name, node, place.scope)
        self.push_children(node, place)

    def annotated(self, node: ast.AnnAssign, place: _Place) -> None:
        self.push(node.target, place)
        self.push(node.annotation, _Place(place.scope, annotation=True))
        self.push(node.value, place)

    def type_alias(self, node: ast.AST, place: _Place) -> None:
        self.push(node.name, place)  # type: ignore[attr-defined]  # ast.TypeAlias, Python 3.12
        self.push(node.value, self.parameters(node, place))  # type: ignore[attr-defined]

    def subscript(self, node: ast.Subscript, place: _Place) -> None:
        self.push(node.value, place)
        if not place.annotation:
            self.push(node.slice, place)
            return
        special = _last_name(node.value)
        plain = _Place(place.scope, container=place.container)
        if special == "Literal":
            self.push(node.slice, plain)
        elif special == "Annotated" and isinstance(node.slice, ast.Tuple) and node.slice.elts:
            self.push(node.slice.elts[0], place)
            self.push_all(node.slice.elts[1:], plain)
        else:
            self.push(node.slice, place)

    def call(self, node: ast.Call, place: _Place) -> None:
        inner = _Place(place.scope, container=place.container)
        typed = _Place(place.scope, annotation=True, container=place.container)
        function = _last_name(node.func)
        position = _ANNOTATION_ARGUMENTS.get(function or "")
        self.push(node.func, inner)
        for number, argument in enumerate(node.args):
            is_type = number == position or (function == "TypeVar" and number > 0)
            self.push(argument, typed if is_type else inner)
        for keyword in node.keywords:
            is_type = function == "TypeVar" and keyword.arg in _ANNOTATION_KEYWORDS
            self.push(keyword.value, typed if is_type else inner)

    def constant(self, node: ast.Constant, place: _Place) -> None:
        if not isinstance(node.value, str):
            return
        if place.annotation and (parsed := _parse_annotation(node.value)):
            self.push(parsed, _Place(place.scope, annotation=True, container=_annotation(node, place.container)))
        else:
            self.scopes.strings.append(node)

    def template(self, node: ast.expr, place: _Place) -> None:
        self.push_children(node, _Place(place.scope, container=place.container or node))


def _annotation(node: ast.Constant, outer: Container | None) -> ast.Constant:
    if outer is None:
        return node
    return ast.copy_location(NestedAnnotation(node.value), outer)


def _last_name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _parse_annotation(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


_Handler = Callable[[_Builder, Any, _Place], None]
_HANDLERS: dict[type[ast.AST], _Handler] = {
    ast.Name: _Builder.name,
    ast.Attribute: _Builder.attribute,
    ast.FunctionDef: _Builder.function,
    ast.AsyncFunctionDef: _Builder.function,
    ast.Lambda: _Builder.lambda_,
    ast.ClassDef: _Builder.class_,
    ast.ListComp: _Builder.comprehension,
    ast.SetComp: _Builder.comprehension,
    ast.DictComp: _Builder.comprehension,
    ast.GeneratorExp: _Builder.comprehension,
    ast.NamedExpr: _Builder.named_expression,
    ast.Global: _Builder.declaration,
    ast.Nonlocal: _Builder.declaration,
    ast.ExceptHandler: _Builder.handler,
    ast.MatchAs: _Builder.match_name,
    ast.MatchStar: _Builder.match_name,
    ast.MatchMapping: _Builder.match_name,
    ast.AnnAssign: _Builder.annotated,
    ast.Subscript: _Builder.subscript,
    ast.Call: _Builder.call,
    ast.Constant: _Builder.constant,
    ast.JoinedStr: _Builder.template,
    nodes.TypeAlias: _Builder.type_alias,
    nodes.TemplateStr: _Builder.template,
}
