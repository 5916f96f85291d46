"""Puts a counter around what changes files and starts programs: `os`, `open`, `subprocess` of this process, for ever.

git itself stays as it is. Where it is to fail, another program takes its place that ends as git does.
"""

from __future__ import annotations

import builtins
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.crashes.points import Points

_GIT_WRITES = """\
add apply am branch checkout cherry-pick clone commit commit-tree fast-import fetch hash-object merge mktree pack-refs
push read-tree rebase reset restore revert rm stash switch tag update-index update-ref worktree write-tree"""
_WITH_VALUE = ("-c", "-C", "--git-dir", "--work-tree", "--namespace")


def install(points: Points) -> None:
    """Wrap what changes files and starts programs, for the rest of this process."""
    wrapped: dict[Any, Any] = {}
    for name in ("unlink", "remove", "rmdir", "mkdir", "chmod", "truncate", "ftruncate", "fsync", "fdatasync", "utime"):
        _wrap(wrapped, points, name, space=name == "mkdir")
    for name in ("rename", "replace", "link", "symlink"):
        _wrap(wrapped, points, name, target=1, space=name in ("link", "symlink"))
    for name in ("setxattr", "removexattr"):
        _wrap(wrapped, points, name, space=name == "setxattr")
    _wrap_open(wrapped, points)
    _wrap_write(wrapped, points)
    for original, wrapper in wrapped.items():
        for known in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
            if original in known:
                known.add(wrapper)
    opened = _opening(points)
    wrapped[io.open] = opened
    io.open = builtins.open = opened
    # Python 3.10 keeps its own names of these functions there.
    accessor = getattr(sys.modules["pathlib"], "_NormalAccessor", None)
    for name, value in list(vars(accessor).items()) if accessor else ():
        original = getattr(value, "__func__", value)
        if callable(original) and original in wrapped:
            setattr(accessor, name, staticmethod(wrapped[original]))
    _wrap_programs(points)


def _wrap(wrapped: dict[Any, Any], points: Points, name: str, *, target: int = 0, space: bool = False) -> None:
    original = getattr(os, name, None)
    if original is None:
        return
    shown = "rename" if name == "replace" else "unlink" if name == "remove" else name

    def wrapper(*arguments: Any, **options: Any) -> Any:
        path = arguments[target] if len(arguments) > target else options.get("dst", options.get("path"))
        is_made = name == "mkdir" and "dir_fd" not in options and os.path.isdir(path or "")  # noqa: PTH112
        if not is_made and (called := points.name_of(path, options.get("dst_dir_fd", options.get("dir_fd")))):
            points.step(f"{shown} {called}", *arguments[: target + 1], space=space)
        return original(*arguments, **options)

    wrapped[original] = wrapper
    setattr(os, name, wrapper)


def _wrap_open(wrapped: dict[Any, Any], points: Points) -> None:
    original = os.open

    def wrapper(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and (called := points.name_of(path, dir_fd)):
            is_there = dir_fd is None and os.path.isfile(path)  # noqa: PTH113
            points.step(f"open {called}", path, space=not is_there)
        return original(path, flags, mode, dir_fd=dir_fd)

    wrapped[original] = wrapper
    os.open = wrapper


def _wrap_write(wrapped: dict[Any, Any], points: Points) -> None:
    original = os.write

    def wrapper(descriptor: int, data: Any) -> int:
        view = memoryview(data).cast("B")
        _written(points, descriptor, view, lambda half: original(descriptor, half))
        return original(descriptor, view)

    wrapped[original] = wrapper
    os.write = wrapper
    for name in ("sendfile", "copy_file_range"):
        _wrap(wrapped, points, name, target=0 if name == "sendfile" else 1, space=True)


def _written(points: Points, descriptor: int, view: memoryview, write: Callable[[memoryview], object]) -> None:
    called = points.name_of(descriptor)
    if called.startswith("pipe:"):
        points.meet("write to a pipe", fails=False, is_running=True)
    elif called:
        tear = (lambda: write(view[: len(view) // 2])) if len(view) > 1 else None
        points.step(f"write {called}", space=True, tear=tear)


def _opening(points: Points) -> Callable[..., Any]:
    """What takes the place of `open`: files for writing are put together around a `FileIO` that counts."""
    original = io.open

    class Counted(io.FileIO):
        def write(self, data: Any) -> int:
            view = memoryview(data).cast("B")
            _written(points, self.fileno(), view, super().write)
            return super().write(view)

        def truncate(self, size: int | None = None) -> int:
            points.step(f"truncate {points.name_of(self.fileno())}")
            return super().truncate(size)

    def opened(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        called = points.name_of(file)
        if not set(mode) & set("wxa+") or not called:
            return original(file, mode, buffering, encoding, errors, newline, closefd, opener)
        # Opening what is there, for reading and writing, changes nothing, and is done to look at how long output is.
        if not isinstance(file, int) and opener is None and "r" not in mode:
            points.step(f"open {called}", file, space=not os.path.exists(file))  # noqa: PTH110
        raw = Counted(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        if buffering == 0:
            return raw
        size = buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE
        buffered: Any = io.BufferedRandom(raw, size) if "+" in mode else io.BufferedWriter(raw, size)
        if "b" in mode:
            return buffered
        text: Any = io.TextIOWrapper(buffered, encoding, errors, newline, buffering == 1)
        text.mode = mode
        return text

    return opened


def program_of(arguments: Any) -> tuple[str, bool]:
    """How a program is called in a point, and whether it is a git command that writes."""
    if isinstance(arguments, (str, bytes)):
        return os.fsdecode(arguments).partition(" ")[0], False
    words = [os.fsdecode(word) for word in arguments]
    program = Path(words[0]).name
    if program != "git":
        return program, False
    number = 1
    while number < len(words) and words[number].startswith("-"):
        number += 2 if words[number] in _WITH_VALUE else 1
    command = words[number] if number < len(words) else ""
    return f"git {command}", command in _GIT_WRITES.split()


def _wrap_programs(points: Points) -> None:
    kind = subprocess.Popen
    begin = kind.__init__

    def __init__(self: Any, args: Any, *more: Any, **options: Any) -> None:  # noqa: N807
        name, writes = program_of(args)
        is_git = name.startswith("git ")
        if number := points.meet(f"{name} (before)", space=is_git and writes):
            if not is_git:
                raise OSError(number, os.strerror(number), str(args[0]))
            # As git ends where a file refuses it.
            told = f"fatal: unable to {'write' if writes else 'read'} a file of git's: {os.strerror(number)}"
            args, options["executable"] = ["sh", "-c", 'echo "$0" >&2; exit 128', told], None
        begin(self, args, *more, **options)
        self.met = name
        points.meet(f"{name} (started)", fails=False, is_running=writes or not is_git)

    def ended(name: str) -> None:
        original = getattr(kind, name)

        def wrapper(self: Any, *arguments: Any, **options: Any) -> Any:
            result = original(self, *arguments, **options)
            if self.returncode is not None and (called := self.__dict__.pop("met", "")):
                points.meet(f"{called} (after)", fails=False)
            return result

        setattr(kind, name, wrapper)

    kind.__init__ = __init__  # type: ignore[method-assign]
    for name in ("wait", "poll", "communicate"):
        ended(name)
