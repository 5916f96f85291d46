"""What was done in a repository, by the journal; the diffs are git's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.engine.reverting.standing import acts
from codemods.engine.rollback.undoing import find
from codemods.errors import CodemodsError
from codemods.journal import is_held, replay
from codemods.plan.nearest import nearest

if TYPE_CHECKING:
    from codemods.journal import Journal, Operation, UnitRecord
    from codemods.journal.operations import Validated
    from codemods.vcs import Repository

KILLED = "killed"


class UnitDetails(Struct, frozen=True):
    """What an operation has made of a unit: the diff of its commit, or the evidence against it."""

    record: UnitRecord
    diff: bytes
    evidence: str


class Details(Struct, frozen=True):
    """One operation with its units, and the validations of these. `log` is the file with all that its programs have
    told, if it is there."""

    operation: Operation
    units: tuple[UnitDetails, ...]
    log: str
    validations: tuple[Validated, ...] = ()


def all_operations(journal: Journal) -> tuple[Operation, ...]:
    """The operations in all work trees of a repository, newest first. One that nobody is at any more was killed."""
    found = [op for op in replay(journal.events()).values() if op.before]
    _name_killed(journal, found)
    return tuple(reversed(found))


def plans_here(repository: Repository) -> tuple[str, ...]:
    """The plans of which HEAD holds commits, wherever they were made."""
    return tuple(sorted({act.plan for act in acts(repository)})) if repository.head() else ()


def _name_killed(journal: Journal, found: list[Operation]) -> None:
    # The last one only may be at work now: one at a time holds the lock.
    for number, operation in enumerate(found, start=1):
        if operation.is_under_way and (number < len(found) or not is_held(journal.folder)):
            operation.result = KILLED


def details(repository: Repository, journal: Journal, name: str, unit: str | None = None) -> Details:
    """The operation called `name`, of its units only `unit` if that is given. Raises CodemodsError where there is no
    such operation or unit."""
    wanted = find(repository, journal, name).id
    operation = next(op for op in all_operations(journal) if op.id == wanted)
    records = [record for record in operation.units.values() if unit in (None, record.unit)]
    if unit is not None and not records:
        near = nearest(unit, [record.unit for record in operation.units.values()])
        hint = f"`codemods log {operation.id}` lists them."
        raise CodemodsError(f"{operation.id} has no unit `{unit}`{near}.", hint=hint)
    log = journal.folder / "evidence" / operation.id / "output.log"
    units = tuple(_unit(repository, journal, operation, record) for record in records)
    ran = tuple(done for done in operation.validations if unit is None or unit in done.units)
    return Details(operation, units, str(log) if log.exists() else "", ran)


def _unit(repository: Repository, journal: Journal, operation: Operation, record: UnitRecord) -> UnitDetails:
    is_made = bool(record.sha) and operation.method != "reset" and repository.rev(record.sha) is not None
    diff = repository.diff_of(record.sha) if is_made else b""
    evidence = ""
    if record.evidence:
        try:
            evidence = journal.read_evidence(record.evidence)
        except OSError as error:
            evidence = f"(the evidence cannot be read: {error.strerror})"
    return UnitDetails(record, diff, evidence)
