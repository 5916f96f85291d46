"""Replaces name chains inside one expression with LibCST, for places where `ast` has no exact positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst.helpers import get_full_name_for_node
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping


class Replaced(Struct, frozen=True):
    """The new text of an expression, and how many chains were replaced in it."""

    text: str
    replaced: int


def replace_chains(expression: str, table: Mapping[str, str]) -> Replaced | None:
    """`expression` with each dotted chain in `table` replaced, or None where LibCST cannot read it."""
    try:
        # In parentheses, since implicitly joined strings may stand on several lines.
        module = cst.parse_module(f"({expression})\n")
    except cst.ParserSyntaxError:
        return None
    transformer = _Chains(table)
    code = module.visit(transformer).code
    return Replaced(code[1:-2], transformer.replaced)


class _Chains(cst.CSTTransformer):
    def __init__(self, table: Mapping[str, str]) -> None:
        super().__init__()
        self.table = table
        self.replaced = 0

    def _replacement(self, node: cst.Name | cst.Attribute) -> cst.BaseExpression | None:
        text = self.table.get(get_full_name_for_node(node) or "")
        if text is None:
            return None
        self.replaced += 1
        return cst.parse_expression(text)

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        # The attribute's own name is no use of a name, and a chain that is replaced is replaced whole.
        return False

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        replacement = self._replacement(original_node)
        if replacement is not None:
            return replacement
        return updated_node.with_changes(value=original_node.value.visit(self))

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        return self._replacement(original_node) or updated_node

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def visit_Arg_keyword(self, node: cst.Arg) -> None:
        self.replaced -= int(node.keyword is not None and node.keyword.value in self.table)

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        return updated_node.with_changes(name=original_node.name)
