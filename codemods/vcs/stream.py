"""Makes many commits at once, by a stream to `git fast-import`: hundreds a second, whatever the size of the repository.

As with `git revert`, no hook before the commit runs. Signing and author are the user's own.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.errors import RepositoryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.vcs.records import Difference
    from codemods.vcs.repository import Repository


class SigningError(RepositoryError):
    """git could not sign a commit; those before it are `made`, and nothing holds them."""

    def __init__(self, what: str, *, where: str, hint: str, made: Sequence[str]) -> None:
        super().__init__(what, where=where, hint=hint)
        self.made = tuple(made)


class NewCommit(Struct, frozen=True):
    """A commit to be made: its message, and what it makes of each path."""

    message: str
    differences: tuple[Difference, ...]


def make_commits(repository: Repository, onto: str, commits: Sequence[NewCommit], ref: str) -> tuple[str, ...]:
    """Make `commits` one upon the other, the first upon the commit `onto`; they are then held by `ref`, in their order.

    Neither HEAD, the index nor the work tree changes. The blobs are there already. Raises RepositoryError; SigningError
    where one could not be signed.
    """
    author, committer = repository.identity("AUTHOR"), repository.identity("COMMITTER")
    parts = [b"feature done\n"]
    for number, commit in enumerate(commits, 1):
        message = commit.message.encode("utf-8", "surrogateescape")
        parts.append(
            f"commit {ref}\nmark :{number}\nauthor {author}\ncommitter {committer}\n".encode("utf-8", "surrogateescape")
        )
        parts.append(b"data %d\n%s\n" % (len(message), message))
        if number == 1:
            parts.append(f"from {onto}\n".encode())
        parts += [_change(difference) for difference in commit.differences]
        parts.append(b"\n")
    parts += [b"get-mark :%d\n" % number for number in range(1, len(commits) + 1)]
    parts.append(b"done\n")
    # Where case does not count on the disk, it does in the trees: a path may not become another one.
    settings = ("core.ignoreCase=false",)
    told = repository.run("fast-import", "--quiet", "--done", "--force", settings=settings, stdin=b"".join(parts))
    made = tuple(os.fsdecode(told).split())
    return _signed(repository, onto, commits, made, ref) if repository.signs() else made


def _change(difference: Difference) -> bytes:
    path = b'"' + b"".join(_QUOTED.get(char, bytes((char,))) for char in os.fsencode(difference.path)) + b'"'
    if difference.after is None:
        return b"D " + path + b"\n"
    return f"M {difference.after.mode} {difference.after.blob} ".encode() + path + b"\n"


_ENCODING = ("i18n.commitEncoding=UTF-8",)  # as we write messages, whatever the user's own are in
_QUOTED = {ord("\n"): b"\\n", ord('"'): b'\\"', ord("\\"): b"\\\\"}


def _signed(
    repository: Repository, onto: str, commits: Sequence[NewCommit], unsigned: Sequence[str], ref: str
) -> tuple[str, ...]:
    """The same commits, signed: the stream cannot do that."""
    made: list[str] = []
    for commit, sha in zip(commits, unsigned, strict=True):
        parent, message = made[-1] if made else onto, commit.message.encode("utf-8", "surrogateescape")
        signing = ("commit-tree", "-S", "-p", parent, "-F", "-", f"{sha}^{{tree}}")
        try:
            made.append(os.fsdecode(repository.run(*signing, settings=_ENCODING, stdin=message)).strip())
        except RepositoryError as error:
            what = f"git could not sign the commit, or not write it: {error.what}"
            hint = "Nothing was touched. See to `commit.gpgSign` and what signs, then run the command again."
            raise SigningError(what, where=error.where, hint=hint, made=made) from error
    repository.update_ref(ref, made[-1])
    return tuple(made)
