"""What has to be taken back before other commits of a plan can be: deletions before those whose names they took away,
consumers and shims before the merge that brought what they use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.engine.messages import PHASE, UNIT
from codemods.engine.rollback import live_commits
from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.vcs import Commit, Repository

_MERGE, _LEAVE, _DELETE = "merge ", "leave ", "delete "  # how the units of these steps are called


def is_step(unit: str) -> bool:
    """Whether the unit of that name is a merge, a shim, an alias or a deletion, not a change of consumers."""
    return unit.startswith((_MERGE, _LEAVE, _DELETE))


def require_order(repository: Repository, plan: str, chosen: tuple[Commit, ...]) -> None:
    """Raise CodemodsError where later commits of `plan` stand that need what the `chosen` ones have made."""
    taken = {commit.sha for commit in chosen}
    standing = [commit for commit in live_commits(repository, plan) if commit.sha not in taken]
    needing = list(dict.fromkeys(_needing(repository, chosen, standing)))
    if not needing:
        return
    phases = dict.fromkeys(commit.trailers.get(PHASE, "") for commit in standing if commit.trailers[UNIT] in needing)
    listed = ", ".join(f"`{unit}`" for unit in needing[:5]) + (f" and {len(needing) - 5} more" if needing[5:] else "")
    hint = f"Take these back first: {', '.join(f'--phase {phase}' for phase in phases)}; or everything: --all."
    raise CodemodsError(f"Nothing was taken back: {listed} would be left without what it needs.", hint=hint)


def _needing(repository: Repository, chosen: tuple[Commit, ...], standing: list[Commit]) -> Iterator[str]:
    deletions = [commit.trailers[UNIT] for commit in standing if commit.trailers[UNIT].startswith(_DELETE)]
    for commit in chosen:
        unit = commit.trailers[UNIT]
        if unit.startswith(_MERGE):
            yield from (other.trailers[UNIT] for other in standing if not other.trailers[UNIT].startswith(_MERGE))
        elif unit.startswith(_LEAVE):
            module = unit.rpartition(" ")[2]
            yield from (deletion for deletion in deletions if deletion == f"{_DELETE}{module}")
        elif not unit.startswith(_DELETE):
            yield from (deletion for deletion in deletions if _would_name(repository, commit, deletion))


def _would_name(repository: Repository, commit: Commit, deletion: str) -> bool:
    """Whether a file of `commit`, as it was before that, spells the last name of what `deletion` took away."""
    name = re.compile(rb"\b" + re.escape(deletion.rpartition(".")[2].rpartition(" ")[2].encode()) + rb"\b")
    before = (repository.blob(commit.parent or "", path) for path in repository.changed_paths(commit.sha))
    return any(content is not None and name.search(content) for content in before)
