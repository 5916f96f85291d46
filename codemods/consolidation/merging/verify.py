"""Judges the result of a merge by itself: what is wrong with it refuses it, whatever was intended."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.consolidation.merging.annotations import has_future_annotations, names_in_annotations, unevaluated
from codemods.consolidation.merging.needs import OF_EVERY_MODULE
from codemods.consolidation.merging.new_names import listed_in_all
from codemods.consolidation.merging.origins import all_bindings, star_of
from codemods.consolidation.merging.source import DEFINITIONS, is_executed, is_type_checking
from codemods.rules.symbols import BUILT_IN
from codemods.transforms.edits import Edit, Origins
from codemods.transforms.self_check import REPORT, unresolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.consolidation.merging.source import Source
    from codemods.index.resolve import Index
    from codemods.index.scopes import Scope, Use

_EVERYWHERE = BUILT_IN | OF_EVERY_MODULE


def faults(
    kept: Source, result: Source, edits: Sequence[Edit], index: Index, accepted: frozenset[str] = frozenset()
) -> Iterator[str]:
    """What is wrong with `result`, which `edits` have made of `kept`, apart from `accepted` names. Raises Missing."""
    yield from _unbound(kept, result, index, accepted)
    yield from _changed_meanings(kept, result, edits)
    yield from _too_early(kept, result)
    yield from _only_for_types(kept, result)
    yield from _bad_imports(kept, result, index, accepted)


def _place(use: Use) -> str:
    return f"line {(use.container or use.node).lineno} of the result"


def _unbound(kept: Source, result: Source, index: Index, known: frozenset[str]) -> Iterator[str]:
    for name in sorted(unresolved(result.scopes) - unresolved(kept.scopes) - _EVERYWHERE - known):
        if star_of(result, name, index) is None:
            yield f"{kept.path}:1: the result would use `{name}` without binding it"


def _changed_meanings(kept: Source, result: Source, edits: Sequence[Edit]) -> Iterator[str]:
    """Uses in the kept module that would mean something else: a new name captures them."""
    origins = Origins(edits)
    before: dict[tuple[int, str], list[Use]] = {}
    for use in kept.scopes.order:
        before.setdefault((kept.offset(use), use.name), []).append(use)
    for use in result.scopes.order:
        offset = origins.exactly(result.offset(use))
        found = before.get((offset, use.name), []) if offset is not None else []
        if not found:
            continue
        old = found.pop(0)
        was = _kind(kept, kept.scopes.resolve(old.name, old.scope))
        is_ = _kind(result, result.scopes.resolve(use.name, use.scope))
        if was != is_ and not (was is None and use.name not in BUILT_IN):
            place = f"{kept.path}:{(old.container or old.node).lineno}"
            yield f"{place}: `{use.name}` would mean something else here: what is taken binds that name, too"


def _kind(source: Source, owner: Scope | None) -> str | None:
    if owner is None or owner is source.scopes.module:
        return None if owner is None else "module"
    return owner.kind


def _early(source: Source) -> Iterator[tuple[str, Use]]:
    """Uses of names of the module that are executed before anything binds them."""
    skipped = names_in_annotations(source.view.tree) if has_future_annotations(source.view.tree) else set()
    first: dict[str, int] = {}
    for name, nodes in source.scopes.module.bound.items():
        first[name] = min(_bound_at(source, node) for node in nodes)
    for use in source.scopes.order:
        if is_executed(use) and use.node not in skipped and use.name in first:
            owner = source.scopes.resolve(use.name, use.scope)
            if owner is source.scopes.module and source.offset(use) < first[use.name] and use.name not in BUILT_IN:
                yield use.name, use


def _bound_at(source: Source, node: ast.AST) -> int:
    """Where a name is there, by a node that binds it: a function or class has its name once it is made."""
    start, end = source.view.lines.span(node)  # type: ignore[arg-type]  # each node that binds has a position
    return end if isinstance(node, DEFINITIONS) else start


def _too_early(kept: Source, result: Source) -> Iterator[str]:
    known = [name for name, _ in _early(kept)]
    for name, use in _early(result):
        if name in known:
            known.remove(name)
        else:
            yield f"{kept.path}:1: `{name}` would be used in {_place(use)}, before it is bound there"


def _for_types(source: Source) -> set[str]:
    """The names that only type checkers see."""
    hidden: set[int] = set()
    for statement in source.view.tree.body:
        if is_type_checking(statement):
            hidden.update(id(node) for node in ast.walk(statement))
    return {name for name, nodes in source.scopes.module.bound.items() if all(id(node) in hidden for node in nodes)}


def _only_for_types(kept: Source, result: Source) -> Iterator[str]:
    """Names of which only type checkers know, and that would be looked up when the code runs."""

    def running(source: Source) -> list[str]:
        tree = source.view.tree
        hidden, skipped = _for_types(source), unevaluated(tree, future=has_future_annotations(tree))
        blocks = [s for s in source.view.tree.body if is_type_checking(s)]
        return [
            use.name
            for use in source.scopes.order
            if use.name in hidden
            and not isinstance(use.container, ast.Constant)
            and use.node not in skipped
            and source.scopes.resolve(use.name, use.scope) is source.scopes.module
            and not any(block.lineno <= use.node.lineno <= (block.end_lineno or 0) for block in blocks)
        ]

    known, found = running(kept), running(result)
    for name in dict.fromkeys(found):
        if found.count(name) > known.count(name):
            how = "annotations in theirs are not evaluated: add `from __future__ import annotations` to ours first"
            yield f"{kept.path}:1: `{name}` is imported for type checkers only, and would be looked up ({how})"


def _bad_imports(kept: Source, result: Source, index: Index, accepted: frozenset[str]) -> Iterator[str]:
    known = {(binding.module, binding.name) for binding in all_bindings(kept)}
    exported = listed_in_all(result.view.tree) or []
    for binding in all_bindings(result):
        if (binding.module, binding.name) in known:
            continue
        local = binding.alias.asname or binding.alias.name.partition(".")[0]
        is_own = index.is_module(binding.module.partition(".")[0])
        is_there = index.is_module(binding.module) if binding.name is None else index.has(binding.module, binding.name)
        if is_own and not is_there and local not in accepted:
            what = f"the result would import `{binding.dotted}`, as theirs does, and that is not there"
            yield f"{kept.path}:1: {what}; say `{local}: theirs` under `take:` to go on all the same"
        if binding.module == kept.view.module:
            yield f"{kept.path}:1: the result would import `{binding.dotted}` from itself; {REPORT}"
        if not result.scopes.uses_of(local, result.scopes.module) and local not in exported and binding.is_plain:
            yield f"{kept.path}:1: the result would import `{binding.dotted}` for nothing; {REPORT}"
