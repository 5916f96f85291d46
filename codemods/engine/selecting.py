"""What a change can affect: files, by the import graph of the tree it is made in; tests, by recorded coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.index.names import is_python
from codemods.plan.validations import PytestValidation
from codemods.selection.graph import graph_of
from codemods.selection.pytest_files import CONFIGS
from codemods.validation.base import Scope
from codemods.validation.coverage_contexts import CoverageContexts
from codemods.validation.launch import leads_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from codemods.plan.schema import Plan
    from codemods.selection.graph import Graph
    from codemods.vcs import Repository


class Selector:
    """Selects for the changes of one run, one after another.

    The graph is made at the first question, from the files as they are then: ask before a candidate is written, or call
    `prepare`. What is committed is told with `committed`, and changes it.
    """

    def __init__(
        self,
        root: Path,
        tracked: Iterable[str],
        read: Callable[[str], bytes],
        source_roots: tuple[str, ...] = (".",),
        plugins: tuple[str, ...] = (),
    ) -> None:
        """`read` gives the bytes of one of the files `tracked`; `plugins` are modules that pytest is told to load."""
        self.root = root
        self.tracked = frozenset(tracked)
        self.read = read
        self.source_roots = source_roots
        self.plugins = plugins
        self._graph: Graph | None = None
        self._recorded: dict[str, CoverageContexts | None] = {}

    @classmethod
    def of(cls, plan: Plan, repository: Repository, read: Callable[[str], bytes]) -> Selector:
        """For the work tree of `repository`, whose files `read` gives."""
        arguments = (v.args for v in plan.validation.values() if isinstance(v, PytestValidation))
        plugins = tuple(plugin for given in arguments for plugin in plugins_in(given))
        return cls(repository.root, repository.tracked_paths(), read, plan.source_roots, plugins)

    def prepare(self) -> Graph:
        """The graph of the tree, made where it is not yet."""
        if self._graph is None:
            self._graph = graph_of(self.tracked, self.read, self.source_roots, self.plugins)
        return self._graph

    def committed(self, after: Mapping[str, bytes | None]) -> None:
        """Take into account that the files `after` have this content now; None: they are gone."""
        gone = {path for path, content in after.items() if content is None}
        self.tracked = self.tracked.union(after) - gone
        if self._graph is not None:
            is_setting = any(path.rpartition("/")[2] in CONFIGS for path in after)
            self._graph = None if is_setting else self._graph.with_changes(after)

    def scope(self, after: Mapping[str, bytes | None]) -> Scope:
        """The scope of a change that gives the files `after` this content, with all that it can affect."""
        graph = self._changed(after)
        paths = tuple(after)
        return Scope(paths, graph.affected(paths), dependants=graph.dependants(paths))

    def affected(self, after: Mapping[str, bytes | None]) -> frozenset[str] | None:
        """The files that the change can affect; None: nobody knows, so everything counts."""
        return self._changed(after).affected(after)

    def unreached(self, coverage: str, after: Mapping[str, bytes | None]) -> frozenset[str]:
        """The tests that the data in the file `coverage`, from the root, tell not to touch the files `after`.

        Of files that the data do not know, the tests that reach them by imports count as touching them. Without data
        that tell tests apart there are none.
        """
        if coverage not in self._recorded:
            place = None if leads_out(self.root, coverage) else self.root / coverage
            self._recorded[coverage] = CoverageContexts.read(place, self.root) if place else None
        recorded = self._recorded[coverage]
        if recorded is None:
            return frozenset()
        known = [path for path in after if recorded.knows(path)]
        found = recorded.unreached((*known, *(path for path in after if is_python(path))))
        others = [path for path in after if path not in known]
        reaching = self._changed(after).affected(others) if others else frozenset[str]()
        if reaching is None:
            return frozenset()
        return frozenset(node for node in found if node.partition("::")[0] not in reaching)

    def _changed(self, after: Mapping[str, bytes | None]) -> Graph:
        """The graph with the files that are new; those that go stay in it: who imports them is affected."""
        graph = self.prepare()
        new = {path: text for path, text in after.items() if text is not None and path not in graph.places.paths}
        return graph.with_changes(new) if new else graph


def plugins_in(arguments: Iterable[str]) -> list[str]:
    """The modules that arguments of pytest load as plugins: `-p name`, `-pname`."""
    found: list[str] = []
    is_next = False
    for argument in arguments:
        if is_next or (argument.startswith("-p") and len(argument) > 2):
            found.append(argument if is_next else argument[2:])
        is_next = argument == "-p" and not is_next
    return [name for name in found if not name.startswith("no:")]
