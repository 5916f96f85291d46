"""What one module offers and what it reaches in others, without scopes: cheap, pure, cacheable by content."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.index.definitions import Definition, class_definition, function_definition
from codemods.index.doctests import examples
from codemods.index.import_graph import eager_imports
from codemods.index.nodes import push_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.index.names import ModuleNames

_ENTRY_POINT = re.compile(r"[\w.]+:[\w.]+")
_FILLED_IN = re.compile(r"%\w|\{[^{}]*\}(?=\.)")
_NAMES = re.compile(r"\.?[\w.]+(?:\s*[,:;|]\s*[\w.]+)*")
_DOTTED = re.compile(r"\.?[^\W\d]\w*(?:\.[^\W\d]\w*)*")


class Export(Struct, frozen=True):
    """A name that a module binds at its top level. `origin` is (module, name) where an import binds it;
    `name` is None where it is a module itself. `definition` is what a function or class says that is bound once;
    `is_unread` says that there may be one, which only the whole module tells."""

    origin: tuple[str, str | None] | None = None
    definition: Definition | None = None
    is_unread: bool = False


class ModuleSummary(Struct, frozen=True):
    """One module.

    `exports` are the names bound at top level (the last binding counts), `stars` the modules it star-imports there,
    `public` its `__all__` where that can be read, `lazy` whether it defines `__getattr__`. `imported` are the modules
    that it imports as such or by a star, and the full names that it imports from modules. `reaches` are the dotted
    names that its imports and attribute chains spell, `strings` the dotted words in its strings, `uses` the names that
    it reads; chains, strings and names only where they hold one of the words asked for. `eager` are the full names that
    its top level imports without a condition.
    """

    path: str
    name: str | None
    exports: dict[str, Export] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    public: frozenset[str] | None = None
    lazy: bool = False
    imported: frozenset[str] = frozenset()
    reaches: frozenset[str] = frozenset()
    strings: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    eager: frozenset[str] = frozenset()

    def exports_by_star(self, name: str) -> bool:
        """Whether `from module import *` brings `name` along."""
        return name in self.public if self.public is not None else not name.startswith("_")


def excerpt_words(words: frozenset[str]) -> frozenset[str]:
    """For which words an excerpt of a module is enough to summarise it for `words`, but for what it defines."""
    return words | {"import"}


def summarise(
    tree: ast.Module, path: str, names: ModuleNames, words: frozenset[str], *, is_excerpt: bool = False
) -> ModuleSummary:
    """The summary of the module in `path`. `words` are the last names that matter to the plan.

    Of an excerpt (`excerpt_words`), what functions and classes say stays unread.
    """
    top = _TopLevel(path, names, is_excerpt=is_excerpt)
    top.read(tree.body)
    imported, reaches, strings, uses = _reach(tree, path, names, words)
    return ModuleSummary(
        path=path,
        name=names.name_of(path),
        exports=top.exports,
        stars=tuple(top.stars),
        public=frozenset(top.public) if top.public is not None else None,
        lazy="__getattr__" in top.exports,
        imported=imported,
        reaches=reaches,
        strings=strings,
        uses=uses,
        eager=frozenset(eager_imports(tree, path, names, unconditional=True)),
    )


class _TopLevel:
    """Collects what a module binds at its top level, also under `if`, `try`, `with`, `for`, `while` and `match`."""

    def __init__(self, path: str, names: ModuleNames, *, is_excerpt: bool) -> None:
        self.is_excerpt = is_excerpt
        self.path = path
        self.names = names
        self.exports: dict[str, Export] = {}
        self.stars: list[str] = []
        self.public: set[str] | None = None

    def read(self, block: list[ast.stmt]) -> None:
        for statement in block:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.read_definition(statement)
            elif isinstance(statement, ast.Import):
                self.read_import(statement)
            elif isinstance(statement, ast.ImportFrom):
                self.read_from(statement)
            else:
                self.read_other(statement)

    def read_definition(self, statement: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        if statement.name in self.exports:
            # Which one holds is only known when it runs.
            self.exports[statement.name] = Export()
            return
        if self.is_excerpt:
            self.exports[statement.name] = Export(is_unread=True)
        elif isinstance(statement, ast.ClassDef):
            self.exports[statement.name] = Export(definition=class_definition(statement))
        else:
            self.exports[statement.name] = Export(definition=function_definition(statement))

    def read_import(self, statement: ast.Import) -> None:
        for alias in statement.names:
            module = alias.name if alias.asname else alias.name.partition(".")[0]
            self.exports[alias.asname or module] = Export(origin=(module, None))

    def read_from(self, statement: ast.ImportFrom) -> None:
        module = self.names.absolute(self.path, statement.level, statement.module)
        for alias in statement.names:
            if alias.name == "*":
                self.stars.append(module or "")
            else:
                origin = (module, alias.name) if module is not None else None
                self.exports[alias.asname or alias.name] = Export(origin=origin)

    def read_other(self, statement: ast.stmt) -> None:
        self.read_public(statement)
        for child in _own_nodes(statement):
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                self.exports[child.id] = Export()
            elif isinstance(child, (ast.MatchAs, ast.MatchStar)) and child.name:
                self.exports[child.name] = Export()
        for block in _blocks(statement):
            self.read(block)

    def read_public(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, (ast.AugAssign, ast.AnnAssign)) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            return
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            values = value.elts if isinstance(value, (ast.List, ast.Tuple, ast.Set)) else []
            listed = {v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)}
            self.public = (self.public or set()) | listed


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for holder in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(holder, name, None)
            if isinstance(block, list):
                yield block


def _own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement without those of the blocks in it, nor of the scopes in it."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        if node is statement or not isinstance(node, (ast.stmt, ast.Lambda, ast.comprehension)):
            yield node
            push_parts(node, pending)


def dotted_words(text: str, words: frozenset[str]) -> Iterator[str]:
    """The dotted names in `text` that hold one of `words`."""
    if any(word in text for word in words):
        yield from (token for token in _DOTTED.findall(text) if words.intersection(token.split(".")))


def _replaced_by_keyword(call: ast.Call, words: frozenset[str]) -> Iterator[str]:
    """What `patch.multiple(target, name=…)` names by keywords, as others do by strings."""
    first = call.args[0] if call.args else None
    target = f"{first.value}." if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "multiple":
        yield from (f"{target}{keyword.arg}" for keyword in call.keywords if keyword.arg in words)


def _examples_in(text: str) -> list[ast.stmt]:
    return [statement for _, _, block in examples(text) for statement in block] if ">>>" in text else []


def _named_in(text: str, words: frozenset[str]) -> Iterator[str]:
    # A single word counts where the string is a name or a list of them, and not where it is a sentence.
    is_list = _NAMES.fullmatch(text) is not None
    # What is filled in before a name, as in "%s.name", is some module's.
    text = _FILLED_IN.sub("", text)
    text = text.replace(":", ".") if _ENTRY_POINT.fullmatch(text) else text
    return (word for word in dotted_words(text, words) if is_list or "." in word)


class _Seen(Struct):
    """What stands in a tree that has to do with `words`."""

    words: frozenset[str]
    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    attributes: list[ast.Attribute] = field(default_factory=list)
    strings: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)

    def look_at(self, tree: ast.Module) -> None:
        """Walk over all of `tree`: over every node of every file that may matter, so it is a third of `ast.walk`."""
        words = self.words
        pending: list[ast.AST] = [tree]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.Name):
                if node.id in words and isinstance(node.ctx, ast.Load):
                    self.uses.add(node.id)
            elif isinstance(node, ast.Attribute):
                pending.append(node.value)
                if node.attr in words:
                    self.attributes.append(node)
            elif isinstance(node, ast.Constant):
                pending += self.read_text(node.value) if isinstance(node.value, str) else ()
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                self.imports.append(node)
            else:
                if isinstance(node, ast.Call) and node.keywords:
                    self.strings.update(_replaced_by_keyword(node, words))
                push_parts(node, pending)

    def read_text(self, text: str) -> list[ast.stmt]:
        """Take what a string names; the examples in it come out."""
        is_told = any(word in text for word in self.words)
        if is_told:
            self.strings.update(_named_in(text, self.words))
        return _examples_in(text) if is_told or "import" in text else []


def _reach(
    tree: ast.Module, path: str, names: ModuleNames, words: frozenset[str]
) -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
    seen = _Seen(words)
    seen.look_at(tree)
    imported, reaches, locals_ = _imports(seen.imports, path, names)
    for attribute in seen.attributes:
        reaches.update(_spelled(attribute, locals_))
    return frozenset(imported), frozenset(reaches), frozenset(seen.strings), frozenset(seen.uses)


def _imports(
    statements: list[ast.Import | ast.ImportFrom], path: str, names: ModuleNames
) -> tuple[set[str], set[str], dict[str, set[str]]]:
    imported: set[str] = set()
    reaches: set[str] = set()
    locals_: dict[str, set[str]] = {}
    for statement in statements:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                imported.add(alias.name)
                module = alias.name if alias.asname else alias.name.partition(".")[0]
                locals_.setdefault(alias.asname or module, set()).add(module)
            continue
        module = names.absolute(path, statement.level, statement.module) or ""
        for alias in statement.names:
            if alias.name == "*":
                imported.add(module)
            dotted = f"{module}.{alias.name}"
            reaches.add(dotted)
            imported.add(dotted)
            locals_.setdefault(alias.asname or alias.name, set()).add(dotted)
    return imported, reaches, locals_


def _spelled(chain: ast.Attribute, locals_: dict[str, set[str]]) -> Iterator[str]:
    parts: list[str] = []
    node: ast.expr = chain
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        for start in locals_.get(node.id, ()):
            yield ".".join((start, *reversed(parts)))
