"""Finds the changes that would make modules import each other in a circle which is not there yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemods.index.import_graph import eager_imports, loaded, path_between, possible_imports
from codemods.index.text import UndecodableError, decode
from codemods.model import Changed
from codemods.transforms.view import UnparsableError, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.engine.scan import Scan
    from codemods.model import Outcome


def new_circles(found: Scan, outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """The files whose change would close a circle of imports, each with the circle in words."""
    graph = _Graph(found)
    added: dict[str, set[str]] = {}
    for path, outcome in outcomes.items():
        module = found.names.name_of(path)
        if isinstance(outcome, Changed) and module is not None:
            before, after = graph.eager(module), graph.of_source(module, path, outcome.change.after)
            if after - before:
                added[module] = after - before
            graph.changed[module] = after
    circles = {}
    for module, targets in added.items():
        for target in sorted(targets):
            way = graph.way(target, module)
            if way and not graph.is_circle_before(module, target):
                circles[found.modules[module]] = " imports ".join(f"`{step}`" for step in (module, *way))
                break
    return circles


@dataclass(slots=True)
class _Graph:
    """The imports of a repository, read as far as they are asked for. `changed` are the edges after the changes."""

    found: Scan
    changed: dict[str, set[str]] = field(default_factory=dict)
    possible: dict[str, set[str]] = field(default_factory=dict)
    exact: dict[str, set[str]] = field(default_factory=dict)

    def way(self, start: str, goal: str) -> list[str]:
        """How importing `start` comes to import `goal`, after the changes; empty where it does not."""
        if not path_between(start, goal, self.may_import):
            return []
        return path_between(start, goal, self.after)

    def is_circle_before(self, module: str, target: str) -> bool:
        """Whether both import each other already."""
        return bool(path_between(module, target, self.eager) and path_between(target, module, self.eager))

    def after(self, module: str) -> set[str]:
        changed = self.changed.get(module)
        return changed if changed is not None else self.eager(module)

    def may_import(self, module: str) -> set[str]:
        """What `module` may import at any time, before or after the changes: cheap, and never too little."""
        if module not in self.possible:
            text = self._text(module)
            path = self.found.modules.get(module, "")
            named = possible_imports(text, path, self.found.names) if text else set()
            self.possible[module] = self._loaded(module, named)
        return self.possible[module] | self.changed.get(module, set())

    def eager(self, module: str) -> set[str]:
        """What importing `module` imports, before the changes."""
        if module not in self.exact:
            text = self._text(module)
            self.exact[module] = self._exact(module, self.found.modules.get(module, ""), text) if text else set()
        return self.exact[module]

    def of_source(self, module: str, path: str, content: bytes) -> set[str]:
        """What importing `module` would import if it held `content`."""
        return self._exact(module, path, decode(content).text)

    def _exact(self, module: str, path: str, text: str) -> set[str]:
        try:
            tree = parse(text.encode())
        except UnparsableError:
            return set()
        return self._loaded(module, eager_imports(tree, path, self.found.names))

    def _loaded(self, module: str, named: Iterable[str]) -> set[str]:
        return loaded(module, named, self.found.modules.__contains__)

    def _text(self, module: str) -> str:
        path = self.found.modules.get(module)
        if not path:
            return ""
        try:
            return decode(self.found.read(path)).text
        except (OSError, UndecodableError):
            return ""
