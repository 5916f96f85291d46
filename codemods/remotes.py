"""Candidate commits on their way through a remote, from where workers on other machines fetch them.

Refs below `refs/codemods/candidates/` are all that is ever written there; they go again.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.errors import RepositoryError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from codemods.vcs import Repository

_REFS = "refs/codemods/candidates"
_AGE = timedelta(days=7)  # after which the refs of a run that we know nothing of are left ones
_QUIET = ("push.gpgSign=false", "push.followTags=false", "push.recurseSubmodules=no")


class Remote(Struct, frozen=True):
    """Where candidates are pushed to, and where the workers fetch them from."""

    push: str
    fetch: str


def remote_of(repository: Repository, name: str) -> Remote:
    """The remote called `name`, which may also be a URL. Raises RepositoryError where it is neither."""
    if name in os.fsdecode(repository.run("remote")).splitlines():
        urls = [os.fsdecode(repository.run("remote", "get-url", *how, name)).strip() for how in (("--push",), ())]
    elif "/" in name or ":" in name:
        urls = [name, name]
    else:
        hint = "Add it with `git remote add`, or name another one under `remote:` in the plan."
        raise RepositoryError(f"There is no remote `{name}` here.", where=str(repository.root), hint=hint)
    push, fetch = (_absolute(repository, url) for url in urls)
    return Remote(push, fetch)


def _absolute(repository: Repository, url: str) -> str:
    """A relative path means another folder where the workers are."""
    place = repository.root / Path(url).expanduser()
    return str(place.resolve()) if place.exists() else url


def ref_of(run: str, sha: str) -> str:
    """The ref that holds the candidate `sha` of a run at the remote."""
    return f"{_REFS}/{run}/{sha}"


def push_candidates(
    repository: Repository, url: str, run: str, commits: Iterable[str], done: Iterable[str] = ()
) -> None:
    """Push `commits` as candidates of a run, and delete those that are `done`. No hook runs. Raises RepositoryError."""
    _push(repository, url, [*(f"+{sha}:{ref_of(run, sha)}" for sha in commits), *(f":{ref_of(run, s)}" for s in done)])


def prune_candidates(repository: Repository, url: str, ended: Collection[str], now: datetime) -> int:
    """Delete what killed runs have left at the remote, and count it: of the runs `ended`, and of others after a week.

    Raises RepositoryError.
    """
    records = os.fsdecode(repository.run("ls-remote", "--refs", "--", url, f"{_REFS}/*")).splitlines()
    refs = [ref for _, _, ref in (record.partition("\t") for record in records) if ref.startswith(f"{_REFS}/")]
    left = [ref for ref in refs if (run := ref.split("/")[3]) in ended or _is_old(run, now)]
    _push(repository, url, [f":{ref}" for ref in left])
    return len(left)


def _is_old(run: str, now: datetime) -> bool:
    """Whether a run began long ago, by its id."""
    try:
        began = datetime.strptime(run[:15], "%Y%m%d-%H%M%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return False
    return now - began > _AGE


def _push(repository: Repository, url: str, refspecs: list[str]) -> None:
    if refspecs:
        repository.run("push", "--quiet", "--no-verify", "--", url, *refspecs, settings=_QUIET)


def fetch_candidates(clone: Repository, url: str, run: str, commits: Iterable[str]) -> None:
    """Fetch `commits`, pushed as candidates of a run, into a clone, without refs of its own. Raises RepositoryError."""
    lacking = [ref_of(run, sha) for sha in dict.fromkeys(commits) if clone.rev(sha) is None]
    if lacking:
        clone.run("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--", url, *lacking)
