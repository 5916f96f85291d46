"""New text while it is put together: bytes with marks for what is taken from the source and for symbols to spell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from codemods.transforms.edits import Edit, Span, Splice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from codemods.rules.precedence import Slot
    from codemods.rules.symbols import Symbol

# Python source holds no NUL.
_MARK = re.compile(rb"\x00(\d+)\x00")


class Standing(Struct, frozen=True):
    """Where an expression is put: a slot, and whether parentheses stand around it there."""

    slot: Slot
    is_closed: bool


class Pieces(Struct):
    """What the marks in the new text of one match stand for; `slots` tell where it puts expressions, by their spans."""

    marked: list[Span | Symbol] = field(default_factory=list)
    slots: dict[tuple[int, int], list[Standing]] = field(default_factory=dict)

    def mark(self, piece: Span | Symbol) -> bytes:
        """A mark that stands for `piece`."""
        self.marked.append(piece)
        return b"\x00%d\x00" % (len(self.marked) - 1)

    def parts(self, text: bytes) -> Iterator[bytes | Span | Symbol]:
        """`text` taken apart at its marks."""
        for number, part in enumerate(_MARK.split(text)):
            if number % 2:
                yield self.marked[int(part)]
            elif part:
                yield part

    def symbols(self, edits: Iterable[Edit | Splice]) -> list[Symbol]:
        """The symbols that `edits` name, each once."""
        found = (part for edit in edits for text in _texts(edit) for part in self.parts(text))
        return list(dict.fromkeys(part for part in found if not isinstance(part, (bytes, Span))))

    def spans(self, edits: Iterable[Edit | Splice]) -> list[Span]:
        """What `edits` take over from the source."""
        found = [part for edit in edits for text in _texts(edit) for part in self.parts(text)]
        own = [part for edit in edits if isinstance(edit, Splice) for part in edit.parts]
        return [part for part in (*found, *own) if isinstance(part, Span)]

    def spliced(self, edits: Iterable[Edit | Splice], spell: Callable[[Symbol], bytes]) -> list[Splice]:
        """`edits` with their marks replaced, symbols by what `spell` gives."""
        made = []
        for edit in edits:
            parts: list[bytes | Span] = []
            for whole in edit.parts if isinstance(edit, Splice) else (edit.text,):
                inner = [whole] if isinstance(whole, Span) else self.parts(whole)
                parts += [part if isinstance(part, (bytes, Span)) else spell(part) for part in inner]
            made.append(Splice(edit.start, edit.end, tuple(parts)))
        return made


def _texts(edit: Edit | Splice) -> list[bytes]:
    parts = edit.parts if isinstance(edit, Splice) else (edit.text,)
    return [part for part in parts if isinstance(part, bytes)]
