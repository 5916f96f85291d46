"""One commit of a unit, with all that hooks may do to it.

What a formatter makes of the files is in the same commit, also where it refuses the first time and expects another
`git commit`, as those of the framework pre-commit do. What a hook leaves in the work tree beyond what it stages is put
back, with a copy kept. A commit that cannot be found again by its trailers, or that does not hold the change, does not
stay.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.disturbed import told
from codemods.engine.messages import RUN, UNIT
from codemods.engine.touched import Touched
from codemods.errors import RepositoryError
from codemods.files import file_bytes
from codemods.vcs import is_blob_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from codemods.engine.disturbed import Watch
    from codemods.model import Change, Removal, Unit
    from codemods.vcs import Commit, Difference, Entry, Repository

_TRIES = 3  # formatters of one hook may follow one another
_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-index-change", "reference-transaction")
_NAMED = 5
_LINES, _CHARACTERS = 20, 2000


class RefusedError(RepositoryError):
    """A hook has refused the unit, or made nothing of it: a word on the unit, and on no other. `evidence` is all that
    it has said."""

    evidence = ""


class UnsignedError(RepositoryError):
    """git could not sign a commit: no word on the unit."""


class Committed(Struct, frozen=True):
    """The commit of a unit, and `head`, which is another one where a hook has committed after it. `notes` are what has
    to be known of it."""

    sha: str
    head: str
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Committer:
    """Commits units in `repository`. `watch` keeps copies of what hooks change; `reformatted` are the files that hooks
    have made something else of, in commits that stand."""

    repository: Repository
    watch: Watch
    folder: Path
    reformatted: list[str] = field(default_factory=list)
    _has_hooks: bool | None = None
    _signs: bool | None = None
    _others: frozenset[str] | None = None  # files that differ from HEAD, where nothing has run since the last commit
    _looked: tuple[frozenset[str], frozenset[str]] | None = None
    _touched: Touched = field(init=False)
    _is_quiet: bool = False  # the hooks of the last commit have touched nothing
    _is_index_head: bool = False  # after it, nothing was staged
    _with_staged: bool = False  # nor is there now, and an index less is needed
    _is_believed: bool = False  # that was told by the system alone, since the whole tree was looked at

    def __post_init__(self) -> None:
        """Nothing is followed before the first commit that a hook looks at."""
        self._touched = Touched(self.repository)

    @property
    def signs(self) -> bool:
        """Whether the user's commits are signed."""
        if self._signs is None:
            self._signs = self.repository.signs()
        return self._signs

    @property
    def has_hooks(self) -> bool:
        """Whether the repository has a hook that could do something to a commit."""
        if self._has_hooks is None:
            place = os.fsdecode(self.repository.run("rev-parse", "--git-path", "hooks")).removesuffix("\n")
            folder = self.repository.root / place
            in_files = any(os.access(folder / name, os.X_OK) for name in _HOOKS)
            self._has_hooks = in_files or self.repository.has_configured_hooks()
        return self._has_hooks

    def commit(self, unit: Unit, text: str, trailers: Mapping[str, str]) -> Committed:
        """Commit the files of `unit` as they are in the work tree.

        Raises RefusedError where a hook turns it down, RepositoryError where git cannot commit at all. The files are
        what they were before, then, and HEAD has not moved.
        """
        if not self.has_hooks:
            try:
                sha = self.repository.commit(unit.paths, text, trailers)
            except RepositoryError as error:
                raise meant(error) from error
            return Committed(sha, sha)
        expected = {change.path: change.after for change in unit.changes}
        before = self.repository.head() or ""
        if self._others is None and self._looked is not None and self._looked[1] <= expected.keys():
            self._others = self._looked[0]
        if self._touched.begin():
            self._others = None
        is_index_head, self._is_index_head = self._is_index_head and self._touched.is_index_left(), False
        self._with_staged = is_index_head and self._is_quiet and self.repository.operation_in_progress() is None
        self.watch.before(expected, self._others)
        self._others, self._is_believed = None, False
        try:
            self._try(unit, expected, text, trailers)
        except RepositoryError as error:
            self.watch.after()
            raise meant(error) from error
        done = self._judged(unit, before, trailers, is_index_head=is_index_head)
        self._others = self.watch.left
        return done

    def look_again(self) -> None:
        """Look for changes of the user's before the next commit: something has run, or time has passed, since the last
        one."""
        self._others = self._looked = None

    def has_looked(self, others: frozenset[str], units: Iterable[str]) -> None:
        """Take note that somebody has looked just now: beside the files of `units`, `others` differ from HEAD."""
        self._looked = others, frozenset(units)

    def look_away(self) -> None:
        """No more commits for now."""
        self._touched.end()

    def _try(self, unit: Unit, expected: Mapping[str, bytes | None], text: str, trailers: Mapping[str, str]) -> None:
        """Commit, once more each time that a hook has refused and rewritten the files."""
        seen, refusal = dict(expected), self._refusal(unit, text, trailers)
        for _ in range(_TRIES - 1):
            if refusal is None:
                return
            now = {path: file_bytes(self.repository.root, path) for path in unit.paths}
            is_lost = any(now[path] is None and expected[path] is not None for path in now)
            if now == seen or is_lost:
                break
            seen, refusal = now, self._refusal(unit, text, trailers)
        if refusal is not None:
            raise refusal

    def _refusal(self, unit: Unit, text: str, trailers: Mapping[str, str]) -> RepositoryError | None:
        """Commit; what a hook says that refuses that. Raises RepositoryError where git cannot."""
        try:
            self.repository.commit(unit.paths, text, trailers, with_staged=self._with_staged)
        except RepositoryError as error:
            if error.status != 1:
                raise
            return error
        return None

    def _judged(self, unit: Unit, before: str, trailers: Mapping[str, str], *, is_index_head: bool) -> Committed:
        """The commit that was made since `before`, with the index and the work tree as it has them."""
        repository = self.repository
        head = repository.head() or ""
        ours, differences = self._made(before, head, trailers)
        if ours is None:
            self._undo(unit, before)
            what = f"A hook took the trailers out of the message of {unit.id}: nobody could find that commit again."
            hint = "The commit was taken back. Have prepare-commit-msg and commit-msg keep the lines that begin with "
            raise RepositoryError(what, hint=f"{hint}`Codemods-`.")
        changed = {change.path: change.after for change in differences}
        if fault := _fault(unit, changed):
            self._undo(unit, before)
            raise RefusedError(fault)
        # Asked in any case, or the next commit would be told what this one has touched.
        self._is_quiet = self._touched.only(changed, self.watch.users) and self._is_all(unit, differences)
        if self._with_staged and not self._touched.is_index_once and not changed.keys() <= set(unit.paths):
            self._undo(unit, before)
            what = f"Something was staged while {unit.id} was committed: {', '.join(sorted(changed)[:_NAMED])}."
            raise RepositoryError(what, hint="The commit was taken back. Run the command again to go on from there.")
        self._is_believed = self._is_quiet
        if self._is_quiet:
            self._is_index_head = is_index_head
            self.watch.moved()
            self.watch.is_unchanged()
            return Committed(ours.sha, head)
        self._follow((*unit.paths, *changed))
        self.watch.moved()
        notes = [_put_in(unit, others)] if (others := sorted(set(changed) - set(unit.paths))) else []
        if text := told(self.watch.after(), self.folder, "A hook"):
            notes.append(text)
        after = {change.path: change.after for change in unit.changes}
        self.reformatted += [path for path in unit.paths if file_bytes(repository.root, path) != after[path]]
        return Committed(ours.sha, head, tuple(notes))

    def _made(
        self, before: str, head: str, trailers: Mapping[str, str]
    ) -> tuple[Commit | None, tuple[Difference, ...]]:
        """Our commit since `before`, with what it has changed."""

        def is_ours(commit: Commit) -> bool:
            return all(commit.trailers.get(name) == trailers[name] for name in (RUN, UNIT))

        last, differences = self.repository.commit_at(head)
        if last.parent == before and is_ours(last):
            return last, differences
        found = next(filter(is_ours, self.repository.commits(before or None)), None)
        return found, self.repository.differences((found.sha,))[found.sha] if found else ()

    def _is_all(self, unit: Unit, differences: tuple[Difference, ...]) -> bool:
        """Whether the commit holds the unit as it was written, no file of it made or of another mode, and the work tree
        still does.

        git has staged the files before the hooks ran: then the index holds just that, too.
        """
        root, changed = self.repository.root, {change.path: change for change in differences}
        return changed.keys() == set(unit.paths) and all(
            file_bytes(root, change.path) == change.after and _is_held(root / change.path, changed[change.path], change)
            for change in unit.changes
        )

    def look_at_last(self) -> str:
        """Look at the whole tree, if the system was believed that the last hooks have touched nothing: it does not tell
        of everything, such as what is written through a hard link from elsewhere. What was put back, in words."""
        was_believed, self._is_believed = self._is_believed, False
        if not was_believed or self.watch.has_moved():
            return ""
        return told(self.watch.after(), self.folder, "A hook")

    def _undo(self, unit: Unit, before: str) -> None:
        """Take back what was committed since `before`, which nobody has seen yet."""
        repository = self.repository
        paths = {*unit.paths, *repository.changed_between(before, "HEAD")}
        repository.update_ref("HEAD", before)
        self._follow(tuple(paths))
        self.watch.moved()
        self.watch.after()

    def _follow(self, paths: tuple[str, ...]) -> None:
        """Have the index hold of `paths` what HEAD holds: a hook stages in an index of its own, or leaves it."""
        staged = set(self.repository.staged_against_head())
        if behind := tuple(dict.fromkeys(path for path in paths if path in staged)):
            self.repository.unstage(behind)
        self._is_index_head = staged <= set(behind)


def _fault(unit: Unit, changed: Mapping[str, Entry | None]) -> str:
    """Why a commit, which made this of the files it `changed`, does not hold its unit; empty where it does."""
    if changed.keys().isdisjoint(unit.paths):
        return f"a hook took the change of {unit.paths[0]} back"
    for change in unit.changes:
        if change.after is not None and change.path in changed and changed[change.path] is None:
            return f"a hook deleted {change.path}"
    return ""


def _is_held(place: Path, made: Difference, change: Change | Removal) -> bool:
    """Whether a commit has `made` of a file what is at `place`, without line ends or filters of git's own."""
    if made.after is None or change.after is None:
        return made.after is None and change.after is None
    mode = place.lstat().st_mode
    kept = "100755" if mode & stat.S_IXUSR else "100644"
    is_same_kind = made.before is not None and made.before.mode == made.after.mode == kept and stat.S_ISREG(mode)
    return is_same_kind and is_blob_of(made.after.blob, change.after)


def _put_in(unit: Unit, others: list[str]) -> str:
    named = ", ".join(others[:_NAMED]) + (f" and {len(others) - _NAMED} more" if others[_NAMED:] else "")
    return f"A hook put other files into the commit of {unit.id}: {named}."


def _shortened(text: str) -> str:
    lines = text.strip().splitlines()
    short = "\n".join(lines[-_LINES:])[-_CHARACTERS:]
    return short if short == text.strip() else f"… {short}"


def meant(error: RepositoryError) -> RepositoryError:
    """What an error of `git commit` means: git says 1 where a hook has refused, and more where it cannot itself."""
    if error.status == 1:
        refused = RefusedError(_shortened(error.what), where=error.where, hint=error.hint)
        refused.evidence = str(error)
        return refused
    if error.what.rstrip().endswith("fatal: failed to write commit object"):
        what = f"git could not sign the commit, or not write it: {error.what}"
        hint = "Nothing is held against the unit. See to `commit.gpgSign` and what signs, then run the command again."
        return UnsignedError(what, where=error.where, hint=hint)
    return error
