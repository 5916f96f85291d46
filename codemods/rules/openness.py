"""What a pattern of a class or function leaves open, and a replacement would therefore drop."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.patterns.language import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.patterns.match import Bound

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def open_parts(pattern: ast.stmt, paired: Mapping[ast.AST, Bound]) -> Iterator[str]:
    """The parts of the code that `pattern` matched which it does not spell out, as words."""
    for one in ast.walk(pattern):
        node = paired.get(one)
        if isinstance(one, ast.ClassDef) and isinstance(node, ast.ClassDef):
            yield from ["decorators"] if len(node.decorator_list) > len(one.decorator_list) else []
            yield from ["bases"] if not (one.bases or one.keywords) and (node.bases or node.keywords) else []
        elif isinstance(one, _Function) and isinstance(node, _Function):
            yield from ["decorators"] if len(node.decorator_list) > len(one.decorator_list) else []
            yield from ["annotations"] if one.returns is None and node.returns is not None else []
        elif isinstance(one, ast.arg) and isinstance(node, ast.arg) and run(one) is None:
            yield from ["annotations"] if one.annotation is None and node.annotation is not None else []
