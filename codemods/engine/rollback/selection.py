"""Which of the units that stand are to be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.engine.reverting.standing import live_acts
from codemods.errors import CodemodsError
from codemods.plan.nearest import nearest

if TYPE_CHECKING:
    from codemods.engine.reverting.standing import Act
    from codemods.vcs import Difference, Repository


@dataclass(frozen=True, slots=True)
class Selection:
    """The units of one file, one unit, those of a phase or a run, or all."""

    file: str | None = None
    unit: str | None = None
    phase: str | None = None
    run: str | None = None
    everything: bool = False

    def __str__(self) -> str:
        """The selection in words."""
        parts = (("file", self.file), ("unit", self.unit), ("phase", self.phase), ("run", self.run))
        return " and ".join(f"{word} {value}" for word, value in parts if value) or "everything"


def select(repository: Repository, plan: str, selection: Selection) -> tuple[Act, ...]:
    """The live acts of `plan` that `selection` names, newest first. Raises CodemodsError where there is none."""
    live = live_acts(repository, plan)
    # Where the history of a clone ends, a commit seems to have made all files.
    known = (act.commit.sha for act in live if act.commit.sha not in repository.shallow())
    changes = repository.differences(known) if selection.file else {}
    chosen = tuple(act for act in live if _is_selected(act, changes.get(act.commit.sha, ()), selection))
    if not chosen:
        what = "" if selection.everything else f" for {selection}"
        raise CodemodsError(f"There is nothing to take back{what}.", hint=_known(live, selection))
    return chosen


def _is_selected(act: Act, changes: tuple[Difference, ...], selection: Selection) -> bool:
    wanted = ((selection.unit, act.unit), (selection.phase, act.phase), (selection.run, act.run))
    if any(value and value != is_ for value, is_ in wanted):
        return False
    return not selection.file or any(change.path == selection.file for change in changes)


def _known(live: tuple[Act, ...], selection: Selection) -> str:
    if not live:
        return "HEAD holds no commit of this plan: one that they were squashed into is taken back with `git revert`."
    phases = ", ".join(sorted({act.phase for act in live}))
    near = nearest(selection.unit, [act.unit for act in live]) if selection.unit else ""
    near = near or (nearest(selection.run, [act.run for act in live]) if selection.run else "")
    return f"Committed here: phases {phases}{near}."
