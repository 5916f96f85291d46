"""Patch targets that are put together from constants of the module: `f"{MODULE}.f"`, `MODULE + ".f"`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.index.string_sites import tail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.transforms.view import ModuleView


def built_targets(view: ModuleView) -> Iterator[tuple[ast.expr, str]]:
    """The patch targets that are put together from constants of the module, such as `f"{MODULE}.f"`."""
    constants: dict[str, str] = {}
    for statement in view.tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name, value = statement.targets[0].id, statement.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                constants[name] = value.value
    # Only where it may matter: this looks at every call of the file.
    if not constants or not any(word in view.source for word in (b"patch", b"setattr", b"delattr")):
        return
    if view.excerpt is not None:
        words = view.excerpt.words
        view.needs(name for name, value in constants.items() if any(word in value for word in words))
    for call in (node for node in view.surroundings.parents if isinstance(node, ast.Call) and node.args):
        first = call.args[0]
        is_target = view.surroundings.is_patch(call.func) or tail(call.func)[-1] in ("setattr", "delattr")
        if is_target and not isinstance(first, ast.Constant) and (text := _built(first, constants)):
            yield first, text


def _built(node: ast.expr, constants: dict[str, str]) -> str:
    """The string that `node` gives, as far as constants tell; empty where they do not."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return constants.get(node.id, "")
    if isinstance(node, ast.FormattedValue):
        return _built(node.value, constants)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return _filled_in(node.left, given, constants)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _filled_in(node.func.value, node.args, constants) if not node.keywords else ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [_built(node.left, constants), _built(node.right, constants)]
    elif isinstance(node, ast.JoinedStr):
        parts = [_built(value, constants) for value in node.values]
    else:
        return ""
    return "".join(parts) if all(parts) else ""


def _filled_in(pattern: ast.expr, given: list[ast.expr], constants: dict[str, str]) -> str:
    """The string that a pattern such as `"%s.f"` or `"{}.f"` gives with `given`."""
    values = [_built(value, constants) for value in given]
    text = pattern.value if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str) else ""
    if not all(values) or "%%" in text or "{{" in text:
        return ""
    parts = re.split(r"%s|\{\}", text)
    return "".join(map("".join, zip(parts, [*values, ""], strict=True))) if len(parts) == len(values) + 1 else ""
