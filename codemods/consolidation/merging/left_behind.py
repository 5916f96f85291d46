"""Statements of the duplicate that run when it is imported, and do not go along."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.consolidation.merging.source import is_main_guard

if TYPE_CHECKING:
    from codemods.consolidation.merging.choice import Choosing
    from codemods.consolidation.merging.source import Piece


def look_at_the_rest(chosen: Choosing) -> None:
    """Tell of statements that use what is taken and stay behind; refuse where they fill it with something."""
    taken = {name for piece in chosen.made.added for name in piece.names}
    for piece in chosen.theirs.pieces:
        if piece.names or piece.is_import or is_main_guard(piece.statement):
            continue
        if touched := sorted(taken.intersection(chosen.theirs.free_names(piece.statement))):
            _tell(chosen, piece, touched)


def _tell(chosen: Choosing, piece: Piece, touched: list[str]) -> None:
    place = chosen.theirs.where(piece)
    filled = [name for name in touched if _fills(piece.statement, name)]
    if filled and chosen.decision(filled[0]) != "theirs":
        reason = f"{place}: this statement works on `{filled[0]}` when the module is imported, and would stay behind"
        chosen.made.reasons.append(f"{reason}; say `{filled[0]}: theirs` under `take:` to go on without it")
        return
    said = ", ".join(f"`{name}`" for name in touched)
    chosen.made.warnings.append(f"{place}: this statement uses {said} and stays behind")


def _fills(statement: ast.stmt, name: str) -> bool:
    """Whether `statement` stores something in `name`, or calls a method of it."""
    for node in ast.walk(statement):
        target: ast.AST = node.func if isinstance(node, ast.Call) else node
        is_stored = isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load)
        if not is_stored and not isinstance(node, ast.Call):
            continue
        inner = target
        while isinstance(inner, (ast.Attribute, ast.Subscript)):
            inner = inner.value
        if inner is not target and isinstance(inner, ast.Name) and inner.id == name:
            return True
    return False
