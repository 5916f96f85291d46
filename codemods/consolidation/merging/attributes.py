"""Attributes of `self` that members of the duplicate's class ask for, and whether the kept class has what sets them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from codemods.consolidation.merging.selves import Attributes, asked_of_self, attributes_in, attributes_of, on_self
from codemods.consolidation.merging.source import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.consolidation.merging.choice import Choosing
    from codemods.consolidation.merging.source import Piece

_MAKERS = ("__init__", "__new__", "__post_init__")


class Asked(Struct, frozen=True):
    """A member that is taken, and an attribute of `self` that it asks for."""

    class_name: str
    member: str
    attribute: str
    piece: Piece


def settle_attributes(chosen: Choosing, asked: Sequence[Asked]) -> None:
    """Refuse members that ask for attributes which nothing sets in the kept class, unless the plan names them."""
    changed = [*(entry.class_name for entry in asked), *(name for name, _ in chosen.made.replaced_members)]
    for name in dict.fromkeys(changed):
        _OfClass(chosen, name, [entry for entry in asked if entry.class_name == name]).settle()


class _OfClass:
    """The check of one class, which both modules have."""

    def __init__(self, chosen: Choosing, name: str, asked: Sequence[Asked]) -> None:
        self.chosen = chosen
        self.made = chosen.made
        self.name = name
        self.asked = asked
        ours, theirs = chosen.kept.class_of(name), chosen.theirs.class_of(name)
        self.body = chosen.kept.members(ours) if ours is not None else []
        self.theirs = attributes_of(chosen.theirs, theirs) if theirs is not None else Attributes()
        self.replaced = {member for class_name, member in self.made.replaced_members if class_name == name}
        self.staying = [piece for piece in self.body if self.replaced.isdisjoint(piece.names)]

    def settle(self) -> None:
        after = self.after()
        lacking: dict[str, list[Asked]] = {}
        for entry in self.asked:
            if not after.has(entry.attribute) and self.is_decided(entry.attribute):
                lacking.setdefault(entry.member, []).append(entry)
        for member, entries in lacking.items():
            self.tell(f"{self.name}.{member}", entries)
        self.tell_of_other_values()
        self.tell_of_uncalled()
        self.tell_of_lost(after)

    def pieces(self, member: str) -> list[Piece]:
        return self.chosen.theirs.pieces_of(f"{self.name}.{member}")

    def after(self) -> Attributes:
        """The attributes of the kept class once all is done."""
        found = attributes_in(self.staying)
        for class_name, member in (*self.made.members, *self.made.replaced_members):
            if class_name != self.name:
                continue
            more = attributes_in(self.pieces(member))
            found.body |= more.body
            if found.slots is None:
                for attribute, methods in more.set_by.items():
                    found.set_by.setdefault(attribute, set()).update(methods)
        return found

    def is_decided(self, attribute: str) -> bool:
        """Whether their class has the attribute by itself, and nothing that sets it waits for a decision."""
        setters = self.theirs.set_by.get(attribute, set())
        is_known = bool(setters) or attribute in (self.theirs.slots or ())
        return is_known and not any(f"{self.name}.{setter}" in self.made.undecided for setter in setters)

    def tell(self, full: str, entries: Sequence[Asked]) -> None:
        what = ", ".join(f"`self.{entry.attribute}`" for entry in entries)
        setters = sorted({setter for entry in entries for setter in self.theirs.set_by.get(entry.attribute, ())})
        by = ", ".join(f"`{setter}`" for setter in setters) or "`__slots__`"
        place = self.chosen.theirs.where(entries[0].piece)
        text = f"{place}: `{full}` uses {what}, set by {by} of theirs and by nothing in ours"
        if self.chosen.is_explicit(full):
            self.made.warnings.append(text)
        else:
            self.made.reasons.append(f"{text}; list `{full}` under `names:`, or decide it, or what sets them")

    def tell_of_other_values(self) -> None:
        """Tell of attributes that both classes set, each to something else, and that what is taken uses."""
        ours, theirs = _values(self.staying, {}), _values(self.theirs_body(), self.chosen.adapted.renamed)
        for attribute in dict.fromkeys(entry.attribute for entry in self.asked):
            both = ours.get(attribute), theirs.get(attribute)
            if None not in both and both[0] != both[1]:
                users = ", ".join(
                    f"`{member}`" for member in dict.fromkeys(e.member for e in self.asked if e.attribute == attribute)
                )
                what = f"both set `self.{attribute}` of `{self.name}`, and not to the same: {users} of theirs use it"
                self.made.warnings.append(f"{self.chosen.kept.path}: {what}")

    def theirs_body(self) -> list[Piece]:
        node = self.chosen.theirs.class_of(self.name)
        return self.chosen.theirs.members(node) if node is not None else []

    def tell_of_uncalled(self) -> None:
        """Tell of what made theirs and is taken by another name: nothing calls it yet."""
        for class_name, member in self.made.members:
            old = self.chosen.old(f"{class_name}.{member}").rpartition(".")[2]
            if class_name == self.name and old != member and old in _MAKERS:
                sets = ", ".join(f"`self.{name}`" for name in sorted(attributes_in(self.pieces(member)).set_by))
                what = f"`{class_name}.{member}`, which was `{old}`, sets {sets or 'nothing'}"
                self.made.warnings.append(f"{self.chosen.kept.path}: {what}: call it from `{old}` of ours")

    def tell_of_lost(self, after: Attributes) -> None:
        """Tell of attributes that members of ours use, and that nothing sets any more."""
        gone = attributes_in(piece for piece in self.body if piece not in self.staying).set_by
        for piece in self.staying:
            lost = [name for name in asked_of_self(piece) if name in gone and not after.has(name)]
            if lost:
                what = f"`{self.name}.{piece.names[0]}` uses {', '.join(f'`self.{name}`' for name in lost)}"
                place = self.chosen.kept.where(piece)
                self.made.warnings.append(f"{place}: {what}, which nothing sets any more")


def _values(pieces: Sequence[Piece], renamed: Mapping[str, str]) -> dict[str, set[str]]:
    """What methods that make a class, by their names before they are `renamed`, set attributes of `self` to."""
    found: dict[str, set[str]] = {}
    members = {new.rpartition(".")[2]: old.rpartition(".")[2] for new, old in renamed.items() if "." in new}
    for piece in pieces:
        name = getattr(piece.statement, "name", "")
        if isinstance(piece.statement, FUNCTIONS) and members.get(name, name) in _MAKERS:
            own = set(map(id, on_self(piece.statement)))
            for node in ast.walk(piece.statement):
                targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
                value = getattr(node, "value", None)
                for target in targets:
                    if isinstance(target, ast.Attribute) and id(target) in own and value is not None:
                        found.setdefault(target.attr, set()).add(ast.dump(value))
    return found
