"""Paths of files, and of folders, in text: `python tools/gen.py`, `"pkg/mod.py"`, `pytest tests/old/`."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SEPARATOR = re.compile(r"[\\/]+")
_LONGEST = 400


def by_file_name(paths: Iterable[str]) -> dict[str, list[str]]:
    """The tracked `paths` by their last parts."""
    named: dict[str, list[str]] = {}
    for path in paths:
        named.setdefault(path.rpartition("/")[2], []).append(path)
    return named


class FileMention(Struct, frozen=True):
    """A path at `start` of a text; where it is not `sure`, several files have that name."""

    start: int
    path: str
    sure: bool


class Files(Struct, frozen=True, dict=True):
    """Files and folders that go. `tracked` holds all files, these included, as `by_file_name` gives them."""

    paths: frozenset[str]
    tracked: Mapping[str, list[str]]
    folders: frozenset[str] = frozenset()

    @cached_property
    def words(self) -> frozenset[str]:
        """The parts of which a text has to hold one."""
        return frozenset(part.rpartition("/")[2] for part in (*self.paths, *self.folders)) - {"__init__.py"}

    @cached_property
    def _names(self) -> re.Pattern[str] | None:
        names = sorted({path.rpartition("/")[2] for path in self.paths}, key=lambda name: (-len(name), name))
        return re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, names))})(?![\w-])(?!\.\w)") if names else None

    @cached_property
    def _folders(self) -> re.Pattern[str] | None:
        forms = []
        for folder in sorted(self.folders):
            parts = r"(?:/|\\{1,2})".join(map(re.escape, folder.split("/")))
            # One plain word is a folder only where a slash says so.
            forms.append(rf"{parts}(?![\w-])(?!\.\w)" if "/" in folder else rf"(?<![/\\]){parts}(?=/)")
        return re.compile(rf"(?<![\w.-])(?:{'|'.join(forms)})") if forms else None

    def search(self, text: str, here: str) -> Iterator[FileMention]:
        """Each mention in `text`, which stands in the file `here`. A file in a folder that goes is one of the file."""
        for match in self._names.finditer(text) if self._names else ():
            start = _start(text, match.start())
            path, sure = self._meant(text[start : match.end()], here, _line(text, start, match.end()))
            if path:
                yield FileMention(start, path, sure)
        for match in self._folders.finditer(text) if self._folders else ():
            folder = _SEPARATOR.sub("/", match.group())
            if not re.compile(r"[\\/]+[\w./\\*-]*\.pyi?(?!\w)").match(text, match.end()):
                yield FileMention(match.start(), f"{folder}/", sure=True)

    def _meant(self, written: str, here: str, line: str) -> tuple[str, bool]:
        """The file that goes and that the path `written` in a line of the file `here` means; whether that is sure."""
        token = _SEPARATOR.sub("/", written)
        plain = posixpath.normpath(token.lstrip("/")) if token.strip("/.") else ""
        name = plain.rpartition("/")[2]
        others = self.tracked.get(name, [])
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(here), token.lstrip("/")))
        for exact in (plain, beside):
            if exact in self.paths:
                return exact, True
        if plain in others or beside in others:
            return "", False
        plain = plain.lstrip("./")
        longer = [path for path in others if path.endswith(f"/{plain}")]
        own = sorted(self.paths.intersection(longer))
        if own:
            is_sure = len(longer) == 1 or "/" in plain or _holds_folder(line, own[0])
            return ("", False) if plain == "__init__.py" and not is_sure else (own[0], is_sure)
        if token.startswith("/") or "/" in plain:
            ends = (p for p in sorted(self.paths) if plain.endswith(f"/{p}") and ("/" in p or token[0] in "/."))
            return next(ends, ""), True
        return "", False


def _start(text: str, end: int) -> int:
    """Where the path that goes on at `end` begins."""
    start, lowest = end, max(0, end - _LONGEST)
    while start > lowest and (text[start - 1].isalnum() or text[start - 1] in "_-./\\"):
        start -= 1
    if start and text[start - 1] in "$%":  # the name of a variable: what is in it is not known
        slash = _SEPARATOR.search(text, start, end)
        return slash.start() if slash else start
    return start


def _line(text: str, start: int, end: int) -> str:
    """The line that holds `start` to `end`, without that."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return f"{text[first:start]} {text[end : last if last >= 0 else len(text)]}"


def _holds_folder(line: str, path: str) -> bool:
    """Whether `line` spells the folder of `path` as well: `Path("tools") / "gen.py"`."""
    folder = posixpath.basename(posixpath.dirname(path))
    return bool(folder) and re.search(rf"(?<![\w-]){re.escape(folder)}(?![\w-])", line) is not None
