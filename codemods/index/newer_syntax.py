"""Reads syntax that is newer than the running Python: with LibCST, into the tree that a newer `ast` would give."""

from __future__ import annotations

import builtins
import warnings
from typing import TYPE_CHECKING

from codemods.index.analysis import analyse
from codemods.index.depth import is_deep

if TYPE_CHECKING:
    import ast


def parse_newer(source: str) -> ast.Module | None:
    """The tree of `source` with the positions that `ast.parse` gives, or None where LibCST cannot read it either.

    In: source without a byte order mark. Where the running Python's `ast` lacks a node class, that of
    `codemods.index.nodes` stands in. Python 2 gives None, also where `except A, error:` could be read as Python 3.14.
    """
    if is_deep(source):
        return None
    # LibCST takes long to import, and most runs never come here.
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider

    from codemods.index.newer_expressions import EXPRESSIONS
    from codemods.index.newer_patterns import PATTERNS
    from codemods.index.newer_reader import Reader
    from codemods.index.newer_statements import STATEMENTS, module
    from codemods.index.newer_strings import STRINGS

    try:
        concrete = cst.parse_module(source)
        # LibCST loses a few things, and then its positions are those of another text. A last `\r` does not matter.
        if concrete.code.removesuffix("\r") != source.removesuffix("\r"):
            return None
        positions = MetadataWrapper(concrete, unsafe_skip_copy=True).resolve(PositionProvider)
        reader = Reader(source, positions, {**EXPRESSIONS, **STRINGS, **STATEMENTS, **PATTERNS})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes, as `ast.parse` would say
            tree = module(reader, concrete)
    except (cst.ParserSyntaxError, cst.CSTLogicError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None if _is_python_2(tree, reader.doubtful) else tree


def _is_python_2(tree: ast.Module, doubtful: list[str]) -> bool:
    """Whether one of the `doubtful` names, which handlers like `except A, b:` end in, is bound by nothing else."""
    names = {name for name in doubtful if not hasattr(builtins, name)}
    return bool(names) and bool(analyse(tree).unresolved(names))
