"""What a killed operation has left running, or lying about, is ended or removed before anything is settled.

A git that it had started may still be about to commit: that is waited for, since its commit is to be found. Tests that
still run would see the files change under them: they are ended. Only Linux shows what belongs to an operation;
elsewhere a lock of git's is all that can be seen, and who finds one has to look.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.errors import RepositoryError
from codemods.files import remove_left
from codemods.kept_files import remove_kept
from codemods.processes import with_mark
from codemods.processes.marks import MARK, holding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.journal import Operation
    from codemods.vcs import Repository

_LIMIT = 60.0  # seconds for a git that still runs, with its hooks
_GRACE = 2.0  # seconds for tests between being asked to end and being killed
_LOCKS = ("index.lock", "HEAD.lock", "next-index-*.lock")
_UNCONCERNED = (b"gc", b"maintenance", b"repack", b"prune", b"fsmonitor--daemon")


@contextmanager
def marking(repository: Repository, operation: str) -> Iterator[None]:
    """While this lasts, all that we start is known to belong to `operation`, even after we were killed."""
    before = os.environ.get(MARK)
    os.environ[MARK] = with_mark(os.environ, _mark(repository, operation))[MARK]
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(MARK, None)
        else:
            os.environ[MARK] = before


def _mark(repository: Repository, operation: str) -> str:
    """A copy of a repository, with its journal, has operations of the same names."""
    place = hashlib.sha256(os.fsencode(repository.git_dir)).hexdigest()[:16]
    return f"{operation}.{place}"


def kept_folder(journal_folder: Path, operation: str) -> Path:
    """Where an operation keeps what files were before it."""
    return journal_folder / "kept" / operation


def settle_left(repository: Repository, journal_folder: Path, operation: Operation) -> tuple[str, ...]:
    """Wait for, end or remove what `operation` has left; what of it is worth telling, as sentences.

    Raises RepositoryError where its git does not end.
    """
    mark = _mark(repository, operation.id)
    told = [*_wait_for_git(operation, mark), *_end_others(mark), *_remove_locks(repository, operation)]
    remove_kept(kept_folder(journal_folder, operation.id))
    for folder in (journal_folder, journal_folder / "baselines", journal_folder / "evidence" / operation.id):
        remove_left(folder)
    return tuple(told)


def _wait_for_git(operation: Operation, mark: str) -> Iterator[str]:
    end = time.monotonic() + _LIMIT
    waited = False
    with holding(mark) as held:
        while found := [number for number in held.running() if number != os.getpid() and _is_git(number)]:
            waited = True
            if time.monotonic() > end:
                what = f"git, which {operation.kind} {operation.id} had started before it was killed, is still running."
                hint = f"Wait until process {found[0]} has ended, or end it, then run the command again."
                raise RepositoryError(what, hint=hint)
            time.sleep(0.05)
    if waited:
        yield "git was still at work for it: it was waited for."


def _end_others(mark: str) -> Iterator[str]:
    with holding(mark) as held:
        found = held.running() - {os.getpid()}
        for number in found:
            held.send(number, signal.SIGTERM)
        end = time.monotonic() + _GRACE
        while found and time.monotonic() < end and held.running() & found:
            time.sleep(0.02)
        left = held.running() & found
        for number in left:
            held.send(number, signal.SIGKILL)
        for number in left:
            held.wait(number, _GRACE)
    if found:
        yield f"{len(found)} program(s) that it had started were still running: they were ended."


def _is_git(process: int) -> bool:
    with suppress(OSError):
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        return Path(os.fsdecode(words[0])).name == "git" and not any(word in _UNCONCERNED for word in words)
    return False


def _remove_locks(repository: Repository, operation: Operation) -> Iterator[str]:
    """Remove locks that a killed git has left: taken since the operation began, and no git runs that may hold them."""
    locks = [lock for name in _LOCKS for lock in repository.git_dir.glob(name)]
    if operation.branch:
        branch = repository.common_dir / "refs" / "heads" / f"{operation.branch}.lock"
        locks += [branch] if branch.exists() else []
    began = datetime.fromisoformat(operation.started).timestamp() - 1
    for lock in locks:
        with suppress(OSError):
            if sys.platform == "linux" and lock.stat().st_mtime >= began and not _has_git(repository):
                lock.unlink()
                yield f"{lock.name} was left by a git that was killed: it was removed."


def _has_git(repository: Repository) -> bool:
    """Whether a git runs anywhere in the repository, or may do."""
    places = (repository.root.resolve(), repository.git_dir, repository.common_dir)
    with os.scandir("/proc") as entries:
        numbers = [int(entry.name) for entry in entries if entry.name.isdecimal()]
    for number in numbers:
        try:
            if Path(f"/proc/{number}/comm").read_bytes().strip() != b"git":
                continue
            place = Path(f"/proc/{number}/cwd").resolve()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended
        except OSError:
            return True  # somebody else's, who knows where
        if any(place.is_relative_to(folder) for folder in places):
            return True
    return False
