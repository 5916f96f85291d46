"""Settles the maps of modules that load their names late (PEP 562): name to module, and module to names.

_LAZY = {"f": "old"}       →  _LAZY = {"f": "new"}
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.model import Disposition, Form
from codemods.transforms.string_settler import StringSettler
from codemods.transforms.uses import replace_in_string

if TYPE_CHECKING:
    from codemods.index.resolve import Index
    from codemods.index.string_sites import Site
    from codemods.transforms.edits import Edit
    from codemods.transforms.findings import Settled
    from codemods.transforms.moves import Moves
    from codemods.transforms.view import ModuleView

CANNOT_RENAME = "a map from names to modules cannot rename: write the new name by hand"


def settle_lazy(view: ModuleView, moves: Moves, index: Index, site: Site, settled: Settled) -> bool:
    """Settle the entry of a lazy map that the string of `site` belongs to; False where it names nothing that moves."""
    if not isinstance(site.owner, ast.Dict):
        return False
    entries = zip(site.owner.keys, site.owner.values, strict=True)
    for key, value in entries:
        if key is not None and any(site.node is node for part in (key, value) for node in ast.walk(part)):
            return _Entry(view, moves, index, settled, key, value).settle()
    return False


class _Entry(StringSettler):
    def __init__(
        self, view: ModuleView, moves: Moves, index: Index, settled: Settled, key: ast.expr, value: ast.expr
    ) -> None:
        super().__init__(view, moves, index, settled)
        self.key = key
        self.value = value

    def settle(self) -> bool:
        key = _string(self.key)
        value = _string(self.value)
        items = [_string(item) for item in self.value.elts] if isinstance(self.value, (ast.Tuple, ast.List)) else []
        strings = [item for item in items if item is not None]
        if key is None or len(strings) < len(items):
            return False
        if value is not None:
            return self.settle_path(value) or self.settle_module(key, value)
        if len(strings) == 2 and self.module(strings[0]) is not None:
            return self.settle_pair(strings[0], strings[1])
        return self.settle_list(key, strings)

    def module(self, string: ast.Constant) -> str | None:
        """The old module that a string names, also relative to the package of this file."""
        text = str(string.value)
        rest = text.lstrip(".")
        level = len(text) - len(rest)
        absolute = self.view.names.absolute(self.view.path, level, rest or None) if level else text
        return absolute if absolute and self.moves.holds_module(absolute) else None

    def spelled(self, string: ast.Constant, module: str) -> str:
        """`module` as `string` spells one: relative where it does and both share a package."""
        if str(string.value).startswith(".") and (relative := self.view.names.relative(self.view.path, module)):
            return "." * relative[0] + relative[1]
        return module

    def settle_path(self, value: ast.Constant) -> bool:
        """`"a.b:f"` or `"a.b.f"`."""
        text = str(value.value)
        module, separator, name = text.partition(":") if ":" in text else text.rpartition(".")
        target = self.moves.symbols.get((module, name)) or (self.moves.symbol(module, name) if separator else None)
        if target is None or module in ("", text):
            return False
        new = f"{target.module}{separator}{target.name}"
        self.decide(
            value,
            Form.LAZY,
            f"{module}.{name}",
            target,
            target.strings.lazy,
            [replace_in_string(self.view, value, 0, len(text), new)],
        )
        return True

    def settle_module(self, key: ast.Constant, value: ast.Constant) -> bool:
        """`"f": "a.b"`."""
        module, name = self.module(value), str(key.value)
        target = self.moves.symbol(module, name) if module else None
        if module is None or target is None:
            return False
        if target.name != name:
            self.found(value, Form.LAZY, f"{module}.{name}", Disposition.REVIEW, CANNOT_RENAME)
            return True
        self.decide(
            value,
            Form.LAZY,
            f"{module}.{name}",
            target,
            target.strings.lazy,
            [self.whole(value, self.spelled(value, target.module))],
        )
        return True

    def settle_pair(self, first: ast.Constant, second: ast.Constant) -> bool:
        """`"f": ("a.b", "f")`."""
        module, name = self.module(first), str(second.value)
        target = self.moves.symbol(module, name) if module else None
        if module is None or target is None:
            return False
        edits = [self.whole(first, self.spelled(first, target.module)), self.whole(second, target.name or "")]
        self.decide(first, Form.LAZY, f"{module}.{name}", target, target.strings.lazy, edits)
        self.settled.strings.add(second)
        return True

    def settle_list(self, key: ast.Constant, names: list[ast.Constant]) -> bool:
        """`"b": ["f", "g"]`, where `b` is a submodule of this package."""
        text = str(key.value)
        package = ".".join(self.view.names.package_of(self.view.path))
        module = next((m for m in (text, f"{package}.{text.lstrip('.')}") if self.moves.holds_module(m)), None)
        targets = [self.moves.symbol(module, str(name.value)) if module else None for name in names]
        moving = [target for target in targets if target is not None]
        if module is None or not moving:
            return False
        same = {
            (target.module, target.name == name.value) for target, name in zip(targets, names, strict=True) if target
        }
        dotted = f"{module}.{names[targets.index(moving[0])].value!s}"
        self.settled.strings |= {key, *names}
        new = moving[0].module
        inside = new.startswith(f"{package}.") and package
        if len(moving) < len(targets) or same != {(new, True)} or (module != text and not inside):
            self.found(
                key, Form.LAZY, dotted, Disposition.REVIEW, "only some of these names move, or under another name"
            )
            return True
        spelled = new if module == text else "." * text.startswith(".") + new[len(package) + 1 :]
        self.decide(key, Form.LAZY, dotted, moving[0], moving[0].strings.lazy, [self.whole(key, spelled)])
        return True

    def whole(self, string: ast.Constant, text: str) -> Edit | None:
        return replace_in_string(self.view, string, 0, len(str(string.value)), text)


def _string(node: ast.expr) -> ast.Constant | None:
    return node if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
