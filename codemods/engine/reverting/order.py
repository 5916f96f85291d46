"""What has to be taken back before other commits of a plan can be: deletions before those whose names they took away,
consumers and shims before the merge that brought what they use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.engine.reverting.standing import live_acts
from codemods.errors import CodemodsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.engine.reverting.standing import Act
    from codemods.vcs import Difference, Repository

_MERGE, _LEAVE, _DELETE = "merge ", "leave ", "delete "  # how the units of these steps are called


def is_step(unit: str) -> bool:
    """Whether the unit of that name is a merge, a shim, an alias or a deletion, not a change of consumers."""
    return unit.startswith((_MERGE, _LEAVE, _DELETE))


def require_order(repository: Repository, plan: str, chosen: tuple[Act, ...]) -> None:
    """Raise CodemodsError where later commits of `plan` stand that need what the `chosen` ones have made."""
    taken = {act.commit.sha for act in chosen}
    standing = [act for act in live_acts(repository, plan) if act.commit.sha not in taken]
    needing = list(dict.fromkeys(_needing(repository, chosen, standing)))
    if not needing:
        return
    phases = dict.fromkeys(act.phase for act in standing if act.unit in needing)
    listed = ", ".join(f"`{unit}`" for unit in needing[:5]) + (f" and {len(needing) - 5} more" if needing[5:] else "")
    hint = f"Take these back first: {', '.join(f'--phase {phase}' for phase in phases)}; or everything: --all."
    raise CodemodsError(f"Nothing was taken back: {listed} would be left without what it needs.", hint=hint)


def require_ground(known: tuple[Act, ...], again: tuple[Act, ...]) -> None:
    """Raise CodemodsError where what is to be done `again` needs what is taken back, by the acts `known`, in order."""
    last = {act.key: act for act in known}
    chosen = {act.key for act in again}
    off = [act for key, act in last.items() if not act.is_done and key not in chosen]
    needs_merges = any(not act.unit.startswith(_MERGE) for act in again)
    needs_all = any(act.unit.startswith(_DELETE) for act in again)
    missing = [
        act
        for act in off
        if (act.unit.startswith(_MERGE) and needs_merges) or (not act.unit.startswith(_DELETE) and needs_all)
    ]
    if missing:
        listed = ", ".join(f"`{act.unit}`" for act in missing[:5])
        more = f" and {len(missing) - 5} more" if missing[5:] else ""
        operations = dict.fromkeys(act.operation for act in missing if act.operation)
        hint = f"Undo what took that back first: {', '.join(f'`codemods undo {name}`' for name in operations)}."
        raise CodemodsError(f"Nothing was done: it needs {listed}{more}, which is taken back.", hint=hint)


def _needing(repository: Repository, chosen: tuple[Act, ...], standing: list[Act]) -> Iterator[str]:
    deletions = [act.unit for act in standing if act.unit.startswith(_DELETE)]
    changes = repository.differences(act.commit.sha for act in chosen) if deletions else {}
    for act in chosen:
        unit = act.unit
        if unit.startswith(_MERGE):
            yield from (other.unit for other in standing if not other.unit.startswith(_MERGE))
        elif unit.startswith(_LEAVE):
            module = unit.rpartition(" ")[2]
            yield from (deletion for deletion in deletions if deletion == f"{_DELETE}{module}")
        elif not unit.startswith(_DELETE):
            before = [_before(repository, change) for change in changes.get(act.commit.sha, ())]
            yield from (deletion for deletion in deletions if any(_names(deletion).search(text) for text in before))


def _before(repository: Repository, change: Difference) -> bytes:
    return repository.content(change.before.blob) if change.before else b""


def _names(deletion: str) -> re.Pattern[bytes]:
    """What spells the last name of what `deletion` took away."""
    return re.compile(rb"\b" + re.escape(deletion.rpartition(".")[2].rpartition(" ")[2].encode()) + rb"\b")
