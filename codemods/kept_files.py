"""Files that are replaced for a while: what was there is kept under a second name, and comes back by a rename.

So the way back needs no space on the disk, and brings the very file: its times, attributes and other names.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from codemods.files import file_bytes, flush_folder, write_or_remove

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class KeptFiles:
    """The files of a work tree that are other than they were, each with what it was."""

    def __init__(self, root: Path, folder: Path | None = None) -> None:
        """What is kept goes to `folder`, which is on the file system of `root`: else, or without it, to memory only."""
        self.root = root
        self.folder = folder
        self._before: dict[str, tuple[bytes | None, bool]] = {}
        self._names: dict[str, Path] = {}
        self._count = 0

    def __contains__(self, path: object) -> bool:
        """Whether `path` is kept."""
        return path in self._before

    def before(self, path: str) -> bytes | None:
        """What the file `path` was when it was kept; None: it was not there."""
        return self._before[path][0]

    def is_program(self, path: str) -> bool:
        """Whether the file `path` could be run when it was kept."""
        return self._before[path][1]

    def keep(self, path: str, content: bytes | None) -> None:
        """Keep the file `path`, whose bytes are `content`, unless it is kept already."""
        if path in self._before:
            return
        place = os.path.join(self.root, path)  # noqa: PTH118 - and below: `pathlib` takes longer than the system does
        self._before[path] = content, os.path.isfile(place) and os.access(place, os.X_OK)  # noqa: PTH113
        if self.folder is None or content is None or os.path.islink(place):  # noqa: PTH114
            return
        self._count += 1
        name = self.folder / str(self._count)
        # Where there are no second names, or none across the two folders, memory has to do.
        with suppress(OSError, NotImplementedError):
            if self._count == 1:
                self.folder.mkdir(parents=True, exist_ok=True)
            os.link(place, name)
            self._names[path] = name

    def put_back(self, path: str) -> None:
        """Make the file `path` what it was, and forget it. Raises OSError."""
        content, executable = self._before[path]
        name = self._names.get(path)
        if name is not None and content is not None and (self.root / path).parent.is_dir():
            with suppress(OSError):
                name.replace(self.root / path)
                flush_folder((self.root / path).parent)
        if file_bytes(self.root, path) != content:
            missing = not (self.root / path).exists()
            write_or_remove(self.root, path, content, executable=executable and missing)
        self.forget((path,))

    def forget(self, paths: Iterable[str]) -> None:
        """Let go of what these files were."""
        for path in paths:
            self._before.pop(path, None)
            name = self._names.pop(path, None)
            if name is not None:
                with suppress(OSError):
                    name.unlink()

    def close(self) -> None:
        """Forget all, and remove the folder."""
        self.forget(tuple(self._before))
        if self.folder is not None:
            remove_kept(self.folder)


def remove_kept(folder: Path) -> None:
    """Remove what a killed process has kept in `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
