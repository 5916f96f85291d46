"""What git has stored of the files in a work tree, as far as a patch has to say it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.engine.shown import Preview
    from codemods.vcs import Repository


class Stored(Struct, frozen=True):
    """The modes of the tracked files by path, and those that are stored with LF where the work tree has CRLF.

    `digest` is the function that names blobs: `sha1` or `sha256`.
    """

    modes: Mapping[str, str]
    with_lf: frozenset[str] = frozenset()
    digest: str = "sha1"


def stored(repository: Repository, shown: Preview) -> Stored:
    """What is stored of the files in `repository` that `shown` changes. Raises RepositoryError."""
    entries = repository.index_entries()
    is_long = any(len(entry.blob) > 40 for entry in entries.values())
    modes = {path: entry.mode for path, entry in entries.items()}
    changes = [change for unit in shown.units for change in unit.changes]
    has_cr = any(b"\r\n" in change.before for change in changes)
    return Stored(modes, _with_lf(repository) if has_cr else frozenset(), "sha256" if is_long else "sha1")


def _with_lf(repository: Repository) -> frozenset[str]:
    records = os.fsdecode(repository.run("ls-files", "--eol", "-z")).split("\0")
    return frozenset(path for about, _, path in (r.partition("\t") for r in records) if about.startswith("i/lf"))
