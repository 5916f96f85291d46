"""Classes that both modules define: which members of the duplicate's go into the kept one, as the plan decides."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.consolidation.merging.attributes import Asked, settle_attributes
from codemods.consolidation.merging.class_kinds import why_unfit
from codemods.consolidation.merging.selves import asked_of_self, attributes_of
from codemods.consolidation.merging.source import decorators_of, essence
from codemods.survey.compare import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.consolidation.merging.choice import Choosing
    from codemods.consolidation.merging.source import Piece

_MAKES = ("__init__", "__new__", "__slots__")  # these change how the kept class is made


class MemberChooser:
    """Does for members what `Chooser` does for names of the module, with which it shares what is made."""

    def __init__(self, chooser: Choosing) -> None:
        self.chooser = chooser
        self.kept = chooser.kept
        self.theirs = chooser.theirs
        self.made = chooser.made
        self.asked: list[Asked] = []
        self.seen: set[str] = set()

    def merge(self, name: str, why: str) -> None:
        """Merge the class `name`, which both modules define."""
        chooser = self.chooser
        decision = chooser.decision(name)
        inner = [key for key in chooser.adapted.take if key.startswith(f"{name}.")]
        if decision == "theirs":
            self.replace(name, inner)
        elif decision == "ours":
            chooser.warn_of_ours(name, why)
            for key in inner:
                if chooser.decision(key) == "theirs":
                    self.want(name, key.partition(".")[2], "")
        elif details := self._heads_differ(name):
            ours, theirs = self.kept.pieces_of(name), self.theirs.pieces_of(name)
            chooser.leave_undecided(name, details, ours, theirs, why)
        else:
            for member in self._listed(name, why):
                self.want(name, member, "")
            self._tell_of_statements(name)

    def _heads_differ(self, name: str) -> tuple[str, ...]:
        """How both classes differ apart from their members."""
        difference = self.chooser.differences[name]
        ours, theirs = difference.ours, difference.theirs
        if ours is None or theirs is None or (ours.bases == theirs.bases and ours.decorators == theirs.decorators):
            return ()
        return difference.details

    def _listed(self, name: str, why: str) -> list[str]:
        """The members of theirs that the plan asks for; none where only something else needs the class."""
        node = self.theirs.class_of(name)
        members = dict.fromkeys(n for piece in self.theirs.members(node) for n in piece.names) if node else {}
        names = self.chooser.adapted.names
        if not names or name in names:
            return list(members)
        return [] if why else [member for member in members if f"{name}.{member}" in names]

    def replace(self, name: str, inner: list[str]) -> None:
        """Put their class in the place of ours, as a whole."""
        difference = self.chooser.differences[name]
        if difference.status is Status.SAME:
            return
        pieces, place = self.theirs.pieces_of(name), self.kept.where(self.kept.pieces_of(name)[0])
        lost = [d.name for d in self.chooser.differences.values() if d.status is Status.ONLY_OURS]
        lost = [other.partition(".")[2] for other in lost if other.startswith(f"{name}.")]
        if lost:
            what = ", ".join(f"`{member}`" for member in lost)
            reason = f"{place}: theirs cannot take the place of `{name}`: {what} would be lost; decide member by member"
            self.made.reasons.append(reason)
        elif inner:
            reason = f"{place}: decide either `{name}` as a whole or its members, not `{inner[0]}` as well"
            self.made.reasons.append(reason)
        else:
            self.chooser.replace(name, pieces)

    # Members

    def want(self, name: str, member: str, why: str) -> None:
        """Have `member` of their class `name` in ours."""
        chooser, full = self.chooser, f"{name}.{member}"
        if full in self.seen:
            return
        self.seen.add(full)
        ours, theirs = self.kept.member_pieces(name, member), self._group(name, member)
        decision = chooser.decision(full)
        if decision is None and chooser.decision(name) == "ours":
            decision = "ours"
        if not ours:
            if decision == "ours":
                if why:
                    reason = f"{self.theirs.where(theirs[0])}: `{full}` is {why}, and the plan leaves it behind"
                    self.made.reasons.append(f"{reason}; decide otherwise")
            elif not (reason := self._why_not(name, member, theirs)):
                self.take(name, member, theirs, why)
            else:
                self.made.reasons.append(f"{self.theirs.where(theirs[0])}: {reason}")
            return
        details = self._how_different(full, ours, theirs)
        if not details:
            return
        if decision == "ours":
            chooser.warn_of_ours(full, why, details)
        elif decision == "theirs":
            self._replace_member(name, member, ours, theirs)
        else:
            chooser.leave_undecided(full, details, ours, theirs, why)

    def _group(self, name: str, member: str) -> list[Piece]:
        return self.theirs.pieces_of(f"{name}.{member}")

    def _how_different(self, full: str, ours: list[Piece], theirs: list[Piece]) -> tuple[str, ...]:
        difference = self.chooser.differences.get(full)
        if difference is not None and difference.status is Status.DIFFERS:
            return difference.details
        if essence(ours) != essence(theirs):
            return ("what is defined together with it differs",)
        return tuple(self.chooser.other_meanings(theirs))

    def _why_not(self, name: str, member: str, pieces: list[Piece]) -> str:
        """Why a member that only theirs has is not taken, unless the plan names it; empty where it is."""
        full = f"{name}.{member}"
        ours, theirs = self.kept.class_of(name), self.theirs.class_of(name)
        if ours is None or theirs is None:
            return ""
        tell = f"; list `{full}` under `names:` or decide it under `take:`"
        slots = attributes_of(self.kept, ours).slots
        if slots is not None and member in slots:
            return f"`{full}` is in the `__slots__` of ours: leave it behind (`{full}: ours` under `take:`)"
        if why := why_unfit(ours, [piece.statement for piece in pieces]):
            return f"`{full}` {why}"
        if self.chooser.is_explicit(full):
            return ""
        if member in _MAKES:
            return f"ours has no `{full}`, and with it the class would be made in another way{tell}"
        if any("abstract" in decorator for piece in pieces for decorator in decorators_of(piece.statement)):
            return f"`{full}` is abstract: no class that derives from ours could be made any more{tell}"
        return ""

    def take(self, name: str, member: str, pieces: list[Piece], why: str) -> None:
        """Add a member, with all that is defined together with it."""
        full = f"{name}.{member}"
        others = [n for piece in pieces for n in piece.names if n != member and self.kept.member_pieces(name, n)]
        if others:
            place = self.theirs.where(pieces[0])
            reason = f"{place}: `{full}` is defined together with `{others[0]}`, which ours has, too"
            self.made.reasons.append(reason)
            return
        for other in dict.fromkeys(n for piece in pieces for n in piece.names):
            self.seen.add(f"{name}.{other}")
        self.made.members[name, member] = "" if self.chooser.is_asked(full) else why
        if member.startswith("__") and member.endswith("__"):
            what = f"{self.theirs.where(pieces[0])}: `{full}` changes what ours does where it had none"
            self.made.warnings += [what] if full not in self.chooser.adapted.renamed else []
        self.need_all(name, member, pieces)

    def _replace_member(self, name: str, member: str, ours: list[Piece], theirs: list[Piece]) -> None:
        ours = self.kept.pieces_of(f"{name}.{member}")
        lost = {n for p in ours for n in p.names} ^ {n for p in theirs for n in p.names}
        if lost:
            what = ", ".join(f"`{other}`" for other in sorted(lost))
            place = self.kept.where(ours[0])
            reason = f"{place}: theirs cannot take the place of `{name}.{member}`: it is defined together with {what}"
            self.made.reasons.append(reason)
            return
        self.made.replaced_members[name, member] = theirs
        self.need_all(name, member, theirs)

    def need_all(self, name: str, member: str, pieces: list[Piece]) -> None:
        """Have all that a member needs: names of the module, of the class body, and attributes of `self`."""
        full = f"{name}.{member}"
        self.chooser.need_all(pieces, full)
        for piece in pieces:
            self._check_body(name, piece)
            for other in self.theirs.names_of_class(name, piece):
                self.need(name, other, f"needed by `{full}`")
            for attribute in asked_of_self(piece):
                self.need(name, attribute, f"needed by `{full}`")
                self.asked.append(Asked(name, member, attribute, piece))

    def _check_body(self, name: str, piece: Piece) -> None:
        """Refuse what looks up in the class body, when the class is made, a name that means another thing there."""
        ours, theirs = self.kept.class_of(name), self.theirs.class_of(name)
        if ours is None or theirs is None:
            return
        bound, scope = self.kept.class_scopes[ours].bound, self.theirs.class_scopes[theirs]
        for use in self.theirs.uses(piece.statement):
            if use.scope is scope and use.name in bound and use.name not in scope.bound:
                place = f"{self.theirs.path}:{(use.container or use.node).lineno}"
                self.made.reasons.append(f"{place}: `{use.name}` would mean what ours binds in the body of `{name}`")

    def need(self, name: str, member: str, why: str) -> None:
        """Have `member` of the class, where theirs defines it in its body."""
        if self._group(name, member) and self.kept.class_of(name) and self.theirs.class_of(name):
            if name in self.made.replaced or self.chooser.is_lacking(name):
                return
            self.want(name, member, why)

    def named_in(self, pieces: Sequence[Piece]) -> Iterator[tuple[str, str]]:
        """The members that `pieces` name by their classes, as in `Class.member`."""
        for piece in pieces:
            for use in self.theirs.free(piece.statement):
                if use.attributes and self.theirs.class_of(use.name) and piece.names != (use.name,):
                    yield use.name, use.attributes[0].attr

    def settle(self) -> None:
        """Judge what is chosen by the attributes that it asks for."""
        settle_attributes(self.chooser, self.asked)

    def _tell_of_statements(self, name: str) -> None:
        """Tell of statements of their class body that define nothing, and stay behind."""
        node = self.theirs.class_of(name)
        for piece in self.theirs.members(node) if node else ():
            is_idle = isinstance(piece.statement, ast.Pass) or (
                isinstance(piece.statement, ast.Expr) and isinstance(piece.statement.value, ast.Constant)
            )
            if not piece.names and not is_idle:
                what = f"{self.theirs.where(piece)}: this statement of `{name}` stays behind"
                self.made.warnings.append(what)
