"""Which modules importing a module surely loads, also through files that a plan has nothing else to do with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.engine.bounded import BeyondError, within_limits
from codemods.engine.facts import known
from codemods.index.import_graph import SureLoads, eager_imports, unconditional_imports, with_packages
from codemods.index.text import UndecodableError, decode
from codemods.transforms.view import UnparsableError, parse_for

if TYPE_CHECKING:
    from codemods.engine.scan import Scan

# No name holds it: an excerpt for it is without all bodies of functions and classes.
_NOTHING = frozenset({"\0"})


class Loading(Struct):
    """What the modules of a scan import without a condition. Of those without a summary, their top level is read."""

    found: Scan
    eager: dict[str, frozenset[str]] = field(default_factory=dict)
    known: dict[str, SureLoads] = field(default_factory=dict)
    named: dict[str, tuple[set[str], list[str]]] = field(default_factory=dict)

    def uses(self, path: str, other: str) -> bool:
        """Whether the file `path` names the module in `other`, or imports it, itself or by modules that load it."""
        module = self.found.names.name_of(other)
        if module is None or path not in self.found.summaries:
            return False
        if path not in self.named:
            self.named[path] = self._named_by(path)
        spelled, loaders = self.named[path]
        return module in spelled or any(self.loads(loader, module) for loader in loaders)

    def _named_by(self, path: str) -> tuple[set[str], list[str]]:
        """What the file `path` spells, with the packages around it, and the modules that it imports, or from which."""
        summary, modules = self.found.summaries[path], self.found.modules
        loaders = {dotted for name in summary.imported for dotted in (name, name.rpartition(".")[0])}
        return with_packages({*summary.imported, *summary.strings}), sorted(loaders & modules.keys())

    def loads(self, start: str, module: str) -> bool:
        """Whether importing `start` loads `module`, as far as the first 100 modules tell."""
        loads = self.known.get(start) or SureLoads((start,), frozenset({start}))
        self.known[start] = loads = loads.looking_for(module, self._eager, self.found.modules.__contains__)
        return module in loads.imported

    def _eager(self, module: str) -> frozenset[str]:
        """The full names that `module` imports at its top level; none where it cannot be read."""
        path = self.found.modules.get(module)
        if not path:
            return frozenset()
        if path in self.found.summaries:
            return self.found.summaries[path].eager
        if path not in self.eager:
            about = ("top level", path, repr(self.found.names))
            self.eager[path] = known(self.found.facts, about, lambda: self._read(path))
        return self.eager[path]

    def _read(self, path: str) -> frozenset[str]:
        def read() -> frozenset[str]:
            source, names = decode(self.found.read(path)).text.encode(), self.found.names
            imported = unconditional_imports(source, path, names)
            if imported is None:
                tree = parse_for(source, _NOTHING).tree
                imported = eager_imports(tree, path, names, unconditional=True)
            return frozenset(imported)

        try:
            return within_limits(read)
        except (OSError, UndecodableError, UnparsableError, BeyondError):
            return frozenset()
