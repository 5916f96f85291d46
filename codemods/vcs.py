"""The only module that runs git, through GitPython's command interface; git's own index does all the work."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from codemods.errors import DirtyTreeError, NotARepositoryError, RepositoryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from git.cmd import Git

# Set when we are started from a hook or an alias; they would point git at another tree than the one we mean.
_REDIRECTING = re.compile(
    r"GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|"
    r"IMPLICIT_WORK_TREE|GRAFT_FILE|SHALLOW_FILE|REPLACE_REF_BASE|NO_REPLACE_OBJECTS|QUARANTINE_PATH|"
    r"CEILING_DIRECTORIES|LITERAL_PATHSPECS|GLOB_PATHSPECS|NOGLOB_PATHSPECS|ICASE_PATHSPECS|EXTERNAL_DIFF|EDITOR)"
)
_TRAILER = re.compile(r"[A-Za-z0-9-]+: \S.*")
_STATES = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply/applying": "am",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}


@dataclass(frozen=True, slots=True)
class TrackedFile:
    """A file in git's index: its path from the root with `/`, its mode and its blob."""

    path: str
    mode: str
    blob: str

    @property
    def is_symlink(self) -> bool:
        """Whether git holds it as a symbolic link."""
        return self.mode == "120000"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of ours: `trailers` are its `Codemods-*` ones, `committed_at` is in seconds since the epoch."""

    sha: str
    parent: str | None
    subject: str
    trailers: Mapping[str, str]
    committed_at: int


class Repository:
    """A git repository with a work tree at `root`. `git_dir` is this work tree's own, `common_dir` the shared one."""

    def __init__(self, root: Path, git_dir: Path, common_dir: Path) -> None:
        """Use `discover` instead: it finds and checks these folders."""
        self.root = root
        self.git_dir = git_dir
        self.common_dir = common_dir
        self._git = _command(root)
        self._variables: dict[str, str] = {}

    def use_index(self, file: Path) -> None:
        """Read another index than the usual one: what `git commit --all` stages is in one of its own while its hooks
        run. One that does not belong to this repository is not used."""
        if file.resolve().is_relative_to(self.git_dir):
            self._variables = {"GIT_INDEX_FILE": str(file.resolve())}

    @classmethod
    def discover(cls, start: Path) -> Repository:
        """The repository that `start` is in. Raises NotARepositoryError, or RepositoryError where git refuses."""
        _forget_redirections()
        where = str(start.absolute())
        if not start.is_dir():
            raise NotARepositoryError("There is no such folder.", where=where, hint="Name a folder with --repo.")
        arguments = ["rev-parse", "--is-bare-repository", "--git-dir", "--git-common-dir"]
        status, out, err = _execute(_command(start), arguments)
        if status:
            message = err.decode("utf-8", "replace").strip()
            if "dubious ownership" in message:
                raise RepositoryError(message, where=where)
            hint = "Run the command inside a git repository, or name one with --repo."
            raise NotARepositoryError("This is not a git repository.", where=where, hint=hint)
        bare, git_dir, common_dir = os.fsdecode(out).splitlines()
        status, out, _ = _execute(_command(start), ["rev-parse", "--show-toplevel"])
        if bare == "true" or status:
            hint = "Codemods needs a work tree: clone it, then run there."
            raise NotARepositoryError("This repository has no work tree here.", where=where, hint=hint)
        root = Path(os.fsdecode(out).removesuffix("\n"))
        base = start.absolute()
        return cls(root, (base / git_dir).resolve(), (base / common_dir).resolve())

    @classmethod
    def clone(cls, url: str, folder: Path) -> Repository:
        """Clone the repository at `url` into `folder`, with nothing checked out. Hooks and housekeeping are off there.

        Raises RepositoryError.
        """
        folder.parent.mkdir(parents=True, exist_ok=True)
        settings = [f"core.hooksPath={os.devnull}", "gc.auto=0", "maintenance.auto=false", "advice.detachedHead=false"]
        options = [part for setting in settings for part in ("--config", setting)]
        arguments = ["clone", "--quiet", "--no-checkout", "--template=", *options, "--", url, str(folder)]
        status, _, err = _execute(_command(folder.parent), arguments)
        if status:
            message = err.decode("utf-8", "replace").strip()
            raise RepositoryError(f"git clone failed: {message}", where=url)
        return cls.discover(folder)

    def _bytes(self, *arguments: str, stdin: bytes | None = None, reading: bool = True) -> bytes:
        status, out, err = _execute(self._git, list(arguments), stdin=stdin, reading=reading, more=self._variables)
        return out if not status else self._fail(arguments[0], out, err)

    def run(
        self,
        command: str,
        *arguments: str,
        settings: tuple[str, ...] = (),
        stdin: bytes | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> bytes:
        """The output of a git command, for the modules that build on this one. `settings` are as for `git -c`,
        `variables` are added to its environment. Raises RepositoryError."""
        options = [part for setting in settings for part in ("-c", setting)]
        more = {**self._variables, **(variables or {})}
        status, out, err = _execute(self._git, [*options, command, *arguments], stdin=stdin, more=more)
        return out if not status else self._fail(command, out, err)

    def _fail(self, command: str, out: bytes, err: bytes) -> NoReturn:
        message = b"\n".join(part.strip() for part in (err, out) if part).decode("utf-8", "replace")
        raise RepositoryError(f"git {command} failed: {message}", where=str(self.root))

    def _text(self, *arguments: str) -> str:
        return os.fsdecode(self._bytes(*arguments)).strip()

    def tracked_files(self) -> tuple[TrackedFile, ...]:
        """The files in the index, without submodules and unmerged entries."""
        files = []
        for record in os.fsdecode(self._bytes("ls-files", "-s", "-z")).split("\0"):
            head, _, path = record.partition("\t")
            if path and not head.startswith("160000") and head.endswith(" 0"):
                mode, blob, _ = head.split(" ")
                files.append(TrackedFile(path, mode, blob))
        return tuple(files)

    def tracked_paths(self) -> tuple[str, ...]:
        """The paths of the tracked files that are no links: as above, in a fraction of the time."""
        records = (record.partition("\t") for record in os.fsdecode(self._bytes("ls-files", "-s", "-z")).split("\0"))
        return tuple(path for head, _, path in records if head[:2] == "10" and head[-2:] == " 0")

    def staged_paths(self) -> tuple[str, ...]:
        """The files that the next commit adds or changes; of a renamed one, the new name."""
        head = self.head() or "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # the empty tree, before the first commit
        out = self._bytes(
            "diff-index", "--cached", "--name-only", "--no-renames", "--diff-filter=AMT", "-z", head, "--"
        )
        return tuple(path for path in os.fsdecode(out).split("\0") if path)

    def unstaged_paths(self) -> frozenset[str]:
        """The tracked files whose bytes in the work tree may be others than those that are staged."""
        out = self._bytes("diff-files", "--name-only", "-z")
        return frozenset(path for path in os.fsdecode(out).split("\0") if path)

    def dirty_files(self) -> tuple[str, ...]:
        """Tracked files with staged, unstaged or unmerged changes; of a renamed one, both names."""
        out = self._bytes("status", "--porcelain=v1", "-z", "-uno", "--no-renames", "--ignore-submodules")
        return tuple(record[3:] for record in os.fsdecode(out).split("\0") if record)

    def require_clean(self) -> None:
        """Raise DirtyTreeError where tracked files have changes that are not committed."""
        if dirty := self.dirty_files():
            raise DirtyTreeError(dirty)

    def added_paths(self) -> frozenset[str]:
        """The files in the index that HEAD does not hold."""
        out = self._bytes(
            "diff-index", "--cached", "--name-only", "--no-renames", "--diff-filter=A", "-z", "HEAD", "--"
        )
        return frozenset(path for path in os.fsdecode(out).split("\0") if path)

    def put_back(self, paths: tuple[str, ...]) -> None:
        """Make `paths`, files of HEAD, what they are there, also in the index. Raises RepositoryError."""
        self._bytes(
            *("restore", "--source=HEAD", "--staged", "--worktree", "--quiet"),
            *("--pathspec-from-file=-", "--pathspec-file-nul"),
            stdin=_pathspecs(paths),
            reading=False,
        )

    def forget(self, paths: tuple[str, ...]) -> None:
        """Take `paths` out of the index; the files stay. Raises RepositoryError."""
        self._bytes("update-index", "--force-remove", "-z", "--stdin", stdin=_listed(paths), reading=False)

    def operation_in_progress(self) -> str | None:
        """The git operation that waits for its user, such as `merge`."""
        return next((name for file, name in _STATES.items() if (self.git_dir / file).exists()), None)

    def rev(self, name: str) -> str | None:
        """The commit that `name` means; None where there is none."""
        status, out, _ = _execute(
            self._git, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
        )
        return None if status else os.fsdecode(out).strip()

    def head(self) -> str | None:
        """The commit that HEAD means; None before the first one."""
        return self.rev("HEAD")

    def tree(self, rev: str = "HEAD") -> str:
        """The tree of the commit `rev`, by its hash."""
        return self._text("rev-parse", "--verify", f"{rev}^{{tree}}")

    def refresh(self, paths: tuple[str, ...]) -> None:
        """Let git's index know that tracked files were written anew."""
        if paths:
            self._bytes("update-index", "-z", "--stdin", stdin=_listed(paths), reading=False)

    def distance(self, older: str, newer: str) -> int:
        """How many commits `newer` holds and `older` does not."""
        return int(self._text("rev-list", "--count", f"{older}..{newer}"))

    def branch(self) -> str | None:
        """The branch that is checked out; None where HEAD is detached."""
        status, out, _ = _execute(self._git, ["symbolic-ref", "--quiet", "--short", "HEAD"])
        return None if status else os.fsdecode(out).strip()

    def create_branch(self, name: str) -> None:
        """Make the branch `name` at HEAD and check it out; no file changes. Raises RepositoryError."""
        try:
            self._bytes("switch", "--quiet", "--no-track", "--create", name, reading=False)
        except RepositoryError as error:
            hint = "Name another branch with --branch, or commit to this one with --here."
            raise RepositoryError(error.what, where=error.where, hint=hint) from error

    def switch(self, name: str) -> None:
        """Check the branch `name` out. Raises RepositoryError."""
        self._bytes("switch", "--quiet", "--no-guess", name, reading=False)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `newer` holds `older`."""
        return _execute(self._git, ["merge-base", "--is-ancestor", older, newer])[0] == 0

    def update_ref(self, name: str, sha: str) -> None:
        """Point the ref `name` at `sha`."""
        self._bytes("update-ref", name, sha, reading=False)

    def commit(
        self, paths: tuple[str, ...], message: str, trailers: Mapping[str, str], new: tuple[str, ...] = ()
    ) -> str:
        """Commit `paths`, and nothing else that may be staged, as they are in the work tree; the new commit. Those
        that are `new` git does not track yet.

        Hooks, signing and author are the user's own. Raises RepositoryError with what git or a hook said.
        """
        with tempfile.TemporaryDirectory(prefix="codemods-") as folder:
            file = Path(folder) / "message"
            file.write_bytes(with_trailers(message, trailers).encode("utf-8", "surrogateescape"))
            if new:
                # Or git would not commit them.
                announcing = ("add", "--intent-to-add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul")
                self._bytes(*announcing, stdin=_pathspecs(new), reading=False)
            try:
                self._bytes(
                    *("commit", "--quiet", "--only", "--cleanup=whitespace", "--file", str(file)),
                    *("--pathspec-from-file=-", "--pathspec-file-nul"),
                    stdin=_pathspecs(paths),
                    reading=False,
                )
            except BaseException:
                if new:
                    self.forget(new)
                raise
        # A hook may have rewritten the files: git has committed that, and its index has not followed.
        self._bytes("update-index", "--remove", "-z", "--stdin", stdin=_listed(paths))
        return self.head() or ""

    def commits(self, since: str | None, until: str = "HEAD") -> tuple[Commit, ...]:
        """The commits of ours that `until` holds and `since` does not, newest first."""
        if self.rev(until) is None:
            return ()
        span = f"{since}..{until}" if since else until
        pretty = "--format=%H%x00%P%x00%ct%x00%s%x00%(trailers:only,unfold)%x00%x01"
        # The kind of expression is named, since grep.patternType=fixed would find nothing.
        matching = ("--basic-regexp", "--grep=^Codemods-")
        out = self._bytes("log", "--topo-order", *matching, pretty, "--end-of-options", span, "--")
        return tuple(_commit(record) for record in os.fsdecode(out).split("\0\1\n") if record.strip())

    def changed_paths(self, sha: str) -> tuple[str, ...]:
        """The files that the commit `sha` changed against its first parent."""
        out = self._bytes("diff-tree", "--root", "-r", "-z", "--no-commit-id", "--name-only", "--no-renames", sha)
        return tuple(path for path in os.fsdecode(out).split("\0") if path)

    def paths_at(self, rev: str) -> tuple[str, ...]:
        """The files in the commit `rev`, without links and submodules."""
        records = os.fsdecode(self._bytes("ls-tree", "-r", "-z", "--full-tree", rev)).split("\0")
        return tuple(path for head, _, path in (r.partition("\t") for r in records) if head.startswith("100"))

    def differing_paths(self, rev: str) -> tuple[str, ...]:
        """The tracked files whose bytes in the work tree may differ from those in the commit `rev`."""
        out = self._bytes("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", rev, "--")
        return tuple(path for path in os.fsdecode(out).split("\0") if path)

    def blob(self, rev: str, path: str) -> bytes | None:
        """The bytes of `path` in the commit `rev`; None where it has no such file."""
        status, out, _ = _execute(self._git, ["cat-file", "blob", f"{rev}:{path}"])
        return None if status else out

    def checked_out(self, rev: str, path: str) -> bytes | None:
        """The bytes of `path` in the commit `rev` as git writes them to the work tree: line ends, filters.

        An empty `rev` is the index.
        """
        status, out, _ = _execute(self._git, ["cat-file", "--filters", f"{rev}:{path}"], more=self._variables)
        return None if status else out

    def is_executable(self, rev: str, path: str) -> bool:
        """Whether `path` is a program in the commit `rev`."""
        out = self._bytes("ls-tree", "-z", rev, "--", f":(top,literal){path}")
        return out.startswith(b"100755 ")

    def filtered(self, path: str, content: bytes) -> bytes:
        """The bytes that git would write to the work tree for a blob `content` at `path`."""
        blob = os.fsdecode(self._bytes("hash-object", "-w", "--stdin", "--no-filters", stdin=content)).strip()
        return self._bytes("cat-file", "--filters", f"--path={path}", blob)

    def merge_file(self, ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
        """`ours` with the change from `base` to `theirs`; None where both changed the same lines."""
        with tempfile.TemporaryDirectory(prefix="codemods-") as folder:
            names = []
            for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
                (Path(folder) / name).write_bytes(content)
                names.append(str(Path(folder) / name))
            status, out, _ = _execute(self._git, ["merge-file", "-p", "--quiet", *names])
        return None if status else out


def _command(folder: Path) -> Git:
    try:
        from git.cmd import Git
    except ImportError as error:
        # GitPython looks for the program when it is imported.
        raise RepositoryError("The program git is not there.", hint="Install git and put it on PATH.") from error
    return Git(str(folder))


# For what we read; the user's own settings hold for what we commit, and for the hooks that then run.
_READING = (
    (
        *("-c", "core.quotePath=false", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false"),
        *("-c", "i18n.logOutputEncoding=UTF-8"),
    ),
    {"GIT_OPTIONAL_LOCKS": "0"},
)
_WRITING: tuple[tuple[str, ...], dict[str, str]] = (("-c", "i18n.commitEncoding=UTF-8"), {})  # as we write messages
_SHARED = {"LC_ALL": "C.UTF-8", "LANGUAGE": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true"}


def _pathspecs(paths: tuple[str, ...]) -> bytes:
    return b"".join(b":(top,literal)" + os.fsencode(path) + b"\0" for path in paths)


def _listed(paths: tuple[str, ...]) -> bytes:
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def _forget_redirections() -> None:
    # GitPython only adds to the environment, so what must not be there is taken out of our own.
    for name in list(os.environ):
        if _REDIRECTING.fullmatch(name):
            del os.environ[name]


def _execute(
    git: Git,
    arguments: list[str],
    *,
    stdin: bytes | None = None,
    reading: bool = True,
    more: Mapping[str, str] | None = None,
) -> tuple[int, bytes, bytes]:
    from git.exc import GitCommandNotFound

    settings, variables = _READING if reading else _WRITING
    with tempfile.TemporaryFile() as stream:
        if stdin is not None:
            stream.write(stdin)
            stream.seek(0)
        try:
            status, out, err = git.execute(
                ["git", *settings, *arguments],
                istream=stream,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env={**_SHARED, **variables, **(more or {})},
            )
        except GitCommandNotFound as error:
            raise RepositoryError("The program git is not there.", hint="Install git and put it on PATH.") from error
    return int(status), bytes(out), str(err).encode("utf-8", "surrogateescape")


def _commit(record: str) -> Commit:
    sha, parents, committed_at, subject, trailers = record.split("\0")[:5]
    pairs = (line.partition(": ") for line in trailers.splitlines())
    ours = {name: value for name, _, value in pairs if name.startswith("Codemods-")}
    return Commit(sha, parents.split(" ")[0] or None, subject, ours, int(committed_at))


def with_trailers(message: str, trailers: Mapping[str, str]) -> str:
    """`message` with `trailers` at its end, in the block of trailers that it may have already."""
    body = message.rstrip()
    last = body.rpartition("\n\n")[2].splitlines() if "\n\n" in body else []
    joined = bool(last) and all(_TRAILER.fullmatch(line) for line in last)
    lines = "\n".join(f"{name}: {value}" for name, value in trailers.items())
    return f"{body}{chr(10) if joined else chr(10) * 2}{lines}\n"
