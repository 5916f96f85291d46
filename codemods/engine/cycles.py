"""Finds the changes that would make modules import each other in a circle which is not there yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.engine.facts import known
from codemods.index.import_graph import Loaded, eager_imports, path_between, possible_imports
from codemods.index.text import UndecodableError, decode
from codemods.model import Changed
from codemods.transforms.view import UnparsableError, parse_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from codemods.engine.scan import Scan
    from codemods.model import Loads, Outcome


def new_circles(found: Scan, outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """The files whose change would close a circle of imports, each with the circle in words."""
    graph = _Graph(found)
    for path, outcome in outcomes.items():
        module = found.names.name_of(path)
        if isinstance(outcome, Changed) and module is not None:
            graph.changed[module] = decode(outcome.change.after).text
            if outcome.loads is not None:
                graph.loads[module] = outcome.loads
    circles = ((module, graph.circle(module)) for module in graph.changed)
    return {found.modules[module]: " imports ".join(f"`{step}`" for step in way) for module, way in circles if way}


def circles_ahead(found: Scan, targets: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The files that would close a circle of imports if they imported the modules `targets` names for them when they
    are imported themselves, each with the circle in words. For files whose change is not known."""
    graph = _Graph(found)
    circles: dict[str, str] = {}
    for path, modules in targets.items():
        module = found.names.name_of(path)
        way = next((way for target in modules if module and (way := graph.way_back(module, target))), None)
        if way:
            circles[path] = " imports ".join(f"`{step}`" for step in way)
    return circles


class _Graph(Struct):
    """The imports of a repository, read as far as they are asked for. `changed` are the sources after the changes,
    `loads` how what each of them imports changes, where that is known."""

    found: Scan
    changed: dict[str, str] = field(default_factory=dict)
    loads: dict[str, Loads] = field(default_factory=dict)
    possible: dict[str, set[str]] = field(default_factory=dict)
    behind: dict[str, frozenset[str]] = field(default_factory=dict)
    exact_before: dict[str, set[str]] = field(default_factory=dict)
    exact_after: dict[str, set[str]] = field(default_factory=dict)
    surely: dict[str, set[str]] = field(default_factory=dict)
    loaded: Loaded | None = None

    def circle(self, module: str) -> list[str]:
        """The way from `module` back to itself that its change opens; empty where it opens none."""
        if module not in self.changed:
            return []
        for target in sorted(self._added(module)):
            # What is known of the module first; then by letters, which is cheap and never misses one; then as the
            # modules really run.
            if self._is_loaded(module, target) or module not in self.changed_behind(target):
                continue
            if target in self.after(module) - self.before(module):
                way = path_between(target, module, self.after)
                if way and not self.is_circle_before(module, target):
                    return [module, *way]
        return []

    def _added(self, module: str) -> set[str]:
        """What `module` imports after its change and perhaps not before."""
        if module in self.loads:
            new = self.loads[module].added
            return self._loaded(module, new) & new
        return self._possible(module, self.changed[module]) - self._possible_before(module)

    def _is_loaded(self, module: str, target: str) -> bool:
        """Whether something that `module` imports surely imports `target`, both before the changes, as an old module
        does that hands on what a new one holds: then a way led there already."""
        gone = self._loaded(module, self.loads[module].removed) if module in self.loads else set()
        return any(target in self._surely_loaded(between) for between in gone | self._surely_loaded(module))

    def _surely_loaded(self, module: str) -> set[str]:
        """What importing `module` imports in any case, before the changes; nothing where that is not known."""
        if module not in self.surely:
            summary = self.found.summaries.get(self.found.modules.get(module, ""))
            self.surely[module] = self._loaded(module, summary.eager) if summary is not None else set()
        return self.surely[module]

    def way_back(self, module: str, target: str) -> list[str]:
        """The circle that an import of `target` in `module` would close; empty where it closes none."""
        if not path_between(target, module, self.may_import):
            return []
        way = path_between(target, module, self.before)
        return [module, *way] if way and not self.is_circle_before(module, target) else []

    def is_circle_before(self, module: str, target: str) -> bool:
        """Whether both import each other already."""
        return bool(path_between(module, target, self.before) and path_between(target, module, self.before))

    def changed_behind(self, target: str) -> frozenset[str]:
        """Of the modules that change, those that importing `target` may import. Many changes lead to one target."""
        if target not in self.behind:
            pending, reached = [target], {target}
            while pending:
                following = self.may_import(pending.pop()) - reached
                reached |= following
                pending += following
            self.behind[target] = frozenset(reached.intersection(self.changed))
        return self.behind[target]

    def may_import(self, module: str) -> set[str]:
        """What `module` may import at any time, before or after the changes: cheap, and never too little."""
        if module not in self.possible:
            self.possible[module] = self._possible_before(module)
            if module in self.changed:
                self.possible[module] |= self._possible(module, self.changed[module])
        return self.possible[module]

    def before(self, module: str) -> set[str]:
        """What importing `module` imports, before the changes."""
        if module not in self.exact_before:
            self.exact_before[module] = self._loaded_before("eager", module, self._eager)
        return self.exact_before[module]

    def after(self, module: str) -> set[str]:
        """What importing `module` imports, after the changes."""
        if module not in self.changed:
            return self.before(module)
        if module not in self.exact_after:
            named = self._eager(self.found.modules.get(module, ""), self.changed[module])
            self.exact_after[module] = self._loaded(module, named)
        return self.exact_after[module]

    def _possible(self, module: str, text: str) -> set[str]:
        return self._loaded(module, self._any(self.found.modules.get(module, ""), text))

    def _possible_before(self, module: str) -> set[str]:
        """The same of the module as it is."""
        return self._loaded_before("imports", module, self._any)

    def _loaded_before(self, kind: str, module: str, find: Callable[[str, str], set[str]]) -> set[str]:
        """What is loaded for what `find` finds in the module as it is, by its path and text; or has found before."""
        path = self.found.modules.get(module, "")
        facts = self.found.facts if path else None
        about = (kind, path, repr(self.found.names))
        return self._loaded(module, known(facts, about, lambda: find(path, self._text(module))))

    def _any(self, path: str, text: str) -> set[str]:
        return possible_imports(text, path, self.found.names)

    def _eager(self, path: str, text: str) -> set[str]:
        try:
            # No import statement stands in what has not that word.
            tree = parse_for(text.encode(), frozenset({"import"})).tree
        except UnparsableError:
            return set()
        return eager_imports(tree, path, self.found.names)

    def _loaded(self, module: str, named: Iterable[str]) -> set[str]:
        if self.loaded is None:
            self.loaded = Loaded(self.found.modules.__contains__)
        return self.loaded.by(module, named)

    def _text(self, module: str) -> str:
        path = self.found.modules.get(module)
        if not path:
            return ""
        try:
            return decode(self.found.read(path)).text
        except (OSError, UndecodableError):
            return ""
