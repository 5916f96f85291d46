"""Handlers that turn the strings of LibCST into those of `ast`: plain, formatted, template and joined ones."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from codemods.index import nodes
from codemods.index.newer_reader import UnreadableError, put

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.index.newer_reader import Handler, Reader, Span

_NEWLINE = re.compile(r"\r\n|\r")
# In the text between replacement fields: a named character, another escape, a doubled brace, a quote.
_SPECIAL = re.compile(r"\\N\{[^}]*\}|\\\r\n|\\[^{}]|\{\{|\}\}|['\"]", re.DOTALL)
_CONVERSIONS = {None: -1, "s": ord("s"), "r": ord("r"), "a": ord("a")}


def _plain(reader: Reader, node: cst.SimpleString) -> ast.Constant:
    made = ast.Constant(value=ast.literal_eval(node.value))
    made.kind = "u" if node.value.startswith("u") else None
    return put(made, reader.span(node))


def _decoded(text: str, *, raw: bool) -> str:
    """The characters that `text`, which stands between the replacement fields of a string, means."""
    if raw:
        return _NEWLINE.sub("\n", text.replace("{{", "{").replace("}}", "}"))
    quotable = _SPECIAL.sub(_quotable, text)
    # A lone backslash comes last only before a brace, where it stands for itself.
    if (len(quotable) - len(quotable.rstrip("\\"))) % 2:
        quotable += "\\"
    return str(ast.literal_eval(f'"""{quotable}"""'))


def _quotable(match: re.Match[str]) -> str:
    special = match.group()
    if special in {"{{", "}}"}:
        return special[0]
    return f"\\{special}" if special in {"'", '"'} else special


def _text(reader: Reader, node: Any, *, raw: bool) -> ast.Constant:
    return put(ast.Constant(value=_decoded(node.value, raw=raw)), reader.span(node))


def _folded(pieces: Iterable[ast.expr]) -> list[ast.expr]:
    """`pieces` with neighbouring texts joined and empty ones left out."""
    folded: list[ast.expr] = []
    for piece in pieces:
        last = folded[-1] if folded else None
        if isinstance(piece, ast.Constant) and isinstance(last, ast.Constant):
            last.value = _joined([last, piece])
            last.end_lineno, last.end_col_offset = piece.end_lineno, piece.end_col_offset
        else:
            folded.append(piece)
    return [piece for piece in folded if not isinstance(piece, ast.Constant) or piece.value]


def _field(reader: Reader, node: Any, *, raw: bool) -> list[ast.expr]:
    """A replacement field; before it, for `{name=}`, the text that this stands for."""
    span = reader.span(node)
    before: list[ast.expr] = []
    conversion = _CONVERSIONS[node.conversion]
    if node.equal is not None:
        # All from the brace to the last space after the sign is shown as it is written.
        shown = _NEWLINE.sub("\n", reader.text(node.whitespace_before_expression, node.equal.whitespace_after))
        end = reader.span(node.equal.whitespace_after)[2:]
        before = [put(ast.Constant(value=shown), (span[0], span[1] + 1, *end))]
        if node.conversion is None and node.format_spec is None:
            conversion = ord("r")
    fields = {
        "value": reader.read(node.expression),
        "conversion": conversion,
        "format_spec": _specification(reader, node, span, raw=raw),
    }
    if isinstance(node, cst.FormattedStringExpression):
        made: Any = ast.FormattedValue(**fields)
    else:
        made = nodes.Interpolation(str=reader.text(node.expression, node.expression), **fields)
    return [*before, put(made, span)]


def _specification(reader: Reader, node: Any, span: Span, *, raw: bool) -> ast.JoinedStr | None:
    if node.format_spec is None:
        return None
    made = ast.JoinedStr(values=_folded(_pieces(reader, node.format_spec, raw=raw)))
    # From the colon, which stands right before the first part, to the closing brace.
    first = reader.span(node.format_spec[0])[:2] if node.format_spec else (span[2], span[3] - 1)
    return put(made, (first[0], first[1] - 1, span[2], span[3] - 1))


def _pieces(reader: Reader, parts: Iterable[Any], *, raw: bool) -> Iterable[ast.expr]:
    for part in parts:
        if isinstance(part, (cst.FormattedStringText, cst.TemplatedStringText)):
            yield _text(reader, part, raw=raw)
        else:
            yield from _field(reader, part, raw=raw)


def _values(reader: Reader, node: Any) -> Iterable[ast.expr]:
    """What the string `node` is made of."""
    if isinstance(node, cst.SimpleString):
        return [_plain(reader, node)]
    return _pieces(reader, node.parts, raw="r" in node.prefix)


def _formatted(reader: Reader, node: cst.FormattedString) -> ast.expr:
    return ast.JoinedStr(values=_folded(_values(reader, node)))


def _template(reader: Reader, node: cst.TemplatedString) -> Any:
    return nodes.TemplateStr(values=_folded(_values(reader, node)))


def _concatenated(reader: Reader, node: cst.ConcatenatedString) -> ast.expr:
    parts: list[cst.BaseString] = [node.left]
    rest: cst.BaseString = node.right
    while isinstance(rest, cst.ConcatenatedString):
        parts.append(rest.left)
        rest = rest.right
    parts.append(rest)
    if any(isinstance(part, cst.TemplatedString) for part in parts):
        # No LibCST up to 1.9 reads them, so there is nothing to try this out with.
        raise UnreadableError("joined template strings")
    if all(isinstance(part, cst.SimpleString) for part in parts):
        constants = [_plain(reader, part) for part in parts if isinstance(part, cst.SimpleString)]
        made = ast.Constant(value=_joined(constants))
        made.kind = constants[0].kind
        return made
    return ast.JoinedStr(values=_folded(value for part in parts for value in _values(reader, part)))


def _joined(constants: list[ast.Constant]) -> str | bytes:
    values = [constant.value for constant in constants]
    if all(isinstance(value, str) for value in values):
        return "".join(map(str, values))
    if all(isinstance(value, bytes) for value in values):
        return b"".join(value for value in values if isinstance(value, bytes))
    raise UnreadableError("text joined with bytes")


STRINGS: dict[type[cst.CSTNode], Handler] = {
    cst.SimpleString: _plain,
    cst.FormattedString: _formatted,
    cst.TemplatedString: _template,
    cst.ConcatenatedString: _concatenated,
}
