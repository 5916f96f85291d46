"""What git tells of files and commits, as values."""

from __future__ import annotations

import hashlib
import os
import re
import textwrap
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRAILER = re.compile(r"[A-Za-z0-9-]+: \S.*")
_REVERTING = re.compile(r"^This reverts commit ([0-9a-f]{7,64})\b", re.MULTILINE)
NOTHING = "0" * 40
_UNIT = "Codemods-Unit"


class TrackedFile(Struct, frozen=True):
    """A file in git's index: its path from the root with `/`, its mode and its blob."""

    path: str
    mode: str
    blob: str

    @property
    def is_symlink(self) -> bool:
        """Whether git holds it as a symbolic link."""
        return self.mode == "120000"


class Entry(Struct, frozen=True):
    """What a tree holds at a path: the mode, in git's octal digits, and the blob."""

    mode: str
    blob: str


class Difference(Struct, frozen=True):
    """What a commit made of one path; None: there is no file."""

    path: str
    before: Entry | None
    after: Entry | None


class Commit(Struct, frozen=True):
    """A commit of ours, or one of `git revert`: `trailers` are its `Codemods-*` ones, `committed_at` is in seconds
    since the epoch, `reverts` the commit that the body says it reverts. A commit that others were squashed into has the
    trailers of each, `units`."""

    sha: str
    parent: str | None
    subject: str
    trailers: Mapping[str, str]
    committed_at: int
    reverts: str = ""
    units: tuple[Mapping[str, str], ...] = ()


# For `git log`: what `commit_of` reads. Trailers are ours to read: git would follow settings of the user's, and take
# the last paragraph only, below which hooks may write another.
LOG_FORMAT = "--format=%H%x00%P%x00%ct%x00%s%x00%B%x00%x01"
_OURS = re.compile(r"(Codemods-[A-Za-z]+):[ \t]+(.*)")


def commit_of(record: str) -> Commit:
    """The commit in a record of `LOG_FORMAT`."""
    sha, parents, committed_at, subject, body = record.split("\0")[:5]
    reverted, units = _REVERTING.findall(body), units_of(body)
    trailers = units[-1] if units else {}
    last = reverted[-1] if reverted else ""
    return Commit(sha, parents.split(" ")[0] or None, subject, trailers, int(committed_at), last, units)


def units_of(message: str) -> tuple[dict[str, str], ...]:
    """Our trailers in a commit message: those of each paragraph that names a unit."""
    found = []
    for paragraph in re.split(r"\n[ \t]*\n", message.replace("\r\n", "\n")):
        if _UNIT not in paragraph:
            continue
        unfolded = re.sub(r"\n[ \t]+", " ", textwrap.dedent(paragraph) if paragraph[:1].isspace() else paragraph)
        words = {match[1]: match[2].strip() for line in unfolded.split("\n") if (match := _OURS.fullmatch(line))}
        if _UNIT in words:
            found.append(words)
    return tuple(found)


def differences_of(out: bytes) -> dict[str, tuple[Difference, ...]]:
    """By commit, what `git diff-tree --stdin -r -z` told."""
    found: dict[str, list[Difference]] = {}
    parts = iter(os.fsdecode(out).split("\0"))
    current: list[Difference] = []
    for part in parts:
        if part.startswith(":"):
            modes, path = part[1:].split(" "), next(parts)
            current.append(Difference(path, _entry(modes[0], modes[2]), _entry(modes[1], modes[3])))
        elif part:
            current = found.setdefault(part.strip(), [])
    return {sha: tuple(differences) for sha, differences in found.items()}


def _entry(mode: str, blob: str) -> Entry | None:
    return Entry(mode, blob) if int(mode) else None


def entries_of(out: bytes) -> dict[str, Entry]:
    """By path, what `git ls-tree -r -z` told."""
    found = {}
    for record in os.fsdecode(out).split("\0"):
        head, _, path = record.partition("\t")
        if path:
            mode, _, blob = head.split(" ")
            found[path] = Entry(mode, blob)
    return found


def is_blob_of(blob: str, content: bytes) -> bool:
    """Whether `blob` is the name that git gives to a blob of these bytes."""
    kind = hashlib.sha1 if len(blob) == len(NOTHING) else hashlib.sha256
    return kind(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest() == blob


def cleaned(message: str) -> str:
    """`message` as `git commit --cleanup=whitespace` keeps it: no spaces at the end of lines, no two empty lines one
    after the other, none at either end."""
    lines = "\n".join(line.rstrip(" \t\n\r") for line in message.split("\n"))
    return re.sub("\n{3,}", "\n\n", lines).strip("\n") + "\n"


def is_kept_as_it_is(message: str) -> bool:
    """Whether git takes the characters of `message` as they are: others it refuses, or takes for Latin-1."""
    if message.isascii():
        return "\0" not in message
    points = map(ord, message)
    return not any(
        point == 0 or 0xD800 <= point < 0xE000 or 0xFDD0 <= point < 0xFDF0 or point & 0xFFFE == 0xFFFE
        for point in points
    )


def with_trailers(message: str, trailers: Mapping[str, str]) -> str:
    """`message` with `trailers` at its end, in the block of trailers that it may have already."""
    body = message.rstrip()
    last = body.rpartition("\n\n")[2].splitlines() if "\n\n" in body else []
    joined = bool(last) and all(_TRAILER.fullmatch(line) for line in last)
    lines = "\n".join(f"{name}: {value}" for name, value in trailers.items())
    return f"{body}{chr(10) if joined else chr(10) * 2}{lines}\n"
