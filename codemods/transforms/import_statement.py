"""One import statement, losslessly: its names, and every blank, comment and comma between them.

    from a.b import (   # those that we need
        f as g,
    )

Python's grammar for it is tiny, so it is read by a few patterns: a library that reads all of Python takes longer to
load than a whole file to migrate.
"""

from __future__ import annotations

import re

from msgspec import Struct

# What may stand before a word: blanks, comments up to the ends of their lines, and backslashes before newlines.
_SPACE = r"(?:[ \t\f\r\n]|\\[\r\n]|#[^\r\n]*[\r\n])*"
# Letters, digits and all that is not ASCII. (It costs much less to compile what is not in a class than what is.)
_NAME = r"[^\x00-/:-@\[-^`{-\x7f]+"
_TOKEN = re.compile(rf"({_SPACE})({_NAME}|[.,()*])")
_SIGNS = frozenset({"", ".", ",", "(", ")", "*"})  # words that are no names; "" stands at the end
# Blanks up to a newline without a backslash, or a comment with its newline.
_LINE = re.compile(r"((?:[ \t\f]|\\(?:\r\n|\r(?!\n)|\n))*)(#[^\r\n]*)?(\r\n|\r|\n)")


class LineEnd(Struct, frozen=True):
    """The end of a line in parentheses: blanks, a comment if there is one, the newline."""

    space: str
    comment: str
    newline: str

    @property
    def code(self) -> str:
        """Its source."""
        return f"{self.space}{self.comment}{self.newline}"


class Gap(Struct, frozen=True):
    """What stands between two words: the ends of `lines`, if any, and the blanks on the line of the second word.

    The first of the lines is that of the first word, the others hold nothing but comments.
    """

    lines: tuple[LineEnd, ...] = ()
    space: str = ""

    @property
    def code(self) -> str:
        """Its source."""
        return "".join(line.code for line in self.lines) + self.space


class Comma(Struct, frozen=True):
    """A comma with what stands before and behind it."""

    behind: Gap
    before: str = ""

    @property
    def code(self) -> str:
        """Its source."""
        return f"{self.before},{self.behind.code}"


class Alias(Struct, frozen=True):
    """A name in the list, as it is written. `renamed` is the `as` with the blanks around it, if the name has one.

    The last name may lack the comma.
    """

    name: str
    renamed: str = ""
    local: str = ""
    comma: Comma | None = None

    @property
    def code(self) -> str:
        """Its source, without the comma."""
        return f"{self.name}{self.renamed}{self.local}"


class Origin(Struct, frozen=True):
    """What a `from … import …` imports from, up to `import`, as it is written."""

    space: str
    dots: str
    module: str
    behind: str

    @property
    def code(self) -> str:
        """Its source."""
        return f"from{self.space}{self.dots}{self.module}{self.behind}"

    def is_module(self, level: int, module: str) -> bool:
        """Whether it is `module`, written with `level` leading dots."""
        return self.dots.count(".") == level and self.module == module

    def moved(self, level: int, module: str) -> Origin:
        """The same with `level` leading dots and `module`, which may stand where none was: `from.import a`."""
        space = self.space if level else self.space or " "
        behind = self.behind or (" " if module else "")
        return Origin(space, "." * level, module, behind)


class Statement(Struct, frozen=True):
    """An import statement. `space` stands behind `import`; without names it imports `*`.

    Parentheses have an `opening` and a `closing`: what stands behind the first and before the second.
    """

    origin: Origin | None
    space: str
    aliases: tuple[Alias, ...]
    opening: Gap | None = None
    closing: Gap | None = None

    @property
    def code(self) -> str:
        """Its source."""
        names = "".join(alias.code + (alias.comma.code if alias.comma else "") for alias in self.aliases) or "*"
        before = "(" + self.opening.code if self.opening is not None else ""
        behind = self.closing.code + ")" if self.closing is not None else ""
        return f"{self.origin.code if self.origin else ''}import{self.space}{before}{names}{behind}"


def parse_import(text: str) -> Statement:
    """The import statement `text`, which is one for Python. Raises ValueError where it is none."""
    reader = _Reader(text)
    statement = reader.statement()
    if reader.space or not reader.is_at(""):
        raise reader.refusal()
    return statement


class _Reader:
    """Reads one statement from left to right, as words with what stands before each."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        end = 0
        while (token := _TOKEN.match(text, end)) is not None:
            self.tokens.append((token[1], token[2]))
            end = token.end()
        self.tokens.append((text[end:], ""))
        self.position = 0

    @property
    def space(self) -> str:
        """What stands before the next word."""
        return self.tokens[self.position][0]

    def is_at(self, word: str) -> bool:
        return self.tokens[self.position][1] == word

    def refusal(self) -> ValueError:
        return ValueError(f"not an import statement: {self.text!r}")

    def take(self, word: str) -> None:
        if not self.is_at(word):
            raise self.refusal()
        self.position += 1

    def name(self) -> str:
        word = self.tokens[self.position][1]
        if word in _SIGNS:
            raise self.refusal()
        self.position += 1
        return word

    def statement(self) -> Statement:
        origin = self.origin() if self.is_at("from") else None
        self.take("import")
        space = self.space
        if origin is not None and self.is_at("*"):
            self.take("*")
            return Statement(origin, space, ())
        if origin is None or not self.is_at("("):
            return Statement(origin, space, self.aliases())
        self.take("(")
        opening = _gap(self.space)
        names = self.aliases()
        # What stands behind a last comma is the comma's.
        closing = Gap() if names[-1].comma is not None else _gap(self.space)
        self.take(")")
        return Statement(origin, space, names, opening, closing)

    def origin(self) -> Origin:
        self.take("from")
        space, dots = self.space, ""
        while self.is_at("."):
            self.take(".")
            dots += "."
            if not self.is_at("import"):
                dots += self.space
        module = "" if self.is_at("import") else self.dotted()
        return Origin(space, dots, module, self.space)

    def dotted(self) -> str:
        name = self.name()
        while self.is_at("."):
            before = self.space
            self.take(".")
            name += f"{before}.{self.space}{self.name()}"
        return name

    def aliases(self) -> tuple[Alias, ...]:
        names = [self.alias()]
        while names[-1].comma is not None and not self.is_at(")"):
            names.append(self.alias())
        return tuple(names)

    def alias(self) -> Alias:
        name, renamed, local, comma = self.dotted(), "", "", None
        if self.is_at("as"):
            before = self.space
            self.take("as")
            renamed, local = f"{before}as{self.space}", self.name()
        if self.is_at(","):
            before = self.space
            self.take(",")
            comma = Comma(_gap(self.space), before)
        return Alias(name, renamed, local, comma)


def _gap(text: str) -> Gap:
    lines, end = [], 0
    while (line := _LINE.match(text, end)) is not None:
        lines.append(LineEnd(line[1], line[2] or "", line[3]))
        end = line.end()
    return Gap(tuple(lines), text[end:])
