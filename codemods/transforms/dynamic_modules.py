"""Settles modules that are named by a string: `import_module("m")`, `__import__("m")`, `sys.modules["m"]`.

    import_module("old").f     →  import_module("new").g

The string moves when all that is read from the module moves with it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.index.string_sites import Role, tail
from codemods.model import Disposition, Finding, Form
from codemods.transforms.findings import CHOICES, PLANNED
from codemods.transforms.import_wishes import Wish
from codemods.transforms.moves import is_there
from codemods.transforms.uses import INEXACT, attribute_edit, rename_name, replace_in_string

if TYPE_CHECKING:
    from codemods.index.resolve import Index
    from codemods.index.scopes import ImportSite, Use
    from codemods.index.string_sites import Member, Site
    from codemods.transforms.edits import Edit
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves, Target
    from codemods.transforms.view import ModuleView


def settle_dynamic(view: ModuleView, moves: Moves, index: Index, settled: Settled) -> None:
    """Settle every string that names an old module as such, with what is read from it. Raises Missing."""
    for string in view.scopes.strings:
        text = str(string.value)
        if text.startswith(".") and b"import_module" in view.source and string not in settled.strings:
            _list_relative(view, moves, settled, string)
        if moves.holds_module(text) and string not in settled.strings:
            site = view.surroundings.site(string)
            if site.role is Role.MODULE and site.owner is not None:
                _Module(view, moves, index, settled, site).settle()


def _list_relative(view: ModuleView, moves: Moves, settled: Settled, string: ast.Constant) -> None:
    """List `import_module(".b", package)` where that is an old module."""
    site = view.surroundings.site(string)
    if site.role is not Role.MODULE or not isinstance(site.owner, ast.Call):
        return
    given = (*site.owner.args[1:2], *(word.value for word in site.owner.keywords if word.arg == "package"))
    package = given[0].value if given and isinstance(given[0], ast.Constant) else None
    base = str(package).split(".") if package else list(view.names.package_of(view.path))
    rest = str(string.value).lstrip(".")
    level = len(str(string.value)) - len(rest)
    module = ".".join([*base[: len(base) - level + 1], *([rest] if rest else [])])
    if moves.holds_module(module):
        reference = view.reference(string, Form.MODULE_STRING, module)
        settled.findings.append(Finding(reference, Disposition.REVIEW, "it names the module from a package"))
        settled.strings.add(string)


class _Taken(Struct, frozen=True):
    """One name that is read from the module, and the node that spells it: an attribute, a string or a keyword."""

    name: str
    node: ast.Attribute | ast.Constant | ast.keyword


class _Module:
    def __init__(self, view: ModuleView, moves: Moves, index: Index, settled: Settled, site: Site) -> None:
        self.view = view
        self.moves = moves
        self.index = index
        self.settled = settled
        self.site = site
        self.module = str(site.node.value)

    def settle(self) -> None:
        taken = self.taken()
        whole = self.moves.module(self.module)
        if taken is None:
            self.settle_whole(whole)
            return
        targets = [self.moves.symbol(self.module, item.name) for item in taken]
        moving = [target for target in targets if target is not None]
        if not moving and whole is None:
            return
        if not moving:
            self.settle_whole(whole)
        elif len(moving) < len(targets) or len({target.module for target in moving}) > 1:
            self.found(Disposition.REVIEW, "some of what is read from it moves and some does not")
        else:
            self.settle_taken(taken, moving)

    def settle_taken(self, taken: list[_Taken], targets: list[Target]) -> None:
        """All that is read moves to one module: the string and each name follow."""
        lacking = next((target for target in targets if not is_there(target, self.index)), None)
        edits: list[Edit | None] = [self.whole_edit(targets[0].module)]
        for item, target in zip(taken, targets, strict=True):
            if target.name != item.name:
                edits.append(self.rename(item, target.name or ""))
        exact = [edit for edit in edits if edit is not None]
        needs_import = isinstance(self.site.owner, ast.Subscript) or self.is_method_of_modules()
        needs_import &= self.moves.module(self.module) is None and targets[0].module != self.module
        loaders = self.loaders() if needs_import else []
        if targets[0].strings.modules != "rewrite":
            self.found(CHOICES[targets[0].strings.modules], PLANNED)
        elif lacking is not None:
            self.found(Disposition.BLOCKED, f"`{lacking.module}` has no name `{lacking.name}`")
        elif len(exact) < len(edits):
            self.found(Disposition.REVIEW, INEXACT)
        elif needs_import and not loaders:
            self.found(Disposition.REVIEW, f"`{targets[0].module}` may not be loaded here yet: import it")
        else:
            self.settled.edits += exact
            for site in loaders:
                self.settled.change(site).added.append(Wish(targets[0].module))
            self.found(Disposition.REWRITTEN)
            for item in taken:
                form = Form.ATTRIBUTE if isinstance(item.node, ast.Attribute) else Form.MEMBER
                reference = self.view.reference(item.node, form, f"{self.module}.{item.name}")
                self.settled.findings.append(Finding(reference, Disposition.REWRITTEN))
                self.settled.strings.add(item.node)

    def is_method_of_modules(self) -> bool:
        return isinstance(self.site.owner, ast.Call) and tail(self.site.owner.func)[:-1][-2:] == ("sys", "modules")

    def loaders(self) -> list[ImportSite]:
        """The statements `import m` of this file that load the module whose entry in `sys.modules` is read."""
        return [
            site
            for site in self.view.scopes.imports
            if isinstance(site.statement, ast.Import)
            and any(alias.name == self.module and alias.asname is None for alias in site.statement.names)
        ]

    def settle_whole(self, whole: Target | None) -> None:
        """What is read cannot be told, or nothing is: the module as such counts."""
        if whole is None:
            if self.is_replaced():
                self.found(Disposition.REVIEW, "the module is replaced here; a part of it moves")
            elif not isinstance(self.site.owner, ast.Compare):
                self.found(Disposition.REVIEW, "what is read from it cannot be told; a part of it moves")
            return
        lacking = self.lacking(whole)
        edit = self.whole_edit(whole.module)
        if whole.strings.modules != "rewrite":
            self.found(CHOICES[whole.strings.modules], PLANNED)
        elif not is_there(whole, self.index):
            self.found(Disposition.BLOCKED, f"there is no module `{whole.module}`")
        elif lacking and not self.is_replaced():
            self.found(Disposition.REVIEW, f"what is read from it cannot be told, and {lacking}")
        elif edit is None:
            self.found(Disposition.REVIEW, INEXACT)
        else:
            self.settled.edits.append(edit)
            self.found(Disposition.REWRITTEN)

    def lacking(self, whole: Target) -> str:
        """A public name of the old module that the new one has not, or has under another name; empty where none."""
        summary = self.index.summary(self.module)
        for name in sorted(summary.exports) if summary is not None else ():
            target = self.moves.symbol(self.module, name)
            if name.startswith("_") or target is None:
                continue
            if target.name != name or target.module != whole.module or not is_there(target, self.index):
                return f"`{name}` is not in `{whole.module}`"
        return ""

    def is_replaced(self) -> bool:
        """Whether the module is put there, taken away or looked for, and not read."""
        owner = self.site.owner
        if isinstance(owner, ast.Subscript):
            return not isinstance(owner.ctx, ast.Load)
        return isinstance(owner, (ast.Dict, ast.Compare)) or (
            isinstance(owner, ast.Call) and tail(owner.func)[-1] in ("pop", "setdefault", "find_spec")
        )

    # What is read from the module

    def taken(self) -> list[_Taken] | None:
        """The names that are read from the module; None where that cannot be told."""
        owner = self.site.owner
        if not isinstance(owner, ast.expr) or isinstance(owner, (ast.Dict, ast.Compare)) or self.is_replaced():
            return None
        fromlist = self.fromlist(owner)
        if fromlist is None:
            return None
        direct = self.read_from(owner)
        if direct is not None:
            return [*direct, *fromlist]
        statement = self.view.surroundings.parents.get(owner)
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name) and (read := self.read_from_name(target)) is not None:
                return [*read, *fromlist]
        return None

    def fromlist(self, owner: ast.expr) -> list[_Taken] | None:
        """The `fromlist` of `__import__`; None where the call gives the top-level package, or it is no literal."""
        if not isinstance(owner, ast.Call) or tail(owner.func)[-1] != "__import__":
            return []
        given = owner.args[3] if len(owner.args) > 3 else None
        given = next((word.value for word in owner.keywords if word.arg == "fromlist"), given)
        if not isinstance(given, (ast.List, ast.Tuple)) or not given.elts:
            return None if "." in self.module else []
        items = [e for e in given.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        return [_Taken(str(e.value), e) for e in items if e.value] if len(items) == len(given.elts) else None

    def read_from(self, holder: ast.expr) -> list[_Taken] | None:
        above = self.view.surroundings.parents.get(holder)
        if isinstance(above, ast.Attribute) and isinstance(above.ctx, ast.Load):
            return [_Taken(above.attr, above)]
        member = self.view.surroundings.member(holder)
        return _names(member) if member is not None else None

    def read_from_name(self, target: ast.Name) -> list[_Taken] | None:
        """What the uses of a variable read, where nothing else binds it and each use reads a name."""
        scopes = self.view.scopes
        scope = scopes.owner_of(target)
        if scope is None or len(scope.bound[target.id]) > 1 or scope.kind == "class":
            return None
        taken: list[_Taken] = []
        for use in scopes.uses_of(target.id, scope):
            read = self.read_by(use)
            if read is None:
                return None
            taken += read
        return taken or None

    def read_by(self, use: Use) -> list[_Taken] | None:
        if use.container is not None:
            return None
        if use.attributes:
            first = use.attributes[0]
            return [_Taken(first.attr, first)] if isinstance(first.ctx, ast.Load) else None
        member = self.view.surroundings.member(use.node)
        return _names(member) if member is not None else None

    # Edits and findings

    def whole_edit(self, module: str) -> Edit | None:
        return replace_in_string(self.view, self.site.node, 0, len(self.module), module)

    def rename(self, item: _Taken, name: str) -> Edit | None:
        if isinstance(item.node, ast.Attribute):
            return attribute_edit(self.view, item.node, name)
        return rename_name(self.view, item.node, name)

    def found(self, disposition: Disposition, reason: str = "") -> None:
        reference = self.view.reference(self.site.node, Form.MODULE_STRING, self.module)
        self.settled.findings.append(Finding(reference, disposition, reason))
        self.settled.strings.add(self.site.node)


def _names(member: Member) -> list[_Taken]:
    return [_Taken(name, node) for name, node in member.names]
