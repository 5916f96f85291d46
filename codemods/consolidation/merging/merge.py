"""Merges a duplicate into the module that is kept: what the kept one lacks, with the imports and helpers that it needs.

Nothing is decided by default: a name that both define differently refuses the merge until the plan decides it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemods.consolidation.merging.adapt import adapt
from codemods.consolidation.merging.chooser import Chooser
from codemods.consolidation.merging.exports import add_exports
from codemods.consolidation.merging.new_names import NewNames, listed_in_all
from codemods.consolidation.merging.places import Places
from codemods.consolidation.merging.source import Source
from codemods.consolidation.merging.values import Merged, Refused, Taken
from codemods.consolidation.merging.verify import faults
from codemods.consolidation.merging.writer import Writer
from codemods.survey.outline import parts_of
from codemods.transforms.edits import Edit, OverlapError, apply_edits, compose
from codemods.transforms.self_check import REPORT
from codemods.transforms.view import ModuleView, UnparsableError, view_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.consolidation.merging.adapt import Adapted
    from codemods.consolidation.merging.choice import Choice
    from codemods.consolidation.merging.source import Piece
    from codemods.index.resolve import Index
    from codemods.plan.consolidation import Merge


def merge(kept: ModuleView, theirs: ModuleView, asked: Merge, index: Index) -> Merged | Refused:
    """`kept` with what `theirs` has and it lacks, as `asked`; or why that cannot be. Raises Missing, Unspelled."""
    merged = _merge(kept, theirs, asked, index)
    if isinstance(merged, Merged) and not merged.is_nothing:
        again = _merge(view_of(kept.path, merged.after, kept.names), theirs, asked, index)
        if isinstance(again, Refused):
            return Refused(kept.path, tuple(f"merged again: {reason}; {REPORT}" for reason in again.reasons))
        if not again.is_nothing:
            what = "; ".join(again.told)
            return Refused(kept.path, (f"{kept.path}:1: merging again would change it again: {what}; {REPORT}",))
    return merged


def _merge(kept: ModuleView, theirs: ModuleView, asked: Merge, index: Index) -> Merged | Refused:
    adapted = adapt(kept, theirs, asked, index)
    ours = Source(kept)
    choice = Chooser(ours, adapted, theirs.module, index).choose()
    if choice.reasons:
        return Refused(kept.path, tuple(dict.fromkeys(choice.reasons)), tuple(choice.undecided.values()))
    made = _Merge(ours, adapted, choice, index)
    try:
        result = made.result()
    except UnparsableError as error:
        return Refused(kept.path, (f"{kept.path}:1: the result would not parse: {error}; {REPORT}",))
    except OverlapError as error:
        return Refused(kept.path, (f"{kept.path}:1: {error}; {REPORT}",))
    if made.reasons:
        return Refused(kept.path, tuple(dict.fromkeys(made.reasons)))
    return Merged(
        kept.path, kept.source, result, tuple(made.taken()), tuple(made.imports), tuple(dict.fromkeys(choice.warnings))
    )


class _Merge:
    """Carries out a choice."""

    def __init__(self, kept: Source, adapted: Adapted, choice: Choice, index: Index) -> None:
        self.kept = kept
        self.adapted = adapted
        self.theirs = adapted.source
        self.choice = choice
        self.index = index
        self.places = Places(kept, adapted, choice)
        self.reasons: list[str] = []
        self.imports: list[str] = []
        self.where: dict[Piece, str] = {}

    def result(self) -> bytes:
        """The source of the kept module afterwards; `reasons` get what is wrong with it. Raises UnparsableError."""
        view = self.kept.view
        edits = _at_once(self._definitions())
        self.reasons += self.places.reasons
        middle = Source(view_of(view.path, apply_edits(view.source, edits), view.names))
        names = NewNames(self.kept, middle, self.theirs, self.choice, self.index)
        edits = compose(view.source, edits, names.edits())
        self.imports = names.told
        edits = compose(view.source, edits, self._exports(apply_edits(view.source, edits)))
        after = apply_edits(view.source, edits)
        if after != view.source:
            accepted = frozenset(name for name, take in self.adapted.take.items() if take == "theirs")
            result = Source(view_of(view.path, after, view.names))
            self.reasons += faults(self.kept, result, edits, self.index, accepted)
        return after

    def _definitions(self) -> Iterator[Edit]:
        writer = Writer(self.kept, self.theirs)
        replaced: dict[str, dict[str, list[Piece]]] = {}
        for (class_name, member), pieces in self.choice.replaced_members.items():
            replaced.setdefault(class_name, {})[member] = pieces
        classes = dict.fromkeys([*(name for name, _ in self.choice.members), *replaced])
        for name in classes:
            added = self.places.of_members(name)
            yield from writer.into_class(name, added, replaced.get(name, {}))
            self.where.update((piece, self._told(self._body(name), place, f"in `{name}`, ")) for piece, place in added)
        for name, pieces in self.choice.replaced.items():
            yield from writer.replaced_in_module(name, pieces)
        places = self.places.of_module()
        yield from writer.into_module(places)
        self.where.update((piece, self._told(self.kept.pieces, place, "")) for piece, place in places.items())

    def _body(self, name: str) -> list[Piece]:
        node = self.kept.class_of(name)
        return self.kept.members(node) if node is not None else []

    def _told(self, block: list[Piece], place: int, prefix: str) -> str:
        """A place in words: what of the kept module it is behind."""
        if place < 0 or not block:
            return f"{prefix}at the top"
        piece = block[min(place, len(block) - 1)]
        what = f"`{piece.names[-1]}`" if piece.names else "what stands there"
        return f"{prefix}behind {what} in line {self.kept.line(piece)}"

    def _exports(self, source: bytes) -> list[Edit]:
        view = view_of(self.kept.view.path, source, self.kept.view.names)
        listed = listed_in_all(self.theirs.view.tree)
        added = sorted(self.choice.added, key=lambda piece: piece.number)
        names = [name for piece in added for name in piece.names]
        names = [name for name in names if self._is_exported(name, listed)] + self.choice.exported
        edits = add_exports(view, names)
        if edits is None:
            what = ", ".join(f"`{name}`" for name in names)
            self.choice.warnings.append(f"{self.kept.path}: `__all__` is not a plain list: add {what} by hand")
        return edits or []

    def _is_exported(self, name: str, listed: list[str] | None) -> bool:
        if listed is None:
            return not name.startswith("_")
        return name in listed or self.adapted.renamed.get(name) in listed

    def taken(self) -> Iterator[Taken]:
        """What was taken, in the order of the duplicate."""
        found: list[tuple[int, Taken]] = []
        for piece, why in self.choice.added.items():
            found += [(self.theirs.line(piece), taken) for taken in self._taken("", piece, self.where[piece], why)]
        for (class_name, member), why in self.choice.members.items():
            for piece in self.theirs.pieces_of(f"{class_name}.{member}"):
                taken = self._taken(f"{class_name}.", piece, self.where[piece], why)
                found += [(self.theirs.line(piece), one) for one in taken]
        replaced = [("", pieces) for pieces in self.choice.replaced.values()]
        replaced += [(f"{name}.", pieces) for (name, _), pieces in self.choice.replaced_members.items()]
        for prefix, pieces in replaced:
            for piece in pieces:
                taken = self._taken(prefix, piece, "in the place of ours", "")
                found += [(self.theirs.line(piece), one) for one in taken]
        yield from (taken for _, taken in sorted(found, key=lambda entry: entry[0]))

    def _taken(self, prefix: str, piece: Piece, place: str, why: str) -> Iterator[Taken]:
        kinds = {part.name: part.kind for part in parts_of(piece.statement)}
        for name in piece.names:
            kind = _kind(piece.statement, prefix) or kinds.get(name, "constant")
            old = self.adapted.renamed.get(prefix + name)
            said = f"{place}, as `{name}`" if old else place
            yield Taken(old or prefix + name, kind, self.theirs.path, self.theirs.line(piece), said, why)


def _kind(statement: ast.stmt, prefix: str) -> str:
    if prefix and isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return "method"
    return "attribute" if prefix and isinstance(statement, (ast.Assign, ast.AnnAssign)) else ""


def _at_once(edits: Iterable[Edit]) -> list[Edit]:
    """`edits`, with those that insert at the same place made one, in their order."""
    inserted: dict[int, bytes] = {}
    others: list[Edit] = []
    for edit in edits:
        if edit.start == edit.end:
            inserted[edit.start] = inserted.get(edit.start, b"") + edit.text
        else:
            others.append(edit)
    return [*others, *(Edit(offset, offset, text) for offset, text in inserted.items())]
