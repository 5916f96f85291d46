"""Redirect imports and uses of moved or renamed modules and symbols.

    from old import f          →  from new import g
    f(1)                       →  g(1)

Symbols that an import binds are settled by `redirect_symbols`, modules by `redirect_modules`, star imports by
`redirect_stars`, modules named by strings by `dynamic_modules`, all other strings by `strings`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.model import Disposition, Finding, Form
from codemods.transforms.chains import follow_dotted, is_handed_on
from codemods.transforms.dynamic_modules import settle_dynamic
from codemods.transforms.findings import Settled
from codemods.transforms.redirect_modules import settle_modules
from codemods.transforms.redirect_stars import settle_stars
from codemods.transforms.redirect_symbols import settle_symbols
from codemods.transforms.references import bindings_of
from codemods.transforms.string_settler import names_of
from codemods.transforms.strings import settle_strings
from codemods.transforms.uses import locate

if TYPE_CHECKING:
    from codemods.index.resolve import Index
    from codemods.index.summary import ModuleSummary
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import ModuleView


def redirect(view: ModuleView, moves: Moves, index: Index) -> Settled:
    """What to do about every reference in `view`: the edits to make and a finding for each reference.

    Raises Missing where `index` does not hold a summary that the answer needs.
    """
    # What finds references does not load what writes imports.
    from codemods.transforms.imports import write_imports

    settled = settle(view, moves, index)
    settled.edits += write_imports(view, settled.statements.values())
    # Each rewrite was located by itself before it was settled on.
    settled.edits += locate(view, settled.rewrites) or []
    return settled


def settle(view: ModuleView, moves: Moves, index: Index) -> Settled:
    """A finding for each reference in `view`, and what is asked of it, before that is written. Raises Missing."""
    settled = Settled()
    bindings = bindings_of(view, moves, index)
    view.needs(local for _, local in (*bindings.symbols, *bindings.modules))
    if bindings.stars:
        # What a star brings may be used anywhere.
        view.needs_all()
    settle_symbols(view, moves, index, bindings, settled)
    settle_modules(view, moves, index, bindings, settled)
    settle_stars(view, moves, index, bindings, settled)
    for site, dotted in bindings.quoted:
        reference = view.reference(site.container or site.statement, Form.DOC, dotted)
        settled.findings.append(Finding(reference, Disposition.REVIEW, "an example in a docstring imports it"))
    settle_dynamic(view, moves, index, settled)
    settle_strings(view, moves, index, bindings, settled)
    return settled


def concerns(summary: ModuleSummary, moves: Moves, index: Index) -> bool:
    """Whether the module of `summary` can hold a reference at all; cheap, and on the safe side.

    Raises Missing where `index` does not hold a summary that the answer needs.
    """
    if any(moves.holds_module(module) or _is_known(module, moves) for module in summary.imported):
        return True
    if any(_is_named(string, moves, index) for string in summary.strings):
        return True
    # Most names that a file imports are those of others as well.
    known = moves.known_by(index)
    for dotted in summary.reaches:
        if dotted not in known:
            known[dotted] = _leads(dotted, moves, index)
        if known[dotted]:
            return True
    return False


def _leads(dotted: str, moves: Moves, index: Index) -> bool:
    module, _, name = dotted.rpartition(".")
    if moves.holds_module(dotted) or moves.symbol(module, name) or is_handed_on(module, name, moves, index):
        return True
    return _is_led(dotted, moves, index)


def _is_named(string: str, moves: Moves, index: Index) -> bool:
    dotted = string.lstrip(".")
    if dotted in moves.last_names or moves.holds_module(dotted) or next(names_of(dotted, moves), None):
        return True
    return _is_led(string, moves, index)


def _is_led(dotted: str, moves: Moves, index: Index) -> bool:
    """Whether a name leads to what moves, or to the module that it moves out of, and not to what stays in that."""
    step = follow_dotted(dotted, moves, index)
    if step is None or (step.kind == "stays" and step.name):
        return False
    return step.kind in ("moves", "re-export") or moves.holds_module(step.module)


def _is_known(dotted: str, moves: Moves) -> bool:
    module, _, name = dotted.rpartition(".")
    return moves.symbol(module, name) is not None
