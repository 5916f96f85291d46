"""How much of a code base uses the canonical path: the share of the references that name it, in percent.

A reference is a place that names a path: each name of an import statement, each attribute chain that starts at a
module (`m.a`), each string that is a dotted path as a whole, such as a patch target. A use of a local name is none.
It counts by what it names:

- `old`: a module or symbol that a redirect takes consumers away from, or a name in such a module;
- `canonical`: one that a redirect leads to, or a name in such a module; where the plan redirects nothing, what
  it keeps;
- `other`: one of these, imported from or read in another module that has only imported it. Strings are not counted so:
  a patch of a consumer's binding has to name the consumer.

Compliance is canonical / (canonical + old + other). The old and the canonical modules themselves do not count, nor do
files that the plan excludes. Where nothing is counted there is no figure.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from codemods.engine.bounded import BeyondError, within_limits
from codemods.engine.facts import key_of, known
from codemods.engine.phases import included
from codemods.engine.watching import each
from codemods.index.import_graph import possible_names
from codemods.index.names import ModuleNames, is_python
from codemods.index.needles import Needles
from codemods.index.text import UndecodableError, decode
from codemods.plan.schema import RedirectModule
from codemods.survey.spellings import Way, spellings
from codemods.transforms.view import UnparsableError, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from codemods.engine.facts import Facts
    from codemods.plan.load import LoadedPlan
    from codemods.plan.schema import Plan
    from codemods.survey.spellings import Spelling

Kind = Literal["canonical", "old", "other"]
_ROUNDS = 5  # of modules that hand on what others hand on


class Share(Struct, frozen=True):
    """How many references there are of each kind."""

    canonical: int = 0
    old: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """All references that count."""
        return self.canonical + self.old + self.other

    @property
    def percent(self) -> float | None:
        """The share of the canonical ones; None where there are none at all."""
        return 100 * self.canonical / self.total if self.total else None


class Place(Struct, frozen=True, order=True):
    """One reference that counts. `dotted` is the path as it is named, `leads_to` what it is where that is another."""

    path: str
    line: int
    dotted: str
    kind: Kind
    way: Way
    leads_to: str = ""


class Compliance(Struct, frozen=True):
    """The shares overall and by folder, two levels deep, and every reference that was counted, by file and line.

    `old` and `canonical` are the modules and symbols that were looked for.
    """

    overall: Share
    by_folder: Mapping[str, Share]
    places: tuple[Place, ...]
    old: tuple[str, ...]
    canonical: tuple[str, ...]


def compliance(
    loaded: LoadedPlan, paths: Iterable[str], read: Callable[[str], bytes], facts: Facts | None = None
) -> Compliance:
    """The compliance of the tracked files `paths`, whose bytes `read` gives, with a plan. `facts` are known of them."""
    plan = loaded.plan
    old, canonical = _old_and_canonical(plan)
    python = [path for path in included(tuple(paths), plan.exclude) if is_python(path)]
    count = _Count(ModuleNames(plan.source_roots), read, old, canonical, facts)
    places = tuple(sorted(count.places(python)))
    by_folder: dict[str, list[Place]] = {}
    for place in places:
        by_folder.setdefault(folder_of(place.path), []).append(place)
    shares = {folder: _share(by_folder[folder]) for folder in sorted(by_folder)}
    return Compliance(_share(places), shares, places, tuple(sorted(old)), tuple(sorted(canonical)))


def naming(
    loaded: LoadedPlan, paths: Iterable[str], read: Callable[[str], bytes], wanted: frozenset[str]
) -> tuple[Place, ...]:
    """The references to the modules and symbols `wanted`, outside these modules, also through other ones."""
    python = [path for path in included(tuple(paths), loaded.plan.exclude) if is_python(path)]
    count = _Count(ModuleNames(loaded.plan.source_roots), read, wanted, frozenset())
    return tuple(sorted(count.places(python)))


def folder_of(path: str) -> str:
    """The folder under which a file is counted: the first two of its path."""
    return "/".join(path.split("/")[:-1][:2]) or "."


def _share(places: Iterable[Place]) -> Share:
    kinds = Counter(place.kind for place in places)
    return Share(kinds["canonical"], kinds["old"], kinds["other"])


def _old_and_canonical(plan: Plan) -> tuple[frozenset[str], frozenset[str]]:
    old: set[str] = set()
    canonical: set[str] = set()
    for redirect in plan.redirect:
        old.add(redirect.module if isinstance(redirect, RedirectModule) else redirect.symbol)
        canonical.add(redirect.to)
        if isinstance(redirect, RedirectModule):
            canonical.update(target for target in redirect.symbols.values() if "." in target)
    if not plan.redirect:
        for keep in plan.keep:
            canonical.update(f"{keep.module}.{name}" for name in keep.symbols)
            canonical.update(() if keep.symbols else (keep.module,))
    return frozenset(old), frozenset(canonical)


class _Count(Struct):
    """Counts in rounds: who names the old or canonical path, then who gets it from these, and so on. `rest` is what
    the spellings of a file depend on besides it."""

    names: ModuleNames
    read: Callable[[str], bytes]
    old: frozenset[str]
    canonical: frozenset[str]
    facts: Facts | None = None
    handed_on: dict[str, str] = field(default_factory=dict)
    imports: dict[str, frozenset[str]] = field(default_factory=dict)
    spelled: dict[str, tuple[Spelling, ...]] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    words: set[bytes] = field(default_factory=set)
    rest: str = ""

    def places(self, paths: list[str]) -> Iterator[Place]:
        self.modules = {name: path for path in paths if (name := self.names.name_of(path)) is not None}
        self.rest = key_of(self.names, self.old, self.canonical, sorted(self.modules))
        own = {self.modules.get(dotted, "") for dotted in self._holders()}
        others = [path for path in paths if path not in own]
        for _ in range(_ROUNDS):
            known = len(self.handed_on)
            self._look(others)
            if len(self.handed_on) == known:
                break
        for path, found in self.spelled.items():
            for spelling in found:
                kind, leads_to = self.kind_of(spelling)
                if kind is not None:
                    yield Place(path, spelling.line, spelling.dotted, kind, spelling.way, leads_to)

    def _holders(self) -> Iterator[str]:
        """The modules of all that is looked for."""
        for dotted in self.old | self.canonical:
            yield dotted if dotted in self.modules else dotted.rpartition(".")[0]

    def kind_of(self, spelling: Spelling) -> tuple[Kind | None, str]:
        """What a spelling counts as, and what it leads to where that is not what it says."""
        head = spelling.dotted
        while head:
            if head in self.old:
                return "old", ""
            if head in self.canonical:
                return "canonical", ""
            if head in self.handed_on:
                return (None, "") if spelling.way is Way.STRING else ("other", self.handed_on[head])
            head = head.rpartition(".")[0]
        return None, ""

    def _look(self, paths: list[str]) -> None:
        """Read the files that may name what is looked for and have not been read; note what they hand on."""
        wanted = {*self.old, *self.canonical, *self.handed_on}
        self._list_imports(paths, {dotted.rpartition(".")[2].encode() for dotted in wanted} - self.words)
        # All that holds a name which is looked for, and the packages on the way there.
        reaching = wanted.union(*(_packages(dotted) for dotted in wanted))
        for path, imports in self.imports.items():
            if path not in self.spelled and any(_reaches(dotted, reaching, wanted) for dotted in imports):
                self.spelled[path] = self._spellings(path)
        for path, found in self.spelled.items():
            module = self.names.name_of(path)
            for spelling in found:
                if spelling.local and module is not None and self.kind_of(spelling)[0] is not None:
                    self.handed_on.setdefault(f"{module}.{spelling.local}", spelling.dotted)

    def _list_imports(self, paths: list[str], words: set[bytes]) -> None:
        """List, by letters, what the files import that hold one of `words`. A string that ends in what is looked for
        counts as an import."""
        tails = {".".join(dotted.split(".")[-2:]).encode(): dotted for dotted in self.old | self.canonical}
        self.words |= words
        rest = key_of(self.names, sorted(tails.items()))
        for path in self._holding(words, [path for path in paths if path not in self.imports]):
            self.imports[path] = known(self.facts, ("names", path, rest), partial(self._named, path, tails))

    def _holding(self, words: set[bytes], paths: list[str]) -> Iterable[str]:
        """Those of `paths` whose files hold one of `words`."""
        needles = Needles(words)

        def holds(path: str) -> bool:
            return needles.any_in(self._content(path))

        if self.facts is None or not words:
            return filter(holds, each("Counting references", paths, len(paths)))
        return self.facts.those(f"word {key_of(words)}", paths, holds)

    def _named(self, path: str, tails: Mapping[bytes, str]) -> frozenset[str]:
        content = self._content(path)
        found = possible_names(content.decode("utf-8", "replace"), path, self.names)
        return frozenset(found.union(dotted for tail, dotted in tails.items() if tail in content))

    def _content(self, path: str) -> bytes:
        try:
            return self.read(path)
        except OSError:
            return b""

    def _spellings(self, path: str) -> tuple[Spelling, ...]:
        def found() -> tuple[Spelling, ...]:
            tree = parse(decode(self._content(path)).text.encode())
            return tuple(spellings(tree, path, self.names, self._is_module))

        def within() -> tuple[Spelling, ...]:
            try:
                return within_limits(found)
            except (UndecodableError, UnparsableError, BeyondError):
                return ()

        return known(self.facts, ("spellings", path, self.rest), within, bool)

    def _is_module(self, dotted: str) -> bool:
        return dotted in self.modules or any(name.startswith(f"{dotted}.") for name in (*self.old, *self.canonical))


def _packages(dotted: str) -> Iterator[str]:
    while "." in dotted:
        dotted = dotted.rpartition(".")[0]
        yield dotted


def _reaches(dotted: str, reaching: set[str], wanted: set[str]) -> bool:
    """Whether `dotted` is one of `wanted`, lies below one, or is a package that holds one."""
    return dotted in reaching or any(package in wanted for package in _packages(dotted))
