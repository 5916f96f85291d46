"""Classes that nobody names since a base class collects its subclasses: models, plugins, settings of applications."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codemods.index.string_sites import tail
from codemods.model import Disposition, Finding, Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.deletion.tree import Tree
    from codemods.transforms.view import ModuleView

_COLLECTS = re.compile(
    rb"__subclasses__|__init_subclass__|getmembers|"
    rb"metaclass[ \t]*=[ \t]*(?!(?:abc\.)?ABCMeta|(?:enum\.)?EnumMeta|type\b)"
)
# Libraries that find classes by their bases.
_FRAMEWORKS = frozenset(
    {"django", "sqlalchemy", "sqlmodel", "peewee", "tortoise", "mongoengine", "wagtail", "scrapy", "unittest"}
)
_DEPTH = 6


def collected(tree: Tree, view: ModuleView, name: str, dotted: str) -> Iterator[Finding]:
    """The bases of the class `name` that may collect it. Only its direct bases are told."""
    for node in view.tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            for base in node.bases:
                if _may_collect(tree, view, base, _DEPTH):
                    reason = (
                        f"its base `{view.text(base).decode()}` may collect its subclasses: nobody has to name them"
                    )
                    yield Finding(view.reference(base, Form.DISCOVERY, dotted), Disposition.REVIEW, reason)


def _may_collect(tree: Tree, view: ModuleView, base: ast.expr, depth: int) -> bool:
    chain = tail(base.value if isinstance(base, ast.Subscript) else base)
    module, name = _origin(tree, view, chain)
    if module.partition(".")[0] in _FRAMEWORKS and not tree.scan.modules.get(module):
        return True
    path = tree.scan.modules.get(module)
    if not path or not depth:
        return False
    holder = view if path == view.path else tree.view(path)
    if holder is None:
        return False
    node = next((s for s in holder.tree.body if isinstance(s, ast.ClassDef) and s.name == name), None)
    if node is None:  # handed on
        return name in holder.scopes.module.bound and _may_collect(tree, holder, ast.Name(name), depth - 1)
    is_far = holder is not view and _COLLECTS.search(holder.source) is not None
    start, end = holder.lines.span(node)
    if is_far or _COLLECTS.search(holder.source[start:end]):
        return True
    return any(_may_collect(tree, holder, outer, depth - 1) for outer in node.bases)


def _origin(tree: Tree, view: ModuleView, chain: tuple[str, ...]) -> tuple[str, str]:
    """The module and the name that `chain` means in `view`."""
    for site in view.scopes.imports:
        statement = site.statement
        for alias in statement.names:
            if (alias.asname or alias.name.partition(".")[0]) != chain[0]:
                continue
            if isinstance(statement, ast.Import):
                full = [alias.name if alias.asname else chain[0], *chain[1:]]
            else:
                module = tree.names.absolute(view.path, statement.level, statement.module) or ""
                full = [module, alias.name, *chain[1:]]
            return ".".join(full[:-1]), full[-1]
    return view.module or "", chain[-1]
