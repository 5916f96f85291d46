"""Runs git, as a program; nothing else does. To load a library for that takes longer than git takes to answer."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.errors import RepositoryError
from codemods.interrupts import interrupts_held

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCK_LIMIT = 10.0  # seconds that a lock of git is waited for
_SOON, _LATER = 0.02, 0.5  # seconds between two tries
_PATIENCE = 5.0  # seconds in which git may take its locks away

# Set when we are started from a hook or an alias; they would point git at another tree than the one we mean.
_REDIRECTING = re.compile(
    r"GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|"
    r"IMPLICIT_WORK_TREE|GRAFT_FILE|SHALLOW_FILE|REPLACE_REF_BASE|NO_REPLACE_OBJECTS|QUARANTINE_PATH|"
    r"CEILING_DIRECTORIES|LITERAL_PATHSPECS|GLOB_PATHSPECS|NOGLOB_PATHSPECS|ICASE_PATHSPECS|EXTERNAL_DIFF|EDITOR)"
)
# What git says where another git is at work, or was killed at it.
_LOCKED = re.compile(rb"Unable to create '(.+\.lock)': File exists")

# For what we read; the user's own settings hold for what we commit, and for the hooks that then run.
_READING = (
    (
        *("-c", "core.quotePath=false", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false"),
        *("-c", "i18n.logOutputEncoding=UTF-8"),
    ),
    {"GIT_OPTIONAL_LOCKS": "0"},
)
_WRITING: tuple[tuple[str, ...], dict[str, str]] = (("-c", "i18n.commitEncoding=UTF-8"), {})  # as we write messages
_SHARED = {"LC_ALL": "C.UTF-8", "LANGUAGE": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true"}
_MISSING = "The program git is not there."


class GitError(RepositoryError):
    """git has refused: `status` is its exit status, which is 1 where a hook did, and more where it was git itself."""

    def __init__(self, what: str, *, status: int, where: str = "", hint: str = "") -> None:
        super().__init__(what, where=where, hint=hint)
        self.status = status


class LockedError(RepositoryError):
    """Another git holds a lock, longer than we wait."""


def forget_redirections() -> None:
    """Take out of our environment what would point git elsewhere: also of what we start besides git."""
    for name in list(os.environ):
        if _REDIRECTING.fullmatch(name):
            del os.environ[name]


def execute(
    folder: Path,
    arguments: list[str],
    *,
    stdin: bytes | None = None,
    reading: bool = True,
    more: Mapping[str, str] | None = None,
) -> tuple[int, bytes, bytes]:
    """Run git in `folder`: its exit status, output and errors. `reading` keeps the user's settings from changing what
    it tells.

    A lock of another git is waited for. Raises LockedError where that takes too long, RepositoryError where there is no
    git.
    """
    end, pause = time.monotonic() + LOCK_LIMIT, _SOON
    while True:
        status, out, err = _once(folder, arguments, stdin, reading=reading, more=more)
        if not status or (found := _LOCKED.search(err)) is None:
            return status, out, err
        if time.monotonic() > end:
            raise locked(os.fsdecode(found[1]))
        time.sleep(pause)
        pause = min(2 * pause, _LATER)


def locked(lock: str) -> LockedError:
    """The error for a lock file that is held too long."""
    try:
        age = f" for {max(time.time() - Path(lock).stat().st_mtime, 0):.0f} s"
    except OSError:
        age = ""
    what = f"Another git is at work in this repository: it has held {lock}{age}."
    hint = "Wait until it has ended, then run the command again. If no git is running, it was killed: remove that file."
    return LockedError(what, hint=hint)


def _once(
    folder: Path, arguments: list[str], stdin: bytes | None, *, reading: bool, more: Mapping[str, str] | None
) -> tuple[int, bytes, bytes]:
    settings, variables = _READING if reading else _WRITING
    # From a file, and without one where nothing is said: on a full disk there could be none, and the way back asks git.
    with tempfile.TemporaryFile() if stdin is not None else nullcontext() as stream:
        if stream is not None:
            try:
                stream.write(stdin or b"")
                stream.seek(0)
            except OSError as error:
                # The system does not say what it has refused.
                raise type(error)(error.errno, error.strerror, tempfile.gettempdir()) from error
        try:
            process = subprocess.Popen(
                ["git", *settings, *arguments],  # noqa: S607 - the one on PATH, as everywhere in a repository
                cwd=folder,
                stdin=stream or subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, **_SHARED, **variables, **(more or {})},
            )
        except FileNotFoundError as error:
            if not folder.is_dir():
                raise
            raise RepositoryError(_MISSING, hint="Install git and put it on PATH.") from error
        with process:
            try:
                out, err = process.communicate()
            except BaseException:
                _end(process)
                raise
    return process.returncode, out, err


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git where we are interrupted: ^C in a terminal reaches it as well, what is sent to us alone does not. Killed
    outright, it would leave its locks."""
    with interrupts_held():
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
            return
        process.kill()
