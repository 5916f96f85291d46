"""The way back, found before anything is touched: new commits that revert, or HEAD at an earlier commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from codemods.engine.reverting.standing import acts as all_acts
from codemods.engine.reverting.steps import Steps, plan_steps
from codemods.errors import ConflictError, RepositoryError

if TYPE_CHECKING:
    from codemods.engine.reverting.standing import Act
    from codemods.vcs import Repository

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Way:
    """How `acts`, newest first, are taken back from the commit `head`: by `steps`, or by HEAD becoming `target`."""

    acts: tuple[Act, ...]
    head: str
    steps: Steps = Steps(())  # noqa: RUF009 - it is never changed
    target: str = ""

    @property
    def method(self) -> Literal["revert", "reset"]:
        """By which of git's ways."""
        return "reset" if self.target else "revert"


def way_by_revert(repository: Repository, acts: tuple[Act, ...]) -> Way:
    """One commit for each act. Raises ConflictError where later edits stand in the way."""
    return Way(acts, repository.head() or "", plan_steps(repository, acts))


def way_by_reset(repository: Repository, acts: tuple[Act, ...]) -> Way:
    """HEAD at the commit before the oldest of `acts`, where it holds nothing else since, and nobody has it yet.

    Raises RepositoryError with what else would be lost.
    """
    head, oldest = repository.head() or "", acts[-1].commit
    target = oldest.parent
    if target is None or oldest.sha in repository.shallow():
        what = f"The history of this clone ends at {oldest.sha[:12]}: what was before it is not there."
        raise RepositoryError(what, hint="Nothing was touched. `git fetch --unshallow` brings the rest.")
    since = repository.shas(target)
    chosen = {act.key for act in acts}
    ours = {act.commit.sha for act in all_acts(repository, acts[0].plan) if act.key in chosen}
    others = [sha for sha in since if sha not in ours]
    if others:
        listed = "".join(f"\n  {line}" for line in repository.oneline(others[:_SHOWN]))
        more = f"\n  and {len(others) - _SHOWN} more" if others[_SHOWN:] else ""
        what = f"A reset would lose {len(others)} other commit(s), made since or in between:{listed}{more}"
        hint = "Nothing was touched. Leave --reset away, to take these back by revert commits."
        raise ConflictError(what, files=(), hint=hint)
    if branch := repository.published_in(oldest.sha):
        what = f"These commits are on {branch} already: others may have them."
        raise RepositoryError(
            what, hint="Nothing was touched. Leave --reset away, to take them back by revert commits."
        )
    return Way(acts, head, target=target)
