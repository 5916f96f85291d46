"""Candidate commits: a commit and some files that differ from it, without a look at HEAD, the index or the work tree.

They are on no branch. While one is held, a ref keeps it from `git gc`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.vcs import Repository

_REFS = "refs/codemods-candidates"
# Modes are those of the commit below: the files of a candidate have none. An index in parts would leave one behind.
_STAGING = ("core.fileMode=false", "core.safecrlf=false", "core.splitIndex=false", "index.sparse=false")
# Fixed, so that the same files make the same commit, whoever runs it, and whether or not git knows who that is.
_AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "codemods"), ("EMAIL", "codemods@localhost"), ("DATE", "946684800 +0000"))
}


def commit_files(repository: Repository, base: str, files: Mapping[str, bytes | None], message: str) -> str:
    """A commit of the tree of `base` with `files` as they would be in the work tree; those of None are not there.

    Line ends and filters are applied as by `git add`. No hook runs, nothing is signed. Where the tree is that of
    `base`, it is `base`. Raises RepositoryError, OSError.
    """
    if not files:
        return base
    with tempfile.TemporaryDirectory(prefix="codemods-") as name:
        folder = Path(name).resolve()
        tree = folder / "tree"
        _write(tree, files)
        variables = {
            "GIT_DIR": str(repository.git_dir),
            "GIT_WORK_TREE": str(tree),
            "GIT_INDEX_FILE": str(folder / "index"),
        }
        repository.run("read-tree", base, settings=_STAGING, variables=variables)
        listed = b"".join(os.fsencode(path) + b"\0" for path in files)
        staging = ("--add", "--remove", "--replace", "-z", "--stdin")
        repository.run("update-index", *staging, settings=_STAGING, stdin=listed, variables=variables)
        written = repository.run("write-tree", settings=_STAGING, variables=variables).decode().strip()
    if written == repository.run("rev-parse", "--verify", f"{base}^{{tree}}").decode().strip():
        return base
    settings = ("commit.gpgSign=false", "i18n.commitEncoding=UTF-8")
    text = message.encode("utf-8", "surrogateescape")
    made = repository.run("commit-tree", written, "-p", base, settings=settings, stdin=text, variables=_AUTHOR)
    return made.decode().strip()


def _write(tree: Path, files: Mapping[str, bytes | None]) -> None:
    tree.mkdir()
    for path, content in files.items():
        if content is not None:
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_bytes(content)


def hold(repository: Repository, number: int, commits: Iterable[str]) -> None:
    """Keep the `commits` of the candidate `number` until it is let go. Raises RepositoryError."""
    lines = "".join(f"update {_REFS}/{number}/{sha} {sha}\n" for sha in dict.fromkeys(commits))
    repository.run("update-ref", "--stdin", stdin=lines.encode())


def let_go(repository: Repository, number: int | None = None) -> None:
    """Forget the candidate `number`; None: all that there are. Raises RepositoryError."""
    below = f"{_REFS}/" if number is None else f"{_REFS}/{number}/"
    refs = repository.run("for-each-ref", "--format=%(refname)", below).decode().split()
    if refs:
        repository.run("update-ref", "--stdin", stdin="".join(f"delete {ref}\n" for ref in refs).encode())
