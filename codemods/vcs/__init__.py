"""git: the only package that runs it."""

from codemods.vcs.command import GitError, LockedError
from codemods.vcs.records import (
    Commit,
    Difference,
    Entry,
    TrackedFile,
    cleaned,
    is_blob_of,
    is_kept_as_it_is,
    with_trailers,
)
from codemods.vcs.repository import Repository

__all__ = [
    "Commit",
    "Difference",
    "Entry",
    "GitError",
    "LockedError",
    "Repository",
    "TrackedFile",
    "cleaned",
    "is_blob_of",
    "is_kept_as_it_is",
    "with_trailers",
]
