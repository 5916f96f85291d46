"""Rewrites uses of names: chains such as `a.b.c` in code, in formatted strings and in annotations in strings."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.index.type_comments import NestedAnnotation, TypeComment
from codemods.model import Form, Reference
from codemods.transforms.edits import Edit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.index.scopes import Use
    from codemods.transforms.view import ModuleView

_PLAIN_STRING = re.compile(rb"(?i:[ru]?)('''|\"\"\"|'|\")")
_BLANK = re.compile(rb"[ \t\f]+|\\(?:\r\n|\r|\n)")

INEXACT = "it is written so that it cannot be replaced exactly"


class Rewrite(Struct, frozen=True):
    """The first `length` names of the chain of `use` become `text`, and each of `names`, a string or a keyword, its
    new name."""

    use: Use
    length: int
    text: str
    names: tuple[tuple[ast.Constant | ast.keyword, str], ...] = ()

    @property
    def old(self) -> str:
        """The chain that is replaced."""
        return ".".join(self.use.chain[: self.length])


def locate(view: ModuleView, rewrites: Sequence[Rewrite]) -> list[Edit] | None:
    """The edits that carry out `rewrites`, or None where one of them cannot be located exactly."""
    edits: list[Edit] = []
    formatted: dict[ast.expr, list[Rewrite]] = {}
    for rewrite in rewrites:
        container = rewrite.use.container
        if container is not None and not isinstance(container, ast.Constant):
            formatted.setdefault(container, []).append(rewrite)
            continue
        edit = _in_code(view, rewrite) if container is None else _in_annotation(view, rewrite, container)
        if edit is None:
            return None
        edits.append(edit)
        for node, name in rewrite.names:
            renamed = rename_name(view, node, name)
            if renamed is None:
                return None
            edits.append(renamed)
    for container, inside in formatted.items():
        found = _in_formatted(view, container, inside)
        if found is None:
            return None
        edits += found
    return edits


def _in_code(view: ModuleView, rewrite: Rewrite) -> Edit | None:
    start, _ = view.lines.span(rewrite.use.node)
    return _checked(view, start, _end(view, rewrite), rewrite)


def _end(view: ModuleView, rewrite: Rewrite) -> int:
    last = rewrite.use.attributes[rewrite.length - 2] if rewrite.length > 1 else rewrite.use.node
    return view.lines.span(last)[1]


def _checked(view: ModuleView, start: int, end: int, rewrite: Rewrite) -> Edit | None:
    # A chain may be broken by a comment or wrapped in parentheses, and identifiers may be spelled
    # in another Unicode form: only what reads as the chain itself is replaced as a whole.
    if _BLANK.sub(b"", view.source[start:end]) != rewrite.old.encode():
        return None
    return Edit(start, end, rewrite.text.encode())


def _in_annotation(view: ModuleView, rewrite: Rewrite, container: ast.Constant) -> Edit | None:
    base = view.lines.span(container)[0] if isinstance(container, TypeComment) else text_start(view, container)
    if base is None or isinstance(container, NestedAnnotation) or "\n" in str(container.value):
        return None
    node = rewrite.use.attributes[rewrite.length - 2] if rewrite.length > 1 else rewrite.use.node
    start, end = base + rewrite.use.node.col_offset, base + (node.end_col_offset or 0)
    return _checked(view, start, end, rewrite)


def text_start(view: ModuleView, string: ast.Constant) -> int | None:
    """The offset at which the text of `string` begins in the source; None where it is not written letter by letter."""
    raw, inside = view.text(string), str(string.value).encode("utf-8", "surrogatepass")
    opening = _PLAIN_STRING.match(raw)
    if opening is None or raw[opening.end() : -len(opening.group(1))] != inside:
        return None
    return view.lines.span(string)[0] + opening.end()


def replace_in_string(view: ModuleView, string: ast.Constant, start: int, end: int, text: str) -> Edit | None:
    """The edit of the characters from `start` to `end` in the value of `string`; None where they cannot be located."""
    base = text_start(view, string)
    if base is None:
        return None
    value = str(string.value)
    first = base + len(value[:start].encode())
    return Edit(first, first + len(value[start:end].encode()), text.encode())


def attribute_edit(view: ModuleView, node: ast.Attribute, name: str) -> Edit | None:
    """The edit that makes `name` of the last name of an attribute chain."""
    end = view.lines.span(node)[1]
    start = end - len(node.attr.encode())
    return Edit(start, end, name.encode()) if view.source[start:end].decode() == node.attr else None


def rename_name(view: ModuleView, node: ast.Constant | ast.keyword, name: str) -> Edit | None:
    """The edit that makes `name` of a whole string, or of the name of a keyword argument."""
    if isinstance(node, ast.Constant):
        return replace_in_string(view, node, 0, len(str(node.value)), name)
    start = view.lines.offset(node.lineno, node.col_offset)
    end = start + len((node.arg or "").encode())
    return Edit(start, end, name.encode()) if view.source[start:end].decode() == node.arg else None


def _in_formatted(view: ModuleView, container: ast.expr, rewrites: list[Rewrite]) -> list[Edit] | None:
    # Before Python 3.12 `ast` gives no exact positions inside formatted strings, so LibCST reads them.
    from codemods.transforms import formatted

    table = {rewrite.old: rewrite.text for rewrite in rewrites}
    start, end = view.lines.span(container)
    result = formatted.replace_chains(view.source[start:end].decode(), table)
    if result is None or result.replaced != len(rewrites):
        return None
    return [Edit(start, end, result.text.encode())]


def use_reference(view: ModuleView, use: Use, target: str, form: Form) -> Reference:
    """The reference that `use` is, at the place where a reader finds it."""
    if isinstance(use.container, ast.Constant):
        form = Form.TYPE_COMMENT if isinstance(use.container, TypeComment) else Form.ANNOTATION
    return view.reference(use.container or use.node, form, target)
