"""What git tells of a repository: files, commits, contents. Nothing here changes anything."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from codemods.errors import DirtyTreeError, NotARepositoryError, RepositoryError
from codemods.vcs.command import GitError, execute, forget_redirections
from codemods.vcs.heads import Heads, short
from codemods.vcs.records import (
    LOG_FORMAT,
    NOTHING,
    Commit,
    Difference,
    Entry,
    TrackedFile,
    commit_of,
    differences_of,
    entries_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from typing_extensions import Self

_STATES = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply/applying": "am",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}
# What git says of a path or a commit that it does not have, and not of one that it cannot read.
_ABSENT = re.compile(
    rb"does not exist|exists on disk, but not|is in the index, but not|invalid object name|not a valid object name|"
    rb"bad file|bad revision|ambiguous argument",
    re.IGNORECASE,
)
# How it lists files that it is told not to look at.
_HIDDEN = re.compile(rb"(?<=\0)[Sa-z] ([^\0]+)")
# What git says where it does not know who the user is.
_NOBODY = re.compile("who you are|empty ident|no email was given|auto-detect|no name was given", re.IGNORECASE)
_FOLDERS = ("--show-toplevel", "--git-dir", "--git-common-dir")
_RAW = ("--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff")


class ReadableRepository:
    """A git repository with a work tree at `root`. `git_dir` is this work tree's own, `common_dir` the shared one."""

    def __init__(self, root: Path, git_dir: Path, common_dir: Path) -> None:
        """Use `discover` instead: it finds and checks these folders."""
        self.root = root
        self.git_dir = git_dir
        self.common_dir = common_dir
        self._heads = Heads(git_dir, common_dir)
        self._variables: dict[str, str] = {}
        self._logs: dict[str, tuple[Commit, ...]] = {}  # the commits last asked for

    def use_index(self, file: Path) -> None:
        """Read another index than the usual one: what `git commit --all` stages is in one of its own while its hooks
        run. One that does not belong to this repository is not used."""
        if file.resolve().is_relative_to(self.git_dir):
            self._variables = {"GIT_INDEX_FILE": str(file.resolve())}

    @classmethod
    def discover(cls, start: Path) -> Self:
        """The repository that `start` is in. Raises NotARepositoryError, or RepositoryError where git refuses."""
        forget_redirections()
        where = str(start.absolute())
        if not start.is_dir():
            raise NotARepositoryError("There is no such folder.", where=where, hint="Name a folder with --repo.")
        status, out, err = execute(start, ["rev-parse", *_FOLDERS])
        if status:
            raise _no_work_tree(where, err.decode("utf-8", "replace").strip())
        told = os.fsdecode(out).removesuffix("\n").split("\n")
        if len(told) != len(_FOLDERS):  # a path holds a line break
            told = [os.fsdecode(execute(start, ["rev-parse", folder])[1]).removesuffix("\n") for folder in _FOLDERS]
        root, git_dir, common_dir = told
        base = start.absolute()
        return cls(Path(root), (base / git_dir).resolve(), (base / common_dir).resolve())

    def _bytes(self, *arguments: str, stdin: bytes | None = None, reading: bool = True) -> bytes:
        status, out, err = execute(self.root, list(arguments), stdin=stdin, reading=reading, more=self._variables)
        return out if not status else self._fail(arguments[0], status, out, err)

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
        status, out, err = execute(self.root, [*options, command, *arguments], stdin=stdin, more=more)
        return out if not status else self._fail(command, status, out, err)

    def _answer(self, arguments: list[str]) -> bytes | None:
        """The output of a command that says no by its status 1: None then. Raises GitError where it cannot tell."""
        status, out, err = execute(self.root, arguments, more=self._variables)
        return out if not status else None if status == 1 else self._fail(arguments[0], status, out, err)

    def _object(self, arguments: list[str]) -> bytes | None:
        """The output of a command that fails where there is no such object: None then. Raises GitError for others."""
        status, out, err = execute(self.root, arguments, more=self._variables)
        return out if not status else None if _ABSENT.search(err) else self._fail(arguments[0], status, out, err)

    def _fail(self, command: str, status: int, out: bytes, err: bytes) -> NoReturn:
        message = b"\n".join(part.strip() for part in (err, out) if part).decode("utf-8", "replace")
        raise GitError(f"git {command} failed: {message}", status=status, where=str(self.root))

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

    def tracked_paths(self, *, links: bool = False) -> tuple[str, ...]:
        """The paths of the tracked files, with `links` or without: as above, in a fraction of the time."""
        kinds = ("10", "12") if links else ("10",)
        records = (record.partition("\t") for record in os.fsdecode(self._bytes("ls-files", "-s", "-z")).split("\0"))
        return tuple(path for head, _, path in records if head[:2] in kinds and head[-2:] == " 0")

    def hidden_paths(self) -> frozenset[str]:
        """The files at which git does not look: taken for unchanged, or outside of a sparse checkout."""
        found = _HIDDEN.findall(b"\0" + self._bytes("ls-files", "-v", "-z"))
        return frozenset(map(os.fsdecode, found))

    def staged_paths(self) -> tuple[str, ...]:
        """The files that the next commit adds or changes, without links and submodules; of a renamed one, the new
        name."""
        head = self.head() or "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # the empty tree, before the first commit
        # What is only to be added later (`git add -N`) is in the index, and not in the next commit.
        out = self._bytes("diff-index", "--cached", "--ita-invisible-in-index", "--diff-filter=AMT", *_RAW, head, "--")
        changes = next(iter(differences_of(b"HEAD\0" + out).values()), ())
        return tuple(change.path for change in changes if change.after and change.after.mode.startswith("10"))

    def unstaged_paths(self, among: Iterable[str] | None = None) -> frozenset[str]:
        """The tracked files, or those `among` some paths, whose bytes in the work tree may be others than the staged
        ones."""
        places = () if among is None else ("--", *(f":(top,literal){path}" for path in among))
        out = self._bytes("diff-files", "--name-only", "-z", *places)
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

    def operation_in_progress(self) -> str | None:
        """The git operation that waits for its user, such as `merge`."""
        return next((name for file, name in _STATES.items() if (self.git_dir / file).exists()), None)

    def require_no_operation(self) -> None:
        """Raise RepositoryError where a git operation waits for its user."""
        if (operation := self.operation_in_progress()) is not None:
            what = f"A git {operation} is under way in this repository."
            raise RepositoryError(what, where=str(self.root), hint=f"Finish or abort the {operation} first.")

    def rev(self, name: str) -> str | None:
        """The commit that `name` means; None where there is none."""
        verify = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
        out = self._answer(verify)
        return None if out is None else os.fsdecode(out).strip()

    def head(self) -> str | None:
        """The commit that HEAD means; None before the first one."""
        if (commit := self._heads.commit()) is not None:
            return commit
        commit = self.rev("HEAD")
        self._heads.confirm(commit)
        return commit

    def tree(self, rev: str = "HEAD") -> str:
        """The tree of the commit `rev`, by its hash."""
        return self._text("rev-parse", "--verify", f"{rev}^{{tree}}")

    def branch(self) -> str | None:
        """The branch that is checked out; None where HEAD is detached."""
        if (known := self._heads.branch()) is not None:
            return known[0]
        # Not `--short`, which names a branch by more than its name where a tag has the same.
        out = self._answer(["symbolic-ref", "--quiet", "HEAD"])
        return None if out is None else short(os.fsdecode(out).strip())

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `newer` holds `older`."""
        return self._answer(["merge-base", "--is-ancestor", older, newer]) is not None

    def commits(self, since: str | None, until: str = "HEAD") -> tuple[Commit, ...]:
        """The commits of ours that `until` holds and `since` does not, newest first, and those that revert others."""
        tip = self.head() if until == "HEAD" else self.rev(until)
        if tip is None:
            return ()
        span = f"{since}..{tip}" if since else tip
        if span in self._logs:
            return self._logs[span]
        # The kind of expression is named, since grep.patternType=fixed would find nothing.
        matching = ("--basic-regexp", "--grep=^[[:space:]]*Codemods-", "--grep=^This reverts commit ")
        out = self._bytes("log", "--topo-order", *matching, LOG_FORMAT, "--end-of-options", span, "--")
        # The same is asked several times in one command, and costs most of a second for thousands of commits.
        self._logs = {span: tuple(commit_of(one) for one in os.fsdecode(out).split("\0\1\n") if one.strip())}
        return self._logs[span]

    def commit_at(self, sha: str) -> tuple[Commit, tuple[Difference, ...]]:
        """The commit `sha`, and what it changed against its first parent."""
        shown = ("--root", "-r", "-m", "--first-parent", "--always", *_RAW, LOG_FORMAT)
        record, _, changes = self._bytes("diff-tree", *shown, sha).partition(b"\0\1")
        return commit_of(os.fsdecode(record)), differences_of(sha.encode() + b"\0" + changes.lstrip(b"\0\n")).get(
            sha, ()
        )

    def shas(self, since: str) -> tuple[str, ...]:
        """The commits that HEAD holds and `since` does not, newest first."""
        return tuple(self._text("rev-list", f"{since}..HEAD").split())

    def merged_by(self, name: str) -> tuple[str, ...]:
        """The commits that the merge `name` brought; none where it is no merge, or not there."""
        if self.rev(f"{name}^2") is None:
            return ()
        return tuple(self._text("rev-list", f"{name}^1..{name}").split())

    def oneline(self, shas: Iterable[str]) -> tuple[str, ...]:
        """Each of these commits on a line: its beginning and its subject."""
        return tuple(self._text("log", "--no-walk=unsorted", "--format=%h %s", *shas).splitlines())

    def differences(self, shas: Iterable[str]) -> dict[str, tuple[Difference, ...]]:
        """What each of these commits changed against its first parent."""
        asked = tuple(shas)
        stdin = "".join(f"{sha}\n" for sha in asked).encode()
        out = self._bytes("diff-tree", "--stdin", "--root", "-r", "-m", "--first-parent", *_RAW, stdin=stdin)
        return dict.fromkeys(asked, ()) | differences_of(out)

    def difference(self, older: str, newer: str) -> tuple[Difference, ...]:
        """In what the trees of two commits differ."""
        out = self._bytes("diff-tree", "-r", *_RAW, older, newer)
        return next(iter(differences_of(newer.encode() + b"\0" + out).values()), ())

    def staged_differences(self, index: Path) -> tuple[Difference, ...]:
        """In what the index in the file `index` differs from HEAD."""
        out = self.run("diff-index", "--cached", *_RAW, "HEAD", "--", variables={"GIT_INDEX_FILE": str(index)})
        return next(iter(differences_of(b"HEAD\0" + out).values()), ())

    def diff_of(self, sha: str) -> bytes:
        """What a commit changed, as a patch."""
        plain = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/")
        return self._bytes("show", "--format=", "--patch", *plain, sha)

    def index_entries(self) -> dict[str, Entry]:
        """What the index holds, by path."""
        return {file.path: Entry(file.mode, file.blob) for file in self.tracked_files()}

    def entries(self, rev: str) -> dict[str, Entry]:
        """What the tree of a commit holds, by path."""
        return entries_of(self._bytes("ls-tree", "-r", "-z", "--full-tree", rev))

    def content(self, blob: str) -> bytes:
        """The bytes of a blob."""
        return self._bytes("cat-file", "blob", blob)

    def contents(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The bytes of blobs, by their names."""
        asked = tuple(dict.fromkeys(blobs))
        out = (
            self._bytes("cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in asked).encode()) if asked else b""
        )
        found, place = {}, 0
        for blob in asked:
            end = out.index(b"\n", place)
            size = int(out[place:end].split(b" ")[2])
            found[blob] = out[end + 1 : end + 1 + size]
            place = end + size + 2
        return found

    def blob_of(self, content: bytes) -> str:
        """The name that git gives to a blob of these bytes; it is not stored."""
        return os.fsdecode(self._bytes("hash-object", "--stdin", "--no-filters", stdin=content)).strip()

    def identity(self, role: str) -> str:
        """Who the user is as `AUTHOR` or `COMMITTER`, with the time, as git writes it. Raises RepositoryError where git
        does not know."""
        try:
            return self._text("var", f"GIT_{role}_IDENT")
        except GitError as error:
            if not _NOBODY.search(error.what):
                raise
            what = "git does not know who commits: there is no user name or no email."
            hint = (
                "Nothing was touched. Tell it, then run the command again:\n"
                '  git config user.name "Your Name"\n'
                '  git config user.email "you@example.com"'
            )
            raise RepositoryError(what, where=str(self.root), hint=hint) from error

    def who(self) -> str:
        """The user, by name and address, as the next commit will have it."""
        return self.identity("COMMITTER").rpartition(">")[0] + ">"

    def signs(self) -> bool:
        """Whether the user's commits are signed."""
        return self._config("--type=bool", "commit.gpgSign") == "true"

    def editor(self) -> str:
        """The command of the user's editor, as git would have it; what only a hook may have set is not asked for."""
        given = (self._config("core.editor"), os.environ.get("VISUAL"), os.environ.get("EDITOR"))
        return next(filter(None, given), "vi")

    def _config(self, *arguments: str) -> str:
        return os.fsdecode(self._answer(["config", *arguments]) or b"").strip()

    def has_configured_hooks(self) -> bool:
        """Whether hooks are in the settings, as newer releases of git have them, beside those in files."""
        return bool(self._config("--name-only", "--get-regexp", r"^hook\..*\.(event|command)$"))

    def shallow(self) -> frozenset[str]:
        """The commits at which the history of a shallow clone ends: they seem to have no parents."""
        file = self.common_dir / "shallow"
        return frozenset(file.read_text(encoding="ascii").split()) if file.exists() else frozenset()

    def changed_between(self, old: str, new: str) -> tuple[str, ...]:
        """The files in which two commits differ."""
        return tuple(change.path for change in self.difference(old, new))

    def staged_against_head(self) -> tuple[str, ...]:
        """The files of which the index holds something else than HEAD."""
        out = self._bytes("diff-index", "--cached", "--name-only", "--no-renames", "-z", "HEAD", "--")
        return tuple(path for path in os.fsdecode(out).split("\0") if path)

    def refs_below(self, prefix: str) -> dict[str, str]:
        """The refs whose names begin with the folders of `prefix`, each with its commit."""
        lines = self._text("for-each-ref", "--format=%(objectname) %(refname)", prefix).splitlines()
        return {name: sha for sha, _, name in (line.partition(" ") for line in lines)}

    def published_in(self, commit: str) -> str:
        """A branch of a remote, as last fetched or pushed, that holds `commit`; empty where there is none."""
        found = self._text(
            "for-each-ref", "--count=1", "--format=%(refname:short)", f"--contains={commit}", "refs/remotes"
        )
        return found.splitlines()[0] if found else ""

    def as_checked_out(self, files: Mapping[str, Entry | None]) -> dict[str, bytes | None]:
        """The bytes of files as git writes them to the work tree: line ends, filters; None for what is not there."""
        blobs = {path: entry.blob for path, entry in files.items() if entry is not None}
        asked = [path for path in blobs if path == path.strip() and "\n" not in path]
        found: dict[str, bytes | None] = dict.fromkeys(files)
        # Before each is told a word that none of them holds: how long it is, git tells of what it was before.
        word = os.urandom(16).hex().encode()
        stdin = b"".join(f"{blobs[path]} ".encode() + os.fsencode(path) + b"\n" for path in asked)
        out = (
            self._bytes("cat-file", "--filters", "--buffer", f"--batch={word.decode()}", stdin=stdin) if asked else b""
        )
        parts = out.split(word + b"\n")[1:]
        if len(parts) != len(asked):
            raise RepositoryError("git cat-file does not tell all files: some are not there.", where=str(self.root))
        found.update(zip(asked, (part[:-1] for part in parts), strict=True))
        for path in blobs.keys() - asked:
            # In a line of a list, git would read another name.
            found[path] = self._bytes("cat-file", "--filters", f"--path={path}", blobs[path])
        return found

    def changed_paths(self, sha: str) -> tuple[str, ...]:
        """The files that the commit `sha` changed against its first parent.

        Raises RepositoryError where the history of a shallow clone ends there: it would be all files that there are.
        """
        if sha in self.shallow():
            what = f"The history of this clone ends at {sha[:12]}: nobody can tell what that has changed."
            raise RepositoryError(what, where=str(self.root), hint="Get the rest: `git fetch --unshallow`.")
        return tuple(change.path for change in self.differences((sha,))[sha])

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
        return self._object(["cat-file", "blob", f"{rev}:{path}"])

    def checked_out(self, rev: str, path: str) -> bytes | None:
        """The bytes of `path` in the commit `rev` as git writes them to the work tree: line ends, filters.

        An empty `rev` is the index.
        """
        return self._object(["cat-file", "--filters", f"{rev}:{path}"])

    def is_executable(self, rev: str, path: str) -> bool:
        """Whether `path` is a program in the commit `rev`."""
        out = self._bytes("ls-tree", "-z", rev, "--", f":(top,literal){path}")
        return out.startswith(b"100755 ")

    def merge_file(self, ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
        """`ours` with the change from `base` to `theirs`; None where both changed the same lines."""
        with tempfile.TemporaryDirectory(prefix="codemods-", ignore_cleanup_errors=True) as folder:
            names = []
            for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
                (Path(folder) / name).write_bytes(content)
                names.append(str(Path(folder) / name))
            status, out, _ = execute(self.root, ["merge-file", "-p", "--quiet", *names])
        return None if status else out


def _no_work_tree(where: str, message: str) -> RepositoryError:
    """Why `where` is in no work tree, from what git has said."""
    if "dubious ownership" in message:
        return RepositoryError(message, where=where)
    if "not a git repository" in message:
        hint = "Run the command inside a git repository, or name one with --repo."
        return NotARepositoryError("This is not a git repository.", where=where, hint=hint)
    if "work tree" in message:
        hint = "Codemods needs a work tree: clone it, then run there."
        return NotARepositoryError("This repository has no work tree here.", where=where, hint=hint)
    return RepositoryError(f"git rev-parse failed: {message}", where=where)


def pathspecs(paths: Iterable[str]) -> bytes:
    """`paths` as they are, for an option `--pathspec-from-file`."""
    return b"".join(b":(top,literal)" + os.fsencode(path) + b"\0" for path in paths)


def listed(paths: Iterable[str]) -> bytes:
    """`paths` for an option `--stdin`."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def index_records(differences: Iterable[Difference]) -> bytes:
    """What `git update-index --index-info` reads to hold what these paths are afterwards."""
    records = []
    for difference in differences:
        mode, blob = (difference.after.mode, difference.after.blob) if difference.after else ("0", NOTHING)
        records.append(f"{mode} {blob}\t".encode() + os.fsencode(difference.path) + b"\0")
    return b"".join(records)
