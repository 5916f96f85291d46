"""What becomes of an entry of `delete:`, and which entries wait for one another. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.model import Change, Finding

State = Literal["done", "refused", "ready"]
_END = 1 << 62


class RemovedFile(Struct, frozen=True):
    """A file that goes, with its bytes."""

    path: str
    before: bytes


class Lines(Struct, frozen=True):
    """Lines of a file, from 1, that a deletion takes out; of a file that goes, all."""

    path: str
    first: int = 1
    last: int = _END

    def hold(self, finding: Finding) -> bool:
        """Whether the place of `finding` goes."""
        return finding.reference.path == self.path and self.first <= finding.reference.line <= self.last


class Deletion(Struct, frozen=True):
    """What becomes of one entry of `delete:`.

    `target` is its full name. `reason` says why it is done already, or refused. `references` are what still refers to
    it, certain ones `blocked`, others `review`; `mentions` what hinders nothing: comments, history. Where it is ready,
    `removed` are the files to remove, `changes` those to change, and `notes` tell what that leaves. `takes` are the
    lines that it takes out, or would.
    """

    target: str
    kind: Literal["module", "symbol"]
    state: State
    reason: str = ""
    references: tuple[Finding, ...] = ()
    mentions: tuple[Finding, ...] = ()
    removed: tuple[RemovedFile, ...] = ()
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    takes: tuple[Lines, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that it removes or changes."""
        return (*(file.path for file in self.removed), *(change.path for change in self.changes))

    def refused(self, references: tuple[Finding, ...]) -> Deletion:
        """This one, refused for `references`."""
        files = {finding.reference.path for finding in references}
        reason = f"{len(references)} reference(s) in {len(files)} file(s)"
        return replace(self, state="refused", reason=reason, references=references)


def waiting_told(judged: Sequence[Deletion]) -> tuple[Deletion, ...]:
    """`judged` with the reason of each that only others of them hold up: in the wrong order, or in a circle."""
    waiting = {d.target: d for d in judged if d.state == "refused" and d.references}
    others = [d for d in judged if d.state == "ready"]
    while True:
        free = {name: d for name, d in waiting.items() if _holders(d, (*waiting.values(), *others)) is not None}
        if len(free) == len(waiting):
            break
        waiting = free
    holders = {name: _holders(d, (*waiting.values(), *others)) or set() for name, d in waiting.items()}
    return tuple(
        replace(d, reason=f"{d.reason}: {_why(d.target, holders)}") if d.target in waiting else d for d in judged
    )


def _holders(deletion: Deletion, others: Sequence[Deletion]) -> set[str] | None:
    """The deletions that take away what refers to this one; None where something else refers to it as well."""
    found: set[str] = set()
    for finding in deletion.references:
        holder = next((o for o in others if o is not deletion and any(lines.hold(finding) for lines in o.takes)), None)
        if holder is None:
            return None
        found.add(holder.target)
    return found


def _why(target: str, holders: dict[str, set[str]]) -> str:
    reached, pending = set(holders[target]), list(holders[target])
    while pending:
        for name in holders.get(pending.pop(), ()):
            if name not in reached:
                reached.add(name)
                pending.append(name)
    names = ", ".join(f"`{name}`" for name in sorted(holders[target]))
    if target in reached:
        return f"only {names} refer(s) to it, in a circle: name the file of one of them under `ignore:` of the other"
    return f"only {names} refer(s) to it: put that before it"
