"""Which files a change to some files can affect: those that reach one of them by what they import, name or read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from codemods.index.names import is_python
from codemods.selection.edges import Edges, edges
from codemods.selection.mentions import Mentions, mentions
from codemods.selection.places import Places
from codemods.selection.pytest_files import CONFIGS, PytestFiles, pytest_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

# Python runs them at its start, whatever is imported.
_AT_START = frozenset({"sitecustomize.py", "usercustomize.py"})
_Users = dict[str, frozenset[str]]


class Graph(Struct, frozen=True):
    """The files of one tree, and who reaches whom.

    It never changes: `with_changes` gives another one. `importers`, `namers` and `readers` hold for a file, or for a
    folder with a slash at its end, the files that import it, that may load it otherwise, and that only read it.
    """

    places: Places
    said: Mapping[str, Mentions]
    pytest: PytestFiles
    edges: Mapping[str, Edges]
    importers: _Users
    namers: _Users
    readers: _Users
    session: frozenset[str]
    plugins: tuple[str, ...]

    def affected(self, paths: Iterable[str]) -> frozenset[str] | None:
        """`paths`, and all files that reach one of them; None where nobody can know: everything counts.

        That is so for settings of tests and packages, and for a file that is not Python and that no string names.
        """
        changed = frozenset(paths)
        if any(_last(path) in CONFIGS or _last(path) in _AT_START for path in changed):
            return None
        readers = {path: self._users(path, (self.readers,)) for path in changed}
        if any(not readers[path] and not is_python(path) and not self._reaching(path) for path in changed):
            return None
        seen = set(changed)
        pending = list(changed)
        for path in pending:
            new = self._reaching(path) - seen
            seen |= new
            pending += new
        return frozenset(seen.union(*(self._with_readers(found) for found in readers.values())))

    def _with_readers(self, readers: frozenset[str]) -> frozenset[str]:
        """Tests that read a changed file, and those that have a helper read it, which they import themselves. What
        else these helpers serve for has nothing to do with the change."""
        direct = frozenset[str]().union(*(self._users(path, (self.importers, self.namers)) for path in readers))
        return readers.union(path for path in direct if self.pytest.is_test(path))

    def dependants(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The files that import one of `paths`, directly or by others, nearest first, and tests after all others;
        `paths` are not among them."""
        changed = tuple(dict.fromkeys(paths))
        seen = set(changed)
        pending = list(changed)
        for path in pending:
            new = sorted(self.importers.get(path, frozenset()) - seen)
            seen.update(new)
            pending += new
        return tuple(sorted(pending[len(changed) :], key=self.pytest.is_test))

    def _reaching(self, path: str) -> frozenset[str]:
        """The files that may run the code of `path`."""
        found = self._users(path, (self.importers, self.namers))
        if _last(path) == "conftest.py":
            found = found.union(self._tests_below(path.rpartition("/")[0]))
        if path in self.session:
            found = found.union(self._tests_below(""))
        return found

    def _users(self, path: str, ways: Sequence[_Users]) -> frozenset[str]:
        places = [path]
        folder = path.rpartition("/")[0]
        while folder:
            places.append(f"{folder}/")
            folder = folder.rpartition("/")[0]
        return frozenset().union(*(users.get(place, frozenset()) for users in ways for place in (*places, "/")))

    def _tests_below(self, folder: str) -> Iterator[str]:
        start = f"{folder}/" if folder else ""
        return (path for path in self.said if path.startswith(start) and self.pytest.is_test(path))

    def with_changes(self, after: Mapping[str, bytes | None]) -> Graph:
        """The graph of the tree in which the files `after` have this content; None: they are gone.

        Settings of pytest are not read again.
        """
        said = dict(self.said)
        for path, content in after.items():
            if content is None:
                said.pop(path, None)
            elif is_python(path):
                said[path] = mentions(content)
        gone = {path for path, content in after.items() if content is None}
        paths = self.places.paths.union(after) - gone
        if paths != self.places.paths:
            return _graph(Places(paths, self.places.roots), said, self.pytest, self.plugins)
        return self._with_edges({path: edges(path, said[path], self.places) for path in after if path in said}, said)

    def _with_edges(self, changed: Mapping[str, Edges], said: Mapping[str, Mentions]) -> Graph:
        ways = [dict(self.importers), dict(self.namers), dict(self.readers)]
        for path, new in changed.items():
            for users, before, now in zip(ways, self.edges[path].ways, new.ways, strict=True):
                for place in before - now:
                    users[place] = users[place] - {path}
                for place in now - before:
                    users[place] = users.get(place, frozenset()) | {path}
        importers, namers, readers = ways
        together = {**self.edges, **changed}
        return replace(self, said=said, edges=together, importers=importers, namers=namers, readers=readers)


def graph_of(
    paths: Iterable[str], read: Callable[[str], bytes], source_roots: Sequence[str], plugins: Sequence[str] = ()
) -> Graph:
    """The graph of the tracked files `paths`; `read` gives their bytes, OSError where that fails: such a file says
    nothing. `plugins` are modules that pytest is told to load."""
    places = Places(paths, source_roots)
    said = {path: mentions(_content(read, path)) for path in sorted(places.paths) if is_python(path)}
    configs = sorted(path for path in places.paths if _last(path) in CONFIGS)
    files = pytest_files(configs, lambda path: _content(read, path), plugins)
    return _graph(places, said, files, tuple(plugins))


def _content(read: Callable[[str], bytes], path: str) -> bytes:
    try:
        return read(path)
    except OSError:
        return b""


def _graph(places: Places, said: Mapping[str, Mentions], pytest: PytestFiles, plugins: tuple[str, ...]) -> Graph:
    found = {path: edges(path, said[path], places) for path in said}
    ways: tuple[dict[str, set[str]], ...] = ({}, {}, {})
    for path, own in found.items():
        for users, reached in zip(ways, own.ways, strict=True):
            for place in reached:
                users.setdefault(place, set()).add(path)
    importers, namers, readers = ({place: frozenset(users) for place, users in way.items()} for way in ways)
    session = frozenset[str]().union(*(places.named(name, "", anywhere=False) for name in pytest.plugins))
    named = frozenset[str]().union(*(places.named(name, "", anywhere=False) for name in pytest.named))
    session = session.union(path for path in named if pytest.is_test(path))
    return Graph(places, said, pytest, found, importers, namers, readers, session, plugins)


def _last(path: str) -> str:
    return path.rpartition("/")[2]
