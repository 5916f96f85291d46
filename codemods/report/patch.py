"""A preview as a series of mails, one for each unit, as `git format-patch` writes them: `git am` makes the commits,
`git apply` only the changes."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from datetime import datetime, timedelta, timezone
from email.header import Header
from email.utils import format_datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from codemods.engine.messages import message
from codemods.report.diff import quoted, unified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.shown import PhasePreview, Preview
    from codemods.engine.stored import Stored
    from codemods.model import Change, Removal, Unit

_REGULAR = "100644"
_RUN = "preview"  # what a message has for the id of a run
_BASE85 = 52  # bytes on a line
# What git takes for the end of a message, for a header inside it, or for the next mail.
_NOT_MESSAGE = re.compile(r"^(?=---|diff -|Index: |>*From |(?:From|Subject|Date|Content-Type): )", re.MULTILINE)


def format_patch(preview: Preview, author: str, stored: Stored) -> Iterator[bytes]:
    """The mails: each with the commit message of a unit and its diffs. `author` is who and when, as git writes it:
    name, address, seconds and time zone.

    A change of lines that end in CRLF is written as a binary patch, below its lines for people: in mails git takes a CR
    for a part of the newline, and drops it.
    """
    modes = dict(stored.modes)
    units = [(phase, unit) for phase in preview.phases for unit in phase.units]
    for number, (phase, unit) in enumerate(units, start=1):
        yield from _header(_message(preview, phase, unit), author, f"[PATCH {number}/{len(units)}]")
        changes = [_as_stored(change, stored) for change in unit.changes]
        diffs = {change.path: _hunks(change) for change in changes}
        for change in changes:
            if _is_binary(diffs[change.path]):
                yield _for_people(change)
        yield b"\n"
        for change in changes:
            yield from _git_header(change, modes.get(change.path, ""), stored.digest)
            yield from _body(change, diffs[change.path], is_new=change.path not in modes)
            _follow(modes, change)
        yield b"-- \ncodemods\n\n"


def _message(preview: Preview, phase: PhasePreview, unit: Unit) -> str:
    findings = (finding for finding in phase.findings if finding.reference.path in unit.paths)
    return message(preview.loaded.plan, _RUN, unit, findings)


def _header(text: str, author: str, tag: str) -> Iterator[bytes]:
    subject, _, body = text.strip().partition("\n")
    who, seconds, zone = author.rsplit(" ", 2)
    name, _, address = who.rpartition(" <")
    sign, hours, minutes = zone[0], int(zone[1:3]), int(zone[3:5])
    ahead = timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
    date = format_datetime(datetime.fromtimestamp(int(seconds), timezone(ahead)))
    yield b"From " + b"0" * 40 + b" Mon Sep 17 00:00:00 2001\n"
    yield f"From: {_encoded(name, 'From')} <{address}\n".encode("utf-8", "replace")
    yield f"Date: {date}\n".encode()
    yield f"Subject: {tag} {_encoded(subject.strip(), 'Subject')}\n".encode()
    yield b"MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n"
    # A blank keeps in the message what belongs to it.
    lines = _NOT_MESSAGE.sub(" ", body.strip("\n"))
    yield (f"{lines}\n" if lines else "").encode("utf-8", "backslashreplace")
    yield b"---\n"


def _encoded(text: str, header: str) -> str:
    """`text` for a header: as it is where mails may have it so."""
    is_plain = text.isascii() and text.isprintable() and "=?" not in text
    return text if is_plain else Header(text.encode("utf-8", "replace"), "utf-8", header_name=header).encode()


def _as_stored(change: Change | Removal, stored: Stored) -> Change | Removal:
    return _with_lf(change) if change.path in stored.with_lf else change


def _with_lf(change: Change | Removal) -> Change | Removal:
    before = change.before.replace(b"\r\n", b"\n")
    if change.after is None:
        return replace(change, before=before)
    return replace(change, before=before, after=change.after.replace(b"\r\n", b"\n"))


def _hunks(change: Change | Removal) -> list[bytes]:
    lines = list(unified(change))
    start = next((number for number, line in enumerate(lines) if line.startswith(b"@@")), len(lines))
    return lines[start:]


def _is_binary(hunks: list[bytes]) -> bool:
    return any(b"\r\n" in line for line in hunks)


def _for_people(change: Change | Removal) -> bytes:
    """The lines of a change that git gets in another form; none of them looks like a diff to git."""
    return b"".join(b"| " + line for line in unified(_with_lf(change)))


def _follow(modes: dict[str, str], change: Change | Removal) -> None:
    """Have `modes` be what they are after `change`."""
    if change.after is None:
        modes.pop(change.path, None)
    else:
        modes.setdefault(change.path, _REGULAR)


def _git_header(change: Change | Removal, mode: str, digest: str) -> Iterator[bytes]:
    yield b"diff --git " + quoted(f"a/{change.path}") + b" " + quoted(f"b/{change.path}") + b"\n"
    if not mode:
        yield f"new file mode {_REGULAR}\n".encode()
    elif change.after is None:
        yield f"deleted file mode {mode}\n".encode()
    stays = f" {mode}" if mode and change.after is not None else ""
    yield f"index {_blob(change.before if mode else None, digest)}..{_blob(change.after, digest)}{stays}\n".encode()


def _blob(content: bytes | None, digest: str) -> str:
    """The name that git gives to a blob of these bytes."""
    named = hashlib.new(digest, usedforsecurity=False)
    if content is None:
        return "0" * (2 * named.digest_size)
    named.update(b"blob %d\0" % len(content))
    named.update(content)
    return named.hexdigest()


def _body(change: Change | Removal, hunks: list[bytes], *, is_new: bool) -> Iterator[bytes]:
    if _is_binary(hunks):
        yield from _binary(change.before, change.after or b"")
    elif hunks:
        # A tab behind a name with blanks, as git has it: other programs would take a part for the name.
        end = b"\t\n" if " " in change.path else b"\n"
        yield b"--- " + (b"/dev/null\n" if is_new else quoted(f"a/{change.path}") + end)
        yield b"+++ " + (b"/dev/null\n" if change.after is None else quoted(f"b/{change.path}") + end)
        yield from hunks


def _binary(before: bytes, after: bytes) -> Iterator[bytes]:
    """Both sides in full, in the form that git has for what is no text."""
    yield b"GIT binary patch\n"
    for content in (after, before):
        yield f"literal {len(content)}\n".encode()
        packed = zlib.compress(content)
        for start in range(0, len(packed), _BASE85):
            part = packed[start : start + _BASE85]
            # The length of the line is a letter: A to Z for 1 to 26, a to z for 27 to 52.
            size = chr(ord("A") - 1 + len(part)) if len(part) <= 26 else chr(ord("a") - 27 + len(part))
            yield size.encode() + base64.b85encode(part, pad=True) + b"\n"
        yield b"\n"
