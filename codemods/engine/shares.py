"""The outcomes of many files, made elsewhere as far as what is known of the others is enough."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, NoReturn, TypeVar

from msgspec import Struct, field

from codemods.engine.scan import Scan
from codemods.engine.trees import trees_for
from codemods.engine.watching import each
from codemods.engine.work import Work, given_up
from codemods.executors.sharing import enough_for, handed, map_files, processes_of
from codemods.index.resolve import Index, Missing, Unspelled
from codemods.model import Changed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from codemods.executors.opening import Crew
    from codemods.executors.sharing import Handed
    from codemods.index.names import ModuleNames
    from codemods.index.summary import ModuleSummary
    from codemods.model import Outcome
    from codemods.rules.rewrite import SyncCaller
    from codemods.steps.prepared import Step
    from codemods.transforms.moves import Moves

Answer = TypeVar("Answer")
File = tuple[str, bytes]
_EXAMINING = "Examining files"
_AHEAD = 32  # files at most that are made here before the others
_TRIED = 256  # files


class Made(Struct, frozen=True):
    """The outcome of a file, and the summary of what it is changed to, if somebody asks for that, for `words`."""

    outcome: Outcome
    after: ModuleSummary | None = None
    words: frozenset[str] | None = None


Make = Callable[[Scan, Work, str, "Moves"], Made]


class _Declined(LookupError):  # noqa: N818 - a request to do it where more is known, not an error
    """The outcome needs what is not known here."""


class _Base(Struct, frozen=True):
    """What is known before the first outcome, and most of which stays so."""

    names: ModuleNames
    paths: dict[str, str]
    summaries: dict[str, ModuleSummary]
    standing: frozenset[str]
    tracked: frozenset[str]
    steps: tuple[Step, ...]
    fixed: Mapping[str, str]
    spelled: frozenset[str]


class _Known(Struct, frozen=True, dict=True):
    """What is known before some outcomes: all that one can be made from, with the bytes of its file.

    `newer` are the summaries that the base lacks, or has otherwise, `order` the paths of all, if there are any newer.
    """

    base: Handed[_Base]
    newer: dict[str, ModuleSummary]
    order: tuple[str, ...]
    words: frozenset[str]
    looked_for: frozenset[tuple[str, str]]
    moves: Moves
    make: Make
    keeps: bool

    @cached_property
    def index(self) -> Index:
        """The index, as it was when this was said."""
        base = self.base.value
        return Index(base.names, base.paths, self.summaries, self.words, self.looked_for, base.standing)

    @cached_property
    def summaries(self) -> dict[str, ModuleSummary]:
        """Those in the index, in their order."""
        base, newer = self.base.value.summaries, self.newer
        return {path: newer[path] if path in newer else base[path] for path in self.order} if newer else base


class _Told(Struct, frozen=True):
    """What is made of a file, with what the work remembers of it."""

    made: Made
    callers: tuple[SyncCaller, ...] | None = None
    evidence: str = ""


class Snapshot(Scan):
    """Files of which no more is known than the index says: all that are looked at in a process share what that is."""

    def ask(self, question: Callable[[Index], Answer]) -> Answer:
        """The answer. Raises _Declined where the index lacks something."""
        try:
            return question(self.index)
        except (Missing, Unspelled) as lacking:
            raise _Declined from lacking


class Shares(Struct):
    """Makes something of many files of `found`: on its crew, if it has one, else one after another.

    What cannot be made there, since it needs files that are not read yet, or runs a codemod, is made here. `meanwhile`
    is done piece by piece while the crew works. A context manager: what it has told the crew is forgotten in the end.
    """

    found: Scan
    work: Work
    meanwhile: Iterator[object]
    _ending: ExitStack = field(default_factory=ExitStack)
    _base: tuple[dict[str, ModuleSummary], Handed[_Base]] | None = None

    def __enter__(self) -> Shares:
        """Nothing is told yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget what was told."""
        self._ending.close()

    def of(self, make: Make, paths: Collection[str], moves: Moves) -> dict[str, Made]:
        """What `make` makes of each of `paths`, in their order."""
        made: dict[str, Made] = {}
        left = list(paths)
        if self._crew_for(left) is not None:
            made = self._make_first(make, left, moves)
            left = [path for path in left if path not in made]
        # Rules ask more than redirects do: what the others are to know is found out by a part of them.
        tried = _TRIED if self.work.steps else len(left)
        while (crew := self._crew_for(left)) is not None:
            shared = self._share(crew, make, left[:tried], moves)
            made |= shared
            declined = [path for path in left[:tried] if path not in shared]
            # What some of them lacked, once it is read, the others may need as well.
            made |= {path: make(self.found, self.work, path, moves) for path in declined[:_AHEAD]}
            left = [*declined[_AHEAD:], *left[tried:]]
            if len(shared) < len(declined):
                break
            tried = len(left)
        made |= {path: make(self.found, self.work, path, moves) for path in each(_EXAMINING, left, len(left))}
        return {path: made[path] for path in paths}

    def _crew_for(self, paths: Collection[str]) -> Crew | None:
        """The crew, where `paths` are worth to be shared out."""
        crew = self.found.crew
        return crew if crew is not None and not self.work.is_own and len(paths) >= enough_for(crew) else None

    def _make_first(self, make: Make, paths: Collection[str], moves: Moves) -> dict[str, Made]:
        """Make the first of `paths` here, up to one that changes and for which nothing has to be read. What such a one
        asks, most ask: the others are to know it from the start."""
        made: dict[str, Made] = {}
        for path in islice(paths, _AHEAD):
            read = len(self.found.grown)
            made[path] = make(self.found, self.work, path, moves)
            if isinstance(made[path].outcome, Changed) and len(self.found.grown) == read:
                break
        return made

    def _share(self, crew: Crew, make: Make, paths: list[str], moves: Moves) -> dict[str, Made]:
        """Those of `paths` that can be made elsewhere."""
        known = self._known(crew, make, moves)
        files = ((path, content) for path in paths if (content := self.found.content(path)) is not None)
        answers = map_files(crew, _tell, known, files, _lost, itemgetter(0), self.meanwhile)
        made: dict[str, Made] = {}
        for one in each(_EXAMINING, answers, len(paths), _name):
            if one is not None:
                path = one.made.outcome.path
                made[path] = one.made
                if one.callers is not None:
                    self.work.callers[path], self.work.evidence[path] = one.callers, one.evidence
        return made

    def _known(self, crew: Crew, make: Make, moves: Moves) -> _Known:
        found, work = self.found, self.work
        if self._base is None:
            before = dict(found.summaries)
            base = _Base(
                found.names,
                found.modules,
                before,
                found.standing,
                found.tracked,
                work.steps,
                work.fixed,
                work.words,
            )
            self._base = before, self._ending.enter_context(handed(crew, base))
        before, told = self._base
        newer = {path: summary for path, summary in found.summaries.items() if before.get(path) is not summary}
        order = tuple(found.summaries) if newer else ()
        return _Known(told, newer, order, found.words, found.looked_for, moves, make, processes_of(crew) is not None)


def _name(told: _Told | None) -> str:
    return told.made.outcome.path if told is not None else ""


def _tell(known: _Known, file: File) -> _Told | None:
    path, content = file
    index, base = known.index, known.base.value
    found = Snapshot(
        (path,),
        lambda _: content,
        index.names,
        index.words,
        summaries=known.summaries,
        modules=base.paths,
        tracked=base.tracked,
        known=index,
        looked_for=index.looked_for,
    )
    if known.keeps:
        found.trees = trees_for(base.spelled | index.words)
    work = Work(base.steps, _decline, base.fixed, words=base.spelled)
    try:
        made = known.make(found, work, path, known.moves)
    except _Declined:
        return None
    return _Told(made, work.callers.get(path), work.evidence.get(path, ""))


def _lost(file: File, reason: str) -> _Told:
    return _Told(Made(given_up(file[0], reason)))


def _decline(*_: object) -> NoReturn:
    raise _Declined
