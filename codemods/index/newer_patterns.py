"""Handlers that turn the patterns of LibCST, which follow `case`, into those of `ast`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from codemods.index.newer_reader import identifier, put

if TYPE_CHECKING:
    from codemods.index.newer_reader import Handler, Reader


def _value(reader: Reader, node: cst.MatchValue) -> ast.pattern:
    return put(ast.MatchValue(value=reader.read(node.value)), reader.span(node.value))


def _singleton(reader: Reader, node: cst.MatchSingleton) -> ast.pattern:
    return put(ast.MatchSingleton(value=reader.read(node.value).value), reader.span(node.value))


def _sequence(reader: Reader, node: cst.MatchSequence) -> ast.pattern:
    span = reader.enclosed(node) if isinstance(node, cst.MatchTuple) else reader.span(node)
    return put(ast.MatchSequence(patterns=reader.all(node.patterns)), span)


def _element(reader: Reader, node: cst.MatchSequenceElement) -> ast.pattern:
    pattern: ast.pattern = reader.read(node.value)
    return pattern


def _star(reader: Reader, node: cst.MatchStar) -> ast.pattern:
    made = ast.MatchStar(name=_captured(node.name))
    span = reader.span(node)
    if isinstance(node.comma, cst.Comma):
        span = (*span[:2], *reader.span(node.comma.whitespace_before)[:2])
    return put(made, span)


def _captured(name: cst.Name | None) -> str | None:
    return identifier(name) if name is not None and name.value != "_" else None


def _mapping(reader: Reader, node: cst.MatchMapping) -> ast.pattern:
    return ast.MatchMapping(
        keys=[reader.read(element.key) for element in node.elements],
        patterns=[reader.read(element.pattern) for element in node.elements],
        rest=identifier(node.rest) if node.rest is not None else None,
    )


def _class(reader: Reader, node: cst.MatchClass) -> ast.pattern:
    return ast.MatchClass(
        cls=reader.read(node.cls),
        patterns=reader.all(node.patterns),
        kwd_attrs=[identifier(element.key) for element in node.kwds],
        kwd_patterns=[reader.read(element.pattern) for element in node.kwds],
    )


def _as(reader: Reader, node: cst.MatchAs) -> ast.pattern:
    return ast.MatchAs(pattern=reader.maybe(node.pattern), name=_captured(node.name))


def _or(reader: Reader, node: cst.MatchOr) -> ast.pattern:
    return ast.MatchOr(patterns=[reader.read(each.pattern) for each in node.patterns])


PATTERNS: dict[type[cst.CSTNode], Handler] = {
    cst.MatchValue: _value,
    cst.MatchSingleton: _singleton,
    cst.MatchList: _sequence,
    cst.MatchTuple: _sequence,
    cst.MatchSequenceElement: _element,
    cst.MatchStar: _star,
    cst.MatchMapping: _mapping,
    cst.MatchClass: _class,
    cst.MatchAs: _as,
    cst.MatchOr: _or,
}
