"""What of the duplicate goes into the kept module; what the plan says of names, and what it has still to say."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.consolidation.merging.origins import Binding, bindings, meaning, origin, star_of
from codemods.consolidation.merging.values import Undecided
from codemods.survey.compare import compare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.consolidation.merging.adapt import Adapted
    from codemods.consolidation.merging.source import Piece, Source
    from codemods.index.resolve import Index
    from codemods.plan.consolidation import Take

DECIDE = "decide it under `take:`"


class Choice(Struct):
    """What is to be done. Pieces are those of the duplicate; names say what needs them ("" where they are asked for).

    `added` go into the kept module, `replaced` take the place of what that defines by these names; `members` and
    `replaced_members` do so in a class. `imports` and `stars` are to be imported by these local names; `dropped` are
    local names whose imports go, since a definition takes their place;
    """

    added: dict[Piece, str] = field(default_factory=dict)
    replaced: dict[str, list[Piece]] = field(default_factory=dict)
    members: dict[tuple[str, str], str] = field(default_factory=dict)
    replaced_members: dict[tuple[str, str], list[Piece]] = field(default_factory=dict)
    imports: dict[str, list[Binding]] = field(default_factory=dict)
    stars: dict[str, str] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    exported: list[str] = field(default_factory=list)
    undecided: dict[str, Undecided] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Choosing(ABC):
    """What choosing names of the module and members of classes has in common: both modules, the plan, and what is made.

    `duplicate` is the dotted name of the duplicate. All may raise Missing.
    """

    def __init__(self, kept: Source, adapted: Adapted, duplicate: str | None, index: Index) -> None:
        self.kept = kept
        self.adapted = adapted
        self.theirs = adapted.source
        self.duplicate = duplicate
        self.index = index
        self.made = Choice(reasons=list(adapted.reasons))
        self.differences = {d.name: d for d in compare(kept.outline, self.theirs.outline)}

    @abstractmethod
    def need_all(self, pieces: Sequence[Piece], by: str) -> None:
        """Have all that `pieces`, which define `by`, use."""

    @abstractmethod
    def replace(self, name: str, pieces: list[Piece]) -> None:
        """Put `pieces` in the place of what the kept module defines as `name`."""

    def decision(self, name: str) -> Take | None:
        """What the plan says about `name`."""
        return self.adapted.take.get(name)

    def is_asked(self, name: str) -> bool:
        """Whether the plan asks for `name`, or `Class.member`, apart from what needs it."""
        names = self.adapted.names
        return not names or name in names or name.partition(".")[0] in names

    def is_explicit(self, full: str) -> bool:
        """Whether the plan names the member `full` itself, and wants it."""
        adapted = self.adapted
        return full in adapted.names or full in adapted.renamed or adapted.take.get(full) == "theirs"

    def old(self, name: str) -> str:
        """`name` as the duplicate itself calls it."""
        return self.adapted.renamed.get(name, name)

    def is_lacking(self, name: str) -> bool:
        """Whether the kept module has no `name`, but for what it takes from the duplicate itself."""
        if name not in self.kept.scopes.module.bound:
            module = star_of(self.kept, name, self.index)
            return not module or origin(f"{module}.{name}", self.index) == f"{self.duplicate}.{self.old(name)}"
        return self.is_from_duplicate(name)

    def is_from_duplicate(self, name: str) -> bool:
        found = {binding.dotted for binding in bindings(self.kept, name)}
        nodes = self.kept.scopes.module.bound[name]
        mine = f"{self.duplicate}.{self.old(name)}"
        return (
            bool(found)
            and all(isinstance(node, ast.alias) for node in nodes)
            and all(dotted == mine or origin(dotted, self.index) == mine for dotted in found)
        )

    def other_meanings(self, pieces: Sequence[Piece]) -> list[str]:
        """Names in code that both have, that stand for one thing there and another one here."""
        found = []
        for name in dict.fromkeys(name for piece in pieces for name in self.theirs.free_names(piece.statement)):
            if self.decision(name) is not None or name in self.adapted.direct:
                continue
            theirs, ours = meaning(self.theirs, name, self.index), meaning(self.kept, name, self.index)
            ours = ours or (f"{self.kept.view.module}.{name}" if name in self.kept.scopes.module.bound else None)
            if theirs and ours and theirs != ours:
                found.append(f"`{name}` is `{theirs}` in theirs and `{ours}` in ours")
        return found

    def leave_undecided(
        self, name: str, details: Sequence[str], ours: Sequence[Piece], theirs: Sequence[Piece], why: str
    ) -> None:
        """Ask for a decision."""
        old = self.old(name)
        shown = Undecided(old, self.kept.shown(ours), self.theirs.shown(theirs), tuple(details))
        self.made.undecided[name] = shown
        said = f"`{old}`, which is to become `{name}`," if old != name else f"`{name}`"
        place = self.theirs.where(theirs[0]) if theirs else f"{self.theirs.path}:1"
        and_listed = " (and list it under `names:`)" if why and self.adapted.names else ""
        reason = f"{place}: both modules have {said} and they differ{f' ({why})' if why else ''}: {'; '.join(details)}"
        self.made.reasons.append(f"{reason}; {DECIDE}{and_listed}")

    def warn_of_ours(self, name: str, why: str, details: Sequence[str] = ()) -> None:
        """Tell that what is taken uses the kept module's `name`, which is another than it was written for."""
        difference = self.differences.get(name)
        details = details or (difference.details if difference else ())
        if why:
            how = f": {'; '.join(details)}" if details else ""
            self.made.warnings.append(f"{self.kept.path}: `{name}` is {why}, and the plan keeps ours{how}")
