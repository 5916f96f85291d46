"""Values that are kept in a folder to be found again, and that nothing depends on: each may be missing, or go.

A value is written beside its place and renamed into it, so that several processes may keep and find values at the same
time. What is damaged, of another version, or holds anything but the values that are asked for, counts as missing.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import sys
import tempfile
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEAD = b"codemods cache\n"
_DIGEST = 32  # bytes
_SEAL = len(_HEAD) + _DIGEST
_LARGEST = 64 * 1024 * 1024  # bytes of one value
_VALUES = 12  # in one folder
_BUILTINS = frozenset({"frozenset", "set", "tuple", "list", "dict", "bytearray"})


class Cache:
    """The values in `folder`, by their names: of classes in `modules`. Nothing is created before the first value."""

    def __init__(self, folder: Path, modules: frozenset[str] = frozenset()) -> None:
        self.folder = folder
        self.modules = modules

    def find(self, name: str) -> object | None:
        """What was kept as `name`; None where nothing is, or nothing that can be used."""
        self.remove_left()
        try:
            content = self._place(name).read_bytes()
        except OSError:
            return None
        packed = content[_SEAL:]
        if content[:_SEAL] != _seal(packed):
            return None
        try:
            value: object = _Unpickler(packed, self.modules).load()
        except Exception:
            return None
        return value

    def keep(self, name: str, value: object) -> None:
        """Keep `value` as `name`, in the place of what was. Where that cannot be done, nothing is kept."""
        packed = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        if len(packed) > _LARGEST:
            return
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(prefix=".codemods-", suffix=".tmp", dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    _hold(file)
                    file.write(_seal(packed) + packed)
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


class _Unpickler(pickle.Unpickler):
    """Makes plain values only: what lies in a file must not say what to run."""

    def __init__(self, packed: bytes, modules: frozenset[str]) -> None:
        super().__init__(io.BytesIO(packed))
        self._modules = modules

    def find_class(self, module: str, name: str) -> object:
        if (module == "builtins" and name in _BUILTINS) or module in self._modules:
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        message = f"{module}.{name} is no plain value"
        raise pickle.UnpicklingError(message)


def _seal(packed: bytes) -> bytes:
    """What stands before a value: which code made it, and that it is whole."""
    return _HEAD + hashlib.blake2b(packed, digest_size=_DIGEST, key=_version()).digest()


@lru_cache(maxsize=1)
def _version() -> bytes:
    """Our own code, as far as its files tell, and the Python that runs it."""
    try:
        ours = version("codemods")
    except PackageNotFoundError:
        ours = ""
    package = Path(__file__).parent
    newest = max(_times(package), default=0)
    return hashlib.sha256(f"{ours}\n{sys.version}\n{newest}".encode()).digest()


def _times(folder: Path) -> Iterable[int]:
    """When the files of the package were changed last: in a checkout, the number of a version says little."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in files:
            if name.endswith(".py"):
                yield os.stat(os.path.join(place, name)).st_mtime_ns  # noqa: PTH116, PTH118 - hundreds of them
