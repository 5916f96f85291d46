"""What comes of a merge: the new source with what was taken, or what stands in its way."""

from __future__ import annotations

from msgspec import Struct


class Definition(Struct, frozen=True):
    """The source of one definition: the lines from `line` to `end` of `path`, comments and decorators included."""

    path: str
    line: int
    end: int
    text: str


class Undecided(Struct, frozen=True):
    """A name, or `Class.member`, that means one thing in the kept module (ours) and another in the duplicate (theirs).

    `details` say in words how they differ.
    """

    name: str
    ours: Definition | None
    theirs: Definition | None
    details: tuple[str, ...] = ()


class Taken(Struct, frozen=True):
    """One definition that was taken: `name` or `Class.member`, from `line` of the duplicate `path`.

    `place` is where it is put, in words; `why` is empty, or says what needs it.
    """

    name: str
    kind: str
    path: str
    line: int
    place: str
    why: str = ""

    def __str__(self) -> str:
        because = f" ({self.why})" if self.why else ""
        return f"{self.kind} `{self.name}` of {self.path}:{self.line}: {self.place}{because}"


class Merged(Struct, frozen=True):
    """The kept module before and after, both UTF-8 without a byte order mark; what it has taken, and what it imports
    for that. `warnings` are for people to look at: nothing is known to be wrong."""

    path: str
    before: bytes
    after: bytes
    taken: tuple[Taken, ...] = ()
    imports: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to do: all is there already, or left behind on purpose."""
        return self.before == self.after

    @property
    def told(self) -> tuple[str, ...]:
        """What was done, one line for each thing."""
        if self.is_nothing:
            return ("nothing to do",)
        return (*map(str, self.taken), *(f"import {what}" for what in self.imports))


class Refused(Struct, frozen=True):
    """Why nothing is merged into `path`: each reason says where, why, and what to do. `undecided` are the names that
    the plan has to decide."""

    path: str
    reasons: tuple[str, ...]
    undecided: tuple[Undecided, ...] = ()
