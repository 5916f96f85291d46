"""Which of the units that stand are to be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.reverting.standing import acts, live_acts
from codemods.errors import CodemodsError
from codemods.model import printable
from codemods.plan.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.engine.reverting.standing import Act
    from codemods.vcs import Difference, Repository


class Selection(Struct, frozen=True):
    """The units of some files, one unit, those of a phase or a run, or all: and but those that change a file of
    `but`."""

    files: tuple[str, ...] = ()
    unit: str | None = None
    phase: str | None = None
    run: str | None = None
    everything: bool = False
    but: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The selection in words."""
        files = ", ".join(self.files)
        parts = (("file", files), ("unit", self.unit), ("phase", self.phase), ("run", self.run))
        told = " and ".join(f"{word} {value}" for word, value in parts if value) or "everything"
        return f"{told} but {', '.join(self.but)}" if self.but else told


def select(repository: Repository, plan: str, selection: Selection) -> tuple[Act, ...]:
    """The live acts of `plan` that `selection` names, newest first. Raises CodemodsError where there is none."""
    live = live_acts(repository, plan)
    # Where the history of a clone ends, a commit seems to have made all files.
    known = (act.commit.sha for act in live if act.commit.sha not in repository.shallow())
    changes = repository.differences(known) if selection.files or selection.but else {}
    _require_known(changes.values(), selection)
    chosen = tuple(act for act in live if _is_selected(act, changes.get(act.commit.sha, ()), selection))
    if not chosen:
        what = "" if selection.everything else f" for {selection}"
        hint = _known(live, selection) if live else _of_none(repository, plan)
        raise CodemodsError(f"There is nothing to take back{what}.", hint=hint)
    return chosen


def _is_selected(act: Act, changes: tuple[Difference, ...], selection: Selection) -> bool:
    wanted = ((selection.unit, act.unit), (selection.phase, act.phase), (selection.run, act.run))
    if any(value and value != is_ for value, is_ in wanted):
        return False
    paths = {change.path for change in changes}
    return paths.isdisjoint(selection.but) and (not selection.files or not paths.isdisjoint(selection.files))


def _require_known(changes: Iterable[tuple[Difference, ...]], selection: Selection) -> None:
    """Raises CodemodsError where a file is named that no unit has changed, among others that one has."""
    paths = {change.path for of_unit in changes for change in of_unit}
    several = len(selection.files) > 1
    for file in (*(selection.files if several else ()), *selection.but):
        if file not in paths:
            what = f"No unit of this plan that stands here has changed {printable(file)}{nearest(file, paths)}."
            raise CodemodsError(what, hint="Nothing was touched. `codemods status` lists what is done.")


def _of_none(repository: Repository, plan: str) -> str:
    if acts(repository, plan):
        return "All that this plan had committed here was taken back already; `codemods log` tells when."
    return "HEAD holds no commit of this plan: one that they were squashed into is taken back with `git revert`."


def _known(live: tuple[Act, ...], selection: Selection) -> str:
    phases = ", ".join(sorted({act.phase for act in live}))
    near = nearest(selection.unit, [act.unit for act in live]) if selection.unit else ""
    near = near or (nearest(selection.run, [act.run for act in live]) if selection.run else "")
    return f"Committed here: phases {phases}{near}."
