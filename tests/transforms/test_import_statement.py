"""Import statements as values: nothing about one is lost, and its names change without the others."""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings

import libcst as cst
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from codemods.transforms.import_lists import append_alias, comments, insert_alias, remove_aliases, replace_alias
from codemods.transforms.import_statement import Statement, parse_import

LAYOUTS = [
    "import a",
    "import a . b as  c,d",
    "import a, \\\r\n    b\\\n.c",
    "from a import*",
    "from.import(a)",
    "from . . .a\\\r.b import\tc\fas d,e",
    "from ... import_ import import_, asas as as_",
    "from a import (a,)",
    "from a import(  # why\r\n\r\n  # above\r    a # behind\r\n    as # )\n b # , c\n , # last\\\n)",
    "from é.℘ import 数 as x·y",
]

NAMES = st.sampled_from(["a", "b1", "_", "importer", "import_", "from_", "as_", "asas", "é", "℘", "x·y", "数", "ﬁ"])
_BLANK = st.sampled_from([" ", " ", "  ", "\t", "\f", " \\\n", "\\\r\n\t", "\\\r "])
_NEWLINE = st.sampled_from(["\n", "\n", "\n    ", "\r\n", "\r", "\n\n", "\n\\\n", " \n\t"])
_COMMENT = st.sampled_from(["", "#", "  # why", "# as a, b)", "#\\", " #(é\f"])
_DOTS = st.sampled_from([".", "..", "...", "....", ". .", ".. .", ". ..", "... .", ".\\\n."])


def _several(part: st.SearchStrategy[str], at_least: int = 0) -> st.SearchStrategy[str]:
    return st.lists(part, min_size=at_least, max_size=3).map("".join)


_BETWEEN = st.one_of(_BLANK, st.builds(str.__add__, _COMMENT, _NEWLINE))


@st.composite
def _dotted(draw: st.DrawFn) -> str:
    first, *others = draw(st.lists(NAMES, min_size=1, max_size=3))
    blanks = _several(_BLANK)
    return first + "".join(f"{draw(blanks)}.{draw(blanks)}{name}" for name in others)


@st.composite
def _list(draw: st.DrawFn, name: st.SearchStrategy[str], between: st.SearchStrategy[str]) -> str:
    gap, space = _several(between), _several(between, 1)
    entry = st.one_of(name, st.builds("{}{}as{}{}".format, name, space, space, NAMES))
    first, *others = draw(st.lists(entry, min_size=1, max_size=4))
    return first + "".join(f"{draw(gap)},{draw(gap)}{entry}" for entry in others)


@st.composite
def _from(draw: st.DrawFn) -> str:
    blanks, space, between = _several(_BLANK), _several(_BLANK, 1), _several(_BETWEEN)
    module = draw(st.one_of(st.just(""), _dotted()))
    dots = draw(_DOTS) if not module or draw(st.booleans()) else ""
    origin = f"from{draw(blanks if dots else space)}{dots}"
    origin += f"{draw(blanks)}{module}{draw(space)}" if module else draw(blanks)
    layout = draw(st.sampled_from(["*", "line", "list", "list", "list,"]))
    if layout == "*":
        return f"{origin}import{draw(blanks)}*"
    if layout == "line":
        return f"{origin}import{draw(space)}{draw(_list(NAMES, _BLANK))}"
    comma = f"{draw(between)}," if layout == "list," else ""
    return f"{origin}import{draw(blanks)}({draw(between)}{draw(_list(NAMES, _BETWEEN))}{comma}{draw(between)})"


def _python(text: str) -> ast.Import | ast.ImportFrom | None:
    """The statement `text` as Python reads it; None where it does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (statement,) = ast.parse(text).body
    except SyntaxError:
        return None
    assert isinstance(statement, (ast.Import, ast.ImportFrom))
    return statement


TEXTS = st.one_of(st.builds("import{}{}".format, _several(_BLANK, 1), _list(_dotted(), _BLANK)), _from(), _from())
IMPORTS = TEXTS.filter(lambda text: _python(text) is not None)


def names(text: str) -> list[tuple[str, str | None]]:
    """What `text` imports, as Python reads it."""
    statement = _python(text)
    assert statement is not None, text
    return [(alias.name, alias.asname) for alias in statement.names]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", re.sub(r"[\s\\]", "", name))


def _written(statement: Statement) -> list[tuple[str, str | None]]:
    return [(_plain(alias.name), _plain(alias.local) or None) for alias in statement.aliases] or [("*", None)]


def _check_read(text: str) -> None:
    statement, read = parse_import(text), _python(text)
    assert statement.code == text
    assert _written(statement) == names(text)
    if isinstance(read, ast.ImportFrom):
        assert statement.origin is not None
        level, module = statement.origin.dots.count("."), _plain(statement.origin.module)
        assert (level, module) == (read.level, read.module or "")
    else:
        assert statement.origin is None


@pytest.mark.parametrize("text", LAYOUTS)
def test_nothing_is_lost_of_a_layout(text: str) -> None:
    _check_read(text)


@given(IMPORTS)
def test_nothing_is_lost(text: str) -> None:
    _check_read(text)


@pytest.mark.parametrize("text", ["", "x = 1", "import", "import a; b", "from a import (b", "importa", "lazy import a"])
def test_what_is_no_import_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an import statement"):
        parse_import(text)


def _gap(node: cst.BaseParenthesizableWhitespace) -> tuple[list[str], str]:
    if isinstance(node, cst.ParenthesizedWhitespace):
        lines = [node.first_line, *node.empty_lines]
        return [line.comment.value if line.comment else "" for line in lines], node.last_line.value
    return [], cst.ensure_type(node, cst.SimpleWhitespace).value


@given(IMPORTS)
def test_libcst_sees_the_same_comments_and_blanks_around_names(text: str) -> None:
    line = cst.ensure_type(cst.parse_module(text).body[0], cst.SimpleStatementLine)
    node, statement = line.body[0], parse_import(text)
    assert isinstance(node, (cst.Import, cst.ImportFrom))
    gaps = [alias.comma.behind for alias in statement.aliases if alias.comma is not None]
    expected = []
    if not isinstance(node.names, cst.ImportStar):
        expected = [alias.comma.whitespace_after for alias in node.names if isinstance(alias.comma, cst.Comma)]
    if isinstance(node, cst.ImportFrom) and node.lpar is not None and node.rpar is not None:
        assert statement.opening is not None
        assert statement.closing is not None
        gaps += [statement.opening, statement.closing]
        expected += [node.lpar.whitespace_after, node.rpar.whitespace_before]
    assert [([line.comment for line in gap.lines], gap.space) for gap in gaps] == [_gap(gap) for gap in expected]


@given(IMPORTS, st.data())
def test_names_change_without_the_others(text: str, data: st.DataObject) -> None:
    statement, before = parse_import(text), names(text)
    size = len(statement.aliases)
    assume(size)
    index = data.draw(st.integers(0, size - 1))
    is_from = statement.origin is not None

    renamed = replace_alias(statement, index, "new", "local")
    assert names(renamed.code) == [*before[:index], ("new", "local"), *before[index + 1 :]]
    same = replace_alias(statement, index, statement.aliases[index].name, statement.aliases[index].local or None)
    assert same.code == text
    if size > 1:
        left, taken = remove_aliases(statement, [index])
        assert names(left.code) == [*before[:index], *before[index + 1 :]]
        assert taken == {index: comments(statement)[index]}
    if is_from:
        assert names(append_alias(statement, "new", None).code) == [*before, ("new", None)]
        inserted = insert_alias(statement, index, "new", "local")
        assert names(inserted.code) == [*before[:index], ("new", "local"), *before[index:]]


@given(IMPORTS, st.sampled_from([(0, "x.y"), (1, ""), (2, "x")]))
def test_another_module_leaves_the_names(text: str, module: tuple[int, str]) -> None:
    statement = parse_import(text)
    if statement.origin is None:
        return
    moved = replace(statement, origin=statement.origin.moved(*module))
    read = _python(moved.code)
    assert isinstance(read, ast.ImportFrom)
    assert (read.level, read.module or "") == module
    assert names(moved.code) == names(text)
    assert moved.origin is not None
    assert moved.origin.is_module(*module)
