"""Reads a snippet of Python where `$X` stands for an expression or a name, `$_` for any, `$...XS` and `...` for runs.

The snippet is made Python by putting reserved names where the `$` words stand, then parsed by the standard library.
"""

from __future__ import annotations

import ast
import keyword
import re
import textwrap
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARIABLE = "_codemods_x_"
_RUN = "_codemods_xs_"
_ANY = "_codemods_any"
_GAP = "_codemods_gap"
_DEPTH = 60  # of the nodes in a snippet
_TOKENS = re.compile(
    r"""
    (?P<string>(?P<prefix>[A-Za-z]{0,2})(?P<quotes>'''|\"""|'|")(?:\\.|(?!(?P=quotes)).)*(?P=quotes))
  | (?P<comment>\#[^\r\n]*)
  | \$\.\.\.(?P<run>[A-Za-z_]\w*)
  | \$(?P<variable>[A-Za-z_]\w*)
  | (?P<dollar>\$)
  | (?P<gap>\.\.\.)
  | (?P<word>\w+)
  | (?P<space>\s+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_TEMPLATE = re.compile(r"(?<=\{)\s*\$([A-Za-z_]\w*)")


class PatternError(ValueError):
    """A snippet that is not a pattern. `line` and `column` count from 1 in the snippet."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class Snippet(Struct, frozen=True, dict=True):
    """A parsed snippet. `text` is the Python that was parsed, with reserved names for the `$` words."""

    text: str
    body: tuple[ast.stmt, ...]
    original: str = ""
    _starts: tuple[tuple[int, int], ...] = ()

    def __repr__(self) -> str:
        """What it was made of."""
        return f"Snippet(text={self.text!r}, body={self.body!r}, original={self.original!r})"

    @property
    def expression(self) -> ast.expr | None:
        """The expression that the snippet is; None where it is statements."""
        if len(self.body) == 1 and isinstance(self.body[0], ast.Expr) and not is_gap(self.body[0]):
            value = self.body[0].value
            return None if isinstance(value, ast.Starred) else value
        return None

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes."""
        return tuple(node for statement in self.body for inner in ast.walk(statement) for node in _with_runs(inner))

    @cached_property
    def variables(self) -> frozenset[str]:
        """The names of its `$X` and `$...XS`."""
        return frozenset(word for node in self.nodes for word in _words(node) if word != "_")

    @cached_property
    def names(self) -> frozenset[str]:
        """The plain names in it, which are not `$` words."""
        return frozenset(n.id for n in self.nodes if isinstance(n, ast.Name) and not is_reserved(n.id))

    @cached_property
    def chains(self) -> tuple[ast.expr, ...]:
        """The chains `a.b.c` and plain names in it that start at a plain name, each whole."""
        inner = {node.value for node in self.nodes if isinstance(node, ast.Attribute)}
        return tuple(
            node
            for node in self.nodes
            if isinstance(node, (ast.Name, ast.Attribute)) and node not in inner and dotted(node) is not None
        )

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Where each line of `text` begins, in characters."""
        return (0, *(match.end() for match in re.finditer("\n", self.text)))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """The characters of `text` that `node` is."""
        lines = self.text.split("\n")
        return (
            self.offsets[node.lineno - 1] + _characters(lines[node.lineno - 1], node.col_offset),  # type: ignore[attr-defined]
            self.offsets[node.end_lineno - 1] + _characters(lines[node.end_lineno - 1], node.end_col_offset),  # type: ignore[attr-defined]
        )

    def place(self, node: ast.AST) -> tuple[int, int]:
        """Line and column of `node` in the snippet as it was written, from 1."""
        return self._written(self.span(node)[0])

    def _written(self, offset: int) -> tuple[int, int]:
        new, old = self._starts[bisect_right(self._starts, (offset, len(self.original) + 1)) - 1]
        return _place(self.original, old + offset - new)


def _characters(line: str, column: int) -> int:
    return len(line.encode()[:column].decode("utf-8", "replace"))


def _place(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def read_snippet(text: str) -> Snippet:
    """The snippet in `text`; an empty one has no statements. Raises PatternError."""
    text = textwrap.dedent(text.replace("\r\n", "\n")).strip("\n")
    written, starts = _translate(text)
    whole = Snippet(written, (), text, tuple(starts))
    try:
        tree = ast.parse(written)
    except SyntaxError as error:
        offset = whole.offsets[min((error.lineno or 1), len(whole.offsets)) - 1] + max((error.offset or 1) - 1, 0)
        raise PatternError(f"not Python: {error.msg}", *whole._written(min(offset, len(written)))) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise PatternError(f"not Python: {str(error) or type(error).__name__}") from error
    if _is_deep(tree):
        raise PatternError(f"it is nested deeper than {_DEPTH} levels: no rule needs that")
    result = Snippet(written, tuple(tree.body), text, tuple(starts))
    for statement in ast.walk(tree):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            message = "imports are not part of a rule: name things by their full dotted names"
            raise PatternError(message, *result.place(statement))
    return result


def _is_deep(tree: ast.AST) -> bool:
    """Whether a tree is one that whatever walks it by recursion might stumble over."""
    level: list[ast.AST] = [tree]
    for _ in range(_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return bool(level)


def _translate(text: str) -> tuple[str, list[tuple[int, int]]]:
    parts: list[str] = []
    starts: list[tuple[int, int]] = [(0, 0)]
    length = 0
    around = _Around()
    for match in _TOKENS.finditer(text):
        part = _part(match, around)
        if part != match.group():
            starts.append((length, match.start()))
            starts.append((length + len(part), match.end()))
        parts.append(part)
        length += len(part)
        around.pass_by(match)
    return "".join(parts), starts


def _part(match: re.Match[str], around: _Around) -> str:
    kind = match.lastgroup
    if kind == "dollar":
        raise PatternError("`$` is followed by a name, as in `$X` or `$...XS`", *_place(match.string, match.start()))
    stars = "**" if around.is_entry else "*"
    if kind == "run":
        return f"{stars}{_RUN}{match['run']}"
    if kind == "variable":
        return _reserved(match["variable"])
    if kind == "gap" and (around.is_argument or around.is_entry):
        return f"{stars}{_GAP}"
    if match["string"] and "f" in match["prefix"].lower():
        return _IN_TEMPLATE.sub(lambda inner: _reserved(inner[1]), match.group())
    return match.group()


def _reserved(name: str) -> str:
    return _ANY if name == "_" else f"{_VARIABLE}{name}"


class _Around:
    """The brackets around a token, and whether it stands where an argument, or an entry of a dictionary, begins."""

    def __init__(self) -> None:
        self.brackets: list[str] = []
        self.last = ""

    @property
    def is_argument(self) -> bool:
        return bool(self.brackets) and self.brackets[-1] == "call" and self.last in ("(", ",")

    @property
    def is_entry(self) -> bool:
        return bool(self.brackets) and self.brackets[-1] == "{" and self.last in ("{", ",")

    def pass_by(self, match: re.Match[str]) -> None:
        text = match.group()
        if match["space"] or match["comment"]:
            return
        if text in ("(", "[", "{"):
            ends_name = self.last[-1:].isalnum() or self.last[-1:] in ("_", ")", "]")
            is_call = text == "(" and ends_name and not keyword.iskeyword(self.last)
            self.brackets.append("call" if is_call else text)
        elif text in (")", "]", "}") and self.brackets:
            self.brackets.pop()
        self.last = text


# What the reserved names stand for


class Entry(ast.AST):
    """One entry of a dictionary, as a node: `key` is None where it is `**value`."""

    _fields = ("key", "value")

    def __init__(self, key: ast.expr | None, value: ast.expr) -> None:
        super().__init__()
        self.key = key
        self.value = value
        first = value if key is None else key
        self.lineno, self.col_offset = first.lineno, first.col_offset
        self.end_lineno, self.end_col_offset = value.end_lineno, value.end_col_offset

    def __reduce__(self) -> tuple[type[Entry], tuple[ast.expr | None, ast.expr]]:
        """How to pickle it: other nodes are made without arguments."""
        return Entry, (self.key, self.value)


def _with_runs(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if isinstance(node, ast.Dict):
        yield from (entry for entry in entries(node) if run(entry) is not None)


def entries(node: ast.Dict) -> list[Entry]:
    """The entries of a dictionary; the same nodes each time."""
    found: list[Entry] | None = getattr(node, "_codemods_entries", None)
    if found is None:
        found = [Entry(key, value) for key, value in zip(node.keys, node.values, strict=True)]
        node._codemods_entries = found  # type: ignore[attr-defined]  # they belong together
    return found


def is_reserved(name: str) -> bool:
    """Whether `name` stands for a `$` word or a run."""
    return name.startswith((_VARIABLE, _RUN)) or name in (_ANY, _GAP)


def variable(word: object) -> str | None:
    """The name of the `$X` that `word`, an identifier of a snippet or a Name, is; `_` for `$_`; None where none."""
    name = word.id if isinstance(word, ast.Name) else word
    if not isinstance(name, str):
        return None
    if name.startswith(_VARIABLE):
        return name[len(_VARIABLE) :]
    return "_" if name == _ANY else None


def run(node: object) -> str | None:
    """The name of the run `$...XS` that an argument, element, parameter or statement is; "" for `...`; else None.

    A run of entries of a dictionary is the `Entry` of it.
    """
    if isinstance(node, Entry):
        return _run_name(node.value.id) if node.key is None and isinstance(node.value, ast.Name) else None
    if isinstance(node, ast.Expr):
        if isinstance(node.value, ast.Constant) and node.value.value is ...:
            return ""
        node = node.value
    if isinstance(node, ast.Starred) and isinstance(node.value, ast.Name):
        name = node.value.id
    elif isinstance(node, ast.arg):
        name = node.arg
    else:
        return None
    return _run_name(name)


def _run_name(name: str) -> str | None:
    if name.startswith(_RUN):
        return name[len(_RUN) :]
    return "" if name == _GAP else None


def is_gap(statement: ast.stmt) -> bool:
    """Whether a statement of a snippet stands for a run of statements."""
    return isinstance(statement, ast.Expr) and run(statement) is not None


def _words(node: ast.AST) -> Iterator[str]:
    if (name := run(node)) and not isinstance(node, ast.Expr):
        yield name
    for field_name in node._fields:
        value = getattr(node, field_name, None)
        found = variable(value) if isinstance(value, str) else None
        if found is not None:
            yield found


def dotted(node: ast.AST) -> str | None:
    """`a.b.c` as text where `node` is a chain of plain names; None where it is anything else, or has a `$` word."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    if any(is_reserved(part) for part in parts):
        return None
    return ".".join(reversed(parts))


__all__ = ["PatternError", "Snippet", "dotted", "is_gap", "read_snippet", "run", "variable"]
