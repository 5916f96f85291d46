"""Settles `from old import *`: what the file uses of it decides.

    from old import *          →  from old import *
    f(1)                          from new import g
                                  g(1)

Where the whole module goes, the star goes with it; names that the new star would not bring are imported beside it.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.index.string_sites import Role
from codemods.model import Disposition, Finding, Form
from codemods.transforms.edits import Edit
from codemods.transforms.import_wishes import Wish
from codemods.transforms.moves import is_there
from codemods.transforms.renames import read_before_class_binding, why_taken
from codemods.transforms.uses import Rewrite, locate, use_reference

if TYPE_CHECKING:
    from codemods.index.resolve import Index
    from codemods.index.scopes import Use
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves, Target
    from codemods.transforms.references import Bindings, StarImport
    from codemods.transforms.view import ModuleView

_HEAD = re.compile(rb"from(?:[ \t\f]|\\\r?\n)*([.\w]+)(?=[ \t\f\\])")

_NAMING = (Role.EXPORT, Role.OTHER, Role.MEMBER)


def settle_stars(view: ModuleView, moves: Moves, index: Index, bindings: Bindings, settled: Settled) -> None:
    """Settle every star import of a module that a redirect concerns. Raises Missing."""
    for star in bindings.stars:
        _Star(view, moves, index, settled, star).settle()


class _Star:
    def __init__(self, view: ModuleView, moves: Moves, index: Index, settled: Settled, star: StarImport) -> None:
        self.view = view
        self.moves = moves
        self.index = index
        self.settled = settled
        self.star = star
        self.lost: frozenset[str] = frozenset()
        self.listed = {
            str(string.value)
            for string in view.scopes.strings
            if str(string.value).isidentifier() and view.surroundings.site(string).role in _NAMING
        }

    def settle(self) -> None:
        brought = self.index.star_names(self.star.module)
        whole = self.moves.module(self.star.module)
        if brought is None:
            self.settle_unknown()
            return
        if whole is not None:
            self.lost = brought - (self.index.star_names(whole.module) or frozenset())
        needed = [name for name in sorted(brought) if self.is_needed(name)]
        moving = {name: target for name in needed if (target := self.moves.symbol(self.star.module, name)) is not None}
        doubtful = [name for name in moving if self.why_doubtful(name)]
        if doubtful:
            self.found(Disposition.REVIEW, f"it may bring `{doubtful[0]}`: {self.why_doubtful(doubtful[0])}")
        elif lacking := next((target for target in moving.values() if not is_there(target, self.index)), None):
            self.found(Disposition.BLOCKED, f"`{lacking.module}` has no name `{lacking.name}`")
        elif whole is not None:
            self.replace(whole, moving, brought)
        elif moving:
            self.add(moving)

    def settle_unknown(self) -> None:
        """What the star brings cannot be told."""
        names = sorted(name for old, name in self.moves.symbols if old == self.star.module and self.uses(name))
        if names or self.moves.module(self.star.module) is not None:
            what = (
                f"it may bring {', '.join(f'`{name}`' for name in names)}" if names else "what it brings is not known"
            )
            self.found(Disposition.REVIEW, f"{what}: import the names that the file uses")

    def uses(self, name: str) -> list[Use]:
        scopes = self.view.scopes
        known = (None, scopes.module)
        return [use for use in scopes.uses.get(name, ()) if scopes.resolve(name, use.scope) in known]

    def is_read_in_class(self, name: str) -> bool:
        scopes = self.view.scopes
        return read_before_class_binding(scopes, (None, scopes.module), name)

    def reached_from(self, name: str) -> str | None:
        if self.view.module is None or (self.view.module, name) in self.moves.symbols:
            # What the plan redirects from here is reached elsewhere.
            return None
        if name in self.lost:
            # The new star will not bring it: all files are searched for who takes it from here.
            return self.index.surely_reached_from(self.view.module, name)
        return self.index.reached_from(self.view.module, name)

    def is_needed(self, name: str) -> bool:
        """Whether the file, its exports or another file want what the star brings as `name`."""
        wanted = self.uses(name) or name in self.listed or self.reached_from(name) or self.is_read_in_class(name)
        if not wanted:
            return False
        return not self.is_surely_bound(name)

    def is_surely_bound(self, name: str) -> bool:
        """Whether the top level surely binds `name` anew between the star and its first use."""
        scopes = self.view.scopes
        nodes = scopes.bindings(name, scopes.module)
        if any(isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del) for node in nodes):
            return False
        first = min((use.node.lineno for use in self.uses(name)), default=len(self.view.source))
        return any(
            self.star.alias.lineno < statement.lineno < first or (statement in nodes and not self.uses(name))
            for statement in self.view.tree.body
            if _binds(statement, nodes)
        )

    def why_doubtful(self, name: str) -> str:
        """Why it cannot be told that a use of `name` means what this star brings; empty where it can."""
        scopes = self.view.scopes
        if other := scopes.bindings(name, scopes.module):
            return f"it is also bound in line {getattr(other[0], 'lineno', '?')}"
        for site in scopes.imports:
            statement = site.statement
            if not isinstance(statement, ast.ImportFrom) or statement.names[0].name != "*":
                continue
            if statement.lineno > self.star.alias.lineno:
                module = self.view.names.absolute(self.view.path, statement.level, statement.module) or ""
                brought = self.index.star_names(module)
                if brought is None or name in brought:
                    return f"so may the star import in line {statement.lineno}"
        return ""

    # One star stays, names are imported beside it

    def add(self, moving: dict[str, Target]) -> None:
        self.found(Disposition.REWRITTEN, f"brought {', '.join(f'`{name}`' for name in moving)}")
        for name, target in moving.items():
            self.import_beside(name, target)

    def import_beside(self, name: str, target: Target) -> None:
        new = target.name or name
        if target.module == self.view.module:
            self.found_uses(name, Disposition.LEFT, "this is the module that it moves to")
            return
        renamed = new != name and not self.why_kept(name, new, target)
        local = None if renamed or new == name else name
        self.settled.change(self.star.site).added.append(Wish(target.module, new, local))
        self.settled.names |= {name, new}
        if renamed:
            self.settled.rewrites += [Rewrite(use, 1, new) for use in self.uses(name)]
            self.found_uses(name, Disposition.REWRITTEN, "")
        elif new == name:
            self.found_uses(name, Disposition.REWRITTEN, "follows its import, under the same name")
        else:
            self.found_uses(name, Disposition.LEFT, "follows its import, which keeps the local name")

    def why_kept(self, name: str, new: str, target: Target) -> str:
        scopes = self.view.scopes
        if target.keep:
            return "the plan says so"
        if name in self.listed or self.reached_from(name) or self.is_read_in_class(name):
            return "others take it from here"
        if taken := why_taken(scopes, scopes.module, name, new, ()):
            return taken
        # `why_taken` looks at uses that the module itself binds; these are bound by the star.
        blocked = any(new in scope.bound for use in self.uses(name) for scope in use.scope.path())
        exact = locate(self.view, [Rewrite(use, 1, new) for use in self.uses(name)]) is not None
        return "" if exact and not blocked else "a use cannot be renamed"

    # The star goes

    def replace(self, whole: Target, moving: dict[str, Target], brought: frozenset[str]) -> None:
        new_names = self.index.star_names(whole.module)
        if not is_there(whole, self.index):
            self.found(Disposition.BLOCKED, f"there is no module `{whole.module}`")
        elif new_names is None:
            self.found(Disposition.REVIEW, f"what `from {whole.module} import *` brings is not known")
        elif captured := sorted(name for name in new_names - brought if self.uses(name)):
            self.found(Disposition.REVIEW, f"`from {whole.module} import *` would also bring `{captured[0]}`")
        elif (edit := self.module_edit(whole.module)) is None:
            self.found(Disposition.REVIEW, "it is written so that it cannot be replaced exactly")
        else:
            self.settled.edits.append(edit)
            self.found(Disposition.REWRITTEN, "")
            for name, target in moving.items():
                if target.module == whole.module and target.name == name and name in new_names:
                    self.found_uses(name, Disposition.REWRITTEN, "follows its import, under the same name")
                else:
                    self.import_beside(name, target)

    def module_edit(self, module: str) -> Edit | None:
        statement = self.star.site.statement
        start, _ = self.view.lines.span(statement)
        match = _HEAD.match(self.view.text(statement))
        if match is None:
            return None
        spelled = module
        is_relative = isinstance(statement, ast.ImportFrom) and statement.level
        if is_relative and (relative := self.view.names.relative(self.view.path, module)):
            spelled = "." * relative[0] + relative[1]
        return Edit(start + match.start(1), start + match.end(1), spelled.encode())

    # Findings

    def found(self, disposition: Disposition, reason: str) -> None:
        reference = self.view.reference(self.star.alias, Form.STAR, self.star.module)
        self.settled.findings.append(Finding(reference, disposition, reason))

    def found_uses(self, name: str, disposition: Disposition, reason: str) -> None:
        for use in self.uses(name):
            reference = use_reference(self.view, use, f"{self.star.module}.{name}", Form.NAME)
            self.settled.findings.append(Finding(reference, disposition, reason))


def _binds(statement: ast.stmt, nodes: list[ast.AST]) -> bool:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return statement in nodes
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return any(alias in nodes for alias in statement.names)
    return isinstance(statement, ast.Assign) and any(target in nodes for target in statement.targets)
