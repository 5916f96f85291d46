"""The points of a process: each step that it makes on the disk, each program that it starts; a fault at one of them.

A step is met before it is made; a program three times: before, once it is started, and when it has ended.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

KILL, HALF, FULL = "kill", "half", "full"
COUNT, NONE = "count", "none"
ERRORS = {"ENOSPC": errno.ENOSPC, "EACCES": errno.EACCES, "EIO": errno.EIO}
KINDS = (KILL, HALF, *ERRORS, FULL)

_OURS = str(Path(__file__).parents[2] / "codemods")
_OUTSIDE = ("/dev/", "/proc/", "socket:", "anon_inode:")
_RANDOM = re.compile(r"(\.codemods-|/codemods-|tmp/tmp)[a-z0-9_]{8}|(#)\d+ \(deleted\)")


@dataclass(frozen=True)
class Fault:
    """What is to happen at the point `number`. `COUNT` only writes the points down, `NONE` does nothing."""

    kind: str
    number: int = 0


@dataclass(frozen=True)
class Point:
    """One step: `fails` with these kinds of error; `is_torn` where it can be half done; it needs `space` on the disk.

    `state` is that of the repository before it, `site` the place in our code that makes it, with all that called it;
    `is_running` says whether a program is at work that may change it.
    """

    number: int
    name: str
    fails: bool
    is_torn: bool
    space: bool
    state: str = ""
    site: str = ""
    is_running: bool = False


class Points:
    """The points of one process. What is met, or struck, goes to `log`, a descriptor, as lines of JSON."""

    def __init__(self, fault: Fault, root: Path, temporary: Path, log: int, state: Callable[[], str]) -> None:
        """`root` is the repository, `temporary` where temporary files go; `state` tells what `root` holds."""
        self.fault = fault
        self.root = str(root)
        self.temporary = str(temporary)
        self.log = log
        self.state = state
        self.count = 0
        self.struck = False
        self.is_looking = False
        self.write = os.write

    def name_of(self, file: object, folder: int | None = None) -> str:
        """How a file is called in a point: from the repository; empty for what is none, such as a device."""
        if isinstance(file, int):
            path = path_of(file)
        else:
            path = os.fsdecode(file)  # type: ignore[arg-type]
            path = os.path.join(path_of(folder) if folder is not None else os.getcwd(), path)  # noqa: PTH109, PTH118
        for start, short in ((self.root, ""), (self.temporary, "tmp")):
            if path == start or path.startswith(f"{start}/"):
                short += path[len(start) + (not short) :]
                return _RANDOM.sub(r"\1\2*", short).replace(f".{os.getpid()}", ".*") or "."
        return "" if path.startswith(_OUTSIDE) else path

    def meet(
        self,
        name: str,
        *,
        fails: bool = True,
        space: bool = False,
        tear: Callable[[], object] | None = None,
        is_running: bool = False,
    ) -> int:
        """Count one point, and strike if it is the one; the number of the error that a program is to fail with, or 0.

        Raises OSError where the step is to fail, unless it `fails` by a program.
        """
        if self.is_looking:
            return 0
        self.count += 1
        if self.fault.kind == COUNT:
            self.is_looking = True
            # While a program runs nobody can say what it has done so far.
            state = "" if name.endswith("(started)") else self.state()
            point = Point(self.count, name, fails, tear is not None, space, state, _site(), is_running)
            self.is_looking = False
            self.write(self.log, json.dumps(asdict(point)).encode() + b"\n")
            return 0
        return self._strike(name, fails=fails, space=space, tear=tear)

    def _strike(self, name: str, *, fails: bool, space: bool, tear: Callable[[], object] | None) -> int:
        kind, here = self.fault.kind, self.count == self.fault.number
        if here:
            self.write(self.log, json.dumps({"struck": name}).encode() + b"\n")
        if here and kind in (KILL, HALF):
            if kind == HALF and tear is not None:
                tear()
            os.kill(os.getpid(), signal.SIGKILL)
        if fails and here and kind in ERRORS:
            return ERRORS[kind]
        if fails and space and kind == FULL and self.count >= self.fault.number:
            return errno.ENOSPC
        return 0

    def step(self, name: str, *paths: object, space: bool = False, tear: Callable[[], object] | None = None) -> None:
        """Meet a step that fails by OSError, which names `paths` as the system does: none that is given as an open
        file."""
        if number := self.meet(name, space=space, tear=tear):
            shown = [os.fspath(path) for path in paths if isinstance(path, (str, bytes, os.PathLike))]
            first, second = (*shown, None, None)[:2]
            raise OSError(number, os.strerror(number), first, None, second)


def _site() -> str:
    frame = sys._getframe()
    found = hashlib.sha256()
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code.co_filename.startswith(_OURS):
            found.update(f"{frame.f_code.co_filename}:{frame.f_lineno}\n".encode())
    return found.hexdigest()[:12]


def path_of(descriptor: int) -> str:
    """What a descriptor is open on; empty where nobody knows."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115
    except OSError:
        return ""
