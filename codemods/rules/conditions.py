"""Whether a match is one that its rule is for: where it stands, what its `$X` are, what is in scope."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.errors import CodemodsError
from codemods.patterns.kinds import is_kind
from codemods.patterns.match import Run
from codemods.rules.places import is_in_template, place_of
from codemods.time_limit import TimeLimit

if TYPE_CHECKING:
    from codemods.patterns.language import Snippet
    from codemods.patterns.match import Bound, State
    from codemods.plan.rewrites import Test
    from codemods.rules.find import Match, Module

_SECONDS = 1.0  # for one search
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def applies(module: Module, match: Match) -> Match | None:
    """`match`, with what `inside` binds; None where a condition of its rule does not hold. Raises Missing."""
    asked = match.rule.text.asked
    if asked.places and place_of(module.view, match.first)[0] not in asked.places:
        return None
    state: State | None = match.state
    for snippet in match.rule.text.inside:
        state = _around(module, match, snippet, state) if state is not None else None
    if state is None:
        return None
    if any(_around(module, match, snippet, state) is not None for snippet in match.rule.text.not_inside):
        return None
    found = replace(match, state=state)
    holds = all(_passes(module, found, state.bound.get(name), test) for name, test in asked.where.items())
    return found if holds else None


def doubt(module: Module, match: Match) -> str:
    """Why a person has to look at a match that its rule is for; empty where nobody has to."""
    if is_in_template(module.view, match.first):
        return "it stands in a formatted string"
    for name in match.rule.text.asked.requires.names:
        if not _is_bound(module, match, name):
            return f"`{name}` is not bound here"
    return ""


def _around(module: Module, match: Match, snippet: Snippet, state: State) -> State | None:
    """The state after matching `snippet` with something around the match; a class or function is the nearest one."""
    matcher = module.matcher(snippet, match.rule)
    pattern = snippet.expression or snippet.body[0]
    for above in module.view.surroundings.ancestors(match.first):
        found = next(matcher.node(pattern, above, state), None)
        if found is not None:
            return found
        if isinstance(pattern, _DEFINITIONS) and _is_alike(pattern, above):
            return None
    return None


def _is_alike(pattern: ast.AST, node: ast.AST) -> bool:
    return isinstance(pattern, ast.ClassDef) == isinstance(node, ast.ClassDef) and isinstance(node, _DEFINITIONS)


def _is_bound(module: Module, match: Match, name: str) -> bool:
    scopes = module.view.scopes
    scope = module.names.scope_at(match.first)
    owner = scopes.resolve(name, scope)
    if owner is None:
        return False
    if owner is not scope:
        return True
    place = (match.first.lineno, match.first.col_offset)
    return any((getattr(n, "lineno", 0), getattr(n, "col_offset", 0)) < place for n in owner.bound[name])


# What `where` asks


def _passes(module: Module, match: Match, bound: Bound | None, test: Test) -> bool:
    if bound is None:
        return False
    nodes = bound.nodes if isinstance(bound, Run) else (bound,)
    if test.kind and not all(any(is_kind(node, kind) for kind in test.kind) for node in nodes):
        return False
    if any(is_kind(node, kind) for node in nodes for kind in test.is_not):
        return False
    if test.regex and not all(_is_found(test.regex, _text(module, node), match) for node in nodes):
        return False
    if test.symbol is None:
        return True
    wanted = match.rule.symbol(test.symbol) or test.symbol
    return all(_origin(module, node) == wanted for node in nodes)


def _is_found(expression: str, text: str, match: Match) -> bool:
    """Whether the expression is found in the text. Raises CodemodsError where that takes too long to tell."""
    try:
        with TimeLimit(_SECONDS):
            return re.search(expression, text) is not None
    except TimeoutError as error:
        name = match.rule.text.name
        what = f"The regular expression of the rule `{name}` gives no answer in {_SECONDS:g} seconds: {expression}"
        hint = "Let what it repeats be told apart by a character between, or leave a repetition out."
        raise CodemodsError(what, hint=hint) from error


def _text(module: Module, node: ast.AST | str) -> str:
    if isinstance(node, str):
        return node
    source = module.view.text(node)  # type: ignore[arg-type]  # what is bound has a place
    return source.decode()


def _origin(module: Module, node: ast.AST | str) -> str | None:
    return module.names.origin(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
