"""Guards a repository: the files that git tracks or that are staged, against a baseline that is kept in a file."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.guard import guard
from codemods.engine.sources import sources_of
from codemods.errors import CodemodsError
from codemods.files import write_atomically
from codemods.guarding.baseline import BaselineError, Comparison, baseline_text, compare, read_baseline
from codemods.model import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from codemods.engine.guard import Guarded
    from codemods.guarding.violations import Identity, Violation
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository

_FEW = 100  # files: as many as have room on a command line
_GROUPS = 5  # of files that are asked about together


class GuardReport(Struct, frozen=True):
    """The result of a guard. `new` are the violations that no baseline knows, `known` those that it does, `fixed` its
    entries that are gone. `written` says that the baseline was written, with so many entries (None: it was not)."""

    plan: str
    found: Guarded
    new: tuple[Violation, ...]
    known: tuple[Violation, ...] = ()
    fixed: tuple[Identity, ...] = ()
    written: int | None = None

    def fails(self, *, strict: bool) -> bool:
        """Whether there is something new: for certain or, if `strict`, at all."""
        return any(violation.fails or strict for violation in self.new)


class Tree(Struct, frozen=True):
    """The files that are guarded: their paths, how they are read, and whom to tell which of them will be read soon."""

    paths: tuple[str, ...]
    read: Callable[[str], bytes]
    soon: Callable[[Iterable[str]], None] | None = None


def work_tree(repository: Repository) -> Tree:
    """The files that git tracks, as they are in the work tree."""
    sources = sources_of(repository)
    return Tree(sources.paths, sources.read)


def staged_tree(repository: Repository, asked: tuple[str, ...]) -> Tree:
    """The files that git tracks, as they are staged; it is mostly those `asked` about that are read."""
    sources = sources_of(repository)
    group_of: dict[str, tuple[str, ...]] = {}
    groups: set[tuple[str, ...]] = set()

    def soon(paths: Iterable[str]) -> None:
        more = tuple(path for path in paths if path not in group_of)
        group_of.update(dict.fromkeys(more, more if len(more) <= _FEW else ()))

    @cache
    def unstaged(*among: str) -> frozenset[str]:
        return repository.unstaged_paths(among or None)

    def is_unstaged(path: str) -> bool:
        # A few files are told in a fraction of the time that all of them take, and together as fast as one.
        group = group_of.setdefault(path, (path,))
        if len(groups) < _GROUPS:
            groups.add(group)
        return path in (unstaged(*group) if group in groups else unstaged())

    def read(path: str) -> bytes:
        if not is_unstaged(path):
            return sources.read(path)
        content = repository.checked_out("", path)
        if content is None:
            raise FileNotFoundError(path)
        return content

    soon(asked)
    return Tree(sources.paths, read, soon)


def guard_tree(
    loaded: LoadedPlan,
    tree: Tree,
    only: Iterable[str] | None = None,
    baseline: Path | None = None,
    *,
    write: bool = False,
) -> GuardReport:
    """Guard `tree`, or `only` some files of it, with the baseline in a file.

    To `write` is to make that file where it is not there, with all that is found; else to take out what is gone.
    Raises CodemodsError where the baseline cannot be read or written.
    """
    plan = loaded.plan.name
    is_first = write and baseline is not None and not baseline.exists()
    entries = None if baseline is None or is_first else read_entries(baseline, plan)
    found = guard(loaded, tree.paths, tree.read, only, tree.soon)
    if baseline is None:
        return GuardReport(plan, found, found.violations)
    if entries is None:
        _write(baseline, [violation.identity for violation in found.violations], plan)
        return GuardReport(plan, found, (), found.violations, written=len(found.violations))
    result = _compare(found, entries, tree)
    changed = sorted(entries) != list(result.entries)
    if write and changed:
        _write(baseline, result.entries, plan)
    written = len(result.entries) if write and changed else None
    return GuardReport(plan, found, result.new, result.known, result.fixed, written)


def _compare(found: Guarded, entries: Iterable[Identity], tree: Tree) -> Comparison:
    tracked = frozenset(tree.paths)
    checked = {printable(path) for path in found.checked}
    scopes: dict[str, frozenset[str]] = {}

    @cache
    def by_name() -> dict[str, str]:
        return {printable(path): path for path in tree.paths}

    def scopes_of(name: str) -> frozenset[str]:
        from codemods.engine.guard_search import scopes_in  # only where a baseline has entries of the file

        if name not in scopes:
            scopes[name] = scopes_in(name if name in tracked else by_name().get(name, name), tree.read)
        return scopes[name]

    def is_there(name: str) -> bool:
        return name in tracked or name in by_name()

    return compare(found.violations, entries, checked.__contains__, is_there, scopes_of)


def read_entries(baseline: Path, plan: str) -> tuple[Identity, ...]:
    """The entries of the baseline in a file. Raises CodemodsError."""
    try:
        return read_baseline(baseline.read_text(encoding="utf-8"), plan)
    except FileNotFoundError as error:
        hint = "Make it from what there is now with `--write-baseline`."
        raise CodemodsError("There is no such baseline.", where=str(baseline), hint=hint) from error
    except (OSError, UnicodeError, BaselineError) as error:
        what = f"The baseline cannot be read: {error}."
        raise CodemodsError(what, where=str(baseline), hint="Restore it from git, or name another file.") from error


def _write(baseline: Path, entries: Iterable[Identity], plan: str) -> None:
    try:
        write_atomically(baseline.parent, baseline.name, baseline_text(entries, plan).encode())
    except OSError as error:
        what = f"The baseline cannot be written: {error.strerror or error}."
        raise CodemodsError(what, where=str(baseline), hint="Name a file in a folder that is there.") from error
