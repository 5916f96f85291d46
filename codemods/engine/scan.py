"""Reads a tree of files into an index: the only reader of sources. Opens all, parses only what can matter."""

from __future__ import annotations

from functools import partial
from itertools import chain, islice
from operator import itemgetter, methodcaller
from typing import TYPE_CHECKING, TypeVar, cast

from msgspec import Struct, field
from msgspec.structs import replace

from codemods.engine.bounded import BeyondError, within_limits
from codemods.engine.facts import key_of
from codemods.engine.seals import seal_of
from codemods.engine.trees import Trees, trees_for
from codemods.engine.watching import each
from codemods.executors.sharing import enough_for, map_files, processes_of
from codemods.index.names import ModuleNames, is_python
from codemods.index.needles import Needles
from codemods.index.other_names import takes_only_others
from codemods.index.resolve import Index, Missing, Unread, Unspelled
from codemods.index.summary import ModuleSummary, excerpt_words, summarise
from codemods.index.text import UndecodableError, decode
from codemods.index.word_places import places_of
from codemods.model import Skipped
from codemods.transforms.view import UnparsableError, parse_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from codemods.engine.facts import Facts
    from codemods.engine.tree import Search
    from codemods.executors.opening import Crew

Answer = TypeVar("Answer")
File = tuple[str, bytes]
# Words beside which a name is looked for before it is beside any. Each time, the files that hold it are read; to
# summarise them all takes as long as some thirty times that.
_BESIDE = 16


class Growth(Struct, frozen=True):
    """What was read beyond the candidates: the file `name`, as a `whole` or not, or all that is spelled of a `name` in
    files that hold what stands `beside` it."""

    name: str
    beside: str | None = None
    whole: bool = False


class Scan(Struct):
    """The files of a repository that can refer to what a plan moves, and the index over them.

    `candidates` are their paths in order, `tracked` all paths, also of files that are not Python. `read` gives the
    bytes of a file, `search_in` says sooner which ones hold some words. The index grows as answers need it; of files in
    `whole`, what they define is read, too. A `crew` does what needs many files, if there is one. `trees` are those of
    files that were looked at for `words` and all that is `spelled`. `facts` are what has been found out before; `state`
    stands for what is known of the files, and `grown` tells in order what had to be read beyond the candidates.
    """

    paths: tuple[str, ...]
    read: Callable[[str], bytes]
    names: ModuleNames
    words: frozenset[str]
    candidates: tuple[str, ...] = ()
    skipped: dict[str, Skipped] = field(default_factory=dict)
    summaries: dict[str, ModuleSummary] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)

    search_in: Search | None = None
    tracked: frozenset[str] = frozenset()
    known: Index | None = None
    holders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    looked_for: frozenset[tuple[str, str]] = frozenset()
    crew: Crew | None = None
    standing: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    spelled: frozenset[str] = frozenset()
    trees: Trees = field(default_factory=Trees)
    facts: Facts | None = None
    seals: dict[str, int] = field(default_factory=dict)
    state: int = 0
    grown: list[Growth] = field(default_factory=list)
    sealed: tuple[object, str] = (None, "")

    @property
    def index(self) -> Index:
        """What is known so far."""
        if self.known is None:
            self.known = Index(self.names, self.modules, self.summaries, self.words, self.looked_for, self.standing)
        return self.known

    def ask(self, question: Callable[[Index], Answer]) -> Answer:
        """The answer to `question`, reading the modules that it turns out to need."""
        answer, lacking = self._try(question)
        while lacking is not None:
            if isinstance(lacking, Missing):
                self.add(self.modules[lacking.module], whole=isinstance(lacking, Unread))
            else:
                self.look_for(lacking.name, lacking.beside)
            answer, lacking = self._try(question)
        return cast("Answer", answer)

    def _try(self, question: Callable[[Index], Answer]) -> tuple[Answer | None, Missing | Unspelled | None]:
        try:
            return question(self.index), None
        except (Missing, Unspelled) as lacking:
            return None, lacking

    def look_for(self, name: str, beside: str) -> None:
        """Read what the files spell of `name` that hold `beside` as well; where that was asked often, all of them."""
        if sum(1 for known, _ in self.looked_for if known == name) >= _BESIDE:
            beside = ""
        self.grown.append(Growth(name, beside))
        if name not in self.holders:
            self.holders[name] = self._holding((name.encode(),), self.paths)
        is_known = name in self.words
        self.words |= {name}
        needle = beside.encode()
        for path in self.holders[name]:
            if not (is_known and path in self.summaries):
                content = self.content(path)
                if content is not None and needle in content:
                    self.summarise(path, content)
        self.looked_for |= {(name, beside)}
        self.known = None

    def add(self, path: str, *, whole: bool = False) -> None:
        """Read and summarise one more module; one that cannot be read counts as empty."""
        self.grown.append(Growth(path, whole=whole))
        self.known = None
        if whole:
            self.whole |= {path}
            self.summaries.pop(path, None)
        self.summarise(path)
        self.summaries.setdefault(path, ModuleSummary(path, self.names.name_of(path)))

    def grow(self, grown: Iterable[Growth]) -> None:
        """Read what was read at another time."""
        for one in grown:
            if one.beside is not None:
                if (one.name, one.beside) not in self.looked_for:
                    self.look_for(one.name, one.beside)
            elif one.name not in self.summaries or (one.whole and one.name not in self.whole):
                self.add(one.name, whole=one.whole)

    def search(
        self,
        words: frozenset[str],
        may_change: Callable[[str, bytes], bool] | None,
        excluded: Collection[str] = (),
        *,
        others: bool = True,
    ) -> None:
        """Find the candidates: files that hold one of `words` other than in longer ones, or that `may_change`; None: no
        file for itself.

        Those `excluded` are no candidates for a change, but what they reach in others counts. Without `others`, files
        are passed over that only take names from modules among `words`, and none that is one of these.
        """
        candidates = set(self.candidates)
        needles = [word.encode() for word in words]
        paths = [path for path in self.paths if path not in candidates]
        wanted: Collection[str]
        by = words if may_change is None else frozenset()
        if self.crew is None:
            wanted = self._holding(needles, paths, may_change)
            for path in wanted:
                if (content := self._to_summarise(path, by, others=others)) is not None:
                    self.summarise(path, content, keep=True)
        else:
            found = self._those_holding(needles, paths, may_change)
            wanted = self._summarise_elsewhere(self.crew, found, by, others=others)
        candidates.update(path for path in wanted if path in self.summaries and path not in excluded)
        self.known = None
        self.candidates = tuple(path for path in self.paths if path in candidates)

    def _summarise_elsewhere(self, crew: Crew, paths: Iterable[str], by: frozenset[str], *, others: bool) -> list[str]:
        """Have the files summarised as they are found, if there are many; all of `paths`. `by` and `others` are as for
        one."""
        found: list[str] = []

        def unread() -> Iterator[File]:
            for path in paths:
                found.append(path)
                if (content := self._to_summarise(path, by, others=others)) is not None:
                    yield path, content

        left, enough = unread(), enough_for(crew)
        first = list(islice(left, enough))
        if len(first) < enough:
            for path, content in first:
                self.summarise(path, content, keep=True)
            return found
        known = replace(self._known(), keeps=processes_of(crew) is not None)
        for summary in map_files(crew, _summary_there, known, chain(first, left), _lost, itemgetter(0)):
            self._take(summary)
        return found

    def _holding(
        self,
        needles: Sequence[bytes],
        paths: Sequence[str],
        may_change: Callable[[str, bytes], bool] | None = None,
    ) -> tuple[str, ...]:
        """Those of `paths` whose files hold one of `needles`, or that `may_change`."""
        if may_change is not None or self.facts is None:
            return tuple(self._those_holding(needles, paths, may_change))
        holds = partial(self._holds, Needles(needles), needles)
        return self.facts.those(f"hold {key_of(sorted(needles))}", paths, holds)

    def _those_holding(
        self,
        needles: Sequence[bytes],
        paths: Sequence[str],
        may_change: Callable[[str, bytes], bool] | None,
    ) -> Iterator[str]:
        """The same, one after another, with nothing known from before."""
        spelled = Needles(needles)
        if may_change is None:
            each_one = each("Searching", paths, len(paths))
            if self.search_in is not None and not spelled.are_many:
                yield from self.search_in.those_holding(each_one, needles, self._pass_over)
            else:
                yield from (path for path in each_one if self._holds(spelled, needles, path))
            return
        contents = ((path, content) for path in paths if (content := self.content(path)) is not None)
        yield from (path for path, content in contents if spelled.any_in(content) or may_change(path, content))

    def _holds(self, spelled: Needles, needles: Sequence[bytes], path: str) -> bool:
        return spelled.any_in(self.content(path) or b"") if spelled.are_many else self.holds(path, needles)

    def holds(self, path: str, needles: Sequence[bytes]) -> bool:
        """Whether a file holds one of `needles`; False, and listed as skipped, where it cannot be read."""
        if self.search_in is None:
            content = self.content(path) or b""
            return any(needle in content for needle in needles)
        try:
            return self.search_in.holds(path, needles)
        except OSError as error:
            self._pass_over(path, error)
            return False

    def _pass_over(self, path: str, error: OSError) -> None:
        self.skipped[path] = _unread(path, error)

    def _to_summarise(self, path: str, by: frozenset[str], *, others: bool) -> bytes | None:
        """The content of a file that is not summarised yet; None where it is, or that is known from before, and where
        of the words `by` it holds none but in longer ones, or, without `others`, only modules that it takes others
        from."""
        if path in self.summaries or self._recalled(path):
            return None
        content = self.content(path)
        if content is None or not by:
            return content
        places = places_of(by, content)
        return content if places and (others or not takes_only_others(content, places)) else None

    def widen(self, names: Mapping[str, str]) -> None:
        """Read also what the files spell of `names`, with one of the words each is found beside."""
        self.words |= frozenset(names)
        needles = [(name.encode(), beside.encode()) for name, beside in names.items()]
        for path in self.paths:
            content = self.content(path)
            if content is not None and any(name in content and beside in content for name, beside in needles):
                self.summarise(path, content)
        self.known = None

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None, and listed as skipped, where it cannot be read."""
        try:
            return self.read(path)
        except OSError as error:
            self._pass_over(path, error)
            return None

    def summarise(self, path: str, content: bytes | None = None, *, keep: bool = False) -> bool:
        """Add the summary of a file, which is read unless its `content` is given. `keep` says that its tree will be
        asked for again. False, and listed as skipped, where the file does not decode or parse."""
        if self._recalled(path):
            return True
        content = self.content(path) if content is None else content
        if content is None:
            return False
        summary = _summary(self._known(), (path, content), self.trees if keep else None)
        if self.facts is None or isinstance(summary, Skipped):
            return self._take(summary)
        seal = seal_of(summary)
        self.facts.put("summary", path, self._key(path), (summary, seal))
        return self._take(summary, seal)

    def _recalled(self, path: str) -> bool:
        """Whether the summary of a file is known from before; it is added then."""
        fact = self.facts.of("summary", path, self._key(path)) if self.facts is not None else None
        return fact is not None and self._take(*cast("tuple[ModuleSummary, int]", fact))

    def key(self) -> str:
        """What stands for the words by which the files are looked at."""
        by = (self.words, self.spelled, self.looked_for, self.standing)
        if self.sealed[0] != by:
            self.sealed = (by, key_of(self.names, self.words, self.spelled, self.looked_for, self.standing))
        return self.sealed[1]

    def _key(self, path: str) -> tuple[str, bool]:
        return key_of(self.names, self.words, self.spelled), path in self.whole

    def _known(self) -> _Known:
        return _Known(self.names, self.words, self.spelled, self.whole)

    def _take(self, summary: ModuleSummary | Skipped, seal: int = 0) -> bool:
        self.state ^= self.seals.pop(summary.path, 0) ^ seal
        self.seals[summary.path] = seal
        if isinstance(summary, Skipped):
            self.skipped[summary.path] = summary
            return False
        self.summaries[summary.path] = summary
        return True


class _Known(Struct, frozen=True):
    """What it takes to summarise a file: the names of modules, the words of a scan, what else excerpts have to hold,
    and the files that are read as a whole. `keeps` says that their trees are kept where they are made."""

    names: ModuleNames
    words: frozenset[str]
    spelled: frozenset[str]
    whole: frozenset[str]
    keeps: bool = False


def _summary(known: _Known, file: File, trees: Trees | None = None) -> ModuleSummary | Skipped:
    """The summary of a file, whose tree is put with `trees`, if there are any."""
    path, content = file

    def summary() -> ModuleSummary:
        wanted = frozenset() if path in known.whole else excerpt_words(known.words | known.spelled)
        parsed = parse_for(decode(content).text.encode(), wanted)
        if trees is not None:
            trees.keep(path, parsed)
        return summarise(parsed.tree, path, known.names, known.words, is_excerpt=parsed.excerpt is not None)

    try:
        return within_limits(summary)
    except (UndecodableError, UnparsableError, BeyondError) as error:
        return Skipped(path, str(error))


def _summary_there(known: _Known, file: File) -> ModuleSummary | Skipped:
    """The same in another process, which may be asked for more of the file later."""
    return _summary(known, file, trees_for(known.words | known.spelled) if known.keeps else None)


def _unread(path: str, error: OSError) -> Skipped:
    return Skipped(path, f"cannot be read: {error.strerror or error}")


def _lost(file: File, reason: str) -> Skipped:
    return Skipped(file[0], reason)


def scan(
    paths: Iterable[str],
    read: Callable[[str], bytes],
    names: ModuleNames,
    words: frozenset[str],
    excluded: Collection[str] = (),
) -> Scan:
    """Scan the Python files among `paths`: those that hold none of `words` are opened, but not parsed."""
    result = open_scan(paths, read, names, words)
    result.search(words, None, excluded)
    return result


def open_scan(
    paths: Iterable[str],
    read: Callable[[str], bytes],
    names: ModuleNames,
    words: frozenset[str],
    crew: Crew | None = None,
) -> Scan:
    """The files `paths` with their modules, none of them read yet. Names in `words` are followed through re-exports."""
    tracked = tuple(paths)
    python = tuple(path for path in tracked if is_python(path))
    modules = modules_of(python, names.name_of)
    return Scan(python, read, names, words, modules=modules, tracked=frozenset(tracked), crew=crew)


def modules_of(paths: Iterable[str], name_of: Callable[[str], str | None]) -> dict[str, str]:
    """Every module and package by its dotted name. A source comes before its stub; namespace packages map to ""."""
    modules: dict[str, str] = {}
    for path in sorted(paths, key=methodcaller("endswith", ".pyi")):
        name = name_of(path)
        if name is not None and not modules.get(name):
            modules[name] = path
            # Where a package is known, those around it are.
            while (name := name.rpartition(".")[0]) and name not in modules:
                modules[name] = ""
    return modules
