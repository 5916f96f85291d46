"""Where HEAD is, read from git's own files: a run asks that several times for each of its files.

Only what these files usually are is read. For anything else (packed refs, a reftable, links) git is asked, and so it is
for the first commit: that it reads these files as we do is not taken for granted.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# With a reftable, HEAD is a file, too, and names a branch that no repository can have.
_BRANCH = re.compile(rb"ref: (refs/heads/(?!\.invalid\n)[^\n]+)\n")
_COMMIT = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64})\n")
_HEADS = "refs/heads/"


class Heads:
    """HEAD of the work tree whose own git folder is `git_dir`; `common_dir` is the shared one, with the branches."""

    def __init__(self, git_dir: Path, common_dir: Path) -> None:
        self._file = git_dir / "HEAD"
        self._refs = common_dir
        self._is_confirmed = False

    def commit(self) -> str | None:
        """The commit at which HEAD is; None where git has to be asked."""
        return self._commit() if self._is_confirmed else None

    def confirm(self, commit: str | None) -> None:
        """Take note of what git says that `commit` should be."""
        self._is_confirmed = commit is not None and commit == self._commit()

    def branch(self) -> tuple[str | None] | None:
        """The branch at which HEAD is, in a tuple, with None for no branch; None where git has to be asked."""
        content = _read(self._file)
        if found := _BRANCH.fullmatch(content):
            branch = os.fsdecode(found[1])
            # One that stands for another is followed by git.
            return (short(branch),) if _COMMIT.fullmatch(_read(self._refs / branch)) else None
        return (None,) if _COMMIT.fullmatch(content) else None

    def _commit(self) -> str | None:
        content = _read(self._file)
        if branch := _BRANCH.fullmatch(content):
            content = _read(self._refs / os.fsdecode(branch[1]))
        found = _COMMIT.fullmatch(content)
        return found[1].decode() if found else None


def short(ref: str) -> str:
    """The name of a branch by its ref."""
    return ref.removeprefix(_HEADS)


def _read(file: Path) -> bytes:
    """What is in `file`; nothing where it is a link, as HEAD may be to the file of its branch, or cannot be read."""
    try:
        return b"" if file.is_symlink() else file.read_bytes()
    except (OSError, ValueError):
        return b""
