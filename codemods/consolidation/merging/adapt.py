"""The duplicate as it would stand in the place of the kept module, line by line: only names and imports differ.

Names that the plan renames have their new names. Relative imports count from the kept module. What the duplicate
imports from the kept module is called as it is there.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.consolidation.merging.origins import all_bindings, origin
from codemods.consolidation.merging.source import DEFINITIONS, Source
from codemods.plan.consolidation import Merge, RenameTo, Take
from codemods.transforms.edits import Edit, apply_edits
from codemods.transforms.renames import why_taken
from codemods.transforms.uses import INEXACT, Rewrite, locate
from codemods.transforms.view import view_of

if TYPE_CHECKING:
    from codemods.consolidation.merging.origins import Binding
    from codemods.index.resolve import Index
    from codemods.index.scopes import Use
    from codemods.transforms.view import ModuleView

_FROM = re.compile(rb"from([ \t\f]*)([.\w \t\f]*?)([ \t\f]*)\bimport\b")


class Adapted(Struct):
    """The adapted duplicate. `names` and `take` are those of the plan, by the new names; `renamed` maps new names to
    old ones. `direct` are names of the kept module that it uses; `barred` are names that cannot be had, with why."""

    source: Source
    names: tuple[str, ...]
    take: dict[str, Take]
    renamed: dict[str, str] = field(default_factory=dict)
    direct: set[str] = field(default_factory=set)
    barred: dict[str, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)


def adapt(kept: ModuleView, theirs: ModuleView, asked: Merge, index: Index) -> Adapted:
    """The duplicate `theirs` as it would stand in `kept`. Raises Missing."""
    return _Adaption(kept, theirs, asked, index).make()


class _Adaption:
    def __init__(self, kept: ModuleView, theirs: ModuleView, asked: Merge, index: Index) -> None:
        self.kept = kept
        self.source = Source(theirs)
        self.asked = asked
        self.index = index
        self.edits: list[Edit] = []
        self.rewrites: list[Rewrite] = []
        self.made = Adapted(self.source, asked.names, {})

    def make(self) -> Adapted:
        renames = {name: take.rename for name, take in self.asked.take.items() if isinstance(take, RenameTo)}
        for name, new in renames.items():
            holder, _, member = name.rpartition(".")
            if holder:
                self.rename_member(holder, member, new)
            else:
                self.rename(name, new)
        self.name_directly(set(renames.values()), set(renames))
        self.move_relative_imports()
        self.write()
        self.translate(renames)
        return self.made

    # Names of the plan by their new names

    def translate(self, renames: dict[str, str]) -> None:
        def new(name: str) -> str:
            holder, _, member = name.rpartition(".")
            last = renames.get(name, member)
            return f"{renames.get(holder, holder)}.{last}" if holder else last

        self.made.names = tuple(new(name) for name in self.asked.names)
        self.made.take = {new(name): take for name, take in self.asked.take.items() if name not in renames}
        self.made.renamed = {new(name): name for name in renames}
        if self.made.names:
            # What is renamed is taken, as is what its name says that it is of.
            self.made.names += tuple(name for name in self.made.renamed if name not in self.made.names)

    # Renames

    def rename(self, old: str, new: str) -> None:
        scopes = self.source.scopes
        nodes = scopes.module.bound.get(old, [])
        if not nodes:
            return self.refuse(None, f"there is no `{old}` that could be renamed to `{new}`")
        if why := self._why_not(old, new):
            return self.refuse(nodes[0], f"`{old}` cannot be renamed to `{new}`: {why}")
        for node in nodes:
            self.rename_binding(node, old, new)
        for statement in scopes.declared.get(old, ()):
            self.rename_word(statement, old, new)
        self.rewrites += [Rewrite(use, 1, new) for use in scopes.uses_of(old, scopes.module)]
        return None

    def _why_not(self, old: str, new: str) -> str:
        return why_taken(self.source.scopes, self.source.scopes.module, old, new, ())

    def rename_binding(self, node: ast.AST, old: str, new: str) -> None:
        lines, source = self.source.view.lines, self.source.view.source
        if isinstance(node, ast.alias):
            start, end = lines.span(node)
            text = source[start:end].decode()
            name = text.partition(" as ")[0].rstrip() if node.asname else text
            self.edits.append(Edit(start, end, f"{name} as {new}".encode()))
        elif isinstance(node, ast.Name):
            self.edits.append(Edit(*lines.span(node), new.encode()))
        elif isinstance(node, DEFINITIONS):
            self.rename_word(node, old, new)
        else:
            self.refuse(node, f"`{old}` is bound in a way that cannot be renamed")

    def rename_word(self, statement: ast.stmt, old: str, new: str) -> None:
        """Rename `old` where it stands first as a word of `statement`, behind its decorators."""
        start, end = self.source.view.lines.span(statement)
        match = re.compile(rb"(?<![\w.])" + re.escape(old.encode()) + rb"(?!\w)").search(
            self.source.view.source, start, end
        )
        if match is not None:
            self.edits.append(Edit(match.start(), match.end(), new.encode()))

    def rename_member(self, holder: str, old: str, new: str) -> None:
        node = self.source.class_of(holder)
        pieces = self.source.member_pieces(holder, old)
        if node is None or not pieces:
            return self.refuse(None, f"there is no `{holder}.{old}` that could be renamed to `{new}`")
        if self.source.member_pieces(holder, new):
            return self.refuse(pieces[0].statement, f"`{holder}.{old}` cannot be renamed: `{new}` is there, too")
        for bound in self.source.class_scopes[node].bound[old]:
            self.rename_binding(bound, old, new)
        for use in self.source.uses(node):
            if self.source.scopes.resolve(use.name, use.scope) is self.source.class_scopes[node] and use.name == old:
                self.rewrites.append(Rewrite(use, 1, new))
        for use in self.source.scopes.order:
            if len(use.attributes) and use.attributes[0].attr == old and self.is_of_class(use, node):
                self.rewrites.append(Rewrite(use, 2, f"{use.name}.{new}"))
        return None

    def is_of_class(self, use: Use, node: ast.ClassDef) -> bool:
        """Whether the name of `use` is the class, or the first parameter of a method of it."""
        owner = self.source.scopes.resolve(use.name, use.scope)
        if owner is self.source.scopes.module:
            return use.name == node.name
        method = owner.node if owner is not None else None
        return method in node.body and use.name == first_parameter(method)

    # What it takes from the kept module

    def name_directly(self, new: set[str], old: set[str]) -> None:
        bound = (set(self.source.scopes.module.bound) - old) | new
        for binding in all_bindings(self.source):
            if self._is_kept(binding.module) or (binding.name and self._is_kept(f"{binding.module}.{binding.name}")):
                self.name_of_kept(binding, bound)
            elif binding.name is not None:
                module, _, name = origin(binding.dotted, self.index).rpartition(".")
                if self._is_kept(module) and name:
                    self.name_by(binding, name, bound)

    def _is_kept(self, module: str) -> bool:
        return module == self.kept.module

    def name_of_kept(self, binding: Binding, bound: set[str]) -> None:
        if binding.name is not None and self._is_kept(binding.module):
            self.name_by(binding, binding.name, bound)
            return
        local = binding.alias.asname or binding.alias.name
        prefix = tuple(local.split("."))
        for use in self.source.scopes.uses_of(prefix[0], self.source.scopes.module):
            if use.chain[: len(prefix)] != prefix:
                continue
            name = use.chain[len(prefix) : len(prefix) + 1]
            if name and name[0] not in bound:
                self.rewrites.append(Rewrite(use, len(prefix) + 1, name[0]))
                self.made.direct.add(name[0])
            else:
                self.made.barred[prefix[0]] = f"`{local}` is the kept module itself"

    def name_by(self, binding: Binding, name: str, bound: set[str]) -> None:
        """Call by `name`, as the kept module does, what `binding` takes from there."""
        local = binding.alias.asname or binding.alias.name
        if local == name:
            self.made.direct.add(name)
        elif name in bound:
            why = f"`{local}` is what the kept module calls `{name}`, and the duplicate has another `{name}`"
            self.made.barred[local] = why
        else:
            uses = self.source.scopes.uses_of(local, self.source.scopes.module)
            self.rewrites += [Rewrite(use, 1, name) for use in uses]
            self.made.direct.add(name)

    # Imports

    def move_relative_imports(self) -> None:
        view = self.source.view
        for site in self.source.scopes.imports:
            statement = site.statement
            if not isinstance(statement, ast.ImportFrom) or not statement.level:
                continue
            module = view.names.absolute(view.path, statement.level, statement.module)
            if module is None or self.kept.names.absolute(self.kept.path, statement.level, statement.module) == module:
                continue
            start, end = view.lines.span(statement)
            match = _FROM.match(view.source, start, end)
            level, rest = self.kept.names.relative(self.kept.path, module) or (0, module)
            if match is None:
                self.refuse(statement, "this relative import cannot be written for the kept module")
            else:
                self.edits.append(Edit(match.start(2), match.end(2), ("." * level + rest).encode()))

    def write(self) -> None:
        view = self.source.view
        unique = _one_each(self.rewrites)
        edits = locate(view, unique)
        if edits is None:
            bad = next((r for r in unique if locate(view, [r]) is None), unique[0])
            self.refuse(bad.use.node, f"`{bad.old}` would become `{bad.text}`, and {INEXACT}")
            edits = []
        text = apply_edits(view.source, [*self.edits, *edits])
        # With the path of the kept module: that is where its relative imports count from now.
        self.made.source = Source(view_of(self.kept.path, text, view.names), self.source.path)

    def refuse(self, node: ast.AST | None, why: str) -> None:
        line = getattr(node, "lineno", 1)
        self.made.reasons.append(f"{self.source.path}:{line}: {why}; decide otherwise under `take:`")


def _one_each(rewrites: list[Rewrite]) -> list[Rewrite]:
    """One rewrite for each use: a member of a class that is renamed itself gets both names."""
    found: dict[int, Rewrite] = {}
    for rewrite in rewrites:
        other = found.get(id(rewrite.use))
        if other is None or other.length == rewrite.length:
            found[id(rewrite.use)] = rewrite
            continue
        short, long = sorted((other, rewrite), key=lambda r: r.length)
        text = f"{short.text}.{long.text.partition('.')[2]}"
        found[id(rewrite.use)] = Rewrite(rewrite.use, long.length, text)
    return list(found.values())


def first_parameter(function: ast.AST | None) -> str | None:
    """The name of the first parameter of a function; None where it has none."""
    arguments = getattr(function, "args", None)
    if not isinstance(arguments, ast.arguments):
        return None
    found = [*arguments.posonlyargs, *arguments.args]
    return found[0].arg if found else None
