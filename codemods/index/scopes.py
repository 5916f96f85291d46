"""Which name means what: Python's scope rules over one `ast` tree.

Follows the language reference, section 4.2 "Naming and binding": functions, lambdas, comprehensions, classes and
type-parameter lists make scopes; a class's names are not seen by the functions in it; `global` and `nonlocal`
bind elsewhere. `analysis` builds these values from a tree.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.index.excerpt import Excerpt

Kind = Literal["module", "function", "class", "comprehension", "parameters"]
Import = ast.Import | ast.ImportFrom
Container = ast.expr  # a formatted string, or a string or comment that holds an annotation


class Scope(Struct, eq=False):
    """One scope. `bound` maps each name to the nodes that bind it, with those that do so from inside by `global`
    or `nonlocal`; `elsewhere` holds the names that this scope so declares; `node` is the function or class."""

    kind: Kind
    parent: Scope | None
    bound: dict[str, list[ast.AST]] = field(default_factory=dict)
    elsewhere: dict[str, Literal["global", "nonlocal"]] = field(default_factory=dict)
    node: ast.AST | None = None

    def path(self) -> Iterator[Scope]:
        """The scopes in which a name used here is looked up, nearest first, by what they can see."""
        scope: Scope | None = self
        visible = True
        while scope is not None:
            if scope.kind != "class" or visible:
                yield scope
            # Type parameters see the class that they stand in directly; functions and comprehensions do not.
            visible = visible and scope.kind == "parameters"
            scope = scope.parent


class Use(Struct, eq=False):
    """One use of a name with the attributes read from it: `a.b.c` is name `a`, attributes (b, c)."""

    node: ast.Name
    attributes: tuple[ast.Attribute, ...]
    scope: Scope
    container: Container | None = None

    @property
    def name(self) -> str:
        """The name that the chain starts with."""
        return self.node.id

    @property
    def chain(self) -> tuple[str, ...]:
        """The whole chain as written: name and attributes."""
        return (self.node.id, *(attribute.attr for attribute in self.attributes))


class ImportSite(Struct, eq=False):
    """One import statement, the scope that it binds in, and the block that it stands in.

    `container` is the docstring whose example it stands in, where it cannot be edited as it stands there.
    """

    statement: Import
    scope: Scope
    block: list[ast.stmt]
    container: Container | None = None


class Scopes(Struct):
    """All scopes of a module, the uses of names in them, its import statements and its plain strings.

    `all` and `order` hold the scopes and the uses in an order that depends on the shape of the tree alone. Of an
    `excerpt`, to ask for the uses of a name that it hides raises Excerpted.
    """

    module: Scope
    uses: dict[str, list[Use]] = field(default_factory=dict)
    imports: list[ImportSite] = field(default_factory=list)
    strings: list[ast.Constant] = field(default_factory=list)
    declared: dict[str, list[ast.stmt]] = field(default_factory=dict)
    order: list[Use] = field(default_factory=list)
    all: list[Scope] = field(default_factory=list)
    excerpt: Excerpt | None = None

    def owner_of(self, node: ast.Name) -> Scope | None:
        """The scope in which `node` binds its name; None where it binds none."""
        scopes = {id(use.scope): use.scope for uses in self.uses.values() for use in uses}
        scopes[id(self.module)] = self.module
        for scope in scopes.values():
            for outer in scope.path():
                if node in outer.bound.get(node.id, ()):
                    return outer
        return None

    def resolve(self, name: str, scope: Scope) -> Scope | None:
        """The scope whose binding `name`, used in `scope`, means; None where the module does not bind it."""
        for candidate in scope.path():
            where = candidate.elsewhere.get(name)
            if where == "global":
                return self.module if name in self.module.bound else None
            if name in candidate.bound and where is None:
                return candidate
        return None

    def uses_of(self, name: str, scope: Scope) -> list[Use]:
        """The uses of `name` that mean the binding in `scope`."""
        return [use for use in self.named(name) if self.resolve(name, use.scope) is scope]

    def named(self, name: str) -> list[Use]:
        """All uses of `name`, whatever it means there."""
        if self.excerpt is not None:
            self.excerpt.needs((name,))
        return self.uses.get(name, [])

    def bindings(self, name: str, scope: Scope) -> list[ast.AST]:
        """The nodes that bind `name` in `scope`."""
        return scope.bound.get(name, [])

    def unresolved(self, names: Iterable[str]) -> set[str]:
        """Those of `names` that are used somewhere where no scope of the module binds them."""
        return {name for name in names for use in self.named(name) if self.resolve(name, use.scope) is None}
