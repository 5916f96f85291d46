"""The definitions of one module that break a rule: a forbidden class, a second one, one in a shim, a deleted one."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.guarding.violations import TOP, Kind, Violation
from codemods.survey.outline import outline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.guarding.places import Places
    from codemods.guarding.rules import Rules
    from codemods.index.names import ModuleNames
    from codemods.index.resolve import Index
    from codemods.survey.outline import Outline


def definitions_in(
    tree: ast.Module, path: str, names: ModuleNames, places: Places, rules: Rules, index: Index
) -> Iterator[Violation]:
    """The definitions in the file `path` that break one of `rules`, in no order. Raises Missing."""
    for node in _classes(tree, rules.class_names):
        message = _why_not(node.name, names.name_of(path), rules, index)
        if message:
            scope = _outer(places.at(node.lineno))
            yield Violation(path, node.lineno, node.col_offset + 1, Kind.CLASS, node.name, scope, message)
    module = names.name_of(path) or ""
    deleted = frozenset(dotted for dotted in rules.symbols if dotted.rpartition(".")[0] == module)
    if deleted or module in rules.shims:
        yield from _of_module(outline(tree, path, names), deleted, rules)


def _classes(tree: ast.AST, names: frozenset[str]) -> Iterator[ast.ClassDef]:
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.ClassDef) and child.name in names:
            yield child
        if not isinstance(child, ast.expr):
            yield from _classes(child, names)


def _outer(place: str) -> str:
    return place.rpartition(".")[0] or TOP


def _why_not(name: str, module: str | None, rules: Rules, index: Index) -> str:
    """Why a class `name` must not be defined in `module`; empty where it may."""
    if name in rules.classes:
        return f"defines the class `{name}`, which the plan forbids"
    holders = _holders_of(name, rules, index)
    if holders and module not in holders:
        return f"defines a second class `{name}`: use `{holders[0]}.{name}`"
    return ""


def holders_of(rules: Rules, index: Index) -> dict[str, tuple[str, ...]]:
    """The modules that may define each class that is kept: those that keep it, and those that these take it from.

    Raises Missing.
    """
    holders = {name: _holders_of(name, rules, index) for name in sorted({name for _, name in rules.kept})}
    return {name: modules for name, modules in holders.items() if modules}


def _holders_of(name: str, rules: Rules, index: Index) -> tuple[str, ...]:
    keepers = [keeper for keeper in rules.keepers(name) if _is_class(keeper, name, index)]
    return tuple(dict.fromkeys(holder for keeper in keepers for holder in _holders(keeper, name, index)))


def _is_class(module: str, name: str, index: Index) -> bool:
    """Whether `name` of `module` is there, and is not known to be a function."""
    if not index.has(module, name):
        return False
    chain = [(module, name), *((m, n) for m, n in index.origins(module, name) if n is not None)]
    definition = index.definition(*chain[-1])
    return definition is None or definition.how == "instance"


def _holders(module: str, name: str, index: Index) -> Iterator[str]:
    """The module that keeps `name`, and those that it takes it from."""
    yield module
    yield from (holder for holder, _ in index.origins(module, name))


def _of_module(made: Outline, deleted: frozenset[str], rules: Rules) -> Iterator[Violation]:
    module, path = made.module or "", made.path
    for part in made.parts:
        dotted = f"{module}.{part.name}"
        if dotted in deleted:
            message = f"defines `{dotted}`, which the plan deletes"
            yield Violation(path, part.line, 1, Kind.SYMBOL, dotted, TOP, message)
        elif module in rules.shims and part.kind != "constant" and not part.name.startswith("_"):
            message = f"defines `{part.name}` in a module that only forwards: its place is `{rules.instead(dotted)}`"
            yield Violation(path, part.line, 1, Kind.SHIM, dotted, TOP, message)
