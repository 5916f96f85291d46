"""Undo: the way back from one operation, whatever it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.engine.recovery import place_of
from codemods.engine.reverting.order import require_ground, require_order
from codemods.engine.reverting.standing import acts
from codemods.engine.rollback.way import Way, way_by_revert
from codemods.errors import CodemodsError, RepositoryError
from codemods.journal import replay
from codemods.plan.nearest import nearest

if TYPE_CHECKING:
    from codemods.engine.reverting.standing import Act
    from codemods.journal import Journal, Operation
    from codemods.vcs import Repository

_LOOK = "`codemods log` lists the operations."


def find(repository: Repository, journal: Journal, name: str | None) -> Operation:
    """The operation called `name` (its beginning or its end will do), or the last one that can be undone and is no undo
    itself.

    Raises CodemodsError where there is none, or several.
    """
    known = {op.id: op for op in replay(journal.events()).values() if op.before}
    if name is None:
        return _last(repository, known)
    found = [op for op in known.values() if name == op.id or op.id.startswith(name) or op.id.endswith(name)]
    if not found:
        raise CodemodsError(f"There is no operation `{name}`{nearest(name, list(known))}.", hint=_LOOK)
    if len(found) > 1 and name not in known:
        listed = ", ".join(op.id for op in found[:5])
        raise CodemodsError(f"Several operations are called so: {listed}.", hint="Give more of the name.")
    return known.get(name, found[0])


def _last(repository: Repository, known: dict[str, Operation]) -> Operation:
    place = place_of(repository)
    for operation in reversed(known.values()):
        is_done = operation.after and operation.after != operation.before
        if operation.place == place and operation.kind != "undo" and is_done and _stands(repository, operation):
            return operation
    raise CodemodsError("There is nothing to undo.", hint=_LOOK)


def _stands(repository: Repository, operation: Operation) -> bool:
    """Whether something of what an operation did is there still, and is not undone. What git has counts: somebody may
    have reset an undo away that the journal knows of."""
    if operation.method == "reset":
        return not operation.undone_by
    undo = operation.undone_by
    if undo and any(act.operation == undo for act in acts(repository, operation.plan)):
        return False
    return bool(_standing(repository, operation))


def way_back(repository: Repository, operation: Operation) -> Way:
    """How to undo `operation`. Touches nothing.

    Raises CodemodsError where it cannot be, or is already: ConflictError where later edits stand in the way.
    """
    if not _stands(repository, operation):
        raise _nothing_stands(repository, operation)
    if operation.method == "reset":
        return _from_reset(repository, operation)
    chosen = _standing(repository, operation)
    require_order(repository, operation.plan, tuple(act for act in chosen if act.is_done))
    require_ground(acts(repository, operation.plan), tuple(act for act in chosen if not act.is_done))
    return way_by_revert(repository, chosen)


def _nothing_stands(repository: Repository, operation: Operation) -> CodemodsError:
    if operation.undone_by:
        hint = f"To have it again, undo that: `codemods undo {operation.undone_by}`."
        return CodemodsError(f"{operation.id} was undone by {operation.undone_by}.", hint=hint)
    what = f"HEAD holds nothing that {operation.id} has done and that was not taken back since."
    hint = f"It was done on {operation.branch}." if operation.branch != (repository.branch() or "") else _LOOK
    return CodemodsError(what, hint=hint)


def _from_reset(repository: Repository, operation: Operation) -> Way:
    head, branch = repository.head() or "", repository.branch() or ""
    if branch != operation.branch:
        what = f"{operation.id} was done on {operation.branch or 'a detached HEAD'}, and HEAD is elsewhere."
        raise RepositoryError(what, hint=f"`git switch {operation.branch or operation.after}` goes there.")
    if head != operation.after:
        what = f"HEAD has moved since {operation.id}, which was a reset: to undo it would lose what came after."
        hint = (
            f"The commits of before are at {operation.before[:12]}: `git merge` or `git cherry-pick` brings them back."
        )
        raise RepositoryError(what, hint=hint)
    if repository.rev(operation.before) is None:
        raise RepositoryError(f"The commit {operation.before[:12]} of before is not there any more.", hint=_LOOK)
    return Way((), head, target=operation.before)


def _standing(repository: Repository, operation: Operation) -> tuple[Act, ...]:
    """What the operation has done of each unit, on the whole, where nobody has done anything with it since."""
    by_key: dict[tuple[str, str], list[Act]] = {}
    for act in acts(repository, operation.plan):
        by_key.setdefault(act.key, []).append(act)
    chosen = []
    for found in by_key.values():
        own = [number for number, act in enumerate(found) if act.operation == operation.id]
        if not own:
            continue
        was_done = own[0] > 0 and found[own[0] - 1].is_done
        is_done = found[own[-1]].is_done
        # Done and taken back within one operation is nothing on the whole; and it may have been taken back since.
        if is_done is not was_done and found[-1].is_done is is_done:
            chosen.append(found[-1])
    order = {act.commit.sha: number for number, act in enumerate(acts(repository, operation.plan))}
    return tuple(sorted(chosen, key=lambda act: order[act.commit.sha], reverse=True))
