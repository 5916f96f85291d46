"""What a module defines and imports, read off its text without a tree: twenty times as fast as parsing it.

A whole repository is read this way. It errs where nobody writes code so (a definition after a semicolon, a string
that a backslash continues in the middle of a quote), and what a finding says in detail comes from a tree.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.survey.deprecation import is_deprecated, is_documented, warns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.index.names import ModuleNames

_WORD = r"[\w\x80-\xff]"
_REST = r"(?:[^\n\r#;\\]|\\\r?\n)*"
_STRING = (
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|'
    r"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''|"
    r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'
    r"'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
)
# Strings and comments come first: what looks like a statement in them is none.
_LINES = re.compile(
    rf"#[^\n]*|{_STRING}|\n(?P<line>[ \t]*(?=(?:from|import|def|class|async)[ \t]))|\n(?P<margin>)(?=[^\s#)\]}}])",
    re.DOTALL,
)
_FROM = re.compile(
    rf"from[ \t]+(?P<dots>[. \t]*)(?P<module>[\w.\x80-\xff]*)[ \t]*(?:\\\r?\n[ \t]*)?\bimport\b[ \t]*"
    rf"(?P<names>\((?:[^)#]|#[^\n]*\n)*\)|{_REST})"
)
_IMPORT = re.compile(rf"import[ \t]+(?P<modules>{_REST})")
_DEFINITION = re.compile(
    rf"(?:(?P<class>class)|(?:async[ \t]+)?def)[ \t]+(?P<name>{_WORD}+)"
    rf"[ \t]*(?P<bases>\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\))?"
)
_ALIAS = re.compile(
    rf"(?P<alias>{_WORD}+)[ \t]*(?::[^=\n]+)?=[ \t]*"
    rf"(?P<value>(?!\d|True\b|False\b|None\b){_WORD}+(?:\.{_WORD}+)*)[ \t]*(?=\r?\n|\#)"
)
_BLOCK = re.compile(r"(?:try|if|with|for|while|match|except|elif|else|finally)\b")
_INNER_IMPORT = re.compile(r"[^\n#:]*:[ \t]*(?=(?:from|import)[ \t])")
# What a module that only forwards to others may do besides.
_IDLE = re.compile(
    r"[\"'@]|[rbuRBU]{1,2}[\"']|__(?:all|path|version|author)__\b|(?:_?warnings\.)?warn\(|sys\.modules|pass\b|\.\.\."
    r"|globals\(\)|del[ \t]|logger?[ \t]*=|if[ \t]+(?:typing\.)?TYPE_CHECKING|try:|except\b|else:|finally:"
    r"|with[ \t]+(?:_?warnings|suppress|contextlib)"
)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_COMMENT = re.compile(r"#[^\n]*")


class Import(Struct, frozen=True):
    """One name that an import statement binds. `name` is None where that is a module; `is_top` says that it stands at
    the top level of its module, where others can import it from. A star import binds `*`. `level` is the number of dots
    of a relative one, whose `module` is absolute all the same."""

    module: str
    name: str | None
    local: str
    is_top: bool
    line: int
    level: int = 0


class Definition(Struct, frozen=True):
    """A class or function of the top level. Lines count from 1; `line` is that of its name, `end` its last.

    `members` are the methods that the body of a class defines, `bases` the text of what it derives from.
    `is_conditional` says that it stands under `if` or `try`, `is_deprecated` that it says so itself.
    """

    path: str
    module: str
    name: str
    is_class: bool
    line: int
    end: int
    members: tuple[str, ...] = ()
    bases: str = ""
    is_conditional: bool = False
    is_deprecated: bool = False

    @property
    def dotted(self) -> str:
        """Its full name."""
        return f"{self.module}.{self.name}"

    @property
    def lines(self) -> int:
        """How many lines it takes."""
        return self.end - self.line + 1


class Sketch(Struct):
    """One module. `definitions` hold the last one of each name; `aliases` are plain assignments of a name to another,
    with their lines.

    `is_lazy` says that it has a `__getattr__`, `is_deprecated` that its head says so, `is_forwarder` that it does
    nothing but import, and perhaps warn.
    """

    path: str
    module: str | None
    definitions: dict[str, Definition] = field(default_factory=dict)
    imports: list[Import] = field(default_factory=list)
    aliases: dict[str, tuple[str, int]] = field(default_factory=dict)
    lines: int = 0
    is_lazy: bool = False
    is_deprecated: bool = False
    is_forwarder: bool = False


def sketch(text: str, path: str, names: ModuleNames) -> Sketch:
    """The sketch of the module in `path`. `text` is its content read as Latin-1, whatever its encoding is."""
    return _Reader("\n" + text, path, names).read()


class _Open(Struct, frozen=True):
    """A definition that has begun; `start` is where its name stands."""

    name: str
    is_class: bool
    start: int
    line: int
    bases: str
    is_conditional: bool
    decorators: str


class _Reader:
    def __init__(self, text: str, path: str, names: ModuleNames) -> None:
        self.text = text
        self.names = names
        self.made = Sketch(path, names.name_of(path))
        self.opener = ""  # what the last statement at the margin is: a class, a definition, a block or something else
        self.depth = ""
        self.open: list[_Open] = []
        self.members: list[str] = []
        self.does_more = False
        self.decorators = -1  # where those of the next definition begin
        self.read_up_to = 0
        self.position = 0
        self.line = 0

    def read(self) -> Sketch:
        for match in _LINES.finditer(self.text):
            kind = match.lastgroup
            if kind == "line":
                self.read_line(match["line"], match.end())
            elif kind == "margin":
                self.read_margin(match.end())
        self.close(len(self.text))
        made = self.made
        made.lines = self.text.count("\n") - self.text.endswith("\n")
        made.is_lazy = "__getattr__" in made.definitions
        made.is_deprecated = made.is_deprecated or is_documented(self.text)
        own = [name for name in made.definitions if name not in ("__getattr__", "__dir__")]
        made.is_forwarder = not (own or self.does_more) and bool(made.imports or made.is_lazy)
        return made

    def read_line(self, indent: str, start: int) -> None:
        if start < self.read_up_to:
            return
        decorators = self.decorators
        if not indent:
            self.close(start)
            self.opener = "other"
            self.decorators = -1
        if (match := _FROM.match(self.text, start)) is not None:
            self.read_from(match, is_top=not indent or self.opener == "block")
        elif (match := _IMPORT.match(self.text, start)) is not None:
            self.made.imports += _modules(match["modules"], not indent or self.opener == "block", self.line_at(start))
        elif (match := _DEFINITION.match(self.text, start)) is not None:
            self.read_definition(match, indent, decorators)

    def read_margin(self, start: int) -> None:
        self.close(start)
        if self.text[start] == "@":
            self.decorators = start if self.decorators < 0 else self.decorators
            self.opener = "other"
            return
        self.decorators = -1
        self.opener = "block" if _BLOCK.match(self.text, start) else "other"
        if self.opener == "block" and (inner := _INNER_IMPORT.match(self.text, start)) is not None:
            self.read_line(" ", inner.end())
        if (match := _ALIAS.match(self.text, start)) is not None:
            self.made.aliases[_plain(match["alias"])] = (_plain(match["value"]), self.line_at(start))
            return
        self.does_more = self.does_more or _IDLE.match(self.text, start) is None
        if self.text.startswith(("warn", "_warn"), start):
            self.made.is_deprecated = self.made.is_deprecated or warns(self.text, start)

    def line_at(self, position: int) -> int:
        self.line += self.text.count("\n", self.position, position)
        self.position = position
        return self.line

    def read_from(self, match: re.Match[str], *, is_top: bool) -> None:
        level = len(match["dots"].replace(" ", "").replace("\t", ""))
        module = self.names.absolute(self.made.path, level, _plain(match["module"]) or None)
        if module:
            line = self.line_at(match.start())
            self.made.imports += [
                Import(module, name, local, is_top, line, level) for name, local in _names(match["names"])
            ]
        self.read_up_to = match.end()

    def read_definition(self, match: re.Match[str], indent: str, decorators: int) -> None:
        start = match.start("name")
        found = _Open(
            _plain(match["name"]),
            match["class"] is not None,
            start,
            self.line_at(start),
            (match["bases"] or "")[1:-1].strip() if match["class"] else "",
            bool(indent),
            self.text[decorators:start] if decorators >= 0 and not indent else "",
        )
        if not indent:
            self.open = [found]
            self.opener, self.depth = ("class" if found.is_class else "def"), ""
        elif self.opener in ("class", "block"):
            self.depth = self.depth or indent
            if indent != self.depth:
                return
            if self.opener == "block":
                self.open.append(found)
            elif not found.is_class:
                self.members.append(found.name)

    def close(self, end: int) -> None:
        """End the definitions that are open: the next statement at the margin stands at `end`."""
        for found in self.open if self.made.module is not None else ():
            start = found.start
            self.made.definitions[found.name] = Definition(
                self.made.path,
                self.made.module or "",
                found.name,
                found.is_class,
                found.line,
                found.line + self.text.count("\n", start, self.end_of(start, end)),
                tuple(dict.fromkeys(self.members)) if not found.is_conditional else (),
                found.bases,
                found.is_conditional,
                is_deprecated(self.text, start, end, found.decorators, is_class=found.is_class),
            )
        self.open, self.members = [], []

    def end_of(self, start: int, end: int) -> int:
        """Where a definition ends: not with the comments at the margin that follow it."""
        while True:
            margin = self.text.rfind("\n", start, end)
            line = self.text[margin + 1 : end]
            if margin < 0 or not (line.isspace() or not line or line.startswith("#")):
                return end
            end = margin


def _words(text: str) -> list[str]:
    # Bytes of letters that are not ASCII may look like spaces.
    return text.split() if text.isascii() else [word for word in _SPACES.split(text) if word]


def _plain(name: str) -> str:
    return name if name.isascii() else name.encode("latin-1").decode("utf-8", "replace")


def _modules(text: str, is_top: bool, line: int) -> Iterator[Import]:
    for part in text.replace("\\", " ").split(","):
        words = _words(part)
        if len(words) == 3 and words[1] == "as":
            yield Import(_plain(words[0]), None, _plain(words[2]), is_top, line)
        elif len(words) == 1:
            yield Import(_plain(words[0]), None, _plain(words[0]), is_top, line)


def _names(text: str) -> Iterator[tuple[str, str]]:
    plain = _COMMENT.sub("", text) if "#" in text else text
    for part in plain.strip("()").replace("\\", " ").replace("(", "").replace(")", "").split(","):
        words = _words(part)
        if len(words) == 3 and words[1] == "as":
            yield _plain(words[0]), _plain(words[2])
        elif len(words) == 1:
            yield _plain(words[0]), _plain(words[0])
