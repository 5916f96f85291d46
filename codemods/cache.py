"""Values that are kept in a folder to be found again, and that nothing depends on: each may be missing, or go.

A value is written beside its place and renamed into it, so that several processes may keep and find values at the same
time. What is damaged, of another version, or holds anything but the values that are asked for, counts as missing.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from msgspec import Struct

from codemods.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_HEAD = b"codemods cache\n"
_DIGEST = 32  # bytes
_SEAL = len(_HEAD) + _DIGEST
_SIZE = 8  # bytes that tell how long a value is
_LARGEST = 64 * 1024 * 1024  # bytes of one value
_PART = 256 * 1024  # bytes that are read at a time
_VALUES = 12  # in one folder
_BUILTINS = frozenset({"frozenset", "set", "tuple", "list", "dict", "bytearray"})


class _Named(Struct, kw_only=True):
    any: int = 0


# What the library calls for values with named fields: their class, by which it is asked for, called with them.
_REBUILD: Any = _Named().__reduce__()[0]


class Cache:
    """The values in `folder`, by their names: of classes in `modules`. Nothing is created before the first value."""

    def __init__(self, folder: Path, modules: frozenset[str] = frozenset()) -> None:
        self.folder = folder
        self.modules = modules

    def find(self, name: str, is_wanted: Callable[[object], bool] | None = None) -> object | None:
        """What was kept as `name`; None where nothing is, or nothing that can be used. With `is_wanted`, what was kept
        `about` it is read first, and the rest only where that is wanted."""
        self.remove_left()
        try:
            with self._place(name).open("rb") as file:
                if is_wanted is None:
                    _pass_over(file)
                elif not is_wanted(_read(file, self.modules)):
                    return None
                return _read(file, self.modules)
        except Exception:
            return None

    def keep(self, name: str, value: object, about: object = None) -> None:
        """Keep `value` as `name`, in the place of what was, with something `about` it. Where that cannot be done,
        nothing is kept."""
        with suppress(OSError, _TooLargeError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(prefix=".codemods-", suffix=".tmp", dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    _hold(file)
                    _write(file, about)
                    _write(file, value)
                Path(beside).replace(self._place(name))
            except BaseException:
                Path(beside).unlink(missing_ok=True)
                raise
            self._tidy()

    def _place(self, name: str) -> Path:
        return self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.cache"

    def remove_left(self) -> None:
        """Remove what a killed process was about to put in its place: nobody holds it any more."""
        with suppress(OSError):
            for beside in self.folder.glob(".codemods-*.tmp"):
                with beside.open("rb") as file:
                    if _hold(file):
                        beside.unlink(missing_ok=True)

    def _tidy(self) -> None:
        """Let go of the values that were kept longest ago."""
        values = sorted(self.folder.glob("*.cache"), key=lambda place: place.stat().st_mtime, reverse=True)
        for place in values[_VALUES:]:
            place.unlink(missing_ok=True)


def _hold(file: IO[bytes]) -> bool:
    """Hold a file as long as it is open; whether nobody else does. Where files cannot be held so, nobody knows."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class _TooLargeError(ValueError):
    """A value takes more room than it is worth."""


class _Sealing:
    """Writes to `file`, and seals what it writes."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.sealed = _sealing()
        self.size = 0

    def write(self, part: bytes | memoryview) -> int:
        """Write one more part. Raises OSError, and _TooLargeError."""
        part = memoryview(part).cast("B")
        self.size += len(part)
        if self.size > _LARGEST:
            raise _TooLargeError
        self.sealed.update(part)
        return self.file.write(part)


def _write(file: IO[bytes], value: object) -> None:
    """Write a value behind its seal and its size, piece by piece: as a whole it would take as much memory once more."""
    start = file.tell()
    file.write(bytes(_SEAL + _SIZE))
    sealing = _Sealing(file)
    pickle.dump(value, sealing, protocol=pickle.HIGHEST_PROTOCOL)
    file.seek(start)
    file.write(_HEAD + sealing.sealed.digest() + sealing.size.to_bytes(_SIZE, "big"))
    file.seek(start + _SEAL + _SIZE + sealing.size)


def _read(file: IO[bytes], modules: frozenset[str]) -> object:
    """The value that comes next in `file`. Raises any exception where that is not whole, or none that we have made."""
    seal, size = file.read(_SEAL), int.from_bytes(file.read(_SIZE), "big")
    start, left, sealed = file.tell(), size, _sealing()
    while left and (part := file.read(min(left, _PART))):
        sealed.update(part)
        left -= len(part)
    if left or seal != _HEAD + sealed.digest():
        raise ValueError("it is damaged, or of another version")
    file.seek(start)
    value: object = _Unpickler(file, modules).load()
    file.seek(start + size)
    return value


def _pass_over(file: IO[bytes]) -> None:
    """Leave out the value that comes next in `file`."""
    file.seek(_SEAL)
    file.seek(int.from_bytes(file.read(_SIZE), "big"), os.SEEK_CUR)


class _Unpickler(pickle.Unpickler):
    """Makes plain values only: what lies in a file must not say what to run."""

    def __init__(self, file: IO[bytes], modules: frozenset[str]) -> None:
        super().__init__(file)
        self._modules = modules

    def find_class(self, module: str, name: str) -> object:
        if (module, name) == (_REBUILD.__module__, _REBUILD.__qualname__):
            return _REBUILD
        if (module == "builtins" and name in _BUILTINS) or module in self._modules:
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        message = f"{module}.{name} is no plain value"
        raise pickle.UnpicklingError(message)


def _sealing() -> hashlib.blake2b:
    """What makes the seal of a value: it tells which code made that, and that it is whole."""
    return hashlib.blake2b(digest_size=_DIGEST, key=_version())


@lru_cache(maxsize=1)
def _version() -> bytes:
    """Our own code, as far as its files tell, and the Python that runs it."""
    package = Path(__file__).parent
    newest = max(_times(package), default=0)
    return hashlib.sha256(f"{VERSION}\n{sys.version}\n{newest}".encode()).digest()


def _times(folder: Path) -> Iterable[int]:
    """When the files of the package were changed last: in a checkout, the number of a version says little."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in files:
            if name.endswith(".py"):
                yield os.stat(os.path.join(place, name)).st_mtime_ns  # noqa: PTH116, PTH118 - hundreds of them
