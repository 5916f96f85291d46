"""The tracked files of a repository, whole: also those that are not checked out, as git holds them.

A sparse checkout leaves files out that are there all the same: what refers to something in one of them counts. They are
read from git's blobs. They cannot be changed, nor can files that git is told to take for unchanged: an edit of the
user's in one would be committed with ours, unseen.
"""

from __future__ import annotations

import errno
import os
import shlex
from collections import OrderedDict
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.engine.tree import one_by_one
from codemods.errors import RepositoryError
from codemods.files import Searcher, read_bytes
from codemods.model import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from codemods.vcs import Repository

_BATCH = 200  # blobs that are read at a time
_BATCHES = 4  # of them that are kept
_POINTER = b"version https://git-lfs.github.com/spec/"
_POINTER_SIZE = 1024  # bytes at most, as Git LFS has it
_LFS = "its content is not here: it is a pointer of Git LFS; `git lfs pull` gets it"


class _Entry(Struct, frozen=True):
    """A file in git's index that `git ls-files -v` marks, by its `tag`, as none that is checked out and looked at."""

    path: str
    tag: str
    blob: str

    @property
    def is_absent(self) -> bool:
        """Whether git has been told not to check it out."""
        return self.tag in "Ss"


class Sources(Struct):
    """The tracked files that are no links, by their `paths`. `fixed` are those that cannot be changed, each with the
    reason."""

    repository: Repository
    paths: tuple[str, ...]
    fixed: Mapping[str, str]
    blobs: Mapping[str, str]
    _batches: OrderedDict[int, dict[str, bytes]] = field(default_factory=OrderedDict)
    _places: dict[str, int] = field(default_factory=dict)
    _away: frozenset[str] | None = None
    _searcher: Searcher | None = None

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError where they are not here."""
        content = self._held(path) if path in self.blobs else read_bytes(self.repository.root, path)
        if is_pointer(content):
            raise OSError(errno.ENODATA, _LFS, path)
        return content

    def holds(self, path: str, needles: Sequence[bytes]) -> bool:
        """Whether a file holds one of `needles`. Raises OSError where it cannot be read."""
        return self.look(path, needles)[0]

    def those_holding(
        self, paths: Iterable[str], needles: Sequence[bytes], unread: Callable[[str, OSError], None]
    ) -> Iterator[str]:
        """Those of `paths`, in their order, that hold one of `needles`. Of those that cannot be read, `unread` is
        told."""
        if self.blobs:
            yield from one_by_one(self.holds, paths, needles, unread)
            return
        for path, is_held in self._search().sift(paths, needles, _POINTER):
            if is_held:
                yield path
            else:
                yield from one_by_one(self.holds, (path,), needles, unread)

    def look(self, path: str, needles: Sequence[bytes]) -> tuple[bool, os.stat_result | None]:
        """The same, and how the file was then, if it is checked out. Raises OSError."""
        if path in self.blobs:
            content = self.read(path)
            return any(needle in content for needle in needles), None
        searcher = self._search()
        held, about = searcher.look(path, needles)
        if about.st_size <= _POINTER_SIZE and searcher.begins_with(_POINTER):
            raise OSError(errno.ENODATA, _LFS, path)
        return held, about

    def _search(self) -> Searcher:
        if self._searcher is None:
            self._searcher = Searcher(self.repository.root)
        return self._searcher

    def _held(self, path: str) -> bytes:
        """What git's index holds of a file."""
        if not self._places:
            self._places = {path: number // _BATCH for number, path in enumerate(self.blobs)}
        number = self._places[path]
        if number not in self._batches:
            self._batches[number] = self._batch(number)
            while len(self._batches) > _BATCHES:
                self._batches.popitem(last=False)
        try:
            return self._batches[number][self.blobs[path]]
        except KeyError:
            raise OSError(errno.ENODATA, f"its content is not here, and {self.fixed[path]}", path) from None

    def _batch(self, number: int) -> dict[str, bytes]:
        wanted = list(dict.fromkeys(self.blobs.values()).keys() - self._not_here())
        of_batch = {blob for path, blob in self.blobs.items() if self._places[path] == number}
        names = [blob for blob in wanted if blob in of_batch]
        if not names:
            return {}
        listed = "".join(f"{name}\n" for name in names).encode()
        return dict(_blobs(self.repository.run("cat-file", "--batch", stdin=listed)))

    def _not_here(self) -> frozenset[str]:
        """The blobs that a partial clone has left at its remote: asking for one would fetch it."""
        if self._away is None:
            self._away = frozenset(_missing(self.repository))
        return self._away


def sources_of(repository: Repository) -> Sources:
    """The tracked files of a repository. Raises RepositoryError."""
    records = os.fsdecode(repository.run("ls-files", "-v", "-s", "-z")).split("\0")
    # Before the path stands as much everywhere: the tag, the mode, the blob and the stage.
    width = records[0].find("\t") + 1
    files = [record for record in records if record[2:5] == "100" and record[width - 3 : width] == " 0\t"]
    paths = [record[width:] for record in files]
    marked = [_Entry(r[width:], r[0], r[:width].split(" ")[2]) for r in files if r[0] != "H"]
    absent = [entry for entry in marked if entry.is_absent]
    is_sparse = bool(absent) and _is_sparse(repository)
    fixed = {entry.path: _why_absent(entry.path, is_sparse=is_sparse) for entry in absent}
    fixed |= {entry.path: _why_unseen(entry.path) for entry in marked if entry.tag == "h"}
    return Sources(repository, tuple(paths), fixed, {entry.path: entry.blob for entry in absent})


def is_pointer(content: bytes) -> bool:
    """Whether a file only says what Git LFS would put in its place."""
    return content.startswith(_POINTER) and len(content) <= _POINTER_SIZE


def _is_sparse(repository: Repository) -> bool:
    return repository.run("config", "--type=bool", "--default=false", "core.sparseCheckout").strip() == b"true"


def _why_absent(path: str, *, is_sparse: bool) -> str:
    if not is_sparse:
        return f"git is told not to look at it: `git update-index --no-skip-worktree {_word(path)}`"
    folder = path.rpartition("/")[0] or path
    return f"it is not checked out: `git sparse-checkout add {_word(folder)}`"


def _why_unseen(path: str) -> str:
    return f"git is told to take it for unchanged: `git update-index --no-assume-unchanged {_word(path)}`"


def _word(path: str) -> str:
    return shlex.quote(printable(path))


def _blobs(out: bytes) -> Iterator[tuple[str, bytes]]:
    """What `git cat-file --batch` tells, by name."""
    place = 0
    while place < len(out):
        end = out.index(b"\n", place)
        words = out[place:end].decode("ascii", "replace").split(" ")
        place = end + 1
        if len(words) == 3 and words[2].isdigit():
            size = int(words[2])
            yield words[0], out[place : place + size]
            place += size + 1


def _missing(repository: Repository) -> Iterator[str]:
    names = repository.run("config", "--list", "--name-only", "-z").decode("utf-8", "replace").split("\0")
    if not any(name == "extensions.partialclone" or name.endswith(".promisor") for name in names):
        return
    try:
        out = repository.run("rev-list", "--objects", "--no-object-names", "--missing=print", "HEAD^{tree}")
    except RepositoryError:
        return
    yield from (line[1:] for line in out.decode("ascii", "replace").split() if line.startswith("?"))
