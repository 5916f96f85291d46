"""Files of a work tree: read, and replaced so that a crash leaves the old bytes or the new ones, never half."""

from __future__ import annotations

import errno
import glob
import os
import re
import stat
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from codemods.errors import CodemodsError
from codemods.index.needles import common_part
from codemods.interrupts import interrupts_held
from codemods.limits import FILE, too_large
from codemods.plan.expressions import is_git

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

Item = TypeVar("Item")

_PREFIX, _SUFFIX = ".codemods-", ".tmp"  # of the names of files that are to replace others
_BESIDE = re.compile(r"\.codemods-[a-z0-9_]{8}\.tmp")  # as `tempfile` makes them: nobody's own file is called so
# Of a pipe without `O_NONBLOCK`, opening it alone would wait.
_READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_AT_ONCE = 8  # flushes to disk
_AT_FIRST = 256 * 1024  # bytes that are searched
_into, _into_from = getattr(os, "readv", None), getattr(os, "preadv", None)  # not on Windows


def read_bytes(root: Path, path: str) -> bytes:
    """The bytes of the file `path` under `root`.

    Raises OSError: also where it is no file, such as a pipe, which would be waited for, or larger than `limits` allows.
    """
    # Without the objects of `pathlib` and `io`: every file of a repository is read by this.
    handle = os.open(os.path.join(root, path), _READING)  # noqa: PTH118
    try:
        content = _read(handle, _size(os.fstat(handle), path))
        if reason := too_large(len(content)):
            raise OSError(errno.EFBIG, reason, path)
        return content
    finally:
        os.close(handle)


class Searcher:
    """Looks for words in the files under `root`. What it reads goes to one place in memory, over and over: to get some
    anew for each file of a repository takes longer than reading it."""

    def __init__(self, root: Path) -> None:
        self._prefix = os.path.join(root, "")  # noqa: PTH118
        self._buffer = bytearray(_AT_FIRST)
        self._last: tuple[bytes | bytearray, int] = (b"", 0)
        self._needles: tuple[bytes, ...] = ()
        self._common = b""

    def look(self, path: str, needles: Sequence[bytes]) -> tuple[bool, os.stat_result]:
        """Whether the file `path` holds one of `needles`, and how it was when it was opened.

        Raises OSError, as `read_bytes` does.
        """
        if (asked := tuple(needles)) != self._needles:
            self._needles, self._common = asked, common_part(asked)
        # Without calls where nothing is out of the ordinary: every file of a repository is searched by this.
        handle = os.open(self._prefix + path, _READING)
        try:
            about = os.fstat(handle)
            size = about.st_size if stat.S_ISREG(about.st_mode) and about.st_size <= FILE else _size(about, path)
            content: bytes | bytearray = self._buffer
            if _into is None or size >= len(content) or (length := _into(handle, (content,))) != size:
                content, length = self._content(handle, size)
                if reason := too_large(length):
                    raise OSError(errno.EFBIG, reason, path)
        finally:
            os.close(handle)
        self._last = content, length
        if content.find(self._common, 0, length) < 0:
            return False, about
        return any(content.find(needle, 0, length) >= 0 for needle in asked), about

    def sift(self, paths: Iterable[str], needles: Sequence[bytes], odd: bytes) -> Iterator[tuple[str, bool]]:
        """The files `paths` that hold one of `needles`, each with True, and with False those that `look` has to be
        asked about: what cannot be read, or not at once, or begins with the bytes `odd`.

        Many files take a fifth less than with `look`.
        """
        buffer, prefix, asked = self._buffer, self._prefix, tuple(needles)
        room, common, find, seek, read = len(buffer), common_part(asked), buffer.find, os.lseek, _into_from
        for path in paths:
            length, size = -1, 0
            try:
                handle = os.open(prefix + path, _READING)
            except OSError:
                yield path, False
                continue
            try:
                # Less than to ask for all that is known of the file. Where this can be told, it is no pipe.
                size = seek(handle, 0, os.SEEK_END)
                if 0 < size < room and read is not None:
                    length = read(handle, (buffer,), 0)
                elif not size and stat.S_ISREG(os.fstat(handle).st_mode):
                    length = 0
            except OSError:
                length = -1
            finally:
                os.close(handle)
            if length != size or buffer.startswith(odd, 0, length):
                yield path, False
            elif find(common, 0, length) >= 0:
                for needle in asked:
                    if find(needle, 0, length) >= 0:
                        yield path, True
                        break

    def begins_with(self, beginning: bytes) -> bool:
        """Whether the file that was looked at last begins so."""
        content, length = self._last
        return content.startswith(beginning, 0, length)

    def _content(self, handle: int, size: int) -> tuple[bytes | bytearray, int]:
        """What the file holds, and how much that is, where the buffer is too small or the file has changed its size."""
        os.lseek(handle, 0, os.SEEK_SET)
        if _into is not None:
            if size >= len(self._buffer):
                self._buffer = bytearray(2 * size)
            if _into(handle, (self._buffer,)) == size:
                return self._buffer, size
            os.lseek(handle, 0, os.SEEK_SET)
        content = _read(handle, size)
        return content, len(content)


def _size(about: os.stat_result, path: str) -> int:
    """The bytes of a file, by what is known of it. Raises OSError where it is none that is read."""
    if stat.S_ISREG(about.st_mode):
        if reason := too_large(about.st_size):
            raise OSError(errno.EFBIG, reason, path)
        return about.st_size
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    raise OSError(errno.EINVAL, "it is no file", path)


def _read(handle: int, size: int) -> bytes:
    """What the file holds, of which `size` bytes are known; it may grow meanwhile, and no more is read than may be."""
    content = os.read(handle, size + 1)
    if len(content) == size:
        return content
    parts = [content]
    while parts[-1] and (left := FILE + 1 - sum(map(len, parts))) > 0:
        parts.append(os.read(handle, left))
    return b"".join(parts)


def file_bytes(root: Path, path: str) -> bytes | None:
    """The bytes of the file `path` under `root`; None where there is none. Raises OSError."""
    is_file = os.path.isfile(os.path.join(root, path))  # noqa: PTH113, PTH118
    return read_bytes(root, path) if is_file else None


def write_or_remove(root: Path, path: str, content: bytes | None, *, executable: bool = False) -> None:
    """Make the file `path` under `root` hold `content`, as `write_atomically` does; None: it goes. Makes folders."""
    if content is None:
        remove(root, path)
    else:
        _target(root, path).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(root, path, content, executable=executable)


def remove(root: Path, path: str) -> None:
    """Remove the file `path` under `root`, what Python has cached of it, and the folders that are empty then.

    Raises OSError, and CodemodsError as `write_atomically` does.
    """
    target = _target(root, path)
    target.unlink()
    cache = target.parent / "__pycache__"
    for cached in cache.glob(f"{glob.escape(target.stem)}.*.pyc") if target.suffix == ".py" else ():
        cached.unlink()
    with suppress(OSError):
        cache.rmdir()
    folder = target.parent
    while folder != root.resolve() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
    flush_folder(folder)


def write_atomically(root: Path, path: str, content: bytes, *, executable: bool = False) -> None:
    """Replace the file `path` under `root` by `content`: beside it, flushed to disk, then renamed over it.

    Mode bits, owner and extended attributes are kept; a new file may be `executable`. A link is followed only to a file
    under `root`; otherwise CodemodsError is raised. Where a file has other names (hard links), those keep the old
    bytes, as with git: to write through them could change what lies outside of `root`, and could be torn by a crash.
    Raises OSError where the disk refuses; the old file is untouched then.
    """
    target = _target(root, path)
    beside = _beside(target, content, executable=executable)
    with naming(target):
        try:
            beside.replace(target)
        except BaseException:
            with suppress(FileNotFoundError):
                beside.unlink()
            raise
        flush_folder(target.parent)


def write_many(
    root: Path,
    contents: Mapping[str, bytes | None],
    expected: Mapping[str, bytes | None],
    executable: Collection[str] = (),
) -> None:
    """Make each of these files hold its content, as `write_or_remove` does, where all are flushed to disk side by side.

    `expected` is what they hold now, `executable` are those to be programs where they are new. Before anything is
    replaced, all is written. Raises OSError, and CodemodsError where a file holds something else by now; then some of
    the files are replaced, or none.
    """
    targets = _targets(root, contents)
    new = {path: content for path, content in contents.items() if content is not None}
    waiting: dict[str, Path] = {}

    for folder in dict.fromkeys(targets[path].parent for path in new):
        folder.mkdir(parents=True, exist_ok=True)

    def write(path: str) -> None:
        waiting[path] = _beside(targets[path], new[path], executable=path in executable)

    try:
        _side_by_side(write, tuple(new))
        for path in new:
            _require_same(root, path, expected[path])
            with naming(targets[path]):
                waiting[path].replace(targets[path])
            del waiting[path]
    finally:
        for beside in waiting.values():
            with suppress(OSError):
                beside.unlink()
    for path in contents:
        if path not in new and targets[path].exists():
            _require_same(root, path, expected[path])
            remove(root, path)
    _side_by_side(flush_folder, tuple(dict.fromkeys(targets[path].parent for path in new)))


def _side_by_side(function: Callable[[Item], None], items: Sequence[Item]) -> None:
    """Call `function` with each of `items`, several at a time where there are many: a disk takes flushes together."""
    if len(items) <= _AT_ONCE:
        for item in items:
            function(item)
        return
    from codemods.threads import Threads  # here, since it takes time to load

    with Threads(_AT_ONCE) as pool:
        list(pool.map(function, items))


def _require_same(root: Path, path: str, expected: bytes | None) -> None:
    if file_bytes(root, path) != expected:
        what = f"{path} has changed meanwhile."
        raise CodemodsError(what, hint="Nothing was touched. Commit or undo that, then run the command again.")


def _beside(target: Path, content: bytes, *, executable: bool) -> Path:
    """A new file beside `target` that has all but its name, on the disk."""
    # Until it is known which one it is, an interrupt would leave it.
    with naming(target), interrupts_held():
        handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=target.parent)
        return _filled(handle, Path(name), target, content, executable=executable)


@contextmanager
def naming(target: Path) -> Iterator[None]:
    """What the system refuses in here, it refuses for `target`, which it may not name."""
    try:
        yield
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(target)) from error


def _filled(handle: int, beside: Path, target: Path, content: bytes, *, executable: bool) -> Path:
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if target.exists():
                _take_after(target, beside)
            else:
                beside.chmod((0o777 if executable else 0o666) & ~_umask())
            os.fsync(file.fileno())
    except BaseException:
        with suppress(FileNotFoundError):
            beside.unlink()
        raise
    return beside


def _take_after(target: Path, beside: Path) -> None:
    """Give the file `beside` what belongs to `target` besides its content, as far as we may."""
    there = target.stat()
    if os.name == "posix" and (there.st_uid, there.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(OSError):
            os.chown(beside, there.st_uid, there.st_gid)
    if sys.platform == "linux":
        with suppress(OSError):
            for name in os.listxattr(target):
                os.setxattr(beside, name, os.getxattr(target, name))
    beside.chmod(stat.S_IMODE(there.st_mode))


def remove_beside(root: Path, path: str) -> None:
    """Remove what a killed process has left beside the file `path` under `root`, on its way to replace it."""
    with suppress(OSError, CodemodsError):
        remove_left(_target(root, path).parent)


def remove_left(folder: Path) -> None:
    """Remove the files in `folder` that a killed process was about to put in the place of others."""
    with suppress(OSError):
        for left in folder.iterdir():
            if _BESIDE.fullmatch(left.name):
                left.unlink()


def _targets(root: Path, paths: Iterable[str]) -> dict[str, Path]:
    """What `_target` gives for each of `paths`; each of their folders is resolved once."""
    folders: dict[str, Path] = {}
    found = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        target = folders.get(folder, root) / name
        if folder not in folders or is_git(name) or target.is_symlink():
            target = _target(root, path)
            if not (root / path).is_symlink():
                folders[folder] = target.parent
        found[path] = target
    return found


def _target(root: Path, path: str) -> Path:
    try:
        real_root, target = root.resolve(), (root / path).resolve()
    except RuntimeError as error:
        # What Python before 3.13 makes of links that lead in a circle.
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path) from error
    if not target.is_relative_to(real_root):
        what = "It leads out of the repository through a symbolic link."
        raise CodemodsError(what, where=path, hint="`exclude:` it in the plan.")
    if any(is_git(part) for part in target.relative_to(real_root).parts):
        raise CodemodsError("It leads into the folder of git.", where=path, hint="`exclude:` it in the plan.")
    return target


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def flush_folder(folder: Path) -> None:
    """Make a rename in `folder` durable, where the platform can."""
    if os.name == "posix":
        with naming(folder):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def unwritable(root: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of `paths` that cannot be replaced: the file, what it links to, or the folder refuses writing.

    A file without any write bit counts, since root may write everything and the owner did not mean it. So does one
    that is not there.
    """
    return tuple(path for path in paths if not _is_writable(root / path))


def _is_writable(file: Path) -> bool:
    try:
        target = file.resolve(strict=True)
        has_write_bit = bool(target.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    except (OSError, RuntimeError):
        return False
    return has_write_bit and os.access(target, os.W_OK) and os.access(target.parent, os.W_OK | os.X_OK)
