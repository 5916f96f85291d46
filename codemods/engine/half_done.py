"""Units that a killed run was about to commit: what git has of them is written down, the others are taken back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.messages import REVERTS, RUN, UNIT
from codemods.files import file_bytes, remove_beside, write_or_remove
from codemods.journal import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from codemods.journal import Event, Journal
    from codemods.vcs import Difference, Entry, Repository

_NAMED = 5
_KILLED = "half done when the run was killed"


def digest(content: bytes | None) -> str:
    """The identity of some bytes, as the journal records it; of no file at all, an empty text."""
    return hashlib.sha256(content).hexdigest() if content is not None else ""


class _HalfDone(Struct, frozen=True):
    """A unit, as the journal has it: its `files`, by path, before and after, written when HEAD was `head`."""

    unit: str
    phase: str
    files: Mapping[str, tuple[str, str]]
    head: str


def settle_units(repository: Repository, journal: Journal, run: str, events: Iterable[Event]) -> list[str]:
    """Settle the units that `run` had begun by these events; what was settled, as sentences.

    A file is taken back only while it still holds exactly what was written to it. Raises RepositoryError, OSError.
    """
    begun = [(event, _half_done(event)) for event in events]
    if not begun:
        return []
    plan = begun[0][0].plan
    for path in dict.fromkeys(path for _, one in begun for path in one.files):
        remove_beside(repository.root, path)
    commits = _Commits(repository, run)
    made = [(one, sha) for _, one in begun if (sha := commits.of(one))]
    _follow(repository, made)
    journal.record_all(
        EventKind.UNIT_COMMITTED, run, plan, ({"unit": one.unit, "phase": one.phase, "sha": sha} for one, sha in made)
    )
    done = {one.unit for one, _ in made}
    left = [one for _, one in begun if one.unit not in done]
    told = _take_back(repository, left) if left else []
    journal.record_all(EventKind.UNIT_RESTORED, run, plan, ({"unit": one.unit, "phase": one.phase} for one in left))
    just_before = "committed just before the run was killed"
    return [*_told([one for one, _ in made], just_before, just_before), *told]


def _half_done(event: Event) -> _HalfDone:
    files = event.data.get("files")
    entries: list[dict[str, str]] = files if isinstance(files, list) else []
    return _HalfDone(
        str(event.data.get("unit")),
        str(event.data.get("phase")),
        {entry["path"]: (entry["before"], entry["after"]) for entry in entries},
        str(event.data.get("head") or ""),
    )


class _Commits:
    """The commits that hold units of one run."""

    def __init__(self, repository: Repository, run: str) -> None:
        self.repository = repository
        self.run = run
        self.known: dict[str, dict[str, str]] = {}

    def of(self, one: _HalfDone) -> str:
        """The commit that holds the unit since it was written; empty where there is none."""
        if one.head not in self.known:
            is_there = bool(one.head) and self.repository.rev(one.head) is not None
            commits = self.repository.commits(one.head) if is_there else ()
            ours = (commit for commit in reversed(commits) if commit.trailers.get(RUN) == self.run)
            self.known[one.head] = {
                commit.trailers.get(UNIT, ""): commit.sha for commit in ours if REVERTS not in commit.trailers
            }
        return self.known[one.head].get(one.unit, "")


def _follow(repository: Repository, made: Sequence[tuple[_HalfDone, str]]) -> None:
    """Let the index follow commits, after which git was killed; what somebody has staged or committed since stays.

    It holds what was there before, or what was written, of which a hook has made something else in the commit.
    """
    if not made:
        return
    index, head = repository.index_entries(), repository.entries("HEAD")

    def is_behind(one: _HalfDone, change: Difference) -> bool:
        staged = index.get(change.path)
        if staged in (change.before, change.after):
            return staged == change.before
        written = one.files.get(change.path, ("", ""))[1]
        return staged is not None and digest(repository.content(staged.blob)) == written

    changes = repository.differences(sha for _, sha in made)
    behind = [
        change
        for one, sha in made
        for change in changes[sha]
        if head.get(change.path) == change.after and is_behind(one, change)
    ]
    if behind:
        repository.stage(behind)


def _take_back(repository: Repository, units: Sequence[_HalfDone]) -> list[str]:
    """Make the files of `units` what HEAD has, where they hold what was written; what was done, as sentences."""
    paths = dict.fromkeys(path for one in units for path in one.files)
    entries = repository.entries("HEAD")
    trees = _Trees(repository, {"HEAD": entries})
    head = repository.as_checked_out({path: entries.get(path) for path in paths})
    restored: list[str] = []
    taken_back, left, told = [], [], []
    for one in units:
        edited, own = [], len(restored)
        for path, (before, after) in one.files.items():
            current = file_bytes(repository.root, path)
            if digest(current) == after and trees.is_unmoved(one.head, path, digest(head[path]) == before):
                executable = current is None and trees.is_program(path)
                write_or_remove(repository.root, path, head[path], executable=executable)
                restored.append(path)
            elif digest(current) != before and current != head[path]:
                edited.append(path)
        if edited:
            told.append(_edited(one, edited))
        elif len(restored) == own and any(digest(head[path]) == after for path, (_, after) in one.files.items()):
            left.append(one)
        else:
            taken_back.append(one)
    # Git takes a file of another size for changed, even where it would check out the very same.
    repository.refresh(tuple(path for path in restored if head[path] is not None))
    told += _told(left, f"{_KILLED}; HEAD holds it since, and it is left as it is")
    return told + _told(taken_back, f"{_KILLED}; it was taken back", f"{_KILLED}; they were taken back")


class _Trees(Struct, frozen=True):
    """What commits hold."""

    repository: Repository
    known: dict[str, dict[str, Entry]]

    def is_unmoved(self, then: str, path: str, is_same: bool) -> bool:
        """Whether HEAD has of `path` what it had at the commit `then`: git may give it other line ends than it had
        here. Where that is not known, `is_same` says so."""
        if then not in self.known:
            self.known[then] = self.repository.entries(then) if then and self.repository.rev(then) else {}
        entries, head = self.known[then], self.known["HEAD"]
        return _blob(entries, path) == _blob(head, path) if entries else is_same

    def is_program(self, path: str) -> bool:
        """Whether HEAD has `path` as a program."""
        return path in self.known["HEAD"] and self.known["HEAD"][path].mode == "100755"


def _blob(entries: Mapping[str, Entry], path: str) -> str:
    return entries[path].blob if path in entries else ""


def _edited(one: _HalfDone, edited: Sequence[str]) -> str:
    named = " ".join(edited)
    return (
        f"{one.unit} was half done when the run was killed; {named} was changed since, and is left as it is: "
        f"`git diff {named}` shows both changes, `git restore {named}` drops both."
    )


def _told(units: Sequence[_HalfDone], each: str, together: str = "") -> list[str]:
    """What was done with units, a sentence for `each`; where they are many, one `together`."""
    if len(units) <= _NAMED or not together:
        return [f"{one.unit} was {each}." for one in units]
    named = ", ".join(one.unit for one in units[:_NAMED])
    return [f"{len(units)} units were {together}: {named} and {len(units) - _NAMED} more."]
