"""A migration as its tracker tells it: the goal, what is done and open, compliance before and now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.compliance import compliance
from codemods.engine.reverting.standing import acts, live_commits
from codemods.engine.sources import sources_of
from codemods.engine.status import status_of
from codemods.files import read_bytes

if TYPE_CHECKING:
    from codemods.engine.compliance import Compliance
    from codemods.engine.status import Status
    from codemods.journal import Journal
    from codemods.plan.load import LoadedPlan
    from codemods.vcs import Repository


class Tracker(Struct, frozen=True):
    """How far a plan is. `base` is the commit before its first one, and `before` the compliance there; "" and None
    where nothing is committed yet. `head` is the commit that `status` and `now` tell of."""

    loaded: LoadedPlan
    status: Status
    head: str
    now: Compliance
    base: str = ""
    before: Compliance | None = None


def tracker(loaded: LoadedPlan, repository: Repository, journal: Journal) -> Tracker:
    """The tracker of a plan on the branch that HEAD is on. Raises CodemodsError as a preview does."""
    state = status_of(loaded, repository, journal)
    sources = sources_of(repository)
    now = compliance(loaded, sources.paths, sources.read)
    head = repository.head() or ""
    # Before the first one, though that may have been taken back since.
    is_begun = bool(live_commits(repository, loaded.plan.name))
    base = acts(repository, loaded.plan.name)[0].commit.parent if is_begun else None
    if base is None:
        return Tracker(loaded, state, head, now)
    return Tracker(loaded, state, head, now, base, compliance_at(loaded, repository, base))


def compliance_at(loaded: LoadedPlan, repository: Repository, rev: str) -> Compliance:
    """The compliance of the files in the commit `rev` with a plan."""
    differing = frozenset(repository.differing_paths(rev))

    def read(path: str) -> bytes:
        if path not in differing and (repository.root / path).exists():
            return read_bytes(repository.root, path)
        content = repository.blob(rev, path)
        if content is None:
            raise FileNotFoundError(path)
        return content

    return compliance(loaded, repository.paths_at(rev), read)
