"""A git repository with a work tree: what is told of it, and what is done to it; git's own index does the work."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.errors import RepositoryError
from codemods.vcs.command import GitError, execute
from codemods.vcs.reading import ReadableRepository, index_records, listed, pathspecs
from codemods.vcs.records import with_trailers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codemods.vcs.records import Difference


class Repository(ReadableRepository):
    """A git repository with a work tree at `root`. `git_dir` is this work tree's own, `common_dir` the shared one."""

    @classmethod
    def clone(cls, url: str, folder: Path) -> Repository:
        """Clone the repository at `url` into `folder`, with nothing checked out. Hooks and housekeeping are off there.

        Raises RepositoryError.
        """
        folder.parent.mkdir(parents=True, exist_ok=True)
        settings = [f"core.hooksPath={os.devnull}", "gc.auto=0", "maintenance.auto=false", "advice.detachedHead=false"]
        options = [part for setting in settings for part in ("--config", setting)]
        arguments = ["clone", "--quiet", "--no-checkout", "--template=", *options, "--", url, str(folder)]
        status, _, err = execute(folder.parent, arguments)
        if status:
            message = err.decode("utf-8", "replace").strip()
            raise RepositoryError(f"git clone failed: {message}", where=url)
        return cls.discover(folder)

    def put_back(self, paths: tuple[str, ...]) -> None:
        """Make `paths`, files of HEAD, what they are there, also in the index. Raises RepositoryError."""
        self._bytes(
            *("restore", "--source=HEAD", "--staged", "--worktree", "--quiet"),
            *("--pathspec-from-file=-", "--pathspec-file-nul"),
            stdin=pathspecs(paths),
            reading=False,
        )

    def forget(self, paths: tuple[str, ...]) -> None:
        """Take `paths` out of the index; the files stay. Raises RepositoryError."""
        self._bytes("update-index", "--force-remove", "-z", "--stdin", stdin=listed(paths), reading=False)

    def refresh(self, paths: tuple[str, ...]) -> None:
        """Let git's index know that tracked files were written anew."""
        if paths:
            self._bytes("update-index", "-z", "--stdin", stdin=listed(paths), reading=False)

    def create_branch(self, name: str) -> None:
        """Make the branch `name` at HEAD and check it out; no file changes. Raises RepositoryError."""
        try:
            self._bytes("switch", "--quiet", "--no-track", "--create", name, reading=False)
        except GitError as error:
            if self.branch() == name:
                return  # a hook has failed after it
            if self.rev(f"refs/heads/{name}") == self.head():
                self.switch(name)  # it was made, and then there was another git
                return
            hint = "Name another branch with --branch, or commit to this one with --here."
            raise RepositoryError(error.what, where=error.where, hint=hint) from error

    def switch(self, name: str) -> None:
        """Check the branch `name` out; a commit: that, on no branch. Raises RepositoryError."""
        is_branch = self.rev(f"refs/heads/{name}") is not None
        try:
            self._bytes("switch", "--quiet", "--no-guess", *([] if is_branch else ["--detach"]), name, reading=False)
        except GitError:
            if (self.branch() or self.head()) != name:
                raise  # else it was a hook that has failed after it

    def update_ref(self, name: str, sha: str) -> None:
        """Point the ref `name` at `sha`."""
        self._bytes("update-ref", name, sha, reading=False)

    def delete_ref(self, name: str) -> None:
        """Let go of the ref `name`, if it is there."""
        if self.rev(name) is not None:
            self._bytes("update-ref", "-d", name, reading=False)

    def commit(
        self, paths: tuple[str, ...], message: str, trailers: Mapping[str, str], *, with_staged: bool = False
    ) -> str:
        """Commit `paths`, tracked files, and nothing else that may be staged, as they are in the work tree; the new
        commit. `with_staged`: where it is known that nothing is, git needs no second index for that.

        Hooks, signing and author are the user's own. Raises GitError with what git or a hook said.
        """
        with tempfile.TemporaryDirectory(prefix="codemods-", ignore_cleanup_errors=True) as folder:
            file = Path(folder) / "message"
            try:
                file.write_bytes(with_trailers(message, trailers).encode("utf-8", "surrogateescape"))
            except OSError as error:
                # The system may not say what it has refused.
                raise type(error)(error.errno, error.strerror, str(file)) from error
            self._bytes(
                *(
                    "commit",
                    "--quiet",
                    "--include" if with_staged else "--only",
                    "--cleanup=whitespace",
                    "--file",
                    str(file),
                ),
                *("--pathspec-from-file=-", "--pathspec-file-nul"),
                stdin=pathspecs(paths),
                reading=False,
            )
        return self.head() or ""

    def tidy_up(self) -> None:
        """Let git look whether there is something to tidy up, as it does itself after `git commit`."""
        if self._config("--type=bool", "--default=true", "--get", "maintenance.auto") == "true":
            with suppress(GitError):  # it is no more than that
                self._bytes("maintenance", "run", "--auto", "--quiet", reading=False)

    def unstage(self, paths: tuple[str, ...]) -> None:
        """Make `paths` in the index what they are in HEAD; the files stay."""
        options = ("--quiet", "--pathspec-from-file=-", "--pathspec-file-nul")
        self._bytes("reset", *options, stdin=pathspecs(paths), reading=False)

    def store(self, content: bytes) -> str:
        """Store a blob of these bytes; its name."""
        written = self._bytes("hash-object", "-w", "--stdin", "--no-filters", stdin=content, reading=False)
        return os.fsdecode(written).strip()

    def stage(self, differences: Iterable[Difference]) -> None:
        """Make the index hold what these paths are afterwards."""
        self._bytes("update-index", "-z", "--index-info", stdin=index_records(differences), reading=False)
        # Else git would look into each of these files the next time that it is asked.
        execute(self.root, ["update-index", "-q", "--refresh"], reading=False)

    def move_head(self, old: str, new: str, reason: str, gone: str = "") -> None:
        """Make the branch that is checked out, or a detached HEAD, mean `new`, with a line in the reflog, and let go of
        the ref `gone`: both or nothing. Raises GitError where it is not `old`."""
        lines = [f"update HEAD {new} {old}\n", *([f"delete {gone}\n"] if gone else [])]
        self._bytes("update-ref", "-m", reason, "--stdin", stdin="".join(lines).encode(), reading=False)
