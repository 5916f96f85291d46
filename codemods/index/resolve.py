"""The code base as far as a plan needs it: which names a module has, where they come from, who reaches them."""

from __future__ import annotations

from functools import cached_property
from heapq import heappop, heappush
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.index.import_graph import SureLoads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.index.definitions import Definition
    from codemods.index.names import ModuleNames
    from codemods.index.summary import ModuleSummary


_EVERY_MODULE_HAS = frozenset(
    {"__name__", "__doc__", "__file__", "__dict__", "__package__", "__spec__", "__loader__", "__builtins__"}
)


class Missing(LookupError):  # noqa: N818 - a request for one more summary, not an error
    """The answer needs the summary of `module`, which the index does not hold yet."""

    def __init__(self, module: str) -> None:
        super().__init__(module)
        self.module = module


class Unread(Missing):
    """The answer needs the summary of all of `module`: what it defines has not been read yet."""


class Unspelled(LookupError):  # noqa: N818 - a request for more summaries, not an error
    """The answer needs the summaries of the files that hold both `name` and `beside`."""

    def __init__(self, name: str, beside: str) -> None:
        super().__init__(name, beside)
        self.name = name
        self.beside = beside


class Index(Struct, frozen=True, dict=True):
    """Summaries by path, and the modules that exist at all.

    `paths` maps every module of the repository to its file; packages without an `__init__.py` map to "".
    `words` are the names that matter to the plan: where they come from is followed into files not read yet.
    `looked_for` are other names, each with a word beside which it has been looked for in all files; with none, beside
    any. `standing` are modules in whose place a shim of the plan stands: a rule that names what they had does not mean
    where that leads.
    """

    names: ModuleNames
    paths: Mapping[str, str]
    summaries: Mapping[str, ModuleSummary]
    words: frozenset[str] = frozenset()
    looked_for: frozenset[tuple[str, str]] = frozenset()
    standing: frozenset[str] = frozenset()

    def is_module(self, name: str) -> bool:
        """Whether the repository has a module or package of that dotted name."""
        return name in self.paths

    def may_be_module(self, name: str) -> bool:
        """Whether `name` is a module of the repository, or of something outside of it, which is taken on trust."""
        return self.is_module(name) or not self.is_module(name.partition(".")[0])

    def summary(self, module: str) -> ModuleSummary | None:
        """The summary of `module`; None where it is no module of the repository, or does not parse.

        Raises Missing where it exists and was not read yet.
        """
        path = self.paths.get(module)
        if not path:
            return None
        if path not in self.summaries:
            raise Missing(module)
        return self.summaries[path]

    def has(self, module: str, name: str) -> bool:
        """Whether `from module import name` works, as far as the code says: own definitions, re-exports that lead
        to one, star imports, submodules, `__getattr__`. Names from outside the repository are taken on trust.
        """
        return (name in _EVERY_MODULE_HAS and self.is_module(module)) or self._has(module, name, set())

    def _has(self, module: str, name: str, seen: set[tuple[str, str]]) -> bool:
        if (module, name) in seen:
            return False
        seen.add((module, name))
        if self.is_module(f"{module}.{name}"):
            return True
        summary = self.summary(module)
        if summary is None:
            return False
        export = summary.exports.get(name)
        if export is not None:
            if export.origin is None or export.origin[1] is None or not self.is_module(export.origin[0]):
                return True
            return self._has(export.origin[0], export.origin[1], seen)
        if summary.lazy:
            return True
        return any(not self.is_module(star) or self._by_star(star, name, seen) for star in summary.stars)

    def _by_star(self, module: str, name: str, seen: set[tuple[str, str]]) -> bool:
        summary = self.summary(module)
        return summary is not None and summary.exports_by_star(name) and self._has(module, name, seen)

    def definition(self, module: str, name: str) -> Definition | None:
        """What the function or class `name` of `module` says, where it is defined there and nowhere else.

        Raises Missing.
        """
        summary = self.summary(module)
        export = summary.exports.get(name) if summary is not None else None
        if export is not None and export.is_unread:
            raise Unread(module)
        return export.definition if export is not None else None

    def loads(self, package: str, module: str) -> bool:
        """Whether importing `package` surely loads its submodule `module`, as far as the first 100 modules tell."""
        loads = self._loads.get(package) or SureLoads((package,), frozenset({package}))
        self._loads[package] = loads = loads.looking_for(module, self._eager, self.is_module)
        return module in loads.imported

    def _eager(self, module: str) -> frozenset[str]:
        summary = self.summary(module)
        return summary.eager if summary is not None else frozenset()

    @cached_property
    def _loads(self) -> dict[str, SureLoads]:
        return {}

    def star_names(self, module: str) -> frozenset[str] | None:
        """The names that `from module import *` brings; None where that cannot be told."""
        return self._star_names(module, set())

    def _star_names(self, module: str, seen: set[str]) -> frozenset[str] | None:
        summary = self.summary(module)
        if summary is None:
            return None
        if summary.public is not None:
            return summary.public
        seen.add(module)
        names = {name for name in summary.exports if summary.exports_by_star(name)}
        for star in summary.stars:
            inner = self._star_names(star, seen) if star not in seen else frozenset()
            if inner is None:
                return None
            names |= inner
        return frozenset(names)

    def origins(self, module: str, name: str, *, surely: bool = False) -> Iterator[tuple[str, str | None]]:
        """Where `name` of `module` comes from: each step of the chain of imports, nearest first, itself excluded.

        Into files that were not read yet it is followed where it matters to the plan, or `surely`. Raises Missing.
        """
        seen = {(module, name)}
        current: tuple[str, str | None] = (module, name)
        while current[1] is not None:
            step = self._origin(current[0], current[1], surely=surely)
            if step is None or step in seen:
                return
            seen.add(step)  # type: ignore[arg-type]  # a module step ends the loop
            yield step
            current = step

    def _origin(self, module: str, name: str, *, surely: bool) -> tuple[str, str | None] | None:
        summary = self._known(module, name, surely=surely)
        if summary is None:
            return None
        if name in summary.exports:
            return summary.exports[name].origin
        for star in summary.stars:
            target = self._known(star, name, surely=surely)
            if target is not None and target.exports_by_star(name) and (name in target.exports or target.stars):
                return star, name
        return None

    def _known(self, module: str, name: str, *, surely: bool) -> ModuleSummary | None:
        path = self.paths.get(module)
        if not path:
            return None
        return self.summary(module) if surely or name in self.words else self.summaries.get(path)

    def surely_reached_from(self, module: str, name: str) -> str | None:
        """As `reached_from`, for any name. Raises Unspelled where files may hold it that have not been read for it."""
        # Modules in a package take from it without spelling its name.
        is_package = (self.paths.get(module) or "").endswith("__init__.py")
        beside = "" if is_package else module.rpartition(".")[2]
        if self.looked_for.isdisjoint({(name, beside), (name, "")}):
            raise Unspelled(name, beside)
        return self.reached_from(module, name)

    def reached_from(self, module: str, name: str) -> str | None:
        """A file that reaches `module.name` by an import, a chain or a string; or None. It may be the module's own,
        where that spells its own name.

        Errs on the side of finding one: whoever asks keeps the name then.
        """
        return next(self.all_reaching(module, name), None)

    def all_reaching(self, module: str, name: str) -> Iterator[str]:
        """All such files, some of them more than once."""
        own = self.paths.get(module)
        # Many files spell the same: whether that reaches the name is found out once, and no sooner than it is asked.
        ready: list[tuple[int, str]] = []
        for spelled, holders in self._spellings.get(name, {}).items():
            while ready and ready[0] < holders[0]:
                yield heappop(ready)[1]
            for holder in self._reaching(spelled, holders, own, module, name):
                heappush(ready, holder)
        while ready:
            yield heappop(ready)[1]
        stars = (found for star, found in self._spellings.get("*", {}).items() if _spells(star[:-2], module))
        if self._star_brings(module, name):
            # Who only hands it on by a star may not have been read: whoever takes it from there spells it.
            readers = (path for _, path in sorted(chain.from_iterable(stars)) if path != own)
            yield from (path for path in readers if name in self.summaries[path].uses)

    def _reaching(
        self, spelled: str, holders: list[tuple[int, str]], own: str | None, module: str, name: str
    ) -> Iterator[tuple[int, str]]:
        """Those of `holders`, which spell `spelled`, that reach `module.name` by it."""
        if "." not in spelled:
            yield from (
                (number, path)
                for number, path in holders
                if path != own and self._reaches(spelled, self.summaries[path], module, name)
            )
            return
        other = next((path for _, path in holders if path != own), own) or ""
        is_own = spelled.startswith(f"{module}.{name}") and _spells(spelled, f"{module}.{name}")
        if is_own or (other != own and self._reaches(spelled, self.summaries[other], module, name)):
            yield from (holder for holder in holders if is_own or holder[1] != own)

    def is_reached_by(self, summary: ModuleSummary, module: str, name: str) -> bool:
        """Whether the module of `summary` reaches `module.name`, by the same rules."""
        spelled = (*summary.reaches, *summary.strings)
        if any(name in s.split(".") and self._reaches(s, summary, module, name) for s in spelled):
            return True
        stars = (s for s in summary.reaches if s.endswith(".*"))
        return any(_spells(star[:-2], module) for star in stars) and self._star_brings(module, name)

    @cached_property
    def _spellings(self) -> Mapping[str, dict[str, list[tuple[int, str]]]]:
        """All that the files spell by each of the names in it, with the files, which are numbered in their order."""
        holders: dict[str, list[tuple[int, str]]] = {}
        for number, (path, summary) in enumerate(self.summaries.items()):
            holder = (number, path)
            for spelled in (*summary.reaches, *summary.strings):
                holders.setdefault(spelled, []).append(holder)
        spellings: dict[str, dict[str, list[tuple[int, str]]]] = {}
        for spelled, those in holders.items():
            for part in set(spelled.split(".")):
                spellings.setdefault(part, {})[spelled] = those
        return spellings

    def _reaches(self, spelled: str, summary: ModuleSummary, module: str, name: str) -> bool:
        if _spells(spelled, f"{module}.{name}"):
            return True
        holder, _, last = spelled.rpartition(".")
        if last != name:
            return False
        if not holder:
            # A bare name in a string: it may be looked up on any module that the file mentions.
            # The name of a module is more likely that module itself.
            return spelled in summary.strings and not self.is_module(spelled) and self._mentions(summary, module)
        return self._leads_to(holder, module, name)

    def _leads_to(self, holder: str, module: str, name: str) -> bool:
        """Whether `holder.name` is `module.name`, by its imports."""
        return not self.is_module(f"{holder}.{name}") and (module, name) in self.origins(holder, name)

    def _mentions(self, summary: ModuleSummary, module: str) -> bool:
        """Whether a module spells `module`, or its last name alone."""
        # One that is asked about may be that of a file after a change, with the path of the one before.
        if id(summary) not in self._spelled:
            words = (*summary.imported, *summary.strings, *summary.reaches)
            self._spelled[id(summary)] = (summary, words, "\n".join(words))
        _, words, together = self._spelled[id(summary)]
        last = module.rpartition(".")[2]
        # Whatever spells a module holds its last name, and most hold it nowhere.
        return last in together and any(_spells(item, module) or item == last for item in words)

    @cached_property
    def _spelled(self) -> dict[int, tuple[ModuleSummary, tuple[str, ...], str]]:
        """What is spelled in summaries, each and together, as far as it was asked for; they are kept with it."""
        return {}

    def _star_brings(self, module: str, name: str) -> bool:
        summary = self.summaries.get(self.paths.get(module, ""))
        return summary is None or summary.exports_by_star(name)


def _spells(spelled: str, dotted: str) -> bool:
    """Whether `spelled` is `dotted`, goes on from it, or is its tail: a folder on `sys.path` shortens names."""
    return spelled == dotted or spelled.startswith(f"{dotted}.") or ("." in spelled and dotted.endswith(f".{spelled}"))
