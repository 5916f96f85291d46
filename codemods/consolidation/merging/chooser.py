"""Chooses what goes from the duplicate into the kept module: what that lacks and needs, as the plan decides."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.consolidation.merging.left_behind import look_at_the_rest
from codemods.consolidation.merging.needs import Needs
from codemods.consolidation.merging.origins import bindings
from codemods.consolidation.merging.source import essence, is_main_guard
from codemods.survey.compare import Difference, Status

if TYPE_CHECKING:
    from codemods.consolidation.merging.adapt import Adapted
    from codemods.consolidation.merging.choice import Choice
    from codemods.consolidation.merging.source import Piece, Source
    from codemods.index.resolve import Index


class Chooser(Needs):
    """Chooses among the names of the adapted duplicate."""

    def __init__(self, kept: Source, adapted: Adapted, duplicate: str | None, index: Index) -> None:
        super().__init__(kept, adapted, duplicate, index)
        self.seen: set[str] = set()

    def choose(self) -> Choice:
        """All that is to be done. Raises Missing."""
        names = self.adapted.names
        wanted = list(dict.fromkeys(part.name for part in self.theirs.outline.parts if self._is_defined(part.name)))
        heads = {name.partition(".")[0] for name in names}
        for name in wanted if not names else (name for name in wanted if name in heads):
            self.want(name)
        for name in names:
            self.check_listed(name)
        self.members.settle()
        look_at_the_rest(self)
        return self.made

    def _is_defined(self, name: str) -> bool:
        return any(not is_main_guard(piece.statement) for piece in self.theirs.pieces_of(name))

    def check_listed(self, name: str) -> None:
        """What the plan lists under `names:` has to be there."""
        head, _, member = name.partition(".")
        if head not in self.theirs.scopes.module.bound:
            self.made.reasons.append(f"{self.theirs.path}:1: there is no `{head}` to take")
        elif member and not self.theirs.member_pieces(head, member):
            self.made.reasons.append(f"{self.theirs.path}:1: there is no `{name}` to take")
        elif head not in self.seen:
            self.need(head, "")
            self.made.exported.append(head)

    def want(self, name: str, why: str = "") -> None:
        """Have what the duplicate defines as `name` in the kept module; `why` says what needs it."""
        if name in self.seen:
            return self._seen_again(name, why)
        self.seen.add(name)
        if name in self.adapted.direct and name in self.kept.scopes.module.bound and bindings(self.theirs, name):
            # It is the kept module's own, with something else for where that cannot be imported.
            return None
        pieces = self.theirs.pieces_of(name)
        if self.is_lacking(name):
            if self.decision(name) != "ours":
                self.take(name, pieces, "" if self.is_asked(name) else why)
            elif why:
                self._lacks(name, why)
            return None
        if self.kept.class_of(name) and self.theirs.class_of(name):
            return self.members.merge(name, why)
        difference = self.differences.get(name)
        details = self.how_different(name, difference, pieces)
        if details:
            self.decide(name, pieces, details, why)
        return None

    def _seen_again(self, name: str, why: str) -> None:
        if why and self.decision(name) == "ours":
            if self.is_lacking(name):
                self._lacks(name, why)
            else:
                self.warn_of_ours(name, why)

    def _lacks(self, name: str, why: str) -> None:
        where = self.theirs.where(self.theirs.pieces_of(name)[0])
        self.made.reasons.append(f"{where}: `{name}` is {why}, and the plan leaves it behind; decide otherwise")

    def how_different(self, name: str, difference: Difference | None, pieces: list[Piece]) -> tuple[str, ...]:
        """How what both have as `name` differs, in words; nothing where it does not."""
        ours = self.kept.pieces_of(name)
        if difference is None or difference.ours is None:
            bound = ", ".join(f"`{binding.dotted}`" for binding in bindings(self.kept, name))
            if not bound and [ast.dump(p.statement) for p in ours] == [ast.dump(p.statement) for p in pieces]:
                return ()
            return (f"ours is imported: {bound}" if bound else "ours is bound in another way",)
        if difference.status is Status.DIFFERS:
            return difference.details
        if essence(ours) != essence(pieces):
            return ("what is defined together with it differs",)
        return tuple(self.other_meanings(pieces))

    def decide(self, name: str, pieces: list[Piece], details: tuple[str, ...], why: str) -> None:
        """Do what the plan says of a name that both define differently."""
        decision = self.decision(name)
        if decision == "ours":
            self.warn_of_ours(name, why, details)
        elif decision == "theirs":
            self.replace(name, pieces)
        else:
            self.leave_undecided(name, details, self.kept.pieces_of(name) or self.kept.by_name[name], pieces, why)

    def replace(self, name: str, pieces: list[Piece]) -> None:
        ours = self.kept.pieces_of(name)
        if not ours:
            # Ours is imported: the definition takes its place.
            return self.take(name, pieces, "")
        lost = {other for piece in ours for other in piece.names} - {n for piece in pieces for n in piece.names}
        if lost:
            place = self.kept.where(ours[0])
            what = ", ".join(f"`{other}`" for other in sorted(lost))
            self.made.reasons.append(f"{place}: theirs cannot take the place of `{name}`: {what} would be lost with it")
            return None
        self.made.replaced[name] = pieces
        self.need_all(pieces, name)
        return None

    def take(self, name: str, pieces: list[Piece], why: str) -> None:
        """Add `pieces`, which define `name` and what is defined together with it."""
        for other in dict.fromkeys(other for piece in pieces for other in piece.names):
            self.seen.add(other)
            if other != name and not self.is_lacking(other):
                place = self.theirs.where(pieces[0])
                self.made.reasons.append(f"{place}: `{name}` is defined together with `{other}`, which ours has, too")
                return
            if other in self.kept.scopes.module.bound:
                self.made.dropped.add(other)
        self.made.added.update((piece, why) for piece in pieces)
        self.need_all(pieces, name)
