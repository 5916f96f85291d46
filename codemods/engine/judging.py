"""Candidates, and who judges them: in place, one after another, or elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from codemods.engine.validations import validate
from codemods.errors import RepositoryError
from codemods.files import file_bytes, write_many, write_or_remove
from codemods.kept_files import KeptFiles
from codemods.validation.base import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from codemods.validation.base import Result, Scope, Validation
    from codemods.vcs import Repository

Files = dict[str, bytes | None]


class Candidate(Struct, frozen=True):
    """A tree to be judged, by the files in which it differs from HEAD: with the change (`after`) and without.

    A file of None is not there. `names` are the validations in their order, each with its scope.
    """

    after: Files
    before: Files
    names: tuple[str, ...]
    scopes: Mapping[str, Scope]


class Judge(Protocol):
    """Judges candidates, up to `width` at a time."""

    @property
    def width(self) -> int:
        """How many candidates it judges at a time."""

    def start(self, candidate: Candidate) -> Future[tuple[Result, ...]]:
        """Begin to judge; the results of its validations, up to the first that does not hold."""

    def learn(self, results: tuple[Result, ...]) -> None:
        """Let the validations know what was learned with these results.

        To be called only where they count: what was judged ahead of a culprit has it in the tree without the change.
        """

    def close(self) -> None:
        """End what is under way, and give back what was taken."""


@dataclass(slots=True)
class Stage:
    """The user's own work tree as a ground: files are written for a candidate, and are as HEAD has them after it.

    What others have written since is theirs: a file is put back only while it holds what was written here. `announce`
    is called once, before the next file is written.
    """

    repository: Repository
    log: Path | None = None
    keep_in: Path | None = None
    after: Files = field(default_factory=dict)
    before: Files = field(default_factory=dict)
    written: Files = field(default_factory=dict)
    kept: KeptFiles = field(init=False)
    expected: Files = field(default_factory=dict)
    announce: Callable[[], None] | None = None
    head: str | None = None

    def __post_init__(self) -> None:
        """What files were is kept in the folder `keep_in`."""
        self.kept = KeptFiles(self.repository.root, self.keep_in)

    @property
    def root(self) -> Path:
        """The folder of the work tree."""
        return self.repository.root

    @property
    def environment(self) -> Mapping[str, str]:
        """Nothing: the programs run as the user would run them."""
        return {}

    def put(self, candidate: Candidate) -> None:
        """Show a candidate, with the change. Raises OSError."""
        self.after, self.before = candidate.after, candidate.before
        self.show(changed=True)

    def show(self, *, changed: bool) -> None:
        """Make the files what they are with the change, or what they were without it. Raises OSError."""
        wanted = self.after if changed else self.before
        self._back({path for path in self.written if path not in wanted})
        todo = [path for path, content in wanted.items() if path not in self.written or self.written[path] != content]
        if todo and self.announce is not None:
            announce, self.announce = self.announce, None
            announce()
        if todo and not self.written:
            self.head = self.repository.head()
        new = {path: content for path in todo if path not in self.written and (content := wanted[path]) is not None}
        if len(new) == len(todo) > 1:
            self._write_new(new)
            return
        for path in todo:
            self._keep(path)
            self.written[path] = wanted[path]
            executable = self.kept.is_program(path) and not (self.root / path).exists()
            write_or_remove(self.root, path, wanted[path], executable=executable)

    def _write_new(self, new: Mapping[str, bytes]) -> None:
        """Write files of which none is written yet, flushed to the disk side by side."""
        for path in new:
            self._keep(path)
        self.written |= new
        before = {path: self.kept.before(path) for path in new}
        write_many(self.root, new, before, [path for path in new if self.kept.is_program(path)])

    def _keep(self, path: str) -> None:
        if path not in self.kept:
            self.kept.keep(path, self._original(path))

    def undone(self) -> str:
        """A file that is what it was before it was written here; empty where there is none."""
        changed = (path for path, content in self.written.items() if content != self.kept.before(path))
        return next((path for path in changed if file_bytes(self.root, path) == self.kept.before(path)), "")

    def expect(self, files: Files) -> None:
        """Take these for what the files are now: what somebody has made of one since is not written over."""
        self.expected = dict(files)

    def _original(self, path: str) -> bytes | None:
        content = file_bytes(self.root, path)
        if path in self.expected and content != self.expected[path]:
            what = f"{path} has changed since the run began."
            raise RepositoryError(what, hint="It was not touched. Commit or undo that, then run again.")
        return content

    def clear(self) -> None:
        """Make the files what HEAD has. Raises OSError."""
        self._back(set(self.written))
        self.after, self.before = {}, {}

    def drop(self, paths: Iterable[str]) -> None:
        """Make some files what HEAD has. Raises OSError."""
        self._back({path for path in paths if path in self.written})

    def settle(self, paths: Iterable[str]) -> None:
        """Forget `paths`: HEAD holds them as they are now."""
        gone = tuple(paths)
        for path in gone:
            self.written.pop(path, None)
        self.kept.forget(gone)

    def _back(self, paths: set[str]) -> None:
        has_moved = bool(paths) and self.repository.head() != self.head
        for path in sorted(paths):
            # What somebody has committed meanwhile is theirs.
            is_theirs = has_moved and self.repository.checked_out("HEAD", path) == self.written[path]
            if file_bytes(self.root, path) == self.written[path] and not is_theirs:
                self.kept.put_back(path)
            self.kept.forget((path,))
            del self.written[path]


Watched = Callable[[Files], AbstractContextManager[None]]


def watch_nothing(expected: Files) -> AbstractContextManager[None]:  # noqa: ARG001 - as others need it
    """For where nobody minds what validations do to tracked files."""
    return nullcontext()


class InPlace(Struct):
    """Judges in the user's own work tree, one candidate after another."""

    stage: Stage
    validations: Mapping[str, Validation]
    watched: Watched = watch_nothing
    width: int = 1

    def start(self, candidate: Candidate) -> Future[tuple[Result, ...]]:
        """Judge now. The candidate is still shown when this returns, whatever the validations have done to it."""
        self.stage.put(candidate)
        if not candidate.names:
            return _known(())  # nothing runs that could do anything to it
        with self.watched(dict(self.stage.written)):
            results = validate(candidate.names, self.validations, self.stage, candidate.scopes)
            undone = self.stage.undone()
        if undone and results:
            # It has judged another tree than the one that it was shown, such as by `git stash`.
            summary = f"it tells nothing: it has taken the change of {undone} back"
            results = (*results[:-1], replace(results[-1], verdict=Verdict.INDETERMINATE, summary=summary, guilty=()))
        return _known(results)

    def learn(self, results: tuple[Result, ...]) -> None:
        """Nothing: they know it already."""

    def close(self) -> None:
        """Show what HEAD has."""
        self.stage.clear()


def _known(results: tuple[Result, ...]) -> Future[tuple[Result, ...]]:
    done: Future[tuple[Result, ...]] = Future()
    done.set_result(results)
    return done
