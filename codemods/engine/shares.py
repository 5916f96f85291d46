"""The outcomes of many files, made elsewhere as far as what is known of the others is enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypeVar

from codemods.engine.scan import Scan
from codemods.engine.watching import each
from codemods.engine.work import Work, given_up
from codemods.executors.sharing import map_files
from codemods.index.resolve import Missing, Unspelled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from codemods.index.resolve import Index
    from codemods.model import Outcome
    from codemods.rules.rewrite import SyncCaller
    from codemods.steps.prepared import Step
    from codemods.transforms.moves import Moves

    Transform = Callable[[Scan, Work, str, Moves], Outcome]

Answer = TypeVar("Answer")
File = tuple[str, bytes]
_EXAMINING = "Examining files"


class _Declined(LookupError):  # noqa: N818 - a request to do it where more is known, not an error
    """The outcome needs what is not known here."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known before the first outcome: all that one can be made from, with the bytes of its file."""

    index: Index
    tracked: frozenset[str]
    steps: tuple[Step, ...]
    fixed: Mapping[str, str]
    words: frozenset[str]
    moves: Moves
    transform: Transform


@dataclass(frozen=True, slots=True)
class _Told:
    """An outcome, with what the work remembers of it."""

    outcome: Outcome
    callers: tuple[SyncCaller, ...] | None
    evidence: str


class _Snapshot(Scan):
    """Files of which no more is known than the index says."""

    __slots__ = ()

    def ask(self, question: Callable[[Index], Answer]) -> Answer:
        """The answer. Raises _Declined where the index lacks something."""
        try:
            return question(self.index)
        except (Missing, Unspelled) as lacking:
            raise _Declined from lacking


def outcomes_by(transform: Transform, found: Scan, work: Work, moves: Moves) -> dict[str, Outcome]:
    """What `transform` makes of each candidate of `found`: on its crew, if it has one, else one after another.

    What cannot be made there, since it needs files that are not read yet, or runs a codemod, is made here.
    """
    if found.crew is None or work.is_own:
        paths = each(_EXAMINING, found.candidates, len(found.candidates))
        return {path: transform(found, work, path, moves) for path in paths}
    known = _Known(found.index, found.tracked, work.steps, work.fixed, work.words, moves, transform)
    files = ((path, content) for path in found.candidates if (content := found.content(path)) is not None)
    answers = each(_EXAMINING, map_files(found.crew, _tell, known, files, _lost), len(found.candidates), _name)
    told = {one.outcome.path: one for one in answers if one is not None}
    outcomes = {}
    for path in found.candidates:
        if path not in told:
            outcomes[path] = transform(found, work, path, moves)
            continue
        one = told[path]
        outcomes[path] = one.outcome
        if one.callers is not None:
            work.callers[path], work.evidence[path] = one.callers, one.evidence
    return outcomes


def _name(told: _Told | None) -> str:
    return told.outcome.path if told is not None else ""


def _tell(known: _Known, file: File) -> _Told | None:
    path, content = file
    index = known.index
    found = _Snapshot(
        (path,),
        lambda _: content,
        index.names,
        index.words,
        summaries=dict(index.summaries),
        modules=dict(index.paths),
        tracked=known.tracked,
        known=index,
        looked_for=index.looked_for,
    )
    work = Work(known.steps, _decline, known.fixed, words=known.words)
    try:
        outcome = known.transform(found, work, path, known.moves)
    except _Declined:
        return None
    return _Told(outcome, work.callers.get(path), work.evidence.get(path, ""))


def _lost(file: File, reason: str) -> _Told:
    return _Told(given_up(file[0], reason), None, "")


def _decline(*_: object) -> NoReturn:
    raise _Declined
