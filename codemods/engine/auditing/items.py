"""What an audit says: for each item of a plan a verdict, with the places that bear it out."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from codemods.plan.load import LoadedPlan
    from codemods.plan.positions import Location


class Verdict(str, Enum):
    """Whether the code bears an item of a plan out."""

    HOLDS = "holds"
    DONE = "already done"
    FAILS = "does not hold"


class Section(str, Enum):
    """What an item is about, in the order of a report. The values are keys of a plan, or what a redirect leads to."""

    KEEP = "keep"
    DUPLICATES = "duplicates"
    MERGE = "merge"
    REDIRECT = "redirect"
    REWRITE = "rewrite"
    DELETE = "delete"
    FORBID = "forbid"
    PHASES = "phases"
    EXPECT = "expect"
    MOCKS = "mock targets"
    CYCLES = "import cycles"


class Evidence(Struct, frozen=True, order=True):
    """One place that bears a verdict out. `line` counts from 1; 0 stands for the whole file."""

    path: str
    line: int = 0
    what: str = ""


def evidence_of(reason: str) -> Evidence:
    """The place that a reason `path:line: why` names."""
    path, line, why = reason.split(":", 2)
    return Evidence(path, int(line), why.strip())


class Item(Struct, frozen=True):
    """One thing that the plan says or takes for granted.

    `name` is what it is about, `said` one sentence of what was found, `hint` what to do next (empty where nothing is).
    `line` and `column` tell where the plan says so.
    """

    section: Section
    name: str
    verdict: Verdict
    said: str
    evidence: tuple[Evidence, ...] = ()
    hint: str = ""
    line: int = 1
    column: int = 1


class Teller(Struct, frozen=True):
    """Makes the items of one section, which stand in the plan where `loaded` knows."""

    loaded: LoadedPlan
    section: Section

    def holds(self, where: Location, name: str, said: str, evidence: tuple[Evidence, ...] = ()) -> Item:
        """It is as the plan has it."""
        return self._item(where, name, Verdict.HOLDS, said, evidence, "")

    def done(self, where: Location, name: str, said: str, evidence: tuple[Evidence, ...] = ()) -> Item:
        """It is there already."""
        return self._item(where, name, Verdict.DONE, said, evidence, "")

    def fails(self, where: Location, name: str, said: str, evidence: tuple[Evidence, ...] = (), hint: str = "") -> Item:
        """It is not as the plan has it."""
        return self._item(where, name, Verdict.FAILS, said, evidence, hint)

    def _item(
        self, where: Location, name: str, verdict: Verdict, said: str, evidence: tuple[Evidence, ...], hint: str
    ) -> Item:
        line, column = self.loaded.position(*where)
        return Item(self.section, name, verdict, said, evidence, hint, line, column)
