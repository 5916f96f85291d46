"""Where in the kept module what is taken goes: behind what it needs when the module is loaded, beside its siblings."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.consolidation.merging.class_kinds import is_dataclass, is_enum, is_field
from codemods.consolidation.merging.source import chain_of, is_executed, is_main_guard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.consolidation.merging.adapt import Adapted
    from codemods.consolidation.merging.choice import Choice
    from codemods.consolidation.merging.source import Piece, Source


class Places:
    """The places of what `choice` adds: each is the number of the statement of the kept module that it goes behind,
    -1 for the top."""

    def __init__(self, kept: Source, adapted: Adapted, choice: Choice) -> None:
        self.kept = kept
        self.theirs = adapted.source
        self.renamed = adapted.renamed
        self.choice = choice
        self.added = sorted(choice.added, key=lambda piece: piece.number)
        self.where: dict[str, int] = {}
        self.reasons: list[str] = []

    def of_module(self) -> dict[Piece, int]:
        """The place of each statement that is added to the module; `reasons` get why one has none."""
        found: dict[Piece, int] = {}
        header, end = self._header(), self._end()
        latest = self._latest()
        last = header
        for piece in self.added:
            needs = max([header, *(self._place_of(name) for name in self._loaded_with(piece.statement, self.theirs))])
            place = max(last, self._beside(piece, end), needs)
            last = place if place <= latest[piece] else last
            place = min(place, latest[piece])
            if needs > place:
                where = self.theirs.where(piece)
                what = "cannot stand both behind what it needs and before what needs it when the module is loaded"
                self.reasons.append(f"{where}: {', '.join(f'`{name}`' for name in piece.names)} {what}")
            found[piece] = place
            self.where.update((name, place) for name in piece.names)
        return found

    def _header(self) -> int:
        """The last of the imports, and of what stands between them, at the top."""
        last = -1
        for piece in self.kept.pieces:
            statement = piece.statement
            nodes = [node for name in piece.names for node in self.kept.scopes.module.bound[name]]
            inside = [n for n in nodes if _lies_in(n, statement)]
            is_imports = piece.is_import or (inside and all(isinstance(node, ast.alias) for node in inside))
            is_first = (
                piece.number == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            )
            if is_imports or is_first:
                last = piece.number
            elif piece.is_definition:
                break
        return last

    def _end(self) -> int:
        """The last statement, but for what runs as a script, and for `__all__` where that comes last."""
        last = len(self.kept.pieces) - 1
        while last >= 0 and is_main_guard(self.kept.pieces[last].statement):
            last -= 1
        number = last
        while number >= 0 and self.kept.pieces[number].names == ("__all__",):
            number -= 1
        return number if number > self._header() else last

    def _latest(self) -> dict[Piece, int]:
        """The last place for each piece: before what takes it over and needs it when the module is loaded."""
        latest = dict.fromkeys(self.added, len(self.kept.pieces))
        wanted: list[tuple[ast.stmt, int]] = []
        for name, pieces in self.choice.replaced.items():
            place = min(piece.number for piece in self.kept.pieces_of(name)) - 1
            wanted += [(piece.statement, place) for piece in pieces]
        for (class_name, member), pieces in self._members():
            del member
            place = self.kept.by_name[class_name][0].number - 1
            wanted += [(piece.statement, place) for piece in pieces]
        wanted += self._early_users()
        by_name = {name: piece for piece in self.added for name in piece.names}
        while wanted:
            statement, place = wanted.pop()
            for name in self._loaded_with(statement, self._owner(statement)):
                piece = by_name.get(name)
                if piece is not None and piece.statement is not statement and latest[piece] > place:
                    latest[piece] = place
                    wanted.append((piece.statement, place))
        return latest

    def _owner(self, statement: ast.stmt) -> Source:
        return self.kept if any(piece.statement is statement for piece in self.kept.pieces) else self.theirs

    def _early_users(self) -> Iterator[tuple[ast.stmt, int]]:
        """Statements of ours that use, when the module is loaded, what they imported until now and is taken instead."""
        for piece in self.kept.pieces:
            executed = {use.name for use in self.kept.free(piece.statement) if is_executed(use)}
            if not self.choice.dropped.isdisjoint(executed):
                yield piece.statement, piece.number - 1

    def _members(self) -> Iterator[tuple[tuple[str, str], list[Piece]]]:
        for class_name, member in (*self.choice.members, *self.choice.replaced_members):
            yield (class_name, member), self.theirs.pieces_of(f"{class_name}.{member}")

    def _beside(self, piece: Piece, end: int) -> int:
        """Behind the nearest sibling before it that the kept module has, too; else before the nearest one behind it."""
        before = [p for p in self.theirs.pieces[: piece.number] if not p.is_import]
        for name in (*piece.names, *(name for p in reversed(before) for name in reversed(p.names))):
            name = self.renamed.get(name, name) if name in piece.names else name
            if (place := self._defined(name)) is not None:
                return place
            if name in self.where:
                return self.where[name]
        behind = (name for p in self.theirs.pieces[piece.number + 1 :] if not p.is_import for name in p.names)
        for name in behind:
            if (place := self._defined(name)) is not None:
                return place - 1
        return end

    def _defined(self, name: str) -> int | None:
        """The last statement of the kept module that defines `name`, not by an import."""
        pieces = [piece for piece in self.kept.by_name.get(name, ()) if not piece.is_import]
        is_own = self.kept.outline.part(name) is not None and name not in self.choice.dropped
        return pieces[-1].number if pieces and is_own else None

    def _place_of(self, name: str) -> int:
        """The place behind which `name` is there; -1 for what is imported or built in."""
        if name in self.where:
            return self.where[name]
        place = self._defined(name)
        return -1 if place is None else place

    def _loaded_with(self, statement: ast.stmt, source: Source) -> set[str]:
        """The names that are needed when `statement` is run: those it uses at once, and all of what it calls."""
        called = {chain_of(node.func)[:1] for node in ast.walk(statement) if isinstance(node, ast.Call)}
        called |= {chain_of(node)[:1] for node in getattr(statement, "decorator_list", ())}
        found: set[str] = set()
        for use in source.free(statement):
            if is_executed(use):
                found.add(use.name)
                if (use.name,) in called:
                    found |= self._all_of(use.name)
        return found

    def _all_of(self, name: str) -> set[str]:
        """The names that a function or class uses, and those that these use."""
        found: set[str] = set()
        pending = [name]
        while pending:
            current = pending.pop()
            for source, by_name in ((self.kept, self.kept.by_name), (self.theirs, self.theirs.by_name)):
                for piece in by_name.get(current, ()):
                    more = set(source.free_names(piece.statement)) - found if piece.is_definition else set()
                    found |= more
                    pending += more
        return found

    # In a class

    def of_members(self, class_name: str) -> list[tuple[Piece, int]]:
        """The place of each statement that is added to the body of a class, in order; as above, counted there."""
        ours, theirs = self.kept.class_of(class_name), self.theirs.class_of(class_name)
        if ours is None or theirs is None:
            return []
        body, members = self.kept.members(ours), self.theirs.members(theirs)
        wanted = {member for name, member in self.choice.members if name == class_name}
        found: list[tuple[Piece, int]] = []
        placed: dict[str, int] = {name: piece.number for piece in body for name in piece.names}
        for piece in members:
            if wanted.isdisjoint(piece.names):
                continue
            place = self._beside_member(class_name, piece, members, placed, body)
            place = max([place, *self._behind_fields(ours, piece, body)])
            place = max([place, *(placed.get(name, -1) for name in self.theirs.names_of_class(class_name, piece))])
            found.append((piece, place))
            placed.update((name, place) for name in piece.names)
        return sorted(found, key=lambda entry: entry[1])

    def _beside_member(
        self, class_name: str, piece: Piece, members: list[Piece], placed: dict[str, int], body: list[Piece]
    ) -> int:
        was = (self.renamed.get(f"{class_name}.{name}", "").rpartition(".")[2] for name in piece.names)
        before = (name for p in reversed(members[: piece.number]) for name in reversed(p.names))
        for name in (*was, *before):
            if name in placed:
                return placed[name]
        if piece.is_definition:
            return len(body) - 1
        # Attributes stand before methods.
        first = next((p.number for p in body if p.is_definition), len(body))
        return first - 1

    def _behind_fields(self, ours: ast.ClassDef, piece: Piece, body: list[Piece]) -> list[int]:
        """Where the order of what stands in a class counts, new entries come last."""
        if is_dataclass(ours) and is_field(piece.statement):
            return [p.number for p in body if is_field(p.statement)][-1:]
        if is_enum(ours) and not piece.is_definition:
            return [p.number for p in body if p.names and not p.is_definition][-1:]
        return []


def _lies_in(node: ast.AST, statement: ast.stmt) -> bool:
    line = getattr(node, "lineno", 0)
    return statement.lineno <= line <= (statement.end_lineno or 0)
