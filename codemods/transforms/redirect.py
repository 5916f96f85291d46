"""Redirect imports and uses of moved or renamed modules and symbols.

    from old import f          →  from new import g
    f(1)                       →  g(1)

Symbols that an import binds are settled by `redirect_symbols`, modules by `redirect_modules`; what only a person can
judge (strings, star imports) is listed here. References: DESIGN section 4.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.index.summary import ModuleSummary, dotted_words
from codemods.model import Disposition, Finding, Form
from codemods.transforms.chains import is_handed_on
from codemods.transforms.findings import Settled
from codemods.transforms.imports import write_imports
from codemods.transforms.redirect_modules import settle_modules
from codemods.transforms.redirect_symbols import settle_symbols
from codemods.transforms.references import Bindings, bindings_of
from codemods.transforms.uses import locate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.index.resolve import Index
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import ModuleView


def redirect(view: ModuleView, moves: Moves, index: Index) -> Settled:
    """What to do about every reference in `view`: the edits to make and a finding for each reference.

    Raises Missing where `index` does not hold a summary that the answer needs.
    """
    settled = Settled()
    bindings = bindings_of(view, moves, index)
    settle_symbols(view, index, bindings, settled)
    settle_modules(view, moves, index, bindings, settled)
    settled.findings += _stars(view, moves, bindings)
    settled.findings += _strings(view, moves, bindings)
    settled.edits += write_imports(view, settled.statements.values())
    # Each rewrite was located by itself before it was settled on.
    settled.edits += locate(view, settled.rewrites) or []
    return settled


def _stars(view: ModuleView, moves: Moves, bindings: Bindings) -> Iterator[Finding]:
    for alias, module in bindings.stars:
        names = {name for old, name in moves.symbols if old == module}
        used = sorted(name for name in names if _may_mean_star(view, name, alias))
        if not used and moves.module(module) is None:
            continue
        what = f"it may bring {', '.join(f'`{name}`' for name in used)}" if used else "what it brings cannot be told"
        reference = view.reference(alias, Form.STAR, module)
        yield Finding(reference, Disposition.REVIEW, f"{what}: import the names that the file uses")


def _may_mean_star(view: ModuleView, name: str, star: ast.alias) -> bool:
    """Whether a use of `name` may be what `star` brings: nothing at the top level surely binds it in between."""
    scopes = view.scopes
    lines = [
        use.node.lineno for use in scopes.uses.get(name, ()) if scopes.resolve(name, use.scope) in (None, scopes.module)
    ]
    bindings = scopes.bindings(name, scopes.module)
    surely = [
        statement.lineno
        for statement in view.tree.body
        if (isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and statement in bindings)
        or (isinstance(statement, (ast.Import, ast.ImportFrom)) and any(alias in bindings for alias in statement.names))
        or (isinstance(statement, ast.Assign) and any(target in bindings for target in statement.targets))
    ]
    covered = any(star.lineno < line < min(lines) for line in surely) if lines else True
    return bool(lines) and not (covered and name not in _deleted(bindings))


def _deleted(bindings: list[ast.AST]) -> set[str]:
    return {node.id for node in bindings if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)}


def _strings(view: ModuleView, moves: Moves, bindings: Bindings) -> Iterator[Finding]:
    at_hand = {name for old, name in moves.symbols if old in bindings.held_modules}
    for string in view.scopes.strings:
        text = str(string.value)
        for target in sorted(_named_in(text, moves)):
            yield Finding(view.reference(string, Form.STRING, target), Disposition.REVIEW, "a string names it")
        if text in at_hand:
            reason = "a string may name it: the file also holds its module"
            yield Finding(view.reference(string, Form.STRING, text), Disposition.REVIEW, reason)


def _named_in(text: str, moves: Moves) -> set[str]:
    named = set()
    for dotted in dotted_words(text, moves.words):
        parts = dotted.strip(".").split(".")
        for length in range(len(parts), 1, -1):
            module, name = ".".join(parts[: length - 1]), parts[length - 1]
            if moves.symbol(module, name) or ".".join(parts[:length]) in moves.modules:
                named.add(".".join(parts[:length]))
                break
    return named


def concerns(summary: ModuleSummary, moves: Moves, index: Index) -> bool:
    """Whether the module of `summary` can hold a reference at all; cheap, and on the safe side.

    Raises Missing where `index` does not hold a summary that the answer needs.
    """
    if any(moves.holds_module(module) or _is_known(module, moves) for module in summary.imported):
        return True
    if any(_named_in(string, moves) for string in summary.strings):
        return True
    reached = (dotted.rpartition(".") for dotted in summary.reaches)
    return any(moves.symbol(module, name) or is_handed_on(module, name, moves, index) for module, _, name in reached)


def _is_known(dotted: str, moves: Moves) -> bool:
    module, _, name = dotted.rpartition(".")
    return moves.symbol(module, name) is not None
